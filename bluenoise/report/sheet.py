"""A report as one picture: the same pictures, charts and figures, every pixel a whole square."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from bluenoise.report.axes import ticks, written, y_range
from bluenoise.report.canvas import INK, LINE, QUIET, Canvas
from bluenoise.report.charts import Chart, energy_charts, gain_charts, radial_charts, temporal_chart
from bluenoise.report.figures import (
    WIDE,
    Figure,
    matrix_figures,
    patch_figures,
    photo_figures,
    ramp_figure,
    spectrum_figures,
)
from bluenoise.report.measured import Measured
from bluenoise.report.pictures import SPECTRUM_DB, color_scale
from bluenoise.report.scores import Score, facts, scores, verdict

_GAP = 24
_CAPTION = 34
_COLORS = ("#1f5fbf", "#c2410c", "#0f766e", "#9333ea", "#be185d", "#4d7c0f", "#0e7490", "#7c5a12")
_STYLES: dict[str, dict[str, Any]] = {
    "plain": {"color": "#3f4550", "lw": 1.1},
    "crossed": {"color": "#8a6d2f", "lw": 0.9},
    "white": {"color": "#8b919b", "lw": 1.3, "ls": ":"},
}
_CHART_HEIGHT = 250
# Labels in a row of a legend.
_LEGEND = 4

# Rows of figures from the top down, each from left to right.
Rows = Sequence[Sequence[Figure]]


def sheet(content: Measured) -> bytes:
    """The PNG of a report; of frames the first is shown."""
    names = list(content.studies)
    columns = max(3, len(names))
    canvas = Canvas(columns * WIDE + (columns - 1) * _GAP)
    canvas.text(
        ", ".join(names) if len(names) < 4 else f"{len(names)} matrices", size=24, weight="bold"
    )
    for name in names:
        sentence = verdict(content, name)
        canvas.paragraph(sentence if len(names) == 1 else f"{name}: {sentence}", size=11.5)
    _put_pictures(canvas, content, alone=len(names) == 1)
    charts = [
        energy_charts(content)[0],
        gain_charts(content)[0],
        *radial_charts(content),
    ]
    over_time = temporal_chart(content)
    _heading(canvas, "How much is seen of the dots")
    _put_charts(canvas, [*charts, over_time] if over_time else charts)
    _put_table(canvas, list(content.columns), scores(content), ours=len(names))
    _heading(canvas, "Where it comes from" if len(names) == 1 else "Where they come from")
    for name in names:
        if len(names) > 1:
            canvas.y += 6
            canvas.text(name, weight="bold")
        for fact in facts(content, name)[2:]:
            canvas.paragraph(f"{fact.term}: {fact.value}")
    return canvas.png()


def _heading(canvas: Canvas, words: str) -> None:
    canvas.y += 28
    canvas.text(words, size=15, weight="bold")
    canvas.y += 8


def _put_pictures(canvas: Canvas, content: Measured, *, alone: bool) -> None:
    names = list(content.studies)
    groups: dict[str, list[Rows]] = {"The matrix": [], "Its greys": [], "A photo": []}
    for name, each in content.studies.items():
        matrix = [*matrix_figures(name, each), spectrum_figures(name, each)[0]]
        patches = patch_figures(name, each, alone=alone)
        ramp = ramp_figure(name, each, alone=alone)
        photos = photo_figures(name, each, content.photo)
        stacked = [[figure] for figure in matrix], [[figure] for figure in photos]
        groups["The matrix"].append([matrix] if alone else stacked[0])
        groups["Its greys"].append(
            [patches, [ramp]] if alone else [patches[:2], patches[2:], [ramp]]
        )
        groups["A photo"].append([photos] if alone else stacked[1])
    for title, columns in groups.items():
        _heading(canvas, title)
        if not alone:
            for index, name in enumerate(names):
                x = index * (WIDE + _GAP)
                canvas.text(name, x=x, y=canvas.y, size=11, weight="bold", color=_COLORS[index])
            canvas.y += 28
        for rows in zip(*columns, strict=True):
            _put_rows(canvas, rows)
        if title == "The matrix":
            _put_scale(canvas)


def _put_rows(canvas: Canvas, rows: Sequence[Sequence[Figure]]) -> None:
    """The same row of every column."""
    tallest = 0
    for column, figures in enumerate(rows):
        x = column * (WIDE + _GAP)
        for figure in figures:
            pixels = _pixels(figure)
            canvas.picture(pixels, x, canvas.y)
            words = figure.caption[: max(8, pixels.shape[1] // 6)]
            canvas.text(words, x=x, y=canvas.y + len(pixels) + 6, size=9, color=QUIET)
            x += pixels.shape[1] + (_GAP if pixels.shape[1] == WIDE else 16)
            tallest = max(tallest, len(pixels))
    canvas.y += tallest + _CAPTION


def _pixels(figure: Figure) -> np.ndarray:
    """The first plane at its scale; what is too large for a column is reduced by averaging."""
    plane = figure.planes[0]
    pixels = np.tile(plane, (figure.repeats, figure.repeats, *[1] * (plane.ndim - 2)))
    if figure.scale >= 1:
        return pixels.repeat(int(figure.scale), axis=0).repeat(int(figure.scale), axis=1)
    from PIL import Image

    image = Image.fromarray(pixels)
    width, height = (max(1, round(side * figure.scale)) for side in image.size)
    return np.asarray(image.resize((width, height), Image.Resampling.BOX))


def _put_scale(canvas: Canvas) -> None:
    low, high = SPECTRUM_DB
    canvas.text(f"spectrum: {written(low)} dB", y=canvas.y - 4, size=9, color=QUIET)
    bar = np.broadcast_to(color_scale()[None], (12, 256, 3))
    canvas.picture(np.ascontiguousarray(bar), 132, canvas.y)
    words = f"+{written(high)} dB; white noise is at 0 dB"
    canvas.text(words, x=398, y=canvas.y - 4, size=9, color=QUIET)
    canvas.y += 24


def _put_charts(canvas: Canvas, charts: Sequence[Chart]) -> None:
    """Two in a row."""
    across = (canvas.width - _GAP) // 2
    for index, chart in enumerate(charts):
        x = (across + _GAP) * (index % 2)
        title = f"{chart.title}, {chart.choice}" if chart.choice else chart.title
        canvas.text(title, x=x, y=canvas.y, size=10.5, weight="bold")
        size = (across - 70, _CHART_HEIGHT)
        canvas.axes(lambda axes, chart=chart: _draw(axes, chart), x + 62, canvas.y + 30, size)
        if index % 2 or index == len(charts) - 1:
            canvas.y += 30 + _CHART_HEIGHT + 72 + 20 * -(-len(chart.curves) // _LEGEND)


def _draw(axes: Axes, chart: Chart) -> None:
    low, high = y_range(chart)
    for curve in chart.curves:
        style = _STYLES.get(curve.style) or {"color": _COLORS[int(curve.style)], "lw": 1.8}
        axes.plot(curve.x, curve.y, label=curve.label, **style)
    axes.set(xlim=chart.x_range, ylim=(low, high), facecolor="none")
    if chart.logarithmic:
        axes.set_yscale("log")
    axes.minorticks_off()
    marks = ticks(low, high, logarithmic=chart.logarithmic)
    axes.set_yticks(marks, [written(value) for value in marks])
    along = ticks(*chart.x_range)
    axes.set_xticks(along, [written(value) for value in along])
    axes.tick_params(length=0, labelsize=8.5, labelcolor=QUIET)
    axes.grid(color=LINE, lw=0.8)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(chart.x_label, size=9, color=QUIET)
    axes.set_ylabel(chart.y_label, size=9, color=QUIET)
    lines = axes.get_lines()
    axes.legend(
        [lines[place] for place, _ in chart.legend],
        [curve.label for _, curve in chart.legend],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.16),
        ncols=_LEGEND,
        columnspacing=1.2,
        handlelength=1.6,
        fontsize=8.5,
        labelcolor=INK,
        frameon=False,
    )


def _put_table(canvas: Canvas, columns: list[str], rows: list[Score], *, ours: int) -> None:
    first = 420
    step = (canvas.width - first) // len(columns)
    ends = [first + step * (index + 1) for index in range(len(columns))]
    letters = max(8, step // 8)
    for index, (column, end) in enumerate(zip(columns, ends, strict=True)):
        color = _COLORS[index] if index < ours else INK
        words = column if len(column) <= letters else column[: letters - 1] + "…"
        canvas.text(words, x=end, y=canvas.y, weight="bold", color=color, align="right")
    canvas.y += 26
    for row in rows:
        canvas.line(canvas.y)
        canvas.text(row.label, y=canvas.y + 6)
        for index, (cell, end) in enumerate(zip(row.cells, ends, strict=True)):
            color, weight = (INK, "bold") if index < ours else (QUIET, "normal")
            canvas.text(cell, x=end, y=canvas.y + 6, color=color, weight=weight, align="right")
        canvas.y += 28
