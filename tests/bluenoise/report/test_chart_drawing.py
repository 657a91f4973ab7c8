import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluenoise.report.chart_drawing import chart_pixels, chart_svg, number_text
from bluenoise.report.charts import Chart, Curve


def _chart(values: list[float], *, logarithmic: bool) -> Chart:
    y = np.array(values)
    curve = Curve("<it> $1$", "0", np.linspace(0, 1, len(y)), y)
    return Chart("", "", "", "", (0.0, 1.0), [curve], logarithmic=logarithmic)


def _limits(svg: str) -> tuple[float, float]:
    (limits,) = re.findall('data-y="([^"]*)"', svg)
    low, high = map(float, limits.split())
    return low, high


def _labels(svg: str) -> list[str]:
    return re.findall('text-anchor="end">([^<]+)<', svg)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1))
def test_a_linear_axis_holds_every_value(values: list[float]) -> None:
    svg = chart_svg(_chart(values, logarithmic=False), "it")
    low, high = _limits(svg)
    assert low < high
    assert low <= min(values) + 1e-5 * (abs(low) + high - low)
    assert high >= max(values) - 1e-5 * (abs(high) + high - low)
    assert 2 <= len(_labels(svg)) <= 12


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(1e-3, 1e6), min_size=1))
def test_a_logarithmic_axis_holds_the_highest(values: list[float]) -> None:
    svg = chart_svg(_chart(values, logarithmic=True), "it")
    low, high = _limits(svg)
    assert 0 < low < high
    assert high >= max(values)
    assert 1 <= len(_labels(svg)) <= 15


def test_a_logarithmic_axis_leaves_out_the_rare_zero() -> None:
    svg = chart_svg(_chart([0.0] + [200.0] * 99, logarithmic=True), "it")
    assert 100 < _limits(svg)[0] < 200
    (path,) = re.findall('curve-0"><path d="([^"]*)"', svg)
    assert path.count("L") == 99


def test_the_pixels_have_the_colour_of_the_curve() -> None:
    pixels = chart_pixels(_chart([1.0, 2.0], logarithmic=False), 300, 200)
    assert pixels.shape == (200, 300, 3)
    assert (pixels == (0x1F, 0x5F, 0xBF)).all(axis=-1).any()


@pytest.mark.parametrize(("value", "text"), [(-0.5, "−0.5"), (12345.0, "12,345"), (0.0, "0")])
def test_numbers_on_axes(value: float, text: str) -> None:
    assert number_text(value) == text
