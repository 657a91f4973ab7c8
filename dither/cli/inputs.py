"""Read input images: files, or standard input as `-`."""

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from dither.cli.options import STREAM
from dither.errors import InputError, TooLargeError
from dither.files.safe_open import read_all, read_file

if TYPE_CHECKING:
    from dither.images.animation import Animation

# In folders, files with other suffixes are not opened.
IMAGE_SUFFIXES = re.compile(
    r"\.(apng|bmp|dib|gif|jfif|jpe|jpeg|jpg|pbm|pgm|png|pnm|ppm|tif|tiff|webp)", re.IGNORECASE
)


def title(path: Path, stream: str = "standard input") -> str:
    """Return the name of an input or output in messages."""
    return stream if path == STREAM else str(path)


def read_input(
    source: Path,
    max_pixels: int,
    note: Callable[[str], None],
    content: bytes | None = None,
    *,
    color_management: bool = True,
    pages: bool = False,
) -> "Animation":
    """Read an image or animation from a file, standard input, or the content read from it before.

    Args:
        source: the file, or - for standard input.
        max_pixels: refuse more, all frames together.
        note: called with a sentence about each part of the file that is not read.
        content: the bytes of the file, if they are read already.
        color_management: convert colours to sRGB.
        pages: read all pages of a TIFF, not only the first.

    Raises:
        InputError: the image cannot be read.
    """
    from dither.images.animation import read_animation

    if content is None and source == STREAM:
        content = read_content(source)
    file = source if content is None else BytesIO(content)
    try:
        return read_animation(
            file,
            max_pixels=max_pixels,
            name=title(source),
            color_management=color_management,
            pages=pages,
            log=note,
        )
    except TooLargeError as error:
        raise InputError(f"{error}; --max-pixels raises this limit") from None


@contextlib.contextmanager
def name_errors(source: Path) -> Iterator[None]:
    """Begin the InputErrors of a block with the name of the input, unless they begin with it."""
    try:
        yield
    except TooLargeError as error:
        raise InputError(f"{title(source)}: {error}; --max-pixels raises this limit") from None
    except InputError as error:
        if str(error).startswith(f"{title(source)} "):
            raise
        raise InputError(f"{title(source)}: {error}") from None


def read_content(source: Path) -> bytes:
    """Return the bytes of a file or of standard input.

    Raises:
        InputError: the file cannot be read, standard input is a terminal or closed, or there are more
            than a gibibyte.
    """
    if source != STREAM:
        return read_file(source)
    if sys.stdin is None or sys.stdin.isatty():
        kind = "closed" if sys.stdin is None else "a terminal"
        raise InputError(f"standard input is {kind}; pipe an image into it")
    return read_all(sys.stdin.buffer, "standard input")
