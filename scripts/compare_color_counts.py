"""Compare ways to choose the number of colours; draw docs/number-of-colors*.png: FOLDER [PART...].

For each photo of the folder, a ramp and a flat drawing: the counts that the largest gap, the visible
threshold and the elbow choose, and the blurred error of `optimize_palette` there. Then cases with
negative gaps: flat greys, photos shuffled in blocks, and palettes that lack colours of the photo.

The figures are kept in scripts/measured/number-of-colors.json. Parts to measure again are gaps, counts,
greys, blocks, palettes and crops; none draws the plots again, and all takes about ten CPU minutes.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "FOLDER", "[gaps|counts|greys|blocks|palettes|crops...]")

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from plot_style import (
    COLORS,
    DOCS,
    QUIET,
    SHADES,
    WIDTH,
    keep,
    kept,
    label_line,
    number_ticks,
    plt,
    save,
)

import dither
from dither.color_count.gap_statistic import COLOR_GRIDS, GapConfig
from dither.files.atomic import atomic_write
from dither.metrics import blurred_error

CROP, GAP, TITLE = 110, 4, 38
SIDES = (1, 2, 4, 8, 16, 32, 64)
COUNTS = (4, 8, 16, 32, 64, 128, 256)
GRIDS = [len(grid) for grid in COLOR_GRIDS]
GREYS = range(0, 256, 5)
SPREADS = (0, 0.05, 0.15, 0.4)
MAKERS = {"median cut": dither.median_cut, "k-means": dither.k_means}

Pictures = Mapping[str, np.ndarray]


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


def pictures(folder: Path) -> dict[str, np.ndarray]:
    """Return the photos, the ramp and the drawing."""
    photos = {path.stem: np.array(Image.open(path).convert("RGB")) for path in folder.glob("*.png")}
    ramp = np.linspace(0, 255, 400).round().astype(np.uint8)[:, None, None]
    photos = {name: photos[name] for name in sorted(photos)}
    return {**photos, "ramp": np.tile(ramp, (1, 600, 3)), "drawing": drawing()}


def loss(image: np.ndarray, grid: dither.ColorGrid) -> float:
    """Return the loss of an unshuffled image."""
    (found,) = dither.gap_statistic(image, [grid], GapConfig(2, 2))
    return found.loss


def in_blocks(image: np.ndarray, side: int) -> np.ndarray:
    """Return the image with its square blocks in random order."""
    rows, columns = image.shape[0] // side, image.shape[1] // side
    blocks = image[: rows * side, : columns * side].reshape(rows, side, columns, side, 3)
    flat = blocks.swapaxes(1, 2).reshape(rows * columns, side, side, 3)
    mixed = np.random.default_rng(side).permutation(flat).reshape(rows, columns, side, side, 3)
    return mixed.swapaxes(1, 2).reshape(rows * side, columns * side, 3)


def gaps(shown: Pictures) -> dict[str, Any]:
    """Return, for each picture, the log gap at each grid, and what the rules choose."""
    found = {}
    for name, picture in shown.items():
        estimates = dither.gap_statistic(picture, threads=2)
        chosen = [dither.largest_gap(estimates, log=log).colors for log in (False, True)]
        found[name] = {
            "log_gap": [each.log_gap for each in estimates],
            "chosen": [*chosen, dither.one_standard_error(estimates).colors],
        }
    return found


def counts(shown: Pictures) -> dict[str, Any]:
    """Return, for each picture, the barely visible number and the elbow, with their errors."""
    found = {}
    for name, picture in shown.items():
        visible = dither.count_colors(picture, threads=2)
        elbow = dither.elbow_count(list(dither.color_curve(picture, threads=2))).colors
        made = [dither.optimize_palette(picture, count, threads=2) for count in (visible, elbow)]
        errors = [float(blurred_error(picture, each.picture)) for each in made]
        found[name] = {"visible": visible, "elbow": elbow, "errors": errors}
    return found


def greys(shown: Pictures) -> dict[str, Any]:
    """Return the loss of flat greys with noise, against uniform errors, by standard deviation."""
    found = {}
    for spread in SPREADS:
        generator = np.random.default_rng(0)
        made = []
        for grey in GREYS:
            noise = generator.normal(grey, 255 * spread, (128, 128))
            flat = np.clip(noise, 0, 255).round().astype(np.uint8)
            made.append(loss(flat, dither.ColorGrid(2)) / (3 * flat.size * 255**2 / 12))
        found[f"{spread:g}"] = made
    return found


def blocks(shown: Pictures) -> dict[str, Any]:
    """Return the log of the loss of the first photo in shuffled blocks, against that of the photo."""
    photo = next(iter(shown.values()))
    found = {}
    for grid in (COLOR_GRIDS[0], COLOR_GRIDS[1], COLOR_GRIDS[4]):
        whole = loss(photo, grid)
        ratios = [float(np.log(loss(in_blocks(photo, side), grid) / whole)) for side in SIDES]
        found[str(len(grid))] = ratios
    return found


def palettes(shown: Pictures) -> dict[str, Any]:
    """Return mean squared errors of the first photo with palettes made from it, and shuffled."""
    photo = next(iter(shown.values()))
    found = {}
    for label, make in MAKERS.items():
        made = [make(photo, count) for count in COUNTS]
        estimates = dither.gap_statistic(photo, made, threads=2)
        found[label] = {
            "loss": [each.loss / photo.size for each in estimates],
            "shuffled": [each.expected / photo.size for each in estimates],
        }
    return found


def drawn(found: dict[str, Any], first: str) -> None:
    """Draw the four plots."""
    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 6.8), layout="constrained")
    _draw_gaps(axes[0, 0], found["gaps"])
    _draw_greys(axes[0, 1], found["greys"])
    _draw_blocks(axes[1, 0], found["blocks"], first)
    _draw_palettes(axes[1, 1], found["palettes"], first)
    save(figure, "number-of-colors")


def _draw_gaps(panel: Any, found: dict[str, Any]) -> None:
    for name, each in found.items():
        color = {"ramp": "#7c5a12", "drawing": "#c2410c"}.get(name, COLORS["blue"])
        panel.plot(GRIDS, each["log_gap"], "o-", color=color, lw=1, ms=3)
        if name in ("ramp", "drawing"):
            label_line(panel, 8, each["log_gap"][0], name, color, xytext=(0, 8))
    label_line(panel, 700, -0.29, "eight photos", COLORS["blue"])
    panel.axhline(0, color=QUIET, lw=0.8)
    panel.set(title="Below 0, shuffled pixels err less", xlabel="colours", xscale="log")
    panel.set(ylabel="log gap: ln(shuffled loss / loss)", ylim=(-0.45, 0.2))
    number_ticks(panel, "x", GRIDS)


def _draw_greys(panel: Any, found: dict[str, Any]) -> None:
    for (spread, ratios), color in zip(found.items(), reversed(SHADES), strict=True):
        panel.plot(GREYS, ratios, color=color, lw=1.3)
        text = "no noise" if spread == "0" else f"noise {spread}"
        label_line(panel, 256, ratios[-2], text, color, xytext=(2, 0), fontsize=8)
    panel.plot((0, 255), (1, 1), color=QUIET, lw=0.8)
    panel.set(title="Flat greys, 8 colours", xlabel="grey, 0 to 255", xlim=(-4, 345), ylim=(0, 1.9))
    panel.set(ylabel="loss, 1 for uniform errors", xticks=(0, 64, 128, 192, 255))


def _draw_blocks(panel: Any, found: dict[str, Any], first: str) -> None:
    for (colors, ratios), color in zip(found.items(), SHADES[1:], strict=True):
        panel.plot(SIDES, ratios, "o-", color=color, label=f"{int(colors):,} colours")
    panel.legend(loc="lower right")
    panel.axhline(0, color=QUIET, lw=0.8)
    panel.set(title=f"Photo {first} in shuffled blocks", xlabel="side of a block, pixels")
    panel.set(ylabel="ln(loss / loss of the photo)", xscale="log", ylim=(-0.215, 0.025))
    number_ticks(panel, "x", SIDES)


def _draw_palettes(panel: Any, found: dict[str, Any], first: str) -> None:
    for label, each in found.items():
        panel.plot(COUNTS, each["loss"], "o-", color=COLORS[label])
        panel.plot(COUNTS, each["shuffled"], "s--", color=COLORS[label])
    panel.set(title=f"Palettes made from photo {first}", xlabel="colours", xscale="log")
    panel.set(ylabel="mean squared error, codes squared", yscale="log", ylim=(2, 6e6))
    number_ticks(panel, "x", COUNTS)
    number_ticks(panel, "y", (10, 100, 1000, 10_000, 100_000, 1_000_000))
    for label, place in zip(found, (2.4e6, 1e6), strict=True):
        panel.text(256, place, label, color=COLORS[label], ha="right")
    panel.text(4.2, 12, "dashed: shuffled", color=QUIET)


def crops(shown: Pictures, found: Mapping[str, Any]) -> None:
    """Draw crops of each picture: the original, and at two numbers of colours, pixel for pixel."""
    groups = []
    wide = 3 * CROP + 2 * GAP
    font, small = ImageFont.load_default(14), ImageFont.load_default(12)
    for name, picture in shown.items():
        top, left = ((side - CROP) * 2 // 3 for side in picture.shape[:2])
        group = Image.new("RGB", (wide, CROP + TITLE), "white")
        draw = ImageDraw.Draw(group)
        draw.text((0, 2), name if name.isalpha() else f"photo {name}", "#1a1c20", font)
        chosen = found[name]["visible"], found[name]["elbow"]
        texts = ["original", f"{chosen[0]}: barely visible", f"{chosen[1]}: elbow"]
        made = [dither.optimize_palette(picture, count, threads=2).picture for count in chosen]
        for column, (text, each) in enumerate(zip(texts, [picture, *made], strict=True)):
            x = column * (CROP + GAP)
            draw.text((x, 20), text, QUIET, small)
            group.paste(Image.fromarray(each[top : top + CROP, left : left + CROP]), (x, TITLE - 2))
        groups.append(np.array(group))
        print(name, flush=True)
    space = np.full((CROP + TITLE, 16, 3), 255, np.uint8)
    rows = [
        np.concatenate([groups[start], space, groups[start + 1]], axis=1)
        for start in range(0, len(groups) - 1, 2)
    ]
    with atomic_write(DOCS / "number-of-colors-pictures.png") as file:
        Image.fromarray(np.concatenate(rows)).save(file, format="PNG", optimize=True)


PARTS: dict[str, Callable[[Pictures], dict[str, Any]]] = {
    "gaps": gaps,
    "counts": counts,
    "greys": greys,
    "blocks": blocks,
    "palettes": palettes,
}


def main() -> None:
    """Measure the parts that are named, and draw."""
    shown = pictures(Path(sys.argv[1]))
    found = kept("number-of-colors")
    for part, measure in PARTS.items():
        if part in sys.argv[2:]:
            found[part] = measure(shown)
            print(part, found[part], flush=True)
            keep("number-of-colors", found)
    drawn(found, next(iter(shown)))
    if "crops" in sys.argv[2:]:
        crops(shown, found["counts"])


if __name__ == "__main__":
    main()
