"""Compare palettes with alpha with libimagequant: shadows, an icon, a card, a glow, text [and PHOTO].

Both dither to 16, 32 and 64 entries, the peer at full strength; oxipng packs the files. Pictures are
composited with black, grey and white as browsers do. Printed are the bytes, and the blurred error at
1.5 pixels and the grain over each background. Needs `imagequant` and `oxipng`.
"""

import argparse
import importlib
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from dither.images.raster_image import RasterImage
from dither.metrics import image_errors
from dither.small_files.fewest_rgba import encoded_rgba_tightly
from dither.small_files.optimize_rgba import optimize_rgba

COLORS = (16, 32, 64)
GRAYS = (0, 128, 255)

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("photo", type=Path, nargs="?", help="shown in an oval with a soft border")
options = parser.parse_args()
imagequant: Any = importlib.import_module("imagequant")


def _shadow(size: tuple[int, int], blur: int, peak: int, color: tuple[int, ...]) -> Image.Image:
    """Return the shadow of a rounded rectangle."""
    (width, height), mask = size, Image.new("L", size)
    box = width // 5, height // 5, width * 4 // 5, height * 4 // 5
    ImageDraw.Draw(mask).rounded_rectangle(box, 24, fill=peak)
    picture = Image.new("RGBA", size, color)
    picture.putalpha(mask.filter(ImageFilter.GaussianBlur(blur)))
    return picture


def _gaussian() -> Image.Image:
    y, x = np.mgrid[:400, :400] - 199.5
    pixels = np.zeros((400, 400, 4), np.uint8)
    pixels[..., 3] = np.rint(200 * np.exp(-(x * x + y * y) / 9800))
    return Image.fromarray(pixels)


def _card() -> Image.Image:
    picture, top = _shadow((480, 360), 18, 140, (20, 25, 50)), Image.new("RGBA", (960, 720))
    draw = ImageDraw.Draw(top)
    draw.rounded_rectangle((192, 132, 768, 564), 48, fill=(255, 255, 255, 255))
    draw.ellipse((360, 200, 600, 440), fill=(255, 122, 89, 255))
    for row in range(5):
        box = 232, 450 + 22 * row, 232 + 90 * (3 + row % 3), 460 + 22 * row
        draw.rectangle(box, fill=(40, 50, 60, 255))
    picture.alpha_composite(top.resize((480, 360), Image.Resampling.BICUBIC))
    return picture


def _icon() -> Image.Image:
    y, x = np.mgrid[:1024, :1024] / 1024
    mask = Image.new("L", (1024, 1024))
    ImageDraw.Draw(mask).rounded_rectangle((102, 102, 922, 870), 170, fill=255)
    color = np.dstack([80 + 160 * x, 60 + 100 * y, 200 - 120 * x * y, np.array(mask)])
    top = Image.fromarray(color.astype(np.uint8))
    draw = ImageDraw.Draw(top)
    draw.ellipse((307, 256, 716, 665), fill=(255, 255, 255, 255))
    draw.polygon([(460, 358), (460, 563), (614, 460)], fill=(230, 60, 60, 255))
    top = top.resize((256, 256), Image.Resampling.BICUBIC)
    below = np.array(top.getchannel("A").filter(ImageFilter.GaussianBlur(8))) / 2
    pixels = np.zeros((256, 256, 4), np.uint8)
    pixels[..., 3] = np.roll(below, 6, axis=0)
    picture = Image.fromarray(pixels)
    picture.alpha_composite(top)
    return picture


def _glow() -> Image.Image:
    y, x = np.mgrid[:320, :320] - 159.5
    hues = [128 + 127 * np.cos(np.arctan2(y, x) + channel * 2.1) for channel in range(3)]
    alpha = 255 * np.exp(-(((np.hypot(x, y) - 90) / 35) ** 2))
    return Image.fromarray(np.dstack([*hues, alpha]).astype(np.uint8))


def _text() -> Image.Image:
    picture = Image.new("RGBA", (400, 200))
    draw = ImageDraw.Draw(picture)
    draw.text((20, 20), "Sign in", font=ImageFont.load_default(40), fill=(10, 90, 200, 255))
    draw.text((20, 90), "Download now", font=ImageFont.load_default(52), fill=(200, 30, 60, 255))
    return picture


def _oval(path: Path) -> Image.Image:
    picture = Image.open(path).convert("RGB").resize((450, 300), Image.Resampling.BICUBIC)
    y, x = np.mgrid[:300, :450]
    far = np.hypot((x - 225) / 225, (y - 150) / 150)
    picture.putalpha(Image.fromarray(((1 - far) * 255 / 0.35).clip(0, 255).astype(np.uint8)))
    return picture


def _over(codes: np.ndarray, gray: int) -> np.ndarray:
    alpha = codes[..., 3:] / 255
    return np.rint(codes[..., :3] * alpha + gray * (1 - alpha)).astype(np.uint8)


def _errors(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return (3, 2): the blurred error and the grain over each background."""
    found = [image_errors(_over(before, gray), _over(after, gray)) for gray in GRAYS]
    return np.array([(errors.blurred_1_5, errors.grain) for errors in found])


def _peer(codes: np.ndarray, colors: int) -> tuple[np.ndarray, np.ndarray]:
    height, width = codes.shape[:2]
    found, flat = imagequant.quantize_raw_rgba_bytes(
        codes.tobytes(), width, height, dithering_level=1.0, max_colors=colors
    )
    table = np.array(flat, np.uint8).reshape(-1, 4)
    used, indices = np.unique(np.frombuffer(found, np.uint8), return_inverse=True)
    order = np.lexsort((table[used, :3].sum(axis=1), table[used, 3]))
    places = np.argsort(order).astype(np.uint8)
    return places[indices].reshape(height, width), table[used][order]


pictures = {
    "shadow": _shadow((512, 384), 32, 150, (0, 0, 0)),
    "faint shadow": _shadow((600, 200), 14, 90, (30, 40, 80)),
    "round shadow": _gaussian(),
    "card": _card(),
    "icon": _icon(),
    "glow": _glow(),
    "text": _text(),
} | ({} if options.photo is None else {"oval": _oval(options.photo)})
rows = []
for name, picture in pictures.items():
    codes = np.array(picture)
    image = RasterImage(np.ascontiguousarray(codes[..., :3]), np.ascontiguousarray(codes[..., 3]))
    for colors in COLORS:
        indices, table = _peer(codes, colors)
        begin = time.process_time()
        ours = optimize_rgba(image, colors)
        seconds = time.process_time() - begin
        sizes = [
            len(encoded_rgba_tightly(*pair))
            for pair in ((ours.indices, ours.palette.colors), (indices, table))
        ]
        mine, other = (
            _errors(codes, ours.palette.colors[ours.indices]),
            _errors(codes, table[indices]),
        )
        rows.append((sizes[0] / sizes[1], *(mine / np.maximum(other, 0.01))[:, 0]))
        print(
            f"{name:13}{colors:3}: {sizes[0]:6} bytes ({sizes[1]:6}), B over black, grey and white",
            " ".join(
                f"{one:.2f} ({two:.2f})" for one, two in zip(mine[:, 0], other[:, 0], strict=True)
            ),
            "grain",
            " ".join(
                f"{one:.2f} ({two:.2f})" for one, two in zip(mine[:, 1], other[:, 1], strict=True)
            ),
            f"{seconds:.1f} s",
            flush=True,
        )
found = np.array(rows)
means = np.exp(np.log(np.maximum(found, 1e-2)).mean(axis=0))
print("geometric mean of bytes, B over grey and over white:", means[[0, 2, 3]].round(3).tolist())
print("most bytes:", found[:, 0].max().round(3))
