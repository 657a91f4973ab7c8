"""Draw six palettes by three rendering intents: draw_intents.py PHOTO EVENING COLOURS.png SHEET.png.

The first output is the picture that is dithered: the photograph, the evening, a sweep of saturated hues
and a ramp of greys. The second shows the 18 results of `dither ordered`, as the palette or the panel
looks, without scaling.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "PHOTO", "EVENING", "COLOURS.png", "SHEET.png")

import colorsys
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, SPLIT = 256, 160, 136
INTENTS = ("perceptual", "relative", "absolute")
TARGETS = {
    "spectra-6-7.3": "--panel",
    "acep-7-7.3": "--panel",
    "black-white-yellow-red-4.2": "--panel",
    "game-boy": "--palette",
    "c64": "--palette",
    "#2b1d0e,#f1e2c6": "--palette",
}
_GAP, _LABEL, _PAPER, _INK = 8, 15, "#ffffff", "#000000"


def source(photo: Path, evening: Path) -> Image.Image:
    """Return the picture that is dithered, 256x160 pixels."""
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    with Image.open(photo) as portrait:
        height = round(SPLIT * portrait.height / portrait.width)
        picture.paste(portrait.resize((SPLIT, height), Image.Resampling.BOX))
    width = WIDTH - SPLIT
    with Image.open(evening) as landscape:
        picture.paste(landscape.resize((width, 75), Image.Resampling.BOX), (SPLIT, 0))
    picture.paste(Image.fromarray(_hues(width, 60)), (SPLIT, 75))
    ramp = np.linspace(0, 255, width).round().astype(np.uint8)
    picture.paste(Image.fromarray(np.tile(ramp, (25, 1))), (SPLIT, 135))
    return picture


def _hues(width: int, height: int) -> np.ndarray:
    """Return saturated hues from left to right, from white at the top to black at the bottom."""
    lightness = np.linspace(1, 0, height)
    rows = [
        [colorsys.hls_to_rgb(hue, each, 1) for hue in np.arange(width) / width]
        for each in lightness
    ]
    return np.rint(np.array(rows) * 255).astype(np.uint8)


def command(target: str, intent: str, output: str) -> list[str]:
    """Return the command whose picture is shown, as the palette or the panel looks."""
    words = ["dither", "ordered", "colours.png", TARGETS[target], target, "--intent", intent]
    if TARGETS[target] == "--panel":
        return [*words, "-o", "driver.png", "--preview", output]
    return [*words, "-o", output]


def corner(row: int, column: int) -> tuple[int, int]:
    """Return the left and top pixel of a picture in the sheet."""
    return column * (WIDTH + _GAP), row * (_LABEL + HEIGHT + _GAP) + _LABEL


def sheet(colors: Path) -> Image.Image:
    """Return the pictures of all commands with their names above them."""
    right, bottom = corner(len(TARGETS) - 1, len(INTENTS) - 1)
    drawn = Image.new("RGB", (right + WIDTH, bottom + HEIGHT), _PAPER)
    pen = ImageDraw.Draw(drawn)
    program = Path(sys.executable).parent / "dither"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "colours.png").write_bytes(colors.read_bytes())
        for row, target in enumerate(TARGETS):
            for column, intent in enumerate(INTENTS):
                words = command(target, intent, "shown.png")[1:]
                subprocess.run([program, *words, "--force", "--quiet"], cwd=folder, check=True)
                left, top = corner(row, column)
                with Image.open(Path(folder) / "shown.png") as shown:
                    drawn.paste(shown.convert("RGB"), (left, top))
                label = f"{target}  {intent}"
                pen.text((left, top - _LABEL + 1), label, _INK, ImageFont.load_default_imagefont())
    return drawn.quantize(256, dither=Image.Dither.NONE)


def main() -> None:
    """Draw both pictures."""
    photo, evening, colors, output = map(Path, sys.argv[1:])
    source(photo, evening).save(colors)
    sheet(colors).save(output, optimize=True)


if __name__ == "__main__":
    main()
