"""The charts of a report as values: curves of all matrices over those of the classical ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bluenoise.report.measured import Measured
from bluenoise.report.study import Study, white_noise_curve

# The first is the blur at which void-and-cluster is made.
_VIEWS = {
    "gaussian:1.5": "blurred by 1.5 pixels",
    "gaussian:1.0": "blurred by 1 pixel",
    "gaussian:2.0": "blurred by 2 pixels",
    "gaussian:3.0": "blurred by 3 pixels",
    "nasanen:300dpi,30cm": "as the eye sees 300 dpi from 30 cm",
}
# Beyond these are a lattice's spikes, and the gaps between them.
_LEAST_DB, _MOST_DB = -40.0, 20.0


@dataclass(frozen=True, eq=False)
class Curve:
    """A line of a chart.

    Attributes:
        label: whose it is.
        style: "0", "1", ... for the matrices of the report, or "white", "crossed", "plain" for what is
            behind them.
        x: (n,) ascending.
        y: (n,).
    """

    label: str
    style: str
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, eq=False)
class Chart:
    """Curves over one axis.

    Attributes:
        title: what is drawn.
        caption: how it is read.
        x_label: the quantity along, with its unit.
        y_label: the quantity upward, with its unit.
        x_range: where the axis begins and ends.
        curves: those behind come first.
        logarithmic: whether y is drawn by its logarithm.
        choice: the words under which it is one of several, or none.
    """

    title: str
    caption: str
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    curves: Sequence[Curve]
    logarithmic: bool = False
    choice: str = ""

    @property
    def legend(self) -> list[tuple[int, Curve]]:
        """The curves with their places: the matrices first, then those behind, the last one first."""
        placed = list(enumerate(self.curves))
        ours = [each for each in placed if each[1].style.isdigit()]
        return ours + [each for each in reversed(placed) if each not in ours]


def energy_charts(content: Measured) -> list[Chart]:
    """Level energy against grey, a chart for each viewing filter."""
    greys, white = white_noise_curve(content.shapes[0])
    charts = []
    for name, choice in _VIEWS.items():
        curves = [Curve("white noise", "white", greys, white[name])]
        curves += [
            Curve(label, style, each.greys, each.energies[name])
            for label, style, each in _lines(content)
            if label != "white noise"
        ]
        charts.append(
            Chart(
                "Visible error of every grey",
                "What is left of each grey's dots after the blur. Lower is better.",
                "grey, from black to white",
                "level energy × 10⁶",
                (0.0, 1.0),
                curves,
                logarithmic=True,
                choice=choice,
            )
        )
    return charts


def gain_charts(content: Measured) -> list[Chart]:
    """The same against void-and-cluster of each matrix's own shape, a chart for each viewing filter."""
    charts = []
    for name, choice in _VIEWS.items():
        curves = [Curve("void-and-cluster", "plain", np.array([0.0, 1.0]), np.zeros(2))]
        for index, (label, each) in enumerate(content.studies.items()):
            reference = content.references[each.subject.shape].energies[name]
            ratio = _decibels(each.energies[name] / np.maximum(reference, 1e-30))
            curves.append(Curve(label, str(index), each.greys, ratio))
        charts.append(
            Chart(
                "Against void-and-cluster",
                "The same as a ratio. Below the line a matrix is better, above it worse.",
                "grey, from black to white",
                "level energy, dB",
                (0.0, 1.0),
                curves,
                choice=choice,
            )
        )
    return charts


def radial_charts(content: Measured) -> list[Chart]:
    """Radially averaged spectra: of the patterns, and of the values themselves."""
    kinds = (
        (
            "Spectrum of the patterns",
            "Mean over all greys: what dithering shows. Blue noise has little power on the left, where "
            "the eye is keen, and none of a lattice's spikes.",
            "pattern_radial",
        ),
        (
            "Spectrum of the values",
            "Of the matrix itself, by which blue noise is often judged. It says little about the "
            "patterns.",
            "own_radial",
        ),
    )
    charts = []
    for title, caption, which in kinds:
        curves = []
        for label, style, each in _lines(content):
            frequency, power = getattr(each, which)
            if len(frequency):
                curves.append(Curve(label, style, frequency, _decibels(power)))
        charts.append(
            Chart(
                title,
                caption,
                "radial frequency, cycles per pixel",
                "power, dB of white noise",
                (0.0, 0.7),
                curves,
            )
        )
    return charts


def temporal_chart(content: Measured) -> Chart | None:
    """The power of the pixels' sequences; None where no matrix has frames."""
    curves = [
        Curve(
            label,
            style,
            np.arange(len(spectrum)) / each.subject.shape[0],
            np.maximum(spectrum, _LEAST_DB),
        )
        for label, style, each in _lines(content)
        if (spectrum := each.evaluation.temporal_spectrum_db)
    ]
    if not any(curve.style.isdigit() for curve in curves):
        return None
    return Chart(
        "Spectrum over time",
        "Of each pixel as the frames go by. Little power on the left means that averaged frames come "
        "to their grey soon.",
        "frequency, cycles per frame",
        "power, dB of white noise",
        (0.0, 0.5),
        curves,
    )


def _lines(content: Measured) -> Iterator[tuple[str, str, Study]]:
    """Label, style and study of every line: those behind come first."""
    for label, each in content.behind.items():
        yield label, _style(label), each
    for index, (label, each) in enumerate(content.studies.items()):
        yield label, str(index), each


def _style(label: str) -> str:
    """How one that is behind is drawn."""
    return {"white noise": "white", "void-and-cluster": "plain"}.get(label, "crossed")


def _decibels(power: np.ndarray) -> np.ndarray:
    return np.clip(10 * np.log10(np.maximum(power, 1e-30)), _LEAST_DB, _MOST_DB)
