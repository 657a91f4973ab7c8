import numpy as np
import pytest

from dither.native.instructions import LANES, add_products
from dither.native.loop import compiled

pytest.importorskip("numba")


@compiled
def _add(out: np.ndarray, values: np.ndarray, factor: float) -> None:
    for start in range(0, len(values), LANES):
        add_products(out, start + 1, values, start, np.float32(factor))


def test_products_are_added_in_machine_code_as_in_python() -> None:
    values = np.random.default_rng(0).integers(-99, 99, 3 * LANES).astype(np.float32)
    expected = np.ones(len(values) + 2, np.float32)
    expected[1:-1] += 3 * values
    for add in (_add, _add.python):
        out = np.ones(len(expected), np.float32)
        add(out, values, 3.0)
        assert (out == expected).all()
