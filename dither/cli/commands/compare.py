"""`dither compare`."""

import dataclasses
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dither.cli.outputs import STREAM, standard_input
from dither.console import (
    ForceOption,
    JsonOption,
    QuietOption,
    in_range,
    log,
    printable,
    progress_bar,
)
from dither.errors import InputError, TooLargeError
from dither.files.atomic import atomic_write, check_writable

if TYPE_CHECKING:
    from dither.comparison.embedded import Picture

_PAGE_ENDINGS = (".html", ".htm")
# Measuring takes 300 bytes a pixel: 5 GB for these.
_MOST_PIXELS = 1 << 24


def compare(
    original: Annotated[
        Path,
        typer.Argument(
            help="PNG, JPEG, TIFF, WebP, BMP, GIF or PNM, - for standard input; of animations the "
            "first frame."
        ),
    ],
    dithered: Annotated[
        list[Path],
        typer.Argument(help="What became of it: one picture or several, of the original's size."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Make a page to look at them: one .html file, which loads nothing from anywhere.",
        ),
    ] = None,
    max_pixels: Annotated[
        int,
        typer.Option(
            callback=in_range(1, 1 << 40),
            help="Refuse larger images; frames add up. Measuring takes 5 GB of memory for this many.",
        ),
    ] = _MOST_PIXELS,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Set dithered pictures beside their original."""
    sources = [original, *dithered]
    if sources.count(STREAM) > 1:
        raise InputError("standard input can be read only once")
    if output is not None:
        _check_output(output, sources, force)
    said: list[str] = []  # at the end: what fails leaves nothing to tell of but why
    pictures = _pictures(sources, max_pixels, said.append)
    from dither.comparison.compare import compare as compared

    page, found = None, []
    with progress_bar("compare", None, quiet) as on_progress:
        share = (0.8 if output is not None else 1) / len(dithered)
        for picture in pictures[1:]:
            done = share * len(found)
            name = picture.name
            found.append(
                compared(
                    pictures[0].pixels,
                    picture.pixels,
                    on_progress=lambda part, word, done=done, name=name: on_progress(
                        done + share * part, f"{name}: {word}"
                    ),
                )
            )
        if output is not None:
            from dither.comparison.page import comparison_page

            page = comparison_page(
                pictures[0],
                pictures[1:],
                found,
                on_progress=lambda part, word: on_progress(0.8 + 0.2 * part, word),
            )
        on_progress(1, "")
    if output is not None and page is not None:
        with atomic_write(output, replace=force) as file:
            file.write(page.encode("utf-8"))
        said.append(f"{_title(original)} and {len(dithered)} dithered -> {output}")
    for sentence in said:
        log(sentence, quiet=quiet)
    if json_output:
        images = [
            {"input": str(source), **dataclasses.asdict(each)}
            for source, each in zip(dithered, found, strict=True)
        ]
        about = {"original": str(original), "output": None if output is None else str(output)}
        print(json.dumps({**about, "shape": list(pictures[0].pixels.shape), "images": images}))
    elif output is None:
        from dither.comparison.table import comparison_table

        print(comparison_table([picture.name for picture in pictures[1:]], found))
        log(
            "S2, S4 and MS-SSIM are best at 1, the others at 0; a star stands behind the best.",
            quiet=quiet,
        )


def _check_output(output: Path, sources: list[Path], force: bool) -> None:
    if output.suffix.lower() not in _PAGE_ENDINGS:
        raise InputError(f"cannot write {output}: a page must end in {', '.join(_PAGE_ENDINGS)}")
    for source in sources:
        if os.path.realpath(output) == os.path.realpath(source):
            raise InputError(f"the page would be written over the picture {source}")
    check_writable(output, replace=force)


def _pictures(sources: list[Path], max_pixels: int, say: Callable[[str], None]) -> "list[Picture]":
    """Each picture laid over white, with its file's bytes and a name of its own; all of one size."""
    from dither.comparison.embedded import Picture
    from dither.images.animation import read_animation
    from dither.images.raster_image import over_white
    from dither.samples import checked_image

    pictures = []
    for source, name in zip(sources, _names(sources), strict=True):
        read_file = _content(source)
        try:
            animation = read_animation(
                io.BytesIO(read_file),
                max_pixels=max_pixels,
                name=_title(source),
                log=say,
            )
        except TooLargeError as error:
            raise InputError(f"{error}; --max-pixels raises this limit") from None
        first = animation.frames[0]
        if len(animation.frames) > 1:
            say(f"{_title(source)} has {len(animation.frames)} frames; the first is compared")
        if first.alpha is not None and first.alpha.min() < 255:
            say(f"{_title(source)} is transparent; it is laid over white")
        try:
            pixels = checked_image(over_white(first))
        except InputError as error:
            raise InputError(f"{_title(source)}: {error}") from None
        pictures.append(Picture(name, pixels, read_file))
        height, width = pictures[0].pixels.shape[:2]
        if pixels.shape[:2] != (height, width):
            raise InputError(
                f"{_title(source)} has {pixels.shape[0]} x {pixels.shape[1]} rows and columns, and "
                f"{_title(sources[0])} {height} x {width}; they must be of one size"
            )
    return pictures


def _content(source: Path) -> bytes:
    from dither.files.safe_open import read_file

    if source == STREAM:
        return standard_input().getvalue()
    return read_file(source)


def _names(sources: list[Path]) -> list[str]:
    """The names of the files, with their folders where two are alike."""
    names = [_title(source) if source == STREAM else source.name for source in sources]
    return [
        printable(name if names.count(name) == 1 else _title(source))
        for source, name in zip(sources, names, strict=True)
    ]


def _title(source: Path) -> str:
    return "standard input" if source == STREAM else str(source)
