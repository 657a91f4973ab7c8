"""Measure gains and costs of frames and channels; draw docs/more-dimensions.png: [--draw].

The figures are kept in scripts/measured/more-dimensions.json. With --draw, they are drawn again without
measuring, which takes some CPU minutes.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "--draw")

import dataclasses
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from plot_style import COLORS, QUIET, WIDTH, keep, kept, label_line, number_ticks, plt, save

from bluenoise.evaluate import TEMPORAL_FILTERS, evaluate, luminance_gain_db, mean_gain_db
from bluenoise.methods.blue import blue, blue_channels, default_swaps, shifted
from bluenoise.methods.void_and_cluster import void_and_cluster
from bluenoise.objective.pair_kernel import JointChannels
from bluenoise.objective.target import ALL_DISTANCES, FRAMES
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.temporal import SpaceTime, SpaceTimeProduct

PLANE = (32, 32)
SEEDS = range(2)
AVERAGE = "gaussian:2"
COUNTS = (2, 4, 8, 16, 32)
WEIGHTS = (0.05, 0.1, 0.3, 1.0, 3.0)
PRODUCTS = ("gaussian:0.85", "gaussian:2", "exponential:0.1")
OWNS = (0.03, 0.1, 0.3, 1.0)

Maker = Callable[[int], ThresholdMatrix]


def measured() -> dict[str, Any]:
    """Return pairs of decibels: of each frame and over time, or of each channel and of greys."""
    flat = [evaluate(void_and_cluster(PLANE, seed=seed)) for seed in SEEDS]

    def figures(make: Maker) -> tuple[float, float]:
        rows = [evaluate(make(seed)) for seed in SEEDS]
        frames = [mean_gain_db(row, one) for row, one in zip(rows, flat, strict=True)]
        over_time = [(row.over_time_db or {})[AVERAGE] for row in rows]
        return float(np.mean(frames)), float(np.mean(over_time))

    def swapped(viewing: SpaceTime) -> tuple[float, float]:
        shape = (16, *PLANE)
        config = dataclasses.replace(default_swaps(shape), viewing=viewing)
        return figures(lambda seed: blue(shape, config, seed=seed))

    return {
        "blue": [figures(lambda seed, n=n: blue((n, *PLANE), seed=seed)) for n in COUNTS],
        "void-and-cluster": [
            figures(lambda seed, n=n: void_and_cluster((n, *PLANE), sigma=1.9, seed=seed))
            for n in COUNTS
        ],
        "sums": [swapped(dataclasses.replace(FRAMES, weight=weight)) for weight in WEIGHTS],
        "products": [
            swapped(SpaceTimeProduct(FRAMES.space, TEMPORAL_FILTERS[name])) for name in PRODUCTS
        ],
        **_channels(),
    }


def _channels() -> dict[str, Any]:
    """Return cost per channel, and gain in greys, by the weight of a channel's own error."""
    config = default_swaps(PLANE, channels=3)
    alone = [evaluate(blue(PLANE, seed=seed)) for seed in SEEDS]
    points = []
    for own in OWNS:
        swaps = dataclasses.replace(config, viewing=JointChannels(ALL_DISTANCES, own=own))
        made = [blue_channels(PLANE, swaps, seed=seed) for seed in SEEDS]
        pairs = [(one, row) for each, row in zip(made, alone, strict=True) for one in each]
        cost = np.mean([mean_gain_db(evaluate(one), row) for one, row in pairs])
        # Gain in the luminance of greys against one good matrix for all channels.
        gain = np.mean([list(luminance_gain_db(each).values()) for each in made]) + cost
        points.append((float(cost), float(gain)))
    moved = [luminance_gain_db(shifted(blue(PLANE, seed=seed), 3)).values() for seed in SEEDS]
    return {"channels": points, "shifted": float(np.mean([list(each) for each in moved]))}


def drawn(found: dict[str, Any]) -> None:
    """Draw frames in two plots, sums and products, and channels."""
    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 6.2), layout="constrained")
    for panel, index, title, label in (
        (axes[0, 0], 0, "Each frame, by number of frames", "dots, dB against\nvoid-and-cluster"),
        (axes[0, 1], 1, "Pixels averaged over time", "error, dB against\nwhite noise"),
    ):
        for name in ("void-and-cluster", "blue"):
            panel.plot(COUNTS, [point[index] for point in found[name]], "o-", color=COLORS[name])
        panel.set(title=title, xlabel="frames", ylabel=label, xscale="log", xlim=(1.8, 36))
        number_ticks(panel, "x", COUNTS)
        panel.axhline(0, color=QUIET, lw=0.8)
    for name, shift in (("void-and-cluster", 11), ("blue", -11)):
        label_line(
            axes[0, 0], 32, found[name][-1][0], name, COLORS[name], xytext=(0, shift), ha="right"
        )
        label_line(
            axes[0, 1], 32, found[name][-1][1], name, COLORS[name], xytext=(0, -shift), ha="right"
        )
    axes[0, 0].set_ylim(-1.2, 1.6)
    axes[0, 1].set_ylim(-8.2, 0.4)
    _sums(axes[1, 0], found)
    _colors(axes[1, 1], found)
    save(figure, "more-dimensions")


def _sums(panel: Any, found: dict[str, Any]) -> None:
    panel.plot(*zip(*found["sums"], strict=True), "o-", color=COLORS["blue"])
    for weight, (frames, pixels) in zip(WEIGHTS, found["sums"], strict=True):
        text = f"weight {weight:g}" if weight == WEIGHTS[0] else f"{weight:g}"
        label_line(panel, frames, pixels, text, COLORS["blue"])
    for name, (frames, pixels) in zip(PRODUCTS, found["products"], strict=True):
        panel.plot(frames, pixels, "s", color="#7c5a12")
        shift = -12 if name == "gaussian:0.85" else 10
        label_line(panel, frames, pixels, name, "#7c5a12", xytext=(0, shift), ha="center")
    panel.text(
        9, -4.4, "squares: products with\nthis temporal filter", color="#7c5a12", ha="center"
    )
    panel.set(title="Sum or product, 16 frames", xlabel="each frame, dB against void-and-cluster")
    panel.set(ylabel="pixels over time, dB\nagainst white noise", xlim=(-2, 15), ylim=(-8.2, 0.9))


def _colors(panel: Any, found: dict[str, Any]) -> None:
    panel.plot(*zip(*found["channels"], strict=True), "o-", color=COLORS["blue"])
    for own, (cost, gain) in zip(OWNS, found["channels"], strict=True):
        text = "weight of a channel's own error: 1" if own == OWNS[-1] else f"{own:g}"
        label_line(panel, cost, gain, text, COLORS["blue"], xytext=(4, 8))
    panel.plot(0, found["shifted"], "s", color="#7c5a12")
    label_line(panel, 0, found["shifted"], "one matrix, shifted", "#7c5a12", xytext=(4, 9))
    panel.set(title="Three channels", xlabel="each channel, dB against one alone", xlim=(-0.1, 1.8))
    panel.set(ylabel="luminance of greys, dB\nagainst equal channels", ylim=(-4.1, -2.2))


if __name__ == "__main__":
    if "--draw" not in sys.argv:
        keep("more-dimensions", measured())
    drawn(kept("more-dimensions"))
