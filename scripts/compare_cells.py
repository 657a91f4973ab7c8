"""Compare cells with palettes of their own with two common ways to make them: PICTURES.

Pictures are cropped to 256 x 192 pixels, or 160 x 144 for the Game Boy Color. Both common ways choose
palettes by k-means of sRGB codes: cells are grouped by their mean colours, each group gets the means of
its pixels, and cells move to the palette with the least squared error, four times. Cells that choose
freely take the colours with the least squared error. "nearest" gives each pixel the nearest colour of
its cell; "diffused" adds Floyd and Steinberg's error diffusion. Values are means over the pictures of
the errors in OKLab after a blur of 1.5 and 3 pixels, and of the grain.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

import dither
from dither.cells.cells import Cells
from dither.metrics import blurred_error, grain
from dither.palettes.device import round_to_device

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("pictures", type=Path, nargs="+")
parser.add_argument("--only", nargs="+", default=dither.cell_names(), help="devices")
parser.add_argument("--save", type=Path, help="folder for the results")
options = parser.parse_args()


def _by_cell(picture: np.ndarray, cells: Cells) -> np.ndarray:
    """Return (cells, pixels, 3) float64; sides that are no multiples are extended."""
    rows, columns = cells.grid(picture.shape)
    extra = rows * cells.height - picture.shape[0], columns * cells.width - picture.shape[1]
    padded = np.pad(picture, ((0, extra[0]), (0, extra[1]), (0, 0)), mode="edge").astype(float)
    split = padded.reshape(rows, cells.height, columns, cells.width, 3).swapaxes(1, 2)
    return split.reshape(rows * columns, -1, 3)


def _means(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return (count, 3): plain k-means from random points."""
    centers = points[rng.choice(len(points), count, replace=len(points) < count)].astype(float)
    for _ in range(12):
        group = ((points[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
        for number in np.unique(group):
            centers[number] = points[group == number].mean(axis=0)
    return centers


def _palettes(picture: np.ndarray, cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Return (sets, N, 3) float64 palettes and (cells,) their numbers, as common tools choose them."""
    pixels, rng = _by_cell(picture, cells), np.random.default_rng(0)
    if cells.palettes is None:
        assert cells.master is not None
        colors = cells.master.colors.astype(float)
        distances = ((pixels[:, :, None] - colors) ** 2).sum(axis=3)
        often = np.bincount(distances.argmin(axis=2).ravel(), minlength=len(colors)).argmax()
        sets = cells.sets((int(often),) if cells.shared else ())
        errors = [distances[:, :, each].min(axis=2).sum(axis=1) for each in sets]
        return colors[sets], np.argmin(errors, axis=0)
    every = pixels.reshape(-1, 3)[::7]
    shared = _means(every, cells.colors, rng)
    nearest = ((every[:, None] - shared) ** 2).sum(axis=2).argmin(axis=1)
    shared = shared[np.argsort(-np.bincount(nearest, minlength=len(shared)))[: cells.shared]]
    centers = _means(pixels.mean(axis=1), cells.palettes, rng)
    group = ((pixels.mean(axis=1)[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    found = np.empty((cells.palettes, cells.colors, 3))
    for _ in range(4):
        for number in range(cells.palettes):
            own = pixels[group == number] if (group == number).any() else pixels
            own = own.reshape(-1, 3)
            own = own[:: max(1, len(own) // 3000)]
            found[number] = np.concatenate([shared, _means(own, cells.colors - len(shared), rng)])
        if cells.master is None:
            found = round_to_device(found, cells.device_levels).astype(float)
        else:
            master = cells.master.colors.astype(float)
            found = master[((found[:, :, None] - master) ** 2).sum(axis=3).argmin(axis=2)]
        errors = [
            ((pixels[:, :, None] - p) ** 2).sum(axis=3).min(axis=2).sum(axis=1) for p in found
        ]
        group = np.argmin(errors, axis=0)
    return found, group


def _drawn(
    picture: np.ndarray, cells: Cells, palettes: np.ndarray, choice: np.ndarray, share: float
) -> np.ndarray:
    """Return each pixel's nearest colour of its cell, with a share of the error handed on."""
    height, width = picture.shape[:2]
    choice = choice.reshape(cells.grid(picture.shape))
    work = np.pad(picture.astype(float), ((0, 1), (1, 1), (0, 0)))
    out = np.empty_like(picture)
    for y in range(height):
        for x in range(width):
            palette = palettes[choice[y // cells.height, x // cells.width]]
            wanted = work[y, x + 1].clip(-64, 319)
            out[y, x] = color = palette[((palette - wanted) ** 2).sum(axis=1).argmin()]
            error = share * (wanted - color) / 16
            work[y, x + 2] += 7 * error
            work[y + 1, x : x + 3] += np.outer((3, 5, 1), error)
    return out


def _optimized(picture: np.ndarray, cells: Cells) -> np.ndarray:
    """Return this project's result, of the picture's own colours as the others have them."""
    return dither.optimize_cells(picture, cells, intent="absolute").picture


def _common(share: float) -> Callable[[np.ndarray, Cells], np.ndarray]:
    return lambda picture, cells: _drawn(picture, cells, *_palettes(picture, cells), share)


METHODS = {"nearest": _common(0), "diffused": _common(1), "optimize": _optimized}
print("| cells | method | B 1.5 | B 3 | grain | seconds |")
print("|---|---|---|---|---|---|")
for name in options.only:
    cells = dither.load_cells(name)
    size = (160, 144) if name == "game-boy-color" else (256, 192)
    for method, make in METHODS.items():
        values, start = [], time.process_time()
        for path in options.pictures:
            with Image.open(path) as opened:
                picture = np.asarray(ImageOps.fit(opened.convert("RGB"), size))
            made = make(picture, cells)
            values.append(
                [*(blurred_error(picture, made, s) for s in (1.5, 3)), grain(picture, made)]
            )
            if options.save:
                options.save.mkdir(exist_ok=True)
                Image.fromarray(made).save(options.save / f"{path.stem}-{name}-{method}.png")
        seconds = (time.process_time() - start) / len(options.pictures)
        means = " | ".join(f"{value:.2f}" for value in np.mean(values, axis=0))
        print(f"| {name} | {method} | {means} | {seconds:.1f} |", flush=True)
