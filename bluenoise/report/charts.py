"""The charts of a report as values: curves of all matrices over those of the classical ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bluenoise.report.study import Study, white_noise_curve
from dither.metrics.viewing import STANDARD_FILTERS

FIRST_FILTER = "gaussian:1.5"
_VIEWS = {
    "gaussian:1.0": "blurred by 1 pixel",
    "gaussian:1.5": "blurred by 1.5 pixels",
    "gaussian:2.0": "blurred by 2 pixels",
    "gaussian:3.0": "blurred by 3 pixels",
    "nasanen:300dpi,30cm": "as the eye sees 300 dpi from 30 cm",
}
_LEAST_DB = -40.0


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


def energy_charts(studies: Mapping[str, Study], behind: Mapping[str, Study]) -> list[Chart]:
    """Level energy against grey, a chart for each viewing filter."""
    shape = next(iter(behind.values())).subject.shape
    white_greys, white = white_noise_curve(shape)
    charts = []
    for name in sorted(STANDARD_FILTERS, key=lambda name: name != FIRST_FILTER):
        curves = [Curve("white noise", "white", white_greys, white[name])]
        curves += [
            Curve(label, _style(label), each.greys, each.energies[name])
            for label, each in behind.items()
            if label != "white noise"
        ]
        curves += [
            Curve(label, str(index), each.greys, each.energies[name])
            for index, (label, each) in enumerate(studies.items())
        ]
        charts.append(
            Chart(
                "Visible error of every grey",
                "The blurred error of the pattern that each grey is thresholded into. Lower is better.",
                "grey, from black to white",
                "level energy × 10⁶",
                (0.0, 1.0),
                curves,
                logarithmic=True,
                choice=_VIEWS[name],
            )
        )
    return charts


def radial_charts(studies: Mapping[str, Study], behind: Mapping[str, Study]) -> list[Chart]:
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
        curves = [
            Curve(label, style, frequency, _decibels(power))
            for label, style, (frequency, power) in (
                *((label, _style(label), getattr(each, which)) for label, each in behind.items()),
                *(
                    (label, str(index), getattr(each, which))
                    for index, (label, each) in enumerate(studies.items())
                ),
            )
            if len(frequency)
        ]
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


def temporal_chart(studies: Mapping[str, Study], behind: Mapping[str, Study]) -> Chart | None:
    """The power of the pixels' sequences; None where no matrix has frames."""
    curves = [
        Curve(
            label,
            style,
            np.arange(len(spectrum)) / each.subject.shape[0],
            np.maximum(spectrum, _LEAST_DB),
        )
        for label, style, each in (
            *((label, _style(label), each) for label, each in behind.items()),
            *((label, str(index), each) for index, (label, each) in enumerate(studies.items())),
        )
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


def _style(label: str) -> str:
    """How one that is behind is drawn."""
    return {"white noise": "white", "void-and-cluster": "plain"}.get(label, "crossed")


def _decibels(power: np.ndarray) -> np.ndarray:
    return np.maximum(10 * np.log10(np.maximum(power, 1e-30)), _LEAST_DB)
