"""Draw the pictures of docs/how-it-works.md: docs/how-*.png: [patterns] [huber] [histogram]."""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "[patterns|huber|histogram...]")

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from plot_style import SHADES, WIDTH, plt, save

import dither
from bluenoise.generate import generate
from dither.color import linear_to_oklab, linear_to_srgb, srgb_to_linear
from dither.differentiable import color_histogram
from dither.files.atomic import atomic_write
from dither.metrics.spectrum import power_spectrum

DOCS = Path(__file__).parent.parent / "docs"
DOTS_PER_INCH = 100
# Pixels per matrix cell; the page shows the pictures unscaled.
CELL = 2


def _save(figure: Figure, name: str) -> None:
    with atomic_write(DOCS / name) as file:
        figure.savefig(file, format="png", dpi=DOTS_PER_INCH, facecolor="white")
    plt.close(figure)


def _spectrum(values: np.ndarray) -> np.ndarray:
    """Return the power spectrum in dB against white noise of equal variance, zero frequency central."""
    power = np.fft.fftshift(power_spectrum(values))
    return 10 * np.log10(np.maximum(power / power.mean(), 1e-3))


def draw_patterns() -> None:
    """Draw two matrices, their dot patterns at 1/8, and the spectra of both."""
    side, gap, left, top = 64 * CELL, 12, 92, 24
    width, height = left + 4 * (side + gap), top + 2 * (side + gap)
    figure = plt.figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH))
    titles = ("matrix", "its spectrum", "pattern at 1/8", "its spectrum")
    matrices = {
        "as published\n(spectrum)": generate((64, 64), method="spectrum"),
        "the default\n(blue)": generate((64, 64), method="blue"),
    }
    for row, (label, matrix) in enumerate(matrices.items()):
        pattern = np.where(matrix.thresholds < 1 / 8, 0.0, 1.0)
        shown = (matrix.thresholds, _spectrum(matrix.thresholds), pattern, _spectrum(pattern))
        y = top + row * (side + gap)
        middle = 1 - (y + side / 2) / height
        figure.text((left - 10) / width, middle, label, ha="right", va="center", fontsize=8)
        for column, (image, title) in enumerate(zip(shown, titles, strict=True)):
            x = left + column * (side + gap)
            axes = figure.add_axes(
                (x / width, 1 - (y + side) / height, side / width, side / height)
            )
            low, high = (-20, 6) if "spectrum" in title else (0, 1)
            axes.imshow(image, "gray", vmin=low, vmax=high, interpolation="nearest")
            axes.set_axis_off()
            if row == 0:
                axes.set_title(title, fontsize=9, pad=5)
    _save(figure, "how-patterns.png")


def draw_huber() -> None:
    """Draw the Huber distance for several epsilons, and its derivative."""
    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 3), layout="constrained")
    distance = np.linspace(-1, 1, 801)
    for color, epsilon in zip(SHADES, (1, 0.3, 0.1, 0.01), strict=True):
        magnitude = np.abs(distance)
        near = magnitude < epsilon
        huber = np.where(near, distance**2 / (2 * epsilon), magnitude - epsilon / 2)
        panels[0].plot(distance, huber, color=color, label=f"ε = {epsilon:g}")
        panels[1].plot(distance, np.clip(distance / epsilon, -1, 1), color=color)
    for axes, title, label in zip(
        panels, ("Huber distance", "Its derivative"), ("distance", "pull on a value"), strict=True
    ):
        axes.set(title=title, xlabel="difference d of two values", ylabel=label)
        axes.set_xticks((-1, -0.5, 0, 0.5, 1), ("-1", "-0.5", "0", "0.5", "1"))
    panels[0].legend(loc="upper center", ncols=2, handlelength=1.2, columnspacing=1)
    panels[0].set_ylim(-0.03, 1.45)
    panels[0].set_yticks((0, 0.5, 1), ("0", "0.5", "1"))
    panels[1].set_yticks((-1, 0, 1), ("-1", "0", "1"))
    save(figure, "how-huber")


def draw_histogram() -> None:
    """Draw the colour histogram of the evening picture, five learned colours, and the result."""
    picture = dither.read_image(DOCS / "gallery" / "evening.png").color
    histogram = color_histogram(srgb_to_linear(picture / 255))
    learned = dither.optimize_palette(picture, 5)
    height, width, _ = picture.shape
    wide, high, left, low = 60 + 260 + 20 + width, 280, 60, 44
    figure = plt.figure(figsize=(wide / DOTS_PER_INCH, high / DOTS_PER_INCH))
    axes = figure.add_axes((left / wide, low / high, 260 / wide, (high - low - 24) / high))
    lab = linear_to_oklab(histogram.colors)
    codes = np.clip(linear_to_srgb(histogram.colors), 0, 1)
    axes.scatter(lab[:, 1], lab[:, 0], s=2 + histogram.counts / 12, c=codes, linewidths=0)
    rings = linear_to_oklab(srgb_to_linear(learned.palette.colors / 255))
    axes.scatter(
        rings[:, 1], rings[:, 0], s=190, facecolors="none", edgecolors="black", linewidths=1.6
    )
    axes.set(xlabel="a in OKLab, from green to red", ylabel="lightness L in OKLab")
    pixels = picture.shape[0] * picture.shape[1]
    axes.set_title(f"{pixels:,} pixels, {len(histogram.counts):,} bins, 5 colours", fontsize=10)
    # Show the result unscaled.
    shown = figure.add_axes(((wide - width) / wide, low / high, width / wide, height / high))
    shown.imshow(learned.picture, interpolation="nearest")
    shown.set_axis_off()
    shown.set_title("made of these five", fontsize=10)
    _save(figure, "how-histogram.png")


if __name__ == "__main__":
    for name in sys.argv[1:] or ["patterns", "huber", "histogram"]:
        {"patterns": draw_patterns, "huber": draw_huber, "histogram": draw_histogram}[name]()
