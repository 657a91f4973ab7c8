"""`python -m dither.native`: compile all loops that commands use, for example after an installation.

Each command runs once on a small picture, so the loops are those of real calls.
"""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Large enough that every command uses its compiled loops.
_LARGE, _SMALL = (1500, 1400), (24, 16)
DITHER = (
    "diffuse large.png --palette pico-8",
    "diffuse small.png --palette pico-8 --raster",
    "diffuse small.png --palette pico-8 --method curve",
    "diffuse small.png --palette pico-8 --method dots",
    "diffuse small.png --colors 4",
    "diffuse small.png --colors 4 --raster",
    "diffuse small.png --bits 1",
    "diffuse small.png --bits 1 --raster",
    "diffuse small.png --bits 2 --raster",
    "diffuse small.png --bits 1 --kernel ostromoukhov",
    "diffuse small.png --bits 1 --method curve",
    "diffuse small.png --bits 1 --method dots",
    "ordered large.png --palette pico-8",
    "ordered large.png --palette pico-8 --mixture-size 2",
    "optimize small.png --palette pico-8",
    "optimize small.png --colors 4",
)
BLUENOISE = "generate 16x16", "generate 4x8x8"


def main() -> None:
    """Compile all loops on all processors."""
    import numpy as np
    from PIL import Image

    from dither.native.cache import cache_folder
    from dither.parallel.processors import usable_processors

    def run(number: int, module: str, words: str, suffix: str) -> None:
        command = [sys.executable, "-m", module, *words.split(), "-o", f"{number}{suffix}"]
        done = subprocess.run([*command, "--quiet"], cwd=folder, stderr=subprocess.PIPE, text=True)
        state = "" if done.returncode == 0 else f": {done.stderr.strip()}"
        print(f"{module.partition('.')[0]} {words}{state}", flush=True)

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(usable_processors()) as pool:
        for name, (width, height) in (("large", _LARGE), ("small", _SMALL)):
            noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
            Image.fromarray(noise).save(Path(folder) / f"{name}.png", compress_level=0)
        jobs = [("dither.cli", words, ".png") for words in DITHER]
        jobs += [("bluenoise.cli", words, ".npy") for words in BLUENOISE]
        list(pool.map(run, range(len(jobs)), *zip(*jobs, strict=True)))
    files = list(cache_folder().glob("*.o"))
    print(f"{len(files)} loops in {cache_folder()}{os.sep}")


if __name__ == "__main__":
    main()
