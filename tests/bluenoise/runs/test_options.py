from pathlib import Path

import pytest

from bluenoise.runs.options import RunOptions, check_seed
from dither.errors import InputError


def test_what_does_not_go_together_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="restarts is 0; it must be at least 1"):
        RunOptions(restarts=0)
    for options in ({"jobs": 2}, {"scheduler": "tcp://10.0.0.1:8786"}):
        assert RunOptions(**options).distributed  # pyright: ignore[reportArgumentType]
        with pytest.raises(InputError, match="leave out jobs and scheduler, or the checkpoint"):
            RunOptions(tmp_path / "run.npz", **options)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("seed", [-1, 1 << 32])
def test_seeds_fit_32_bits(seed: int) -> None:
    check_seed((1 << 32) - 1)
    with pytest.raises(InputError, match="from 0 to 4294967295"):
        check_seed(seed)
