"""Read input images: files, or standard input as `-`."""

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from dither.cli.options import STREAM
from dither.errors import InputError, TooLargeError
from dither.files.safe_open import read_all, read_file

if TYPE_CHECKING:
    from dither.images.animation import Animation
    from dither.images.raster_image import RasterImage
    from dither.video.reader import Video

# Opened as videos; other files as images.
VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")
# In folders, files with other suffixes are not opened.
IMAGE_SUFFIXES = re.compile(
    r"\.(apng|bmp|dib|gif|jfif|jpe|jpeg|jpg|pbm|pgm|png|pnm|ppm|tif|tiff|webp)", re.IGNORECASE
)


def title(path: Path, stream: str = "standard input") -> str:
    """Return the name of an input or output in messages."""
    return stream if path == STREAM else str(path)


def is_video(path: Path) -> bool:
    """Tell whether an input is read as a video, which its suffix decides."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def read_input(
    source: Path,
    max_pixels: int,
    note: Callable[[str], None],
    content: bytes | None = None,
    *,
    color_management: bool = True,
    pages: bool = False,
    deep: bool = False,
    rate: Fraction | None = None,
) -> "Animation":
    """Read an image, animation or video from a file, standard input, or content that was read before.

    Args:
        source: the file, or - for standard input.
        max_pixels: refuse more, all frames together.
        note: called with a sentence about each part of the file that is not read.
        content: the bytes of the file, if they are read already.
        color_management: convert colours to sRGB.
        pages: read all pages of a TIFF, not only the first.
        deep: as for `read_image`.
        rate: frames per second that are taken of a video; None for all.

    Raises:
        InputError: the image cannot be read.
    """
    if content is None and is_video(source):
        return _read_video(source, max_pixels, note, color_management, rate)
    from dither.images.animation import read_animation

    if content is None and source == STREAM:
        content = read_content(source)
    file = source if content is None else BytesIO(content)
    try:
        return read_animation(
            file,
            deep=deep,
            max_pixels=max_pixels,
            name=title(source),
            color_management=color_management,
            pages=pages,
            log=note,
        )
    except TooLargeError as error:
        raise InputError(f"{error}; --max-pixels raises this limit") from None


def _read_video(
    source: Path,
    max_pixels: int,
    note: Callable[[str], None],
    color_management: bool,
    rate: Fraction | None,
) -> "Animation":
    """Read all frames of a video."""
    from dither.images.animation import MAX_FRAMES, Animation
    from dither.video.reader import open_video

    frames, ends, pixels = [], [0], 0
    with (
        name_errors(source),
        open_video(
            source, name=title(source), max_pixels=max_pixels, color_management=color_management
        ) as video,
    ):
        least = round(video.seconds * (rate or video.rate)) * video.shape[0] * video.shape[1]
        for image, end in timed_frames(video, rate):
            frames.append(image)
            ends.append(round(1000 * end))
            pixels += image.color.shape[0] * image.color.shape[1]
            if max(pixels, least) > max_pixels or len(frames) > MAX_FRAMES:
                raise TooLargeError(
                    f"its frames are needed all at once, and have more than {max_pixels} pixels or are "
                    f"more than {MAX_FRAMES}"
                )
        for sentence in video.notes:
            note(sentence)
    durations = tuple(end - start for start, end in pairwise(ends))
    return Animation(tuple(frames), durations, plays=0)


def timed_frames(video: "Video", rate: Fraction | None) -> "Iterator[tuple[RasterImage, Fraction]]":
    """Yield the frames of a video, or some at a constant rate, each with its end in seconds."""
    if rate is None:
        yield from video.frames()
        return
    from dither.images.frame_times import resampled

    for index, image in enumerate(resampled(video.frames(), rate), start=1):
        yield image, index / rate


@contextlib.contextmanager
def name_errors(source: Path) -> Iterator[None]:
    """Begin the InputErrors of a block with the name of the input, unless they begin with it."""
    try:
        yield
    except TooLargeError as error:
        raise InputError(f"{title(source)}: {error}; --max-pixels raises this limit") from None
    except InputError as error:
        named = (f"{title(source)} ", f"{title(source)}: ", f"cannot read {title(source)}: ")
        if str(error).startswith(named):
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
