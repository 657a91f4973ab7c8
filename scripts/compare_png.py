"""Compare PNG files of dithered photos with Pillow's and oxipng's: FOLDER OF PNG [--rounds N].

All photos are dithered to 2, 4 and 16 colours. Times are the least CPU seconds over rounds in which
both encoders take turns; bytes are geometric means over the photos, relative to `oxipng -o2`, the best
of others. Needs `pyoxipng`.
"""

import argparse
from pathlib import Path

import numpy as np
from compare_runtime import least_seconds
from oxipng import optimize_from_memory
from PIL import Image

from dither.diffusion import error_diffuse
from dither.images.formats.png import indexed_png
from dither.images.indexed import IndexedFrames
from dither.images.io import encode_pillow
from dither.matrix.classical import bayer
from dither.ordered.palette import dither_to_palette
from dither.palettes.from_image import k_means
from dither.wording import counted

WAYS = {
    "ordered, blue": dither_to_palette,
    "ordered, Bayer": lambda photo, palette: dither_to_palette(photo, palette, bayer(8, 8)),
    "Floyd-Steinberg": lambda photo, palette: error_diffuse(photo, palette=palette),
    "Floyd-Steinberg, raster": lambda photo, palette: error_diffuse(
        photo, palette=palette, serpentine=False
    ),
}


def pillow_png(picture: Image.Image) -> bytes:
    """Return the file that Pillow writes by default."""
    return encode_pillow(picture, "PNG", {})


def row(results: list[IndexedFrames], rounds: int) -> tuple[float, float, float]:
    """Return our seconds and bytes, and Pillow's bytes; relative to Pillow's and to oxipng's."""
    pictures = [result.to_pillow(0) for result in results]
    seconds = least_seconds(
        {
            "ours": lambda: [indexed_png(result) for result in results],
            "Pillow": lambda: [pillow_png(picture) for picture in pictures],
        },
        rounds,
    )
    ours = [indexed_png(result) for result in results]
    least = np.log([len(optimize_from_memory(content, level=2)) for content in ours])
    theirs = [pillow_png(picture) for picture in pictures]
    sizes = [np.log([len(content) for content in files]) for files in (ours, theirs)]
    our_size, their_size = (float(np.exp(np.mean(size - least))) for size in sizes)
    return seconds["ours"] / seconds["Pillow"], our_size, their_size


def main() -> None:
    """Print one row for each number of bits and way of dithering."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    paths = sorted(options.folder.glob("*.png"))
    photos = [np.array(Image.open(path).convert("RGB")) for path in paths]
    if not photos:
        parser.error("the folder has no photo (.png)")
    print(
        "| PNG of dithered photos | seconds / Pillow | bytes / oxipng | Pillow's bytes / oxipng |"
    )
    print("| --- | ---: | ---: | ---: |")
    for bits in (1, 2, 4):
        palettes = [k_means(photo, 1 << bits) for photo in photos]
        for name, dither in WAYS.items():
            pairs = zip(photos, palettes, strict=True)
            results = [
                IndexedFrames(
                    (dither(photo, palette),),
                    np.pad(palette.colors, ((0, 0), (0, 1)), constant_values=255),
                )
                for photo, palette in pairs
            ]
            seconds, ours, theirs = row(results, options.rounds)
            print(
                f"| {counted(bits, 'bit')}, {name} | {seconds:.2f} | {ours:.3f} | {theirs:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
