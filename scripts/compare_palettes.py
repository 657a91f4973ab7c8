"""Compare dithering to K colours with libimagequant and Pillow: FOLDER OF PNG, or --images PATHS.

A folder gives four photos; a grey ramp and a flat drawing are added, all of 900 x 450 pixels. Errors
are geometric means over pictures (values below 0.01 count as 0.01), and ratios to the first method's.
B is the blurred error at 1.5 pixels, also listed per picture; S2 and S4 are SSIM at 1/2 and 1/4 scale.
"""

import argparse
import functools
import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
from byte_pictures import HEIGHT, WIDTH, drawing
from PIL import Image, ImageDraw, ImageOps

import dither
from dither.diffusion import requantize
from dither.metrics import image_errors
from dither.optimizer.config import Preset

Method = Callable[[np.ndarray, int], np.ndarray]

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder", type=Path, nargs="?")
parser.add_argument(
    "--images", type=Path, nargs="+", default=[], help="pictures instead of a folder"
)
parser.add_argument("--only", default="2,4,8,16,64,256", help="numbers of colours [%(default)s]")
parser.add_argument("--pictures", type=Path, help="folder for one contact sheet of crops per K")
options = parser.parse_args()
if (options.folder is None) == (not options.images):
    parser.error("give either a folder of .png files or --images")


def _ramp() -> np.ndarray:
    """Return a ramp from black at the top to white at the bottom, linear in code."""
    codes = np.rint(np.linspace(0, 255, HEIGHT)).astype(np.uint8)
    return np.broadcast_to(codes[:, None, None], (HEIGHT, WIDTH, 3)).copy()


def _fitted(path: Path) -> np.ndarray:
    """Return the middle of a photo, resized."""
    return np.array(ImageOps.fit(Image.open(path).convert("RGB"), (WIDTH, HEIGHT)))


def _with_pillow(image: np.ndarray, colors: int) -> np.ndarray:
    picture = Image.fromarray(image)
    cut = picture.quantize(colors, method=Image.Quantize.MEDIANCUT)
    found = picture.quantize(palette=cut, dither=Image.Dither.FLOYDSTEINBERG)
    return np.array(found.convert("RGB"))


def _with_matrix(image: np.ndarray, colors: int) -> np.ndarray:
    palette = dither.k_means(image, colors)
    return palette.colors[dither.dither_to_palette(image, palette)]


def _optimized(image: np.ndarray, colors: int, preset: Preset) -> np.ndarray:
    return dither.optimize_palette(image, colors, preset=preset).picture


methods: dict[str, Method] = {}
try:
    peer = importlib.import_module("imagequant")
    methods["imagequant"] = lambda image, colors: np.array(
        peer.quantize_pil_image(Image.fromarray(image).convert("RGBA"), max_colors=colors).convert(
            "RGB"
        )
    )
except ModuleNotFoundError:
    print("the package imagequant is not installed; ratios are against Pillow")
methods |= {
    "Pillow": _with_pillow,
    "k-means, diffused": lambda image, colors: requantize(
        image, palette=dither.k_means(image, colors), light="linear"
    ),
    "k-means, ordered": _with_matrix,
}
for preset in get_args(Preset):
    methods[f"optimized, {preset}"] = functools.partial(_optimized, preset=preset)


def _geometric(values: list[float]) -> float:
    return float(np.exp(np.mean(np.log(np.maximum(values, 0.01)))))


def _contact_sheet(path: Path, rows: dict[str, list[np.ndarray]]) -> None:
    """Save the middle of each picture at twice its size, one row per method."""
    height, width = 130, 260
    sheet = Image.new("RGB", (2 * width * len(pictures), (2 * height + 14) * len(rows)), "white")
    for row, (name, images) in enumerate(rows.items()):
        top = row * (2 * height + 14)
        ImageDraw.Draw(sheet).text((4, top + 1), name, "black")
        for column, image in enumerate(images):
            y, x = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
            crop = Image.fromarray(image).crop((x, y, x + width, y + height))
            sheet.paste(crop.resize((2 * width, 2 * height), 0), (2 * width * column, top + 14))
    sheet.save(path)


if options.images:
    pictures = [np.array(Image.open(path).convert("RGB")) for path in options.images]
    photos = len(pictures)
else:
    paths = sorted(options.folder.glob("*.png"))
    if len(paths) < 4:
        parser.error(f"{options.folder} holds {len(paths)} .png files; at least 4 are needed")
    photos = 4
    pictures = [_fitted(paths[place * (len(paths) - 1) // 3]) for place in range(photos)]
    pictures += [_ramp(), drawing(door=True)]
for way in methods.values():
    way(pictures[0][::4, ::4], 4)  # the first call compiles

for colors in map(int, options.only.split(",")):
    print(f"\nK = {colors:<17}     B  ratio  grain SCLAB*     S2     S4 lost  sec.  B of each")
    shown, base = {"original": pictures}, None
    for name, way in methods.items():
        before = time.perf_counter()
        shown[name] = [way(picture, colors) for picture in pictures]
        seconds = (time.perf_counter() - before) / len(pictures)
        found = [image_errors(*pair) for pair in zip(pictures, shown[name], strict=True)]
        blurred = [errors.blurred_1_5 for errors in found]
        grain = [errors.grain for errors in found]
        scielab = [errors.scielab for errors in found[:photos]]
        means = np.array([_geometric(blurred), _geometric(grain), _geometric(scielab)])
        base = means if base is None else base
        print(
            f"{name:20}{means[0]:7.3f}",
            " ".join(f"{ratio:6.3f}" for ratio in means / base),
            f"{np.mean([errors.ssim_half for errors in found]):6.3f}",
            f"{np.mean([errors.ssim_quarter for errors in found]):6.3f}",
            f"{sum(len(errors.lost_hues) for errors in found):4d}{seconds:6.2f} ",
            " ".join(f"{value:5.2f}" for value in blurred),
            flush=True,
        )
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
        _contact_sheet(options.pictures / f"{colors}_colors.png", shown)
print(f"\n* S-CIELAB of the {photos} photos only; seconds per picture")
