"""Build docs/gallery.md and its pictures with the project's own commands: [TARGET].

Each picture is byte for byte the output of the command in its caption. The sources are the photograph
that comes with matplotlib (Grace Hopper, by the United States Navy, in the public domain), the evening
that scripts/draw_evening.py draws, the picture of both beside saturated hues that
scripts/draw_intents.py draws, and a ramp of greys. The sheet of rendering intents is put together from
18 such outputs, by scripts/draw_intents.py.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "[TARGET]")

import html
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from matplotlib import cbook
from PIL import Image

DOCS = Path(__file__).parent.parent / "docs"


class Figure(NamedTuple):
    """A picture with its alternative text, caption and commands; the last one writes the file."""

    file: str
    seen: str
    caption: str
    commands: tuple[str, ...] = ()
    scale: int = 1

    @property
    def name(self) -> str:
        """Return the file name in the gallery, without folders."""
        return Path(self.file).name


class Section(NamedTuple):
    """Pictures shown side by side."""

    title: str
    text: str
    figures: tuple[Figure, ...]


def _photo(file: str, caption: str, command: str) -> Figure:
    return Figure(file, "Grace Hopper", caption, (command,))


def _evening(file: str, caption: str, command: str) -> Figure:
    return Figure(file, "An evening by a lake", caption, (command,))


def _machine(palette: str, name: str, verb: str = "ordered", *, rest: str = "") -> Figure:
    file = f"evening-{palette}.png"
    command = (
        f"dither {verb} evening.png -o {file} --palette {palette} --resize 160x --scale 2{rest}"
    )
    return _evening(file, name, command)


def _panel(name: str, caption: str, verb: str = "ordered", *, rest: str = "") -> Figure:
    file = f"evening-{name}{'-optimized' * (verb == 'optimize')}.png"
    driver = file.replace("evening", "driver")
    command = f"dither {verb} evening.png -o {driver} --panel {name} --preview {file}{rest}"
    return _evening(file, caption, command)


def _ramp(method: str, caption: str) -> Figure:
    commands = (
        f"bluenoise generate 64x64 -o {method}.npy --method {method}",
        f"dither ordered ramp.png -o ramp-{method}.png --bits 1 --matrix {method}.npy",
    )
    return Figure(f"ramp-{method}.png", "A ramp from black to white", caption, commands)


def _texture(method: str, caption: str) -> Figure:
    command = f"bluenoise export {method}.npy -o {method} --format png8"
    seen = "A square of 64 by 64 greys without visible order"
    return Figure(f"{method}/{method}.r8.png", seen, caption, (command,), scale=4)


SECTIONS = (
    Section(
        "Black and white",
        "One photograph in two colours, dithered in six ways.",
        (
            _photo(
                "photo-ordered.png",
                "Blue noise: even dots without visible structure.",
                "dither ordered photo.jpg -o photo-ordered.png --bits 1 --gray --resize 320x",
            ),
            _photo(
                "photo-floyd-steinberg.png",
                "Floyd-Steinberg: sharp, with its well-known worm patterns.",
                "dither diffuse photo.jpg -o photo-floyd-steinberg.png --bits 1 --gray --resize 320x",
            ),
            _photo(
                "photo-ostromoukhov.png",
                "Ostromoukhov: error diffusion with tone-dependent weights.",
                "dither diffuse photo.jpg -o photo-ostromoukhov.png --bits 1 --gray --resize 320x "
                "--kernel ostromoukhov",
            ),
            _photo(
                "photo-atkinson.png",
                "Atkinson: drops a quarter of the error, as on the first Macintosh.",
                "dither diffuse photo.jpg -o photo-atkinson.png --bits 1 --gray --resize 320x "
                "--kernel atkinson",
            ),
            _photo(
                "photo-curve.png",
                "Riemersma: error diffusion along a Hilbert curve, with a distinct grain.",
                "dither diffuse photo.jpg -o photo-curve.png --bits 1 --gray --resize 320x "
                "--method curve",
            ),
            _photo(
                "photo-dots.png",
                "Knuth's dot diffusion.",
                "dither diffuse photo.jpg -o photo-dots.png --bits 1 --gray --resize 320x "
                "--method dots",
            ),
        ),
    ),
    Section(
        "Bit by bit",
        "Gradients are the hardest content for few bits, and this evening is all gradients. Blue noise "
        "keeps them smooth.",
        (
            Figure("evening.png", "An evening by a lake", "The original: 24 bits per pixel."),
            *(
                _evening(
                    f"evening-{bits}-bit.png",
                    f"{words} per channel: {2 ** (3 * bits)} colours.",
                    f"dither ordered evening.png -o evening-{bits}-bit.png --bits {bits} "
                    "--mix-in linear",
                )
                for bits, words in ((1, "One bit"), (2, "Two bits"), (3, "Three bits"))
            ),
            _evening(
                "evening-gray-2-bit.png",
                "Two bits of grey: 4 levels.",
                "dither ordered evening.png -o evening-gray-2-bit.png --bits 2 --gray --mix-in linear",
            ),
            _evening(
                "evening-gray-4-bit.png",
                "Four bits of grey, as on most e-ink: 16 levels.",
                "dither ordered evening.png -o evening-gray-4-bit.png --levels 16 --gray "
                "--mix-in linear",
            ),
        ),
    ),
    Section(
        "Retro hardware",
        "160 pixels wide, each pixel shown as a square of 2 by 2, in built-in palettes.",
        (
            _machine("game-boy", "Game Boy: four greens.", rest=" --auto-contrast 0.5"),
            _machine("c64", "Commodore 64: 16 colours."),
            _machine(
                "cga-1-high",
                "CGA: black, cyan, magenta and white.",
                rest=" --exposure 1",
            ),
            _machine("cga-16", "The 16 colours of CGA and EGA.", "diffuse"),
            _machine(
                "zx-spectrum", "ZX Spectrum, without its attribute cells.", rest=" --exposure 1"
            ),
            _machine("pico-8", "PICO-8: 16 colours."),
        ),
    ),
    Section(
        "E-paper panels",
        "As the panel looks, in measured or estimated ink colours. An e-paper white is greyer than the "
        "white of a screen, so these pictures look dark beside this page; next to a panel, the eye "
        "adapts.",
        (
            _panel(
                "black-white-red-7.5",
                "Black, white and red: no blue ink, so the sky is grey.",
                rest=" --exposure 1",
            ),
            _panel(
                "black-white-yellow-red-4.2", "Black, white, yellow and red.", rest=" --exposure 1"
            ),
            _panel("acep-7-7.3", "ACeP: seven inks with little colour.", rest=" --exposure 1"),
            _panel("spectra-6-7.3", "Spectra 6, by ordered dithering.", rest=" --exposure 1"),
            _panel(
                "spectra-6-7.3",
                "Spectra 6, with optimised pixels.",
                "optimize",
                rest=" --exposure 1",
            ),
            Figure(
                "driver-spectra-6-7.3.png",
                "An evening by a lake",
                "The same as the ordered picture in the pure colours that its driver takes.",
                (_panel("spectra-6-7.3", "", rest=" --exposure 1").commands),
            ),
        ),
    ),
    Section(
        "Rendering intents",
        "One picture for six palettes by three intents. [Panels](panels.md#choose-a-rendering-intent) "
        "explains the differences.",
        (
            Figure(
                "colours.png",
                "Grace Hopper, an evening by a lake, saturated hues and a ramp of greys",
                "The original: a photograph, an evening, saturated hues and a ramp of greys.",
            ),
            Figure(
                "intents.png",
                "Six rows of three pictures. The absolute ones have flat yellow, white and green areas",
                "Perceptual and relative keep a ramp from black to white; absolute has flat areas "
                "where the palette is too small.",
                (
                    "dither ordered colours.png -o driver.png --panel spectra-6-7.3 --intent relative "
                    "--preview shown.png",
                ),
            ),
        ),
    ),
    Section(
        "Optimised palettes and pixels",
        "Palette and pixels optimised together; for comparison, 8 colours by k-means with "
        "Floyd-Steinberg.",
        (
            *(
                _evening(
                    f"evening-optimized-{colors}.png",
                    f"{colors} optimised colours.",
                    f"dither optimize evening.png -o evening-optimized-{colors}.png --colors {colors}",
                )
                for colors in (5, 8)
            ),
            _evening(
                "evening-k-means-8.png",
                "8 colours by k-means, with error diffusion.",
                "dither diffuse evening.png -o evening-k-means-8.png --colors 8",
            ),
        ),
    ),
    Section(
        "Dot patterns of three matrices",
        "The same ramp dithered with three matrices. All three have a blue-noise spectrum; the visible "
        "difference is whether every *dot pattern* is blue noise.",
        (
            _ramp("spectrum", "Gradient descent on the spectrum of the matrix, as published."),
            _ramp("void-and-cluster", "Void-and-cluster."),
            _ramp("blue", "The default: ranks swapped until every dot pattern is even."),
        ),
    ),
    Section(
        "Matrices as textures",
        "64 by 64 ranks as grey textures, each cell shown as 4 by 4 screen pixels. These pictures do "
        "not show which matrix is best.",
        (
            _texture("spectrum", "Gradient descent, as published."),
            _texture("void-and-cluster", "Void-and-cluster."),
            _texture("blue", "The default."),
        ),
    ),
    Section(
        "In motion",
        "With a single matrix, areas that do not move do not flicker. A matrix with frames is smoother "
        "where something averages frames, such as the eye at 60 Hz; at eight frames per second it "
        "flickers visibly.",
        (
            Figure(
                "ripples-still.gif",
                "Ripples on a lake, moving, in black and white",
                "The same matrix for all frames.",
                ("dither ordered ripples.png -o ripples-still.gif --bits 1 --gray",),
            ),
            Figure(
                "ripples-frames.gif",
                "Ripples on a lake, moving, in flickering black and white",
                "A new frame of the matrix for each frame of the animation.",
                (
                    "dither ordered ripples.png -o ripples-frames.gif --bits 1 --gray "
                    "--matrix blue-16x64x64",
                ),
            ),
            Figure(
                "ripples-optimized.gif",
                "Ripples on a lake, moving, in eight colours",
                "8 colours optimised for the whole animation, without flicker in still areas.",
                ("dither optimize ripples.png -o ripples-optimized.gif --colors 8",),
            ),
        ),
    ),
)

INTRODUCTION = """\
---
title: Gallery
hide: [navigation, toc]
---

<!-- written by scripts/build_gallery.py -->

# Gallery

Each picture is the output of the command below it, shown pixel for pixel: never rescale a dithered
image. Look at the pictures up close, and then from two steps away.
"""


def draw_sources(folder: Path) -> None:
    """Write the pictures that the commands read."""
    photograph = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    shutil.copyfile(str(photograph), folder / "photo.jpg")
    for script, *arguments in (
        ("draw_evening.py", "evening.png", "ripples.png"),
        ("draw_intents.py", "photo.jpg", "evening.png", "colours.png", "intents.png"),
    ):
        drawing = [sys.executable, str(Path(__file__).parent / script)]
        subprocess.run([*drawing, *arguments], cwd=folder, check=True)
    ramp = Image.linear_gradient("L").rotate(90).resize((320, 96), Image.Resampling.BILINEAR)
    ramp.save(folder / "ramp.png")


def type_commands(folder: Path) -> None:
    """Run each command once, in the order of the page."""
    for command in dict.fromkeys(
        each for one in SECTIONS for figure in one.figures for each in figure.commands
    ):
        print(command, file=sys.stderr)
        program, *arguments = shlex.split(command)
        own = Path(sys.executable).parent / program
        subprocess.run([str(own), *arguments, "--quiet"], cwd=folder, check=True)


def page(folder: Path) -> str:
    """Return the page as Markdown, with the picture sizes of the files in the folder."""
    parts = [INTRODUCTION]
    for section in SECTIONS:
        parts.append(f'\n## {section.title}\n\n{section.text}\n\n<div class="gallery">\n')
        parts += [_markup(figure, folder / figure.name) for figure in section.figures]
        parts.append("</div>\n")
    return "".join(parts)


def _unbroken(command: str) -> str:
    """Wrap each word in a span, so that lines break only between words."""
    return " ".join(f"<span>{html.escape(word)}</span>" for word in command.split(" "))


def _markup(figure: Figure, path: Path) -> str:
    with Image.open(path) as picture:
        width, height = (figure.scale * side for side in picture.size)
    commands = "".join(f"<code>{_unbroken(command)}</code>\n" for command in figure.commands)
    return (
        f'<figure>\n<img src="gallery/{figure.name}" width="{width}" height="{height}" loading="lazy" '
        f'alt="{html.escape(f"{figure.seen}. {figure.caption}")}">\n'
        f"<figcaption>{html.escape(figure.caption)}\n{commands}</figcaption>\n</figure>\n"
    )


def main() -> None:
    """Build the gallery in docs, or in the given folder."""
    docs = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    pictures = docs / "gallery"
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        draw_sources(folder)
        type_commands(folder)
        shutil.rmtree(pictures, ignore_errors=True)
        pictures.mkdir(parents=True)
        for figure in (figure for section in SECTIONS for figure in section.figures):
            shutil.copyfile(folder / figure.file, pictures / figure.name)
    (docs / "gallery.md").write_text(page(pictures), encoding="utf-8")


if __name__ == "__main__":
    main()
