import jax
import numpy as np
import pytest

from bluenoise.restarts import restarted
from dither.errors import InputError


def test_runs_are_independent() -> None:
    three = restarted(lambda key: jax.random.uniform(key, (4, 4)), (4, 4), seed=1, restarts=3)
    assert np.unique(np.asarray(three)).size == 48


@pytest.mark.parametrize(("seed", "restarts"), [(-1, 1), (1 << 32, 1), (0, 0), (0, 1 << 21)])
def test_numbers_out_of_range_are_one_sentence(seed: int, restarts: int) -> None:
    with pytest.raises(InputError, match="from"):
        restarted(lambda key: key, (4, 4), seed, restarts)
