import numpy as np
import pytest

from dither.ordered.thresholds import (
    integer_thresholds,
    linear_positions,
    linear_step_thresholds,
    step_thresholds,
)


@pytest.mark.parametrize("white", [255, 65535])
@pytest.mark.parametrize("count", [4, 60, 4096])
def test_as_many_cells_are_raised_as_the_fraction_says(white: int, count: int) -> None:
    thresholds = integer_thresholds(np.arange(count), count, white)
    for value in range(0, white + 1, 1 if white == 255 else 257):
        raised = int((value > thresholds).sum())
        # round(N v / V) of the exact fraction; a half may go either way.
        assert abs(raised - count * value / white) <= 0.5


@pytest.mark.parametrize("steps", [1, 3, 7])
def test_step_thresholds_give_the_level_of_the_formula(steps: int) -> None:
    thresholds = integer_thresholds(np.arange(16), 16, 255)
    values = np.arange(256)[:, None]
    by_formula = (values * steps + 254 - thresholds) // 255
    by_steps = (values[None] > step_thresholds(thresholds, steps, 255)[:, None]).sum(axis=0)
    assert (by_formula == by_steps).all()


@pytest.mark.parametrize("dtype", [np.dtype(np.uint8), np.dtype(np.uint16)])
def test_linear_steps_are_where_the_linear_position_passes(dtype: np.dtype) -> None:
    positions = linear_positions(4, dtype)
    assert (np.diff(positions.astype(np.int64)) >= 0).all()
    assert positions[-1] == 3 * 65535
    thresholds = integer_thresholds(np.arange(9), 9, 65535)
    above = linear_step_thresholds(thresholds, 3, dtype)
    values = np.arange(len(positions))
    for step, cell in np.ndindex(3, 9):
        passed = positions[values] > step * 65535 + thresholds[cell]
        assert (passed == (values > above[step, cell])).all()
