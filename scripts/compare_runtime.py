"""Time functions on 12 megapixels against copying and other libraries: FOLDER OF PNG [--rounds N].

Each figure is the least CPU time (user and system, of all threads) over rounds in which all functions
of a table take turns; the last column is relative to the first row. The first landscape photo is
enlarged to 4000 x 3000. Pillow is always compared; opencv-python-headless and dithering if they are
installed. The last line is the memory for 100 megapixels.
"""

import argparse
import itertools
import time
import tracemalloc
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

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
from dither.ordered.levels import ordered_dither, packed_dither, requantize
from dither.ordered.palette import dither_to_palette
from dither.palettes.from_image import k_means, median_cut
from dither.palettes.palette import Palette

WIDTH, HEIGHT = 4000, 3000
FLOYD_STEINBERG = Image.Dither.FLOYDSTEINBERG
METHODS = Image.Quantize

Ways = dict[str, Callable[[], object]]


def peer(name: str) -> Any:
    """Return a library of others, or None if it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        return None


def least_seconds(ways: Ways, rounds: int) -> dict[str, float]:
    """Return the least CPU seconds of each function; a first round loads and compiles."""
    found = dict.fromkeys(ways, float("inf"))
    for turn in range(rounds + 1):
        for name, way in ways.items():
            before = time.process_time()
            way()
            if turn:
                found[name] = min(found[name], time.process_time() - before)
    return found


def gray_groups(gray: np.ndarray) -> Iterable[tuple[str, Ways]]:
    """Yield tables of (H, W) uint8 grey; the first row of each is its unit."""
    picture, deep = Image.fromarray(gray), gray.astype(np.uint16) * 257
    to_one: Ways = {
        "copy": lambda: gray.copy(),
        "ordered": lambda: ordered_dither(gray, levels=2),
        "ordered, 8 pixels per byte": lambda: packed_dither(gray),
        "ordered, as grey values": lambda: requantize(gray, levels=2),
    }
    diffused: Ways = {
        "Pillow": lambda: picture.convert("1"),
        "serpentine": lambda: error_diffuse(gray),
        "raster": lambda: error_diffuse(gray, serpentine=False),
        "serpentine, Jarvis, Judice and Ninke": lambda: error_diffuse(
            gray, kernel=JARVIS_JUDICE_NINKE
        ),
        "Ostromoukhov": lambda: error_diffuse(gray, kernel=OSTROMOUKHOV),
        "Riemersma": lambda: riemersma_dither(gray),
        "dot diffusion": lambda: dot_diffuse(gray),
    }
    if cv2 := peer("cv2"):
        mask = np.random.default_rng(0).integers(0, 255, gray.shape, np.uint8)
        to_one["OpenCV compare, mask already tiled"] = lambda: cv2.compare(gray, mask, cv2.CMP_GT)
    if dithering := peer("dithering"):
        to_one["dithering, Bayer"] = lambda: dithering.ordered_dither(gray)
        diffused["dithering"] = lambda: dithering.error_diffusion(gray)
    yield "Grey to 1 bit, ordered", to_one
    yield (
        "Grey to 4 levels, ordered",
        {
            "copy": lambda: gray.copy(),
            "ordered": lambda: ordered_dither(gray, levels=4),
            "ordered, linear light": lambda: ordered_dither(gray, levels=4, light="linear"),
        },
    )
    yield (
        "Grey of 16 bits to 4 levels, ordered",
        {"copy": lambda: deep.copy(), "ordered": lambda: ordered_dither(deep, levels=4)},
    )
    yield "Grey to 1 bit, Floyd-Steinberg and others", diffused
    yield (
        "Grey to levels, Floyd-Steinberg, serpentine",
        {
            f"{levels} levels": lambda levels=levels: error_diffuse(gray, levels=levels)
            for levels in (2, 3, 4, 8, 16)
        },
    )


def ordered_groups(color: np.ndarray, palettes: dict[int, Palette]) -> Iterable[tuple[str, Ways]]:
    """Yield tables of ordered dithering of (H, W, 3) uint8 colour; the unit is a copy."""
    to_levels: Ways = {
        "copy": lambda: color.copy(),
        "ordered": lambda: ordered_dither(color, levels=4),
        "ordered, RGB565": lambda: ordered_dither(color, levels=(32, 64, 32)),
    }
    to_palettes: Ways = {"copy": lambda: color.copy()}
    for count, palette in palettes.items():
        to_palettes[f"ordered, {count} colours"] = lambda palette=palette: dither_to_palette(
            color, palette
        )
    to_palettes["ordered, 16 colours, mixtures of two"] = lambda: dither_to_palette(
        color, palettes[16], mix="two"
    )
    if dithering := peer("dithering"):
        to_levels["dithering, Bayer"] = lambda: dithering.ordered_dither(color, levels=4)
        to_palettes["dithering, Bayer, 16 colours"] = lambda: dithering.ordered_dither(
            color, palette=palettes[16].hex
        )
    yield "Colour to 4 levels, ordered", to_levels
    yield "Colour to palettes, ordered", to_palettes


def diffusion_groups(color: np.ndarray, palettes: dict[int, Palette]) -> Iterable[tuple[str, Ways]]:
    """Yield tables of Floyd-Steinberg to palettes; the unit is Pillow.

    Colours as an array are used as they are, as by the others. A `Palette` has a rendering intent: the
    picture is first mapped to what mixtures of its colours can show.
    """
    picture = Image.fromarray(color)
    dithering = peer("dithering")
    for count, palette in palettes.items():
        swatch = Image.new("P", (1, 1))
        swatch.putpalette(palette.colors.tobytes())

        def pillow(swatch: Image.Image = swatch) -> object:
            return picture.quantize(palette=swatch, dither=FLOYD_STEINBERG)

        def ours(colors: Any, serpentine: bool) -> Callable[[], object]:
            return lambda: error_diffuse(color, palette=colors, serpentine=serpentine)

        ways: Ways = {
            "Pillow": pillow,
            "serpentine": ours(palette.colors, True),
            "raster": ours(palette.colors, False),
            "serpentine, mapped by an intent": ours(palette, True),
        }
        if dithering and count == 16:
            ways["dithering"] = lambda colors=palette.hex: dithering.error_diffusion(
                color, palette=colors
            )
        yield f"Colour to {count} colours, Floyd-Steinberg", ways


def choice_groups(color: np.ndarray) -> Iterable[tuple[str, Ways]]:
    """Yield tables of ways to choose colours; the unit is Pillow's octree, its fastest."""
    picture = Image.fromarray(color)
    for count in (16, 256):
        yield (
            f"Choose {count} colours",
            {
                "Pillow, octree": lambda count=count: picture.quantize(
                    count, METHODS.FASTOCTREE, dither=Image.Dither.NONE
                ),
                "Pillow, median cut": lambda count=count: picture.quantize(
                    count, METHODS.MEDIANCUT, dither=Image.Dither.NONE
                ),
                "median cut": lambda count=count: median_cut(color, count),
                "k-means": lambda count=count: k_means(color, count),
            },
        )


def spare_mebibytes() -> float:
    """Return the memory that 100 megapixels of grey to 1 bit take beside input and output."""
    large = np.full((10_000, 10_000), 99, np.uint8)
    tracemalloc.start()
    result = ordered_dither(large, levels=2)
    spare = tracemalloc.get_traced_memory()[1] - result.nbytes
    tracemalloc.stop()
    return spare / 2**20


def main() -> None:
    """Print one table for each task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    photos = (Image.open(path).convert("RGB") for path in sorted(options.folder.glob("*.png")))
    photo = next((each for each in photos if each.width > each.height), None)
    if photo is None:
        parser.error("the folder has no landscape photo (.png)")
    color = np.array(photo.resize((WIDTH, HEIGHT)))
    palettes = {count: k_means(np.array(photo), count) for count in (16, 64, 256)}
    groups = itertools.chain(
        gray_groups(to_gray(color)),
        ordered_groups(color, palettes),
        diffusion_groups(color, palettes),
        choice_groups(color),
    )
    for title, ways in groups:
        found = least_seconds(ways, options.rounds)
        unit = next(iter(found))
        print(f"| {title} | milliseconds | relative to {unit} |\n| --- | ---: | ---: |")
        for name, seconds in found.items():
            print(f"| {name} | {1e3 * seconds:.1f} | {seconds / found[unit]:.2f} |")
        print(flush=True)
    print(f"100 megapixels of grey to 1 bit take {spare_mebibytes():.1f} MiB beside both pictures.")


if __name__ == "__main__":
    main()
