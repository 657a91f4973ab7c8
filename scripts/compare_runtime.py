"""Time dithering of 12 megapixels against copying and other libraries: FOLDER [--rounds N].

The first landscape photo (PNG) is tiled to 4000 x 3000. Rounds are interleaved; figures are medians.
Pillow is always compared, opencv-python-headless and dithering if they are installed. Whole processes
and the memory for 100 megapixels follow.
"""

import importlib.util
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
from PIL import Image

from dither.color import to_gray
from dither.diffusion import error_diffuse
from dither.images.io import read_image
from dither.ordered.levels import ordered_dither, packed_dither, requantize
from dither.ordered.palette import dither_to_palette
from dither.palettes.from_image import k_means

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
        "ordered, packed": lambda: packed_dither(gray),
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
        "ordered, 16, mixtures of two": lambda: dither_to_palette(rgb, palettes[16], mix="two"),
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
if importlib.util.find_spec("dithering"):
    peer = importlib.import_module("dithering")
    tasks["grey to 1 bit"] |= {
        "dithering, Bayer": lambda: peer.ordered_dither(gray),
        "dithering, Floyd-Steinberg": lambda: peer.error_diffusion(gray),
    }
    tasks["colour to 4 levels"]["dithering, Bayer"] = lambda: peer.ordered_dither(rgb, levels=4)
    tasks["colour to palettes"] |= {
        "dithering, Bayer, 16": lambda: peer.ordered_dither(rgb, palette=palettes[16].hex),
        "dithering, Bayer, 256": lambda: peer.ordered_dither(rgb, palette=palettes[256].hex),
        "dithering, Floyd-Steinberg, 16": lambda: peer.error_diffusion(
            rgb, palette=palettes[16].hex
        ),
    }

rounds = int(sys.argv[3]) if sys.argv[2:3] == ["--rounds"] else 7
for task, ways in tasks.items():
    seconds = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    print(task)
    # The first round loads and compiles.
    copied = float(np.median(seconds["copy"][1:]))
    for name, times in seconds.items():
        median = float(np.median(times[1:]))
        print(f"  {name:32}{1e3 * median:9.1f} ms{median / copied:9.2f} x copy")

with tempfile.TemporaryDirectory() as folder:
    source = Path(folder, "photo.png")
    Image.fromarray(small).save(source)
    python = [sys.executable, "-c"]
    commands = {
        "import numpy": [*python, "import numpy"],
        "dither ordered, photo of 512x768": [
            *[sys.executable, "-m", "dither.cli", "ordered", str(source), "-o"],
            *[str(Path(folder, "out.png")), "--bits", "1", "--force", "--quiet"],
        ],
    }
    seconds = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True)
            seconds[name].append(time.perf_counter() - started)
    print("whole processes, the first and the median of the others")
    for name, times in seconds.items():
        print(f"  {name:32}{times[0]:9.2f} s{np.median(times[1:]):9.2f} s")

large = np.full((10_000, 10_000), 99, np.uint8)
tracemalloc.start()
result = ordered_dither(large, levels=2)
spare = (tracemalloc.get_traced_memory()[1] - result.nbytes) / 2**20
print(f"100 megapixels of grey to 1 bit: {spare:.1f} MiB beside input and output")
