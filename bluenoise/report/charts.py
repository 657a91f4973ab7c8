"""The charts of a report as values: the curves of all matrices and of the baselines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bluenoise.report.measurements import Measurement, Measurements, white_noise_curve

# The first is the blur at which void-and-cluster is made.
_VIEWS = {
    "gaussian:1.5": "blurred by 1.5 pixels",
    "gaussian:1.0": "blurred by 1 pixel",
    "gaussian:2.0": "blurred by 2 pixels",
    "gaussian:3.0": "blurred by 3 pixels",
    "nasanen:300dpi,30cm": "at 300 dpi from 30 cm",
}
# The range of spectra; a lattice's spikes and the gaps between them reach further.
_MIN_DB, _MAX_DB = -40.0, 20.0


@dataclass(frozen=True, eq=False)
class Curve:
    """A line of a chart.

    Attributes:
        label: name of the matrix.
        style: "0", "1", ... for the matrices; "plain", "crossed" or "white" for the baselines.
        x: (n,) ascending.
        y: (n,).
    """

    label: str
    style: str
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, eq=False)
class Chart:
    """Curves over one pair of axes.

    Attributes:
        title: the subject.
        caption: how to read it.
        x_label: horizontal quantity and unit.
        y_label: vertical quantity and unit.
        x_range: limits of the horizontal axis.
        curves: in the order of the legend; earlier ones are drawn over later ones.
        logarithmic: whether the vertical axis is logarithmic.
        choice: its entry in the menu of views, "" if there is no menu.
    """

    title: str
    caption: str
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    curves: Sequence[Curve]
    logarithmic: bool = False
    choice: str = ""


def energy_charts(content: Measurements) -> list[Chart]:
    """Return the level energy of every grey, one chart per viewing filter."""
    greys, white = white_noise_curve(content.shapes[0])
    return [
        Chart(
            "Visible error of every grey",
            "Energy of the dots after the blur. Lower is better.",
            "grey, from black to white",
            "level energy × 10⁶",
            (0.0, 1.0),
            [
                Curve(label, style, greys, white[name])
                if label == "white noise"
                else Curve(label, style, each.greys, each.energies[name])
                for label, style, each in _lines(content)
            ],
            logarithmic=True,
            choice=choice,
        )
        for name, choice in _VIEWS.items()
    ]


def gain_charts(content: Measurements) -> list[Chart]:
    """Return level energies against void-and-cluster of the same shape, one chart per filter."""
    charts = []
    for name, choice in _VIEWS.items():
        curves = []
        for index, (label, each) in enumerate(content.matrices.items()):
            reference = content.references[each.matrix_set.shape].energies[name]
            gain = _decibels(each.energies[name] / np.maximum(reference, 1e-30))
            curves.append(Curve(label, str(index), each.greys, gain))
        curves.append(Curve("void-and-cluster", "plain", np.array([0.0, 1.0]), np.zeros(2)))
        charts.append(
            Chart(
                "Against void-and-cluster",
                "Ratio of the level energies. Below 0 dB the matrix is better than void-and-cluster.",
                "grey, from black to white",
                "level energy, dB",
                (0.0, 1.0),
                curves,
                choice=choice,
            )
        )
    return charts


def radial_charts(content: Measurements) -> list[Chart]:
    """Return the radially averaged spectra of the dot patterns and of the values."""
    lines = list(_lines(content))
    patterns = [(label, style, each.pattern_radial) for label, style, each in lines]
    values = [(label, style, each.value_radial) for label, style, each in lines]
    texts = (
        (
            "Spectrum of the dot patterns",
            "Mean over all greys. Good blue noise has little power on the left, where the eye is most "
            "sensitive, and no spikes, which a lattice has.",
        ),
        (
            "Spectrum of the values",
            "The matrix's own spectrum, often used to judge blue noise. It says little about its dot "
            "patterns.",
        ),
    )
    return [
        Chart(
            title,
            caption,
            "radial frequency, cycles per pixel",
            "power against white noise, dB",
            (0.0, 0.7),
            [
                Curve(label, style, frequency, _decibels(power))
                for label, style, (frequency, power) in spectra
                if len(frequency)
            ],
        )
        for (title, caption), spectra in zip(texts, (patterns, values), strict=True)
    ]


def temporal_chart(content: Measurements) -> Chart | None:
    """Return the spectrum of pixels over time; None if no matrix has frames."""
    curves = [
        Curve(
            label,
            style,
            np.arange(len(spectrum)) / each.matrix_set.shape[0],
            np.maximum(spectrum, _MIN_DB),
        )
        for label, style, each in _lines(content)
        if (spectrum := each.evaluation.temporal_spectrum_db)
    ]
    if not any(curve.style.isdigit() for curve in curves):
        return None
    return Chart(
        "Spectrum over time",
        "Spectrum of each pixel over the frames. With little power on the left, the average of a few "
        "frames is already near the grey.",
        "frequency, cycles per frame",
        "power against white noise, dB",
        (0.0, 0.5),
        curves,
    )


def _lines(content: Measurements) -> Iterator[tuple[str, str, Measurement]]:
    """Yield label, style and measurement of the matrices, then of the baselines, best first."""
    for index, (label, each) in enumerate(content.matrices.items()):
        yield label, str(index), each
    styles = {"white noise": "white", "void-and-cluster": "plain"}
    for label, each in reversed(list(content.baselines.items())):
        yield label, styles.get(label, "crossed"), each


def _decibels(power: np.ndarray) -> np.ndarray:
    return np.clip(10 * np.log10(np.maximum(power, 1e-30)), _MIN_DB, _MAX_DB)
