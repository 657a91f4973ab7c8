"""Time dithering of 12 megapixels beside copying them, Pillow and OpenCV if it is there: FOLDER.

The first landscape among the photos (PNG) is tiled to 4000 x 3000. All ways of a task take turns in
one run; medians.
"""

import importlib.util
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from dither.color import to_gray
from dither.diffusion import error_diffuse
from dither.io import read_image
from dither.ordered import ordered_dither, requantize
from dither.packing import pack
from dither.palette_dither import dither_to_palette
from dither.quantize import k_means

photos = [read_image(path).color for path in sorted(Path(sys.argv[1]).glob("*.png"))]
small = next(photo for photo in photos if photo.shape[0] < photo.shape[1])
rgb = np.ascontiguousarray(np.tile(small, (6, 6, 1))[:3000, :4000])
gray = np.ascontiguousarray(np.tile(to_gray(small), (6, 6))[:3000, :4000])
deep = gray.astype(np.uint16) * 257
palettes = {count: k_means(small, count) for count in (16, 256)}
picture, colour = Image.fromarray(gray), Image.fromarray(rgb)
swatch = Image.new("P", (1, 1))
swatch.putpalette(palettes[16].colors.tobytes())

tasks = {
    "grey to 1 bit": {
        "copy": lambda: gray.copy(),
        "ordered": lambda: ordered_dither(gray, levels=2),
        "ordered, packed": lambda: pack(ordered_dither(gray, levels=2).view(bool)),
        "ordered, values": lambda: requantize(gray, levels=2),
        "Floyd-Steinberg, serpentine": lambda: error_diffuse(gray, levels=2),
        "Floyd-Steinberg, raster": lambda: error_diffuse(gray, levels=2, serpentine=False),
        "Pillow, Floyd-Steinberg": lambda: picture.convert("1"),
    },
    "grey to 4 levels": {
        "copy": lambda: gray.copy(),
        "ordered": lambda: ordered_dither(gray, levels=4),
        "ordered, linear light": lambda: ordered_dither(gray, levels=4, light="linear"),
        "ordered, 2 threads": lambda: ordered_dither(gray, levels=4, threads=2),
    },
    "16-bit grey to 4 levels": {
        "copy": lambda: deep.copy(),
        "ordered": lambda: ordered_dither(deep, levels=4),
    },
    "colour to 4 levels": {
        "copy": lambda: rgb.copy(),
        "ordered": lambda: ordered_dither(rgb, levels=4),
        "ordered, RGB565": lambda: ordered_dither(rgb, levels=(32, 64, 32)),
    },
    "colour to palettes": {
        "copy": lambda: rgb.copy(),
        "ordered, 16 colours": lambda: dither_to_palette(rgb, palettes[16]),
        "ordered, 256 colours": lambda: dither_to_palette(rgb, palettes[256]),
        "Floyd-Steinberg, 16, raster": lambda: error_diffuse(
            rgb, palette=palettes[16], serpentine=False
        ),
        "Pillow, Floyd-Steinberg, 16": lambda: colour.quantize(
            palette=swatch, dither=Image.Dither.FLOYDSTEINBERG
        ),
    },
}
if importlib.util.find_spec("cv2"):
    cv2 = importlib.import_module("cv2")
    mask = np.random.default_rng(0).integers(0, 255, gray.shape, np.uint8)
    tasks["grey to 1 bit"]["OpenCV's compare, mask tiled"] = lambda: cv2.compare(
        gray, mask, cv2.CMP_GT
    )

for task, ways in tasks.items():
    seconds = {name: [] for name in ways}
    for _ in range(7):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    print(task)
    # The first round loads and compiles.
    copied = float(np.median(seconds["copy"][1:]))
    for name, times in seconds.items():
        median = float(np.median(times[1:]))
        print(f"  {name:32}{1e3 * median:8.1f} ms{median / copied:8.1f} x copy")
