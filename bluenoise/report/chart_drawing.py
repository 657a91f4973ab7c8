"""Draw charts with matplotlib: as pixels for the picture, as inline SVG for the page."""

import io
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from bluenoise.report.charts import Chart

COLORS = ("#1f5fbf", "#c2410c", "#0f766e", "#9333ea", "#be185d", "#4d7c0f", "#0e7490", "#7c5a12")
_BASELINES = {
    "plain": {"color": "#3f4550", "lw": 1.4},
    "crossed": {"color": "#8a6d2f", "lw": 1.2},
    "white": {"color": "#8b919b", "lw": 1.6, "ls": ":"},
}
_INK, _QUIET, _GRID, _PAPER = "#1a1c20", "#5c626d", "#e3e4e6", "#fbfbfa"
# Pixels; at 72 dots per inch a point is a pixel.
_DPI = 72
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 14, 34, 50
_SVG_SIZE = (560, 350)
_LEGEND_COLUMNS = 4
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "text.parse_math": False,
    # Linear axes end at ticks.
    "axes.autolimit_mode": "round_numbers",
    "axes.xmargin": 0,
    "axes.ymargin": 0,
    # Text and points stay readable in SVG, for screen readers and for the values under the pointer.
    "svg.fonttype": "none",
    "path.simplify": False,
}


def chart_pixels(chart: Chart, width: int, height: int) -> np.ndarray:
    """Draw a chart with its legend: (height, width, 3) uint8."""
    legend_rows = -(-len(chart.curves) // _LEGEND_COLUMNS)
    with rc_context(_STYLE):
        figure, axes = _draw(chart, width, height, below=_BOTTOM + 22 * legend_rows)
        figure.legend(
            handles=list(axes.get_lines()),
            loc="lower center",
            ncols=_LEGEND_COLUMNS,
            columnspacing=1.2,
            handlelength=1.6,
            fontsize=11,
            labelcolor=_INK,
            frameon=False,
            borderpad=0,
        )
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def chart_svg(chart: Chart, name: str) -> str:
    """Draw a chart without title and legend as an SVG element that the page's style sheet colours.

    Curves are groups of class `curve curve-STYLE`. Data attributes hold the plot area and the limits of
    the axes, from which a script computes values under the pointer.

    Args:
        chart: the chart.
        name: unique name on the page.
    """
    width, height = _SVG_SIZE
    stream = io.StringIO()
    with rc_context({**_STYLE, "svg.hashsalt": name}):
        figure, axes = _draw(chart, width, height, below=_BOTTOM)
        figure.patch.set_visible(False)
        low, high = axes.get_ylim()
        metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(stream, format="svg", metadata=metadata)
    root = ElementTree.fromstring(stream.getvalue())
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith("}style"):
                parent.remove(child)
    for element in root.iter():
        _simplify(element)
    area = f"{_LEFT} {_TOP} {width - _LEFT - _RIGHT} {height - _TOP - _BOTTOM}"
    root.attrib = {
        "class": "drawing",
        "viewBox": f"0 0 {width} {height}",
        "role": "img",
        "tabindex": "0",
        "aria-label": _description(chart),
        "data-area": area,
        "data-x": f"{chart.x_range[0]} {chart.x_range[1]}",
        "data-y": f"{low:g} {high:g}",
        **({"data-logarithmic": ""} if chart.logarithmic else {}),
    }
    cross = {"class": "cross", "d": f"M0 {_TOP}V{height - _BOTTOM}", "hidden": ""}
    ElementTree.SubElement(root, "path", cross)
    return re.sub(r">\s+<", "><", ElementTree.tostring(root, encoding="unicode"))


def number_text(value: float) -> str:
    """Return a number as on an axis, with a minus sign instead of a hyphen.

    Example:
        >>> number_text(-20.0), number_text(1000.0), number_text(0.25)
        ('−20', '1,000', '0.25')
    """
    text = f"{value:,.0f}" if abs(value) >= 10 else f"{value:g}"
    return text.replace("-", "−")


def _draw(chart: Chart, width: int, height: int, *, below: int) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=_PAPER)
    box = (_LEFT, below, width - _LEFT - _RIGHT, height - _TOP - below)
    axes = figure.add_axes(tuple(np.divide(box, (width, height, width, height))))
    axes.patch.set_visible(False)
    axes.set_xlim(chart.x_range)
    axes.set_xlabel(chart.x_label, color=_QUIET, labelpad=6)
    low = _set_logarithmic(axes, chart) if chart.logarithmic else -np.inf
    for index, curve in enumerate(chart.curves):
        style = _BASELINES.get(curve.style) or {"color": COLORS[int(curve.style)], "lw": 2.2}
        name = f"curve curve-{curve.style}"
        # The path stays inside the axes, where matplotlib keeps all its points.
        y = np.maximum(curve.y, low)
        axes.plot(curve.x, y, label=curve.label, gid=name, zorder=3 - index / 100, **style)
    figure.text(0, 1 - 14 / height, chart.y_label, color=_QUIET)
    axes.grid(color=_GRID, gid="grid")
    axes.tick_params(which="both", left=False, bottom=False, labelcolor=_QUIET)
    axes.xaxis.set_major_formatter(lambda value, _: number_text(round(value, 10)))
    axes.yaxis.set_major_formatter(lambda value, _: number_text(round(value, 10)))
    axes.spines[:].set_visible(False)
    axes.get_ylim()  # fixes the limits while the style applies
    return figure, axes


def _set_logarithmic(axes: Axes, chart: Chart) -> float:
    """Set limits below most of each curve, not below the few greys whose dots a lattice hides."""
    high = max(float(curve.y.max()) for curve in chart.curves)
    lows = [float(np.quantile(curve.y, 0.05)) for curve in chart.curves if curve.y.any()]
    low = max(min(lows, default=1.0), high / 1e4, 1e-12) / 1.25
    high = 1.25 * max(high, 2 * low)
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    steps = (1, 2, 5) if high / low < 900 else (1,)
    axes.yaxis.set_major_locator(LogLocator(subs=steps, numticks=20))
    axes.minorticks_off()
    return low


def _simplify(element: ElementTree.Element) -> None:
    """Leave colours to the style sheet, turn names into classes, and shorten numbers."""
    element.tag = element.tag.rpartition("}")[2]
    attributes = element.attrib
    anchor = re.search(r"text-anchor: (\w+)", attributes.pop("style", ""))
    if anchor:
        attributes["text-anchor"] = anchor[1]
    if element.tag == "g":
        name = attributes.pop("id", "")
        if name.startswith(("curve", "grid")):
            attributes["class"] = name
    if element.tag == "text":
        attributes.pop("transform", None)
    for key in ("d", "x", "y"):
        if key in attributes:
            value = re.sub(r"\s*([ML])\s*", r"\1", attributes[key].strip())
            attributes[key] = re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.1f}", value)


def _description(chart: Chart) -> str:
    """Return the chart's text for screen readers."""
    means = ", ".join(
        f"{curve.label} {number_text(float(f'{np.mean(curve.y):.3g}'))}" for curve in chart.curves
    )
    choice = f", {chart.choice}" if chart.choice else ""
    return f"{chart.title}{choice}: {chart.y_label}, against {chart.x_label}. Means: {means}."
