"""Find the loops that commands use: run commands on small pictures, and note what they load.

Functions of Python take some arrays that no command passes on; the usual ones are called too.
"""

import contextlib
import importlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from dither.native.listed import ListedLoop
from dither.native.loop import loaded

# Large enough that every command uses its compiled loops.
_LARGE, _MEDIUM, _SMALL = (1500, 1400), (400, 400), (64, 16)
_PANEL = "spectra-6-7.3"


def _commands() -> Iterator[str]:
    """Yield the commands: each kind of target, scan and sample that has a loop of its own."""
    for image in ("small", "gray16"):
        # Every scan order, to few levels, to two levels, and to colours.
        for scan in ("", " --raster", " --method curve", " --method dots"):
            for target in ("--bits 1", "--bits 2", "--palette pico-8"):
                yield f"dither diffuse {image}.png {target}{scan}"
        yield f"dither diffuse {image}.png --bits 10 --gray"  # codes of 16 bits
        yield f"dither diffuse {image}.png --bits 1 --kernel ostromoukhov"
        yield f"dither diffuse {image}.png --palette pico-8 --noise 0.2"
        yield f"dither diffuse {image}.png --palette pico-8 --noise 0.2 --raster"
        yield f"dither diffuse {image}.png --bits 1 --noise 0.2"
        yield f"dither diffuse {image}.png --bits 1 --raster --noise 0.2"
    yield "dither diffuse small.png --palette pico-8 --mix-in linear"
    yield "dither diffuse small.png --palette pico-8 --raster --clamp range"
    yield "dither diffuse small.png --colors 40"
    yield "dither diffuse inks.tif --bits 1 --inks --ink-dots avoid"
    yield f"dither diffuse large.png --panel {_PANEL}"
    yield "dither ordered large.png --palette pico-8"
    yield "dither ordered large.png --palette pico-8 --mixture-size 2"
    yield f"dither ordered large.png --panel {_PANEL}"
    yield "dither ordered clip.gif --palette pico-8"
    yield "dither ordered alpha.png --colors 4"
    yield "dither diffuse alpha.png --colors 4"
    yield "dither optimize alpha.png --colors 4"
    yield "dither optimize small.png --palette pico-8"
    yield "dither optimize medium.png --colors 4"
    yield "dither optimize small.png --rate 1"
    yield "dither optimize clip.gif --rate 1"
    yield f"dither optimize small.png --panel {_PANEL}"
    yield "dither optimize small.png --cells zx-spectrum"
    yield "dither optimize small.png --cells game-boy-color"
    yield "dither colors small.png --permutations 4"
    yield "bluenoise generate 16x16"
    yield "bluenoise generate 4x8x8"
    yield "bluenoise generate 16x16 --method void-and-cluster"
    yield "bluenoise generate 8x8 --values vec2"


COMMANDS = tuple(_commands())


def recorded_loops(commands: Sequence[str] = COMMANDS) -> list[ListedLoop]:
    """Run commands in this process, which should be new; return the loops that it loads, sorted.

    Raises:
        RuntimeError: a command fails.
    """
    arguments, before = sys.argv, Path.cwd()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        os.chdir(name)
        stack.callback(os.chdir, before)
        stack.callback(setattr, sys, "argv", arguments)
        _write_pictures(Path(name))
        for number, command in enumerate(commands):
            _run(number, command)
    _diffuse_codes()
    return sorted(ListedLoop(*each) for each in loaded)


def _run(number: int, command: str) -> None:
    program, *words = command.split()
    suffix = {"colors": "", "generate": ".npy"}.get(words[0], Path(words[1]).suffix)
    output = ["-o", f"{number}{suffix}", "--quiet"] if suffix else []
    sys.argv = [program, *words, *output]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            importlib.import_module(f"{program}.cli").main()
    except SystemExit as ended:
        if ended.code:
            raise RuntimeError(f"{command} fails") from ended


def _diffuse_codes() -> None:
    """Diffuse codes of 8 bits to plain colours, which commands map to a palette first."""
    import numpy as np

    # Like the commands, they stand above this room.
    diffusion = importlib.import_module("dither.diffusion")
    image, colors = np.zeros((16, 64, 3), np.uint8), np.eye(4, 3, dtype=np.uint8)
    diffusion.error_diffuse(image, palette=colors)
    diffusion.error_diffuse(image, palette=colors, serpentine=False)
    diffusion.dot_diffuse(image, palette=colors)
    diffusion.riemersma_dither(image, palette=colors)


def _write_pictures(folder: Path) -> None:
    import numpy as np
    from PIL import Image

    def noise(size: tuple[int, int], *channels: int) -> np.ndarray:
        return np.random.default_rng(0).integers(0, 1 << 16, (*size[::-1], *channels), np.uint16)

    Image.fromarray(noise(_LARGE, 3).astype(np.uint8)).save(folder / "large.png", compress_level=0)
    Image.fromarray(noise(_MEDIUM, 3).astype(np.uint8)).save(folder / "medium.png")
    Image.fromarray(noise(_SMALL, 3).astype(np.uint8)).save(folder / "small.png")
    Image.fromarray(noise(_SMALL)).save(folder / "gray16.png")
    Image.fromarray(noise(_SMALL, 4).astype(np.uint8)).save(folder / "alpha.png")
    inks = Image.fromarray(noise(_SMALL, 4).astype(np.uint8), "CMYK")
    inks.save(folder / "inks.tif")
    frames = [Image.fromarray(noise(_SMALL).astype(np.uint8) + number) for number in range(2)]
    frames[0].save(folder / "clip.gif", save_all=True, append_images=frames[1:])
