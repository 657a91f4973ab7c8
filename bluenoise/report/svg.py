"""A chart as inline SVG: its colours are the page's, and its numbers can be read by a pointer."""

import math
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from bluenoise.report.axes import ticks, written, y_range
from bluenoise.report.charts import Chart, Curve

_WIDTH, _HEIGHT = 560, 350
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 14, 34, 50
_AREA = (_WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM)


def chart_svg(chart: Chart, name: str) -> str:
    """The drawing of a chart, without its title and legend.

    Lines bear the classes `curve` and `curve-STYLE`; the axes' ranges stand in data attributes, from
    which a script can read values back.

    Args:
        chart: what is drawn.
        name: of the drawing on its page, which no other has.
    """
    low, high = y_range(chart)
    frame = _Frame(chart.x_range, (low, high), chart.logarithmic)
    parts = [
        f'<svg class="drawing" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" tabindex="0" '
        f'aria-label={quoteattr(_described(chart))} data-area="{_LEFT} {_TOP} {_AREA[0]} {_AREA[1]}" '
        f'data-x="{chart.x_range[0]} {chart.x_range[1]}" data-y="{low:g} {high:g}"'
        + (" data-logarithmic" if chart.logarithmic else "")
        + ">",
        f'<clipPath id="{name}"><rect x="{_LEFT}" y="{_TOP}" width="{_AREA[0]}" height="{_AREA[1]}"/>'
        "</clipPath>",
    ]
    for value in ticks(*chart.x_range):
        x = frame.x(value)
        parts.append(f'<path class="grid" d="M{x:.1f} {_TOP}V{_TOP + _AREA[1]}"/>')
        parts.append(
            f'<text class="number" x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">'
            f"{written(value)}</text>"
        )
    for value in ticks(low, high, logarithmic=chart.logarithmic):
        y = frame.y(value)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}h{_AREA[0]}"/>')
        parts.append(
            f'<text class="number" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{written(value)}'
            "</text>"
        )
    parts += [
        f'<text class="quantity" x="{_LEFT + _AREA[0] / 2}" y="{_HEIGHT - 8}" text-anchor="middle">'
        f"{escape(chart.x_label)}</text>",
        f'<text class="quantity" x="0" y="14">{escape(chart.y_label)}</text>',
        f'<g clip-path="url(#{name})">',
        *(_line(curve, frame) for curve in chart.curves),
        "</g>",
        f'<path class="cross" d="M0 {_TOP}v{_AREA[1]}" hidden=""/>',
        "</svg>",
    ]
    return "".join(parts)


def _line(curve: Curve, frame: "_Frame") -> str:
    points = " ".join(
        f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in zip(curve.x, curve.y, strict=True)
    )
    return f'<polyline class="curve curve-{escape(curve.style)}" points="{points}"/>'


def _described(chart: Chart) -> str:
    """What one hears in place of the drawing."""
    means = ", ".join(
        f"{curve.label} {written(float(f'{np.mean(curve.y):.3g}'))}" for curve in chart.curves
    )
    choice = f", {chart.choice}" if chart.choice else ""
    return f"{chart.title}{choice}: {chart.y_label}, against {chart.x_label}. Means: {means}."


class _Frame:
    """From values to places on the drawing."""

    def __init__(
        self, x_range: tuple[float, float], y_range: tuple[float, float], logarithmic: bool
    ):
        self._x, self._y, self._logarithmic = x_range, y_range, logarithmic

    def x(self, value: float) -> float:
        low, high = self._x
        return _LEFT + _AREA[0] * (value - low) / (high - low)

    def y(self, value: float) -> float:
        low, high = self._y
        if self._logarithmic:
            value = max(value, low / 10)
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        return _TOP + _AREA[1] * (1 - (value - low) / (high - low))
