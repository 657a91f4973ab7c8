"""Measure gains and costs of matrices with frames and channels; draw docs/more-dimensions.png."""

import dataclasses
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from bluenoise.evaluate import TEMPORAL_FILTERS, evaluate, luminance_gain_db, mean_gain_db
from bluenoise.methods.blue import blue, blue_channels, default_swaps, shifted
from bluenoise.methods.void_and_cluster import void_and_cluster
from bluenoise.objective.pair_kernel import JointChannels
from bluenoise.objective.target import ALL_DISTANCES, FRAMES
from dither.files.atomic import atomic_write
from dither.metrics.temporal import SpaceTimeProduct

PLANE = (32, 32)
SEEDS = range(2)
AVERAGE = "gaussian:2"
flat = [evaluate(void_and_cluster(PLANE, seed=seed)) for seed in SEEDS]


def figures(make):
    """Return dB of frames against 2-D void-and-cluster, and of pixels over time against white noise."""
    rows = [evaluate(make(seed)) for seed in SEEDS]
    frames = np.mean([mean_gain_db(row, one) for row, one in zip(rows, flat, strict=True)])
    return frames, np.mean([(row.over_time_db or {})[AVERAGE] for row in rows])


def swapped(shape, viewing):
    """Return a maker of matrices by the default method with another filter for frames."""
    config = dataclasses.replace(default_swaps(shape), viewing=viewing)
    return lambda seed: blue(shape, config, seed=seed)


figure, axes = plt.subplots(1, 3, figsize=(13, 3.8), layout="constrained")

counts = (2, 4, 8, 16, 32)
for name, make in {
    "blue": lambda count: lambda seed: blue((count, *PLANE), seed=seed),
    "void-and-cluster": lambda count: (
        lambda seed: void_and_cluster((count, *PLANE), sigma=1.9, seed=seed)
    ),
}.items():
    frames, pixels = zip(*(figures(make(count)) for count in counts), strict=True)
    axes[0].semilogx(counts, frames, "o-", base=2, label=f"frames, {name}")
    axes[0].semilogx(counts, pixels, "s:", base=2, label=f"pixels over time, {name}")
    for count, one, two in zip(counts, frames, pixels, strict=True):
        print(f"{name} {count} frames: {one:+.2f} dB a frame, {two:+.2f} dB over time")
axes[0].set(title="number of frames", xlabel="frames", ylabel="dB")
axes[0].legend(fontsize=7)

weights = (0.05, 0.1, 0.3, 1.0, 3.0)
shape = (16, *PLANE)
made = [figures(swapped(shape, dataclasses.replace(FRAMES, weight=weight))) for weight in weights]
axes[1].plot(*zip(*made, strict=True), "o-", label="sum, by its weight")
for weight, (frames, pixels) in zip(weights, made, strict=True):
    axes[1].annotate(f"{weight:g}", (frames, pixels), textcoords="offset points", xytext=(5, 3))
    print(f"sum, weight {weight:g}: {frames:+.2f} dB a frame, {pixels:+.2f} dB over time")
for name in ("gaussian:0.85", "gaussian:2", "exponential:0.1"):
    viewing = SpaceTimeProduct(FRAMES.space, TEMPORAL_FILTERS[name])
    frames, pixels = figures(swapped(shape, viewing))
    axes[1].plot(frames, pixels, "s", label=f"product, {name}")
    print(f"product, {name}: {frames:+.2f} dB a frame, {pixels:+.2f} dB over time")
axes[1].set(title="16 frames", xlabel="frames, dB", ylabel="pixels over time, dB")
axes[1].legend(fontsize=7)

owns = (0.03, 0.1, 0.3, 1.0)
config = default_swaps(PLANE, channels=3)
alone = [evaluate(blue(PLANE, seed=seed)) for seed in SEEDS]
points = []
for own in owns:
    viewing = JointChannels(ALL_DISTANCES, own=own)
    channels = [
        blue_channels(PLANE, dataclasses.replace(config, viewing=viewing), seed=seed)
        for seed in SEEDS
    ]
    cost = np.mean(
        [
            mean_gain_db(evaluate(one), row)
            for made, row in zip(channels, alone, strict=True)
            for one in made
        ]
    )
    # Gain in the luminance of greys against one good matrix for all channels.
    gain = np.mean([list(luminance_gain_db(made).values()) for made in channels]) + cost
    points.append((cost, gain))
    print(f"channels, own {own:g}: {cost:+.2f} dB each, {gain:+.2f} dB luminance of greys")
axes[2].plot(*zip(*points, strict=True), "o-", label="together, by what a channel's own counts")
for own, point in zip(owns, points, strict=True):
    axes[2].annotate(f"{own:g}", point, textcoords="offset points", xytext=(5, 3))
moved = np.mean(
    [list(luminance_gain_db(shifted(blue(PLANE, seed=seed), 3)).values()) for seed in SEEDS]
)
print(f"channels, shifted: {moved:+.2f} dB luminance of greys")
axes[2].plot(0, moved, "s", label="one matrix, shifted")
axes[2].set(title="three channels", xlabel="each channel, dB", ylabel="luminance of greys, dB")
axes[2].legend(fontsize=7)

with atomic_write(Path(__file__).parent.parent / "docs" / "more-dimensions.png") as file:
    figure.savefig(file, format="png", dpi=80)
