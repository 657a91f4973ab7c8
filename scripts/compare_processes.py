"""Time whole commands against other programs: FOLDER OF PNG [--rounds N].

Each figure is the least CPU time (user and system) and the least peak memory of a process over rounds
in which all commands take turns; memory below that of this script cannot be seen. The first landscape
photo is taken as it is, and enlarged to 12 megapixels. Pillow and numpy are always compared;
ImageMagick, vips, pngquant and gifski if they are installed.
"""

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from PIL import Image

PICO = "000000 1d2b53 7e2553 008751 ab5236 5f574f c2c3c7 fff1e8 ff004d ffa300 ffec27 00e436 29adff"
PICO += " 83769c ff77a8 ffccaa"
PILLOW = "from PIL import Image; im = Image.open({!r}); "
SWATCH = f"sw = Image.new('P', (1, 1)); sw.putpalette(bytes.fromhex('{PICO}'.replace(' ', ''))); "
FLOYD_STEINBERG = "im.convert('RGB').quantize(palette=sw, dither=3).save('o.png')"


def _dither(arguments: str) -> list[str]:
    return [sys.executable, "-m", "dither.cli", *arguments.split(), "--force", "--quiet"]


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


FRAMES = 24
GROUPS = {
    "64 x 64 grey to 1 bit": {
        "import numpy, PIL.Image": _python("import numpy, PIL.Image"),
        "dither ordered": _dither("ordered icon.png -o o.png --gray --bits 1"),
        "Pillow": _python(PILLOW.format("icon.png") + "im.convert('L').convert('1').save('o.png')"),
    },
    "768 x 512 to 16 given colours, Floyd-Steinberg": {
        "dither diffuse": _dither("diffuse photo.png -o o.png --palette pico-8"),
        "Pillow": _python(PILLOW.format("photo.png") + SWATCH + FLOYD_STEINBERG),
    },
    "768 x 512 to 16 chosen colours": {
        "dither optimize": _dither("optimize photo.png -o o.png --colors 16"),
        "dither optimize, 16 given colours": _dither("optimize photo.png -o o.png -p pico-8"),
        "pngquant": ["pngquant", "--force", "--speed", "3", "--output", "o.png", "16", "photo.png"],
    },
    "12 megapixels, JPEG to 1 bit": {
        "dither ordered": _dither("ordered large.jpg -o o.png --gray --bits 1"),
        "ImageMagick": [
            "convert",
            "large.jpg",
            "-colorspace",
            "Gray",
            "-ordered-dither",
            "o8x8",
            "o.png",
        ],
        "vips, without dithering": ["vips", "colourspace", "large.jpg", "o.png[bitdepth=1]", "b-w"],
    },
    "12 megapixels, PNG to 16 given colours, Floyd-Steinberg": {
        "dither diffuse": _dither("diffuse large.png -o o.png --palette pico-8"),
        "Pillow": _python(PILLOW.format("large.png") + SWATCH + FLOYD_STEINBERG),
    },
    "12 megapixels to 16 chosen colours": {
        "dither optimize": _dither("optimize large.png -o o.png --colors 16"),
    },
    "768 x 512: how many colours": {
        "dither colors": _dither("colors photo.png --json"),
        "dither optimize, the number chosen": _dither("optimize photo.png -o o.png --colors auto"),
    },
    "clip of 24 frames, 320 x 240, to 16 chosen colours": {
        "dither optimize": _dither("optimize clip.gif -o o.gif --colors 16"),
        "gifski": [
            "gifski",
            "--quiet",
            "-o",
            "o.gif",
            *(f"frame{n:02}.png" for n in range(FRAMES)),
        ],
    },
    "100 megapixels, PNG to 1 bit": {
        "dither ordered": _dither("ordered huge.png -o o.png --gray --bits 1 --memory 64M"),
        "Pillow": _python(
            "from PIL import Image; Image.MAX_IMAGE_PIXELS = None; "
            "Image.open('huge.png').convert('L').convert('1').save('o.png')"
        ),
    },
    "matrix of 64 x 64": {
        "bluenoise generate": [
            *(sys.executable, "-m", "bluenoise.cli"),
            *["generate", "64x64", "-o", "m.npy", "--force", "--quiet"],
        ],
        "bluenoise generate, void-and-cluster": [
            *(sys.executable, "-m", "bluenoise.cli"),
            *[
                "generate",
                "64x64",
                "-o",
                "m.npy",
                "--method",
                "void-and-cluster",
                "--force",
                "--quiet",
            ],
        ],
    },
}


def write_pictures(source: Path, folder: Path) -> None:
    """Write the pictures of all groups."""
    photo = Image.open(source).convert("RGB")
    large = photo.resize((4000, 3000))
    photo.resize((64, 64)).save(folder / "icon.png")
    photo.save(folder / "photo.png")
    large.save(folder / "large.png", compress_level=1)
    large.save(folder / "large.jpg", quality=90)
    large.resize((10_000, 10_000)).save(folder / "huge.png", compress_level=1)
    frames = [photo.crop((4 * n, 0, 4 * n + 320, 240)) for n in range(FRAMES)]
    frames[0].save(folder / "clip.gif", save_all=True, append_images=frames[1:], duration=40)
    for number, frame in enumerate(frames):
        frame.save(folder / f"frame{number:02}.png")


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a command; return its CPU seconds and its peak memory in MiB.

    Raises:
        RuntimeError: it fails, with what it says.
    """
    # Modules are compiled once, as at a user's.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    silent, kept = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, env=env, stdout=silent, stderr=kept) as process:
        assert process.stderr is not None
        message = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {message.decode().strip()}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def working(commands: dict[str, list[str]], folder: Path) -> dict[str, list[str]]:
    """Run each command once, which may compile; return those that there are.

    A program of another project that fails is left out with a note: its name can belong to a stand-in.
    """
    there = {}
    for name, line in commands.items():
        if shutil.which(line[0]) is None:
            continue
        try:
            measured(line, folder)
        except RuntimeError as error:
            if line[0] == sys.executable:
                sys.exit(str(error))
            print(f"{name} is left out, because it fails: {error}", file=sys.stderr)
            continue
        there[name] = line
    return there


def main() -> None:
    """Print one table for each group."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    photos = ((path, Image.open(path)) for path in sorted(options.folder.glob("*.png")))
    source = next((path for path, photo in photos if photo.width > photo.height), None)
    if source is None:
        parser.error("the folder has no landscape photo (.png)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In another process: the peak of this one counts for those that it starts.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            pool.submit(write_pictures, source, folder).result()
        for group, commands in GROUPS.items():
            there = working(commands, folder)
            runs: dict[str, list[tuple[float, float]]] = {each: [] for each in there}
            for _ in range(options.rounds):
                for each, line in there.items():
                    runs[each].append(measured(line, folder))
            print(f"| {group} | CPU seconds | MiB |\n| --- | ---: | ---: |")
            for each, results in runs.items():
                seconds, memory = (min(column) for column in zip(*results, strict=True))
                print(f"| {each} | {seconds:.2f} | {memory:.0f} |")
            print(flush=True)


if __name__ == "__main__":
    main()
