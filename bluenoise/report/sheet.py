"""A report as one PNG: the same pictures, charts and scores as the page, with whole pixels."""

from collections.abc import Sequence

import numpy as np

from bluenoise.report.chart_drawing import COLORS, chart_pixels, number_text
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
from bluenoise.report.layout import INK, QUIET, below, beside, framed, grid, text_block
from bluenoise.report.measurements import Measurements
from bluenoise.report.pictures import SPECTRUM_DB, color_scale
from bluenoise.report.scores import facts, scores, verdict
from dither.images.io import encode_image
from dither.images.raster_image import RasterImage

_GAP = 24
_MARGIN = 40
_CHART_HEIGHT = 350
_LABEL_WIDTH = 420

Rows = Sequence[Sequence[Figure]]


def sheet(content: Measurements) -> bytes:
    """Return the PNG of a report; of matrices with frames it shows the first frame."""
    columns = max(3, len(content.matrices))
    width = columns * WIDE + (columns - 1) * _GAP
    alone = len(content.matrices) == 1
    parts = [text_block(content.title, size=33, bold=True, width=width)]
    for name in content.matrices:
        sentence = verdict(content, name)
        text = sentence if alone else f"{name}: {sentence}"
        parts.append(text_block(text, size=16, color=QUIET, width=width))
    parts += _pictures(content, alone=alone)
    parts += [_heading("Visible error"), _charts(content, (width - _GAP) // 2)]
    parts += [_heading("Scores"), _table(content, width), _heading("Provenance")]
    for name in content.matrices:
        parts += [] if alone else [text_block(name, bold=True)]
        for fact in facts(content, name)[2:]:
            parts.append(text_block(f"{fact.term}: {fact.value}", color=QUIET, width=width))
    pixels = framed(below(parts, 8), _MARGIN)
    return encode_image(RasterImage(pixels), ".png")


def _heading(text: str) -> np.ndarray:
    return np.pad(text_block(text, size=21, bold=True), ((20, 4), (0, 0), (0, 0)), mode="edge")


def _pictures(content: Measurements, *, alone: bool) -> list[np.ndarray]:
    """Return the sections of pictures; several matrices get a column each."""
    sections: dict[str, list[Rows]] = {"The matrix": [], "Dot patterns": [], "A photo": []}
    for name, each in content.matrices.items():
        matrix = [*matrix_figures(name, each), spectrum_figures(name, each)[0]]
        patches = patch_figures(name, each, alone=alone)
        ramp = [ramp_figure(name, each, alone=alone)]
        photos = photo_figures(name, each, content.photo)
        sections["The matrix"].append([matrix] if alone else [[figure] for figure in matrix])
        sections["Dot patterns"].append(
            [patches, ramp] if alone else [patches[:2], patches[2:], ramp]
        )
        sections["A photo"].append([photos] if alone else [[figure] for figure in photos])
    names = [
        text_block(name, size=15, color=COLORS[index], bold=True, width=WIDE)
        for index, name in enumerate(content.matrices)
    ]
    parts = []
    for heading, columns in sections.items():
        rows = [[_row(row) for row in rows] for rows in zip(*columns, strict=True)]
        parts += [_heading(heading), grid(rows if alone else [names, *rows], _GAP)]
    parts.insert(2, _spectrum_scale())
    return parts


def _row(figures: Sequence[Figure]) -> np.ndarray:
    """Return figures side by side, their captions below them."""
    blocks = []
    for figure in figures:
        pixels = _pixels(figure)
        caption = text_block(figure.caption, size=12, color=QUIET, width=max(90, pixels.shape[1]))
        blocks.append(below([pixels, caption], 6))
    return beside(blocks, _GAP if figures[0].shape[1] * figures[0].scale > WIDE / 2 else 16)


def _pixels(figure: Figure) -> np.ndarray:
    """Return the first plane at its scale; pictures wider than a column are reduced by averaging."""
    plane = figure.planes[0]
    pixels = np.tile(plane, (figure.repeats, figure.repeats, *[1] * (plane.ndim - 2)))
    if figure.scale >= 1:
        return pixels.repeat(int(figure.scale), axis=0).repeat(int(figure.scale), axis=1)
    from PIL import Image

    image = Image.fromarray(pixels)
    width, height = (max(1, round(side * figure.scale)) for side in image.size)
    return np.asarray(image.resize((width, height), Image.Resampling.BOX))


def _spectrum_scale() -> np.ndarray:
    low, high = map(number_text, SPECTRUM_DB)
    texts = (f"Spectrum: {low} dB", f"+{high} dB; white noise is at 0 dB")
    first, last = (text_block(text, size=12, color=QUIET) for text in texts)
    bar = np.broadcast_to(color_scale()[None], (12, 256, 3))
    return beside([first, bar, last], 10)


def _charts(content: Measurements, width: int) -> np.ndarray:
    """Return the charts, two per row."""
    over_time = temporal_chart(content)
    charts: list[Chart] = [
        energy_charts(content)[0],
        gain_charts(content)[0],
        *radial_charts(content),
        *([over_time] if over_time else []),
    ]
    blocks = []
    for chart in charts:
        title = f"{chart.title}, {chart.choice}" if chart.choice else chart.title
        pixels = chart_pixels(chart, width, _CHART_HEIGHT)
        blocks.append(below([text_block(title, size=15, bold=True, width=width), pixels], 6))
    return grid([blocks[start : start + 2] for start in range(0, len(blocks), 2)], _GAP)


def _table(content: Measurements, width: int) -> np.ndarray:
    columns = list(content.columns)
    step = (width - _LABEL_WIDTH) // len(columns)
    ours = len(content.matrices)
    header = [
        text_block(name, color=COLORS[i] if i < ours else INK, bold=True, width=step, right=True)
        for i, name in enumerate(columns)
    ]
    rows = [[text_block("", width=_LABEL_WIDTH), *header]]
    for score in scores(content):
        cells = [
            text_block(
                cell, color=INK if i < ours else QUIET, bold=i < ours, width=step, right=True
            )
            for i, cell in enumerate(score.cells)
        ]
        rows.append([text_block(f"{score.title} ({score.note})", width=_LABEL_WIDTH), *cells])
    return below([grid([row], 0) for row in rows], 8)
