"""Compare three ways to choose the number of colours; draw docs/number-of-colors*.png.

For each photo, a ramp and a flat drawing: the counts that the largest gap, the visible threshold and
the elbow choose, and the blurred error of `optimize_palette` there. Then cases with negative gaps:
flat greys, photos shuffled in blocks, noise, and palettes that lack colours of the photo.
"""

import argparse
import time
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw

import dither
from dither.color_count.gap_statistic import COLOR_GRIDS, GapConfig
from dither.files.atomic import atomic_write
from dither.metrics import blurred_error

DOCS = Path(__file__).parent.parent / "docs"
CROP = 88

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder", type=Path)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
rng = np.random.default_rng(0)


def drawing() -> np.ndarray:
    """Return a drawing of flat colours with antialiased edges and a white sky."""
    picture = Image.new("RGB", (1200, 800), "#ffffff")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((900, 60, 1100, 260), "#ffd23f")
    draw.polygon([(0, 560), (300, 200), (640, 560)], "#5b6c8f")
    draw.rectangle((0, 540, 1200, 800), "#4f9d4f")
    draw.rectangle((700, 400, 900, 700), "#d1495b")
    draw.polygon([(670, 400), (800, 290), (930, 400)], "#6b2737")
    for row in range(6):
        draw.rectangle((60, 590 + 30 * row, 560 - 40 * row, 602 + 30 * row), "#000000")
    return np.array(picture.resize((600, 400), Image.Resampling.LANCZOS))


def loss(image: np.ndarray, grid: dither.ColorGrid) -> float:
    """Return the loss of an unshuffled image."""
    (found,) = dither.gap_statistic(image, [grid], GapConfig(2, 2))
    return found.loss


def in_blocks(image: np.ndarray, side: int) -> np.ndarray:
    """Return the image with its square blocks in random order."""
    rows, columns = image.shape[0] // side, image.shape[1] // side
    blocks = image[: rows * side, : columns * side].reshape(rows, side, columns, side, 3)
    flat = blocks.swapaxes(1, 2).reshape(rows * columns, side, side, 3)
    mixed = rng.permutation(flat).reshape(rows, columns, side, side, 3)
    return mixed.swapaxes(1, 2).reshape(rows * side, columns * side, 3)


paths = sorted(options.folder.glob("*.png"))
photos = {path.stem: np.array(Image.open(path).convert("RGB")) for path in paths}
ramp = np.linspace(0, 255, 400).round().astype(np.uint8)[:, None, None]
pictures = {**photos, "ramp": np.tile(ramp, (1, 600, 3)), "drawing": drawing()}
colors = [len(grid) for grid in COLOR_GRIDS]
figure, axes = plt.subplots(1, 4, figsize=(18, 4.2), layout="constrained")
crops = []
dither.gap_statistic(pictures["ramp"][:9])  # compile

print(
    "picture  log gap at", *colors, " largest: gap, log; one s.e.; visible K (B), elbow K (B); sec."
)
for name, picture in pictures.items():
    estimates = dither.gap_statistic(picture, threads=options.threads)
    axes[0].plot(colors, [each.log_gap for each in estimates], "o-", ms=4, label=name)
    before = time.perf_counter()
    visible = dither.count_colors(picture, threads=options.threads)
    seconds = time.perf_counter() - before
    curve = list(dither.color_curve(picture, threads=options.threads))
    elbow = dither.elbow_count(curve).colors
    shown = [picture]
    for count in (visible, elbow):
        shown.append(dither.optimize_palette(picture, count, threads=options.threads).picture)
    errors = [blurred_error(picture, each) for each in shown[1:]]
    print(
        f"{name:8}",
        *(f"{each.log_gap:8.4f}" for each in estimates),
        *(dither.largest_gap(estimates, log=log).colors for log in (False, True)),
        dither.one_standard_error(estimates).colors,
        f"{visible} ({errors[0]:.2f})  {elbow} ({errors[1]:.2f})  {seconds:.1f}",
        flush=True,
    )
    top, left = ((side - CROP) * 2 // 3 for side in picture.shape[:2])
    tile = Image.new("RGB", (3 * CROP + 8, CROP + 16), "white")
    text = f"{name}: all, {visible} visible, {elbow} elbow"
    ImageDraw.Draw(tile).text((2, 2), text, "black")
    for column, each in enumerate(shown):
        crop = Image.fromarray(each[top : top + CROP, left : left + CROP])
        tile.paste(crop, (column * (CROP + 1), 14))
    crops.append(np.array(tile))
axes[0].axhline(0, color="gray", lw=0.8)
axes[0].set(xscale="log", title="log gap: below 0, shuffled is better", xlabel="colours")
axes[0].legend(fontsize=6, ncols=2)

corners = dither.ColorGrid(2)
grays = np.arange(0, 256, 5)
for spread in (0, 0.05, 0.15, 0.4):
    made = []
    for gray in grays:
        noise = rng.normal(gray, 255 * spread, (128, 128))
        flat = np.clip(noise, 0, 255).round().astype(np.uint8)
        made.append(loss(flat, corners) / (3 * flat.size * 255**2 / 12))
    axes[1].plot(grays, made, label=f"noise of {spread:g} steps")
    print(f"greys with noise of {spread:g} steps: mean loss {np.mean(made):.3f} of uniform errors'")
axes[1].axhline(1, color="gray", lw=0.8)
axes[1].set(title="K = 8: loss / that of uniform errors", xlabel="mean grey of a flat image")
axes[1].legend(fontsize=7)

sides = (1, 2, 4, 8, 16, 32, 64)
photo = next(iter(photos.values()))
for grid in (COLOR_GRIDS[0], COLOR_GRIDS[1], COLOR_GRIDS[4]):
    whole = loss(photo, grid)
    ratios = [float(np.log(loss(in_blocks(photo, side), grid) / whole)) for side in sides]
    axes[2].plot(sides, ratios, "o-", label=f"K = {len(grid)}")
    shown = (f"{side}: {ratio:.4f}" for side, ratio in zip(sides, ratios, strict=True))
    print(f"K = {len(grid)}, shuffled in blocks of", *shown)
axes[2].axhline(0, color="gray", lw=0.8)
axes[2].set(title=f"photo {paths[0].stem} shuffled in blocks", xlabel="side of a block, pixels")
axes[2].set(xscale="log", ylabel="log of loss / the photo's")
axes[2].set_xticks(sides, map(str, sides))
axes[2].legend(fontsize=7)

noise = rng.integers(0, 256, (400, 600, 3)).astype(np.uint8)
for each in dither.gap_statistic(noise, config=GapConfig(precision=0), threads=options.threads):
    print(f"noise, K = {each.colors}: log gap {each.log_gap:.5f} +- {each.log_gap_error:.5f}")

counts = (4, 8, 16, 32, 64, 128, 256)
makers = {"median cut": dither.median_cut, "k-means": dither.k_means}
for label, make in makers.items():
    palettes = [make(photo, count) for count in counts]
    estimates = dither.gap_statistic(photo, palettes, threads=options.threads)
    losses = np.array([(each.loss, each.expected) for each in estimates]) / photo.size
    (line,) = axes[3].loglog(counts, losses[:, 0], "o-", label=label)
    axes[3].loglog(counts, losses[:, 1], "s--", color=line.get_color(), label=f"{label}, shuffled")
    print(label, *(f"{each.colors}: {each.log_gap:+.2f}" for each in estimates))
axes[3].set(
    title=f"palettes from photo {paths[0].stem}", xlabel="colours", ylabel="mean square error"
)
axes[3].set_xticks(counts, map(str, counts))
axes[3].minorticks_off()
axes[3].legend(fontsize=7)

large = np.array(Image.fromarray(photo).resize((946, 670)))
for config in (GapConfig(precision=0), GapConfig()):
    before = time.perf_counter()
    estimates = dither.gap_statistic(large, config=config, threads=options.threads)
    drawn = [len(each.null_losses) for each in estimates]
    print(f"946x670, five grids, {drawn} shuffles: {time.perf_counter() - before:.2f} s")

with atomic_write(DOCS / "number-of-colors.png") as file:
    figure.savefig(file, format="png", dpi=70)
rows = [np.concatenate(crops[start : start + 2], axis=1) for start in range(0, len(crops) - 1, 2)]
with atomic_write(DOCS / "number-of-colors-pictures.png") as file:
    Image.fromarray(np.concatenate(rows)).save(file, format="PNG", optimize=True)
