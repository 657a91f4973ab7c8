"""`dither compare`: measure dithered pictures against their original."""

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from dither.cli.inputs import name_errors, read_content, read_input, title
from dither.cli.options import STREAM, NoColorManagementOption
from dither.console.messages import log, printable
from dither.console.options import (
    INPUT,
    OUTPUT,
    ForceOption,
    JsonOption,
    QuietOption,
    number,
    option,
)
from dither.console.progress import progress_bar
from dither.errors import InputError
from dither.files.atomic import atomic_write, check_writable

if TYPE_CHECKING:
    from dither.comparison.embedded import Picture
    from dither.images.raster_image import RasterImage

_PAGE_SUFFIXES = (".html", ".htm")
# Measuring takes 300 bytes per pixel: 5 GB for these.
_MAX_PIXELS = 1 << 24


def compare(
    original: Annotated[
        Path,
        typer.Argument(
            metavar="ORIGINAL",
            rich_help_panel=INPUT,
            help="PNG, JPEG, TIFF, WebP, BMP, GIF or PNM, or - for standard input; the first frame of "
            "animations.",
        ),
    ],
    dithered: Annotated[
        list[Path],
        typer.Argument(
            metavar="DITHERED",
            rich_help_panel=INPUT,
            help="Dithered pictures. For one of another size, the original is resized as by --resize.",
        ),
    ],
    max_pixels: Annotated[
        int,
        number(
            INPUT,
            *(1, 1 << 40),
            "Refuse images with more pixels, all frames together; measuring the default takes 5 GB of "
            "memory.",
        ),
    ] = _MAX_PIXELS,
    no_color_management: NoColorManagementOption = False,
    output: Annotated[
        Path | None,
        option(
            OUTPUT,
            "Write a page that shows the pictures: one self-contained .html file.",
            *("--output", "-o"),
            value="FILE",
        ),
    ] = None,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compare dithered pictures with their original."""
    sources = [original, *dithered]
    if sources.count(STREAM) > 1:
        raise InputError("standard input can be read only once")
    if output is not None:
        _check_output(output, sources, force)
    messages: list[str] = []  # logged at the end: after an error only the error counts
    read = _read(sources, max_pixels, not no_color_management, messages.append)
    pictures = [picture for picture, _ in read]
    from dither.comparison.compare import compare as compare_pictures
    from dither.comparison.compare import resized_to

    shapes = {picture.pixels.shape[:2] for picture in pictures[1:]}
    if len(shapes) > 1 and output is not None:
        raise InputError(
            "a page shows pictures of one size, and the dithered ones differ; give each its own page"
        )
    original_shape = list(pictures[0].pixels.shape)
    for height, width in sorted(shapes - {pictures[0].pixels.shape[:2]}):
        messages.append(_resizing_note(title(original), original_shape, height, width))
    if output is not None:
        same = pictures[0].pixels.shape[:2] in shapes
        resized = resized_to(pictures[0].pixels, next(iter(shapes)))
        pictures[0] = dataclasses.replace(
            pictures[0], pixels=resized, file=pictures[0].file if same else None
        )
    page, results = None, []
    with progress_bar("compare", None, quiet) as on_progress:
        share = (0.8 if output is not None else 1) / len(dithered)
        for number, picture in enumerate(pictures[1:]):

            def on_picture(
                part: float, text: str, number: int = number, name: str = picture.name
            ) -> None:
                on_progress(share * (number + part), f"{name}: {text}")

            held = np.asarray(read[0][1]), np.asarray(read[1 + number][1])
            found = compare_pictures(*held, on_progress=on_picture)
            size = None if picture.file is None else len(picture.file)
            results.append(dataclasses.replace(found, file_bytes=size))
        if output is not None:
            from dither.comparison.page import comparison_page

            page = comparison_page(
                pictures[0],
                pictures[1:],
                results,
                on_progress=lambda part, text: on_progress(0.8 + 0.2 * part, text),
            )
        on_progress(1, "")
    if output is not None and page is not None:
        with atomic_write(output, replace=force) as file:
            file.write(page.encode("utf-8"))
        messages.append(f"{title(original)} and {len(dithered)} dithered -> {output}")
    for message in messages:
        log(message, quiet=quiet)
    if json_output:
        images = [
            {"input": str(source), **dataclasses.asdict(result)}
            for source, result in zip(dithered, results, strict=True)
        ]
        paths = {"original": str(original), "output": None if output is None else str(output)}
        print(json.dumps({**paths, "shape": original_shape, "images": images}))
    elif output is None:
        from dither.comparison.table import comparison_table

        print(comparison_table([picture.name for picture in pictures[1:]], results))
        log(
            "S2, S4 and MS-SSIM are best at 1, Look at 100, the others at 0; * marks the best.",
            quiet=quiet,
        )


def _check_output(output: Path, sources: list[Path], force: bool) -> None:
    if output.suffix.lower() not in _PAGE_SUFFIXES:
        raise InputError(f"cannot write {output}: a page must end in {', '.join(_PAGE_SUFFIXES)}")
    for source in sources:
        if os.path.realpath(output) == os.path.realpath(source):
            raise InputError(f"the page would be written over the picture {source}")
    check_writable(output, replace=force)


def _read(
    sources: list[Path], max_pixels: int, managed: bool, note: Callable[[str], None]
) -> "list[tuple[Picture, RasterImage]]":
    """Read the pictures: over white, each with the bytes of its file, and with their alpha."""
    from dither.comparison.embedded import Picture
    from dither.preparation.background import on_background
    from dither.samples import checked_image

    pictures = []
    for source, name in zip(sources, _names(sources), strict=True):
        content = read_content(source)
        animation = read_input(source, max_pixels, note, content, color_management=managed)
        first = animation.frames[0]
        if len(animation.frames) > 1:
            note(f"{title(source)} has {len(animation.frames)} frames; the first is compared")
        if first.alpha is not None and first.alpha.min() < 255:
            note(
                f"{title(source)} is transparent; it is compared over white, its look over black and "
                "grey too"
            )
        with name_errors(source):
            pixels = checked_image(on_background(first, "#ffffff").color)
        pictures.append((Picture(name, pixels, content), first))
    return pictures


def _resizing_note(name: str, shape: list[int], height: int, width: int) -> str:
    """Return the sentence that the original is resized, and distorted if its proportions change."""
    old_height, old_width = shape[:2]
    # Half a pixel more or less comes from rounding a side.
    distorts = abs(width * old_height - height * old_width) > max(old_height, old_width) / 2
    how = ", which distorts it" if distorts else ""
    return (
        f"{name} is {old_width}x{old_height}; it is resized to {width}x{height} for comparison{how}"
    )


def _names(sources: list[Path]) -> list[str]:
    """Return the file names, with their folders where two are equal."""
    names = [title(source) if source == STREAM else source.name for source in sources]
    return [
        printable(name if names.count(name) == 1 else title(source))
        for source, name in zip(sources, names, strict=True)
    ]
