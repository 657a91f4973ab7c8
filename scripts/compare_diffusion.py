"""Time error diffusion against Pillow and, if installed, `dithering`, in interleaved rounds.

    python scripts/compare_diffusion.py [FOLDER]

Photos from the folder are tiled to 12 megapixels; the default is a generated smooth picture.
"""

import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from dither.color import to_gray
from dither.diffusion import (
    JARVIS_JUDICE_NINKE,
    OSTROMOUKHOV,
    dot_diffuse,
    error_diffuse,
    riemersma_dither,
)

HEIGHT, WIDTH = 3000, 4000
ROUNDS = 9


def _photos(folders: list[str]) -> list[np.ndarray]:
    paths = sorted(path for folder in folders for path in Path(folder).glob("*.png"))
    if not paths:
        y, x = np.mgrid[0:512, 0:768]
        waves = [127.5 + 127.5 * np.sin(x / (40 + 9 * c) + y / (70 - 9 * c)) for c in range(3)]
        return [np.stack(waves, axis=2).astype(np.uint8)]
    return [np.array(Image.open(path).convert("RGB").resize((768, 512))) for path in paths]


photos = _photos(sys.argv[1:])
rows = [
    np.hstack([photos[(row + column) % len(photos)] for column in range(6)]) for row in range(6)
]
color = np.ascontiguousarray(np.vstack(rows)[:HEIGHT, :WIDTH])
gray = to_gray(color)
pillow_color, pillow_gray = Image.fromarray(color), Image.fromarray(gray)
few = pillow_color.resize((400, 300)).quantize(16)
palette = np.array(few.getpalette()[: 16 * 3], np.uint8).reshape(-1, 3)  # pyright: ignore
pillow_palette = Image.new("P", (1, 1))
pillow_palette.putpalette(palette.tobytes())
many = pillow_color.resize((400, 300)).quantize(256).getpalette()
palette_256 = np.array(many, np.uint8).reshape(-1, 3)
pillow_256 = Image.new("P", (1, 1))
pillow_256.putpalette(palette_256.tobytes())
FLOYD = Image.Dither.FLOYDSTEINBERG

Ways = dict[str, Callable[[], object]]
gray_ways: Ways = {
    "Pillow": lambda: pillow_gray.convert("1"),
    "raster, 1 thread": lambda: error_diffuse(gray, serpentine=False),
    "raster, 2 threads": lambda: error_diffuse(gray, serpentine=False, threads=2),
    "serpentine": lambda: error_diffuse(gray),
    "raster, 4 levels": lambda: error_diffuse(gray, levels=4, serpentine=False),
    "raster, Jarvis": lambda: error_diffuse(gray, kernel=JARVIS_JUDICE_NINKE, serpentine=False),
    "serpentine, Jarvis": lambda: error_diffuse(gray, kernel=JARVIS_JUDICE_NINKE),
    "Ostromoukhov": lambda: error_diffuse(gray, kernel=OSTROMOUKHOV),
    "Riemersma": lambda: riemersma_dither(gray),
    "dot diffusion": lambda: dot_diffuse(gray),
}
color_ways: Ways = {
    "Pillow": lambda: pillow_color.quantize(palette=pillow_palette, dither=FLOYD),
    "raster, 1 thread": lambda: error_diffuse(color, palette=palette, serpentine=False),
    "raster, 2 threads": lambda: error_diffuse(color, palette=palette, serpentine=False, threads=2),
    "serpentine": lambda: error_diffuse(color, palette=palette),
}
many_ways: Ways = {
    "Pillow": lambda: pillow_color.quantize(palette=pillow_256, dither=FLOYD),
    "raster, 1 thread": lambda: error_diffuse(color, palette=palette_256, serpentine=False),
    "raster, 2 threads": lambda: error_diffuse(
        color, palette=palette_256, serpentine=False, threads=2
    ),
    "serpentine": lambda: error_diffuse(color, palette=palette_256),
}
try:
    peer = importlib.import_module("dithering")
    hexes = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in palette.tolist()]
    gray_ways["dithering"] = lambda: peer.error_diffusion(gray, "floyd_steinberg")
    color_ways["dithering"] = lambda: peer.error_diffusion(color, "floyd_steinberg", palette=hexes)
except ModuleNotFoundError:
    print("the package dithering is not installed; comparing with Pillow only")

for title, ways in (
    ("grey to 1 bit", gray_ways),
    ("RGB to 16 colours", color_ways),
    ("RGB to 256 colours", many_ways),
):
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):
        for name, way in ways.items():
            before = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - before)
    # The first round compiles.
    print(f"{title}, {WIDTH} x {HEIGHT}; ratio: speed relative to Pillow in the same round")
    baseline = np.array(seconds["Pillow"][1:])
    for name, times in seconds.items():
        ratio = np.median(baseline / times[1:])
        print(f"  {name:20}{1e3 * np.median(times[1:]):8.1f} ms{ratio:8.2f} x")
