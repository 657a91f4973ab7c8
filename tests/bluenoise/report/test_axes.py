import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise.report.axes import ticks, written, y_range
from bluenoise.report.charts import Chart, Curve

finite = st.floats(-1e6, 1e6, allow_nan=False)


def _chart(values: list[float], *, logarithmic: bool) -> Chart:
    y = np.array(values)
    curve = Curve("it", "0", np.arange(len(y)), y)
    return Chart("", "", "", "", (0.0, 1.0), [curve], logarithmic=logarithmic)


@given(st.lists(finite, min_size=1))
def test_a_linear_axis_holds_every_value(values: list[float]) -> None:
    low, high = y_range(_chart(values, logarithmic=False))
    assert low < high
    assert low <= min(values) + 1e-6 * (high - low)
    assert high >= max(values) - 1e-6 * (high - low)
    assert 2 <= len(ticks(low, high)) <= 8


@given(st.lists(st.floats(1e-3, 1e6), min_size=1))
def test_a_logarithmic_axis_holds_the_highest(values: list[float]) -> None:
    low, high = y_range(_chart(values, logarithmic=True))
    assert 0 < low < high
    assert high >= max(values) * (1 - 1e-9)
    marks = ticks(low, high, logarithmic=True)
    assert marks
    assert marks == sorted(marks)
    assert low * (1 - 1e-9) <= marks[0] <= marks[-1] <= high * (1 + 1e-9)


def test_a_logarithmic_axis_leaves_out_the_rare_zero() -> None:
    low, _ = y_range(_chart([0.0] + [200.0] * 99, logarithmic=True))
    assert math.isclose(low, 200)


@pytest.mark.parametrize(("value", "text"), [(-0.5, "−0.5"), (12345.0, "12,345"), (0.0, "0")])
def test_numbers_as_they_are_written(value: float, text: str) -> None:
    assert written(value) == text
