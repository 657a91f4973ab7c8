from pathlib import Path

import jax
import numpy as np
import pytest

from bluenoise.methods import anneal, spectrum
from bluenoise.runs.distributed import run_distributed
from bluenoise.runs.options import RunOptions
from dither.errors import InputError

TINY = spectrum.Spectrum((8, 8), steps=4, fine_tune_steps=1)


@pytest.mark.slow
def test_each_restart_is_the_one_that_it_is_among_others() -> None:
    words: list[str] = []
    apart = run_distributed(
        spectrum.start,
        spectrum.trajectory,
        TINY,
        seed=3,
        run=RunOptions(restarts=3, jobs=1, on_progress=lambda share, word: words.append(word)),
    )
    together = spectrum.start(TINY, 3, 3)
    for together, _ in spectrum.trajectory(TINY, together):  # noqa: B007, B020
        pass
    assert jax.tree.structure(apart) == jax.tree.structure(together)
    np.testing.assert_allclose(apart.values, together.values, atol=1e-6)
    assert len(np.unique(np.asarray(apart.values)[:, 0, 0])) == 3
    assert words[-1] == "3 of 3 restarts"


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_the_number_of_processes() -> None:
    config = anneal.Anneal((12, 12), rounds=8, steps_per_round=10)
    one, two = (
        anneal.anneal(config, seed=5, run=RunOptions(restarts=3, jobs=jobs)) for jobs in (1, 2)
    )
    assert one.scores.tolist() == two.scores.tolist()
    assert one.matrix.ranks.tobytes() == two.matrix.ranks.tobytes()


def test_what_has_no_effect_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is one; give more"):
        spectrum.optimize_spectrum(TINY, run=RunOptions(restarts=1, jobs=2))
    with pytest.raises(InputError, match="leave out jobs"):
        RunOptions(tmp_path / "c.npz", jobs=2)
