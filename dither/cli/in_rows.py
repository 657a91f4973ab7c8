"""Dither images in bands of rows, so that their size does not decide how much memory is needed."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dither.cli.alpha import AlphaRule, AlphaSeen, without_hidden
from dither.cli.inputs import name_errors, title
from dither.cli.job import Job
from dither.cli.memory import MEMORY
from dither.cli.options import STREAM
from dither.cli.result_files import Dithered
from dither.cli.target import Target
from dither.errors import InputError, TooLargeError
from dither.images.raster_image import RasterImage, is_opaque
from dither.images.rows import RowSource, band_height, gathered, row_store
from dither.preparation.adjustments import (
    Preparation,
    adjusted_rows,
    is_adjusted_in_rows,
    resized_resolution,
)
from dither.preparation.mask import filled_bands
from dither.progress import OnProgress

if TYPE_CHECKING:
    import numpy as np

    from dither.images.animation import Animation
    from dither.images.io import Source

# The share of the memory in which a result waits to be encoded; above it, a temporary file is used.
_STORE_SHARE = 8
# Bytes per pixel of an image that is read whole: Pillow's and our samples, results and encoder.
_WHOLE_BYTES = 20
# Rows of a band are a multiple of this, as error diffusion needs it.
_MULTIPLE = 64

# Dithers the next rows of an image: a colour array, and as `phase` the frame, row and column of its
# first pixel.
NextRows = Callable[..., "np.ndarray"]


@contextlib.contextmanager
def opened_in_rows(
    source: Path, content: "Source", job: Job, preparation: Preparation, *, deep: bool = False
) -> Iterator[RowSource | None]:
    """Open an image that can be read and adjusted in bands of rows; None if it cannot.

    Args:
        source: names the input in messages.
        content: the file or its bytes.
        job: the limit of pixels, and options that need the whole image.
        preparation: the adjustments.
        deep: as for `read_image`.

    Raises:
        InputError: the image cannot be read.
    """
    from dither.images.row_reader import open_rows
    from dither.images.rows import without_opaque_bands

    if job.line_art or job.mask is not None or job.preview is not None:
        yield None
        return
    with contextlib.ExitStack() as stack:
        try:
            managed = not job.no_color_management
            rows = open_rows(
                *(content, job.max_pixels, title(source)), color_management=managed, deep=deep
            )
            found = stack.enter_context(rows)
        except TooLargeError as error:
            raise InputError(f"{error}; --max-pixels raises this limit") from None
        if found is not None and not is_adjusted_in_rows(preparation, found.shape):
            found = None
        if found is not None and preparation.background is None:
            place = preparation.placement(found.shape)
            if place.frame != place.shape:
                # Bars are transparent if the image has alpha, and they may come first.
                with name_errors(source):
                    found = without_opaque_bands(found)
        yield found


@contextlib.contextmanager
def dithered_in_rows(
    source: RowSource,
    name: Path,
    output: Path,
    target: Target,
    preparation: Preparation,
    begin: Callable[..., NextRows],
    frame: int,
    memory: int | None,
    rule: AlphaRule,
    spreads: bool,
    note: Callable[[str], None],
    on_progress: OnProgress,
) -> "Iterator[tuple[Animation, Dithered]]":
    """Dither an image in bands; the result is valid until the block ends.

    Args:
        source: the image.
        name: of the input.
        output: its folder takes temporary files.
        target: levels or a palette.
        preparation: the adjustments.
        begin: returns the function that dithers the next rows.
        frame: number of the image.
        memory: the option --memory in bytes, or None.
        rule: what becomes of transparent pixels.
        spreads: whether pixels influence others, so that hidden colours must not count.
        note: called with a sentence about alpha that the output cannot hold.
        on_progress: progress callback.

    Yields:
        The image, of which only alpha, the profile and the resolution are kept, and its codes; both
        as rows that are read when they are needed.
    """
    from dither.images.animation import Animation

    limit = MEMORY if memory is None else memory
    if source.piece_bytes > limit:
        raise InputError(
            f"{title(name)} has strips or tiles that take {_megabytes(source.piece_bytes)}, more than "
            f"--memory of {_megabytes(limit)}; raise --memory, or store the image in smaller ones"
        )
    keywords = {}
    if target.palette is not None:
        keywords = {"palette": target.palette, "intent": target.intent}
    height, width = preparation.placement(source.shape).frame
    next_rows = begin(phase=(frame, 0, 0), pixels=height * width, **keywords)
    step = -(-band_height(width) // _MULTIPLE) * _MULTIPLE
    folder = None if output == STREAM else output.parent
    room = limit // _STORE_SHARE
    with row_store(room, folder) as codes, row_store(room, folder) as alphas:
        profile, done, has_alpha = None, 0, False  # an opaque alpha is none
        with name_errors(name):
            seen = AlphaSeen()
            bands = _watched(source.bands(), seen.add_read)
            if preparation != Preparation():
                bands = adjusted_rows(bands, source.shape, preparation)
            bands = _ruled(_watched(bands, seen.add_prepared), rule, frame)
            if spreads:
                bands = filled_bands(bands)
            for band in gathered(bands, step):
                found = next_rows(target.colored(band.color), phase=(frame, done, 0))
                codes.append(without_hidden(found, band.alpha) if spreads else found)
                if band.alpha is not None:
                    has_alpha |= not is_opaque(band.alpha)
                    alphas.append(band.alpha)
                profile, done = band.profile, done + len(band.color)
                on_progress(done / height, "")
        sentence = rule.sentence(seen, output)
        if sentence is not None:
            note(sentence)
        alpha = alphas.rows if has_alpha else None
        resolution = resized_resolution(source.resolution, source.shape, preparation)
        image = RasterImage(cast(Any, codes.rows), cast(Any, alpha), profile, resolution)
        animation = Animation((image,), compression=source.compression)
        yield animation, Dithered([cast(Any, codes.rows)], target.palette, rule.report(seen))


def _watched(
    bands: Iterator[RasterImage], look: "Callable[[np.ndarray | None], None]"
) -> Iterator[RasterImage]:
    for band in bands:
        look(band.alpha)
        yield band


def _ruled(bands: Iterator[RasterImage], rule: AlphaRule, frame: int) -> Iterator[RasterImage]:
    row = 0
    for band in bands:
        yield rule.apply(band, (frame, row, 0))
        row += len(band.color)


def as_arrays(animation: "Animation", dithered: Dithered) -> "tuple[Animation, Dithered]":
    """Return the result of `dithered_in_rows` as arrays, for encoders that take no rows."""
    codes = [frame[:] for frame in dithered.codes]
    frames = tuple(
        dataclasses.replace(frame, color=frame.color[:], alpha=_array(frame.alpha))
        for frame in animation.frames
    )
    return dataclasses.replace(animation, frames=frames), dataclasses.replace(dithered, codes=codes)


def _array(rows: "np.ndarray | None") -> "np.ndarray | None":
    return None if rows is None else rows[:]


def check_whole(
    source: Path,
    content: "Source",
    job: Job,
    memory: int | None,
    because: str | None,
    files: int = 1,
) -> None:
    """Refuse an image that has to be read whole and does not fit into the memory that was given.

    Args:
        source: names the input in messages.
        content: the file or its bytes.
        job: the limit of pixels.
        memory: the option --memory in bytes; None for no limit.
        because: the option that needs the whole image, or None if the file does.
        files: number of images of this size that become one clip.

    Raises:
        InputError: it does not fit.
    """
    from dither.images.io import open_image
    from dither.images.pages import page_numbers

    if memory is None:
        return
    with open_image(content, job.max_pixels, title(source)) as picture:
        is_tiff = picture.format == "TIFF"
        frames = len(page_numbers(picture)) if is_tiff else getattr(picture, "n_frames", 1)
        needed = picture.width * picture.height * frames * files * _WHOLE_BYTES
    if needed <= memory:
        return
    if because is not None:
        raise InputError(
            f"{title(source)} takes about {_megabytes(needed)}, because {because} needs the whole "
            f"image; --memory is {_megabytes(memory)}. Raise it, or leave {because} out"
        )
    raise InputError(
        f"{title(source)} takes about {_megabytes(needed)}, because a file of its kind is decoded "
        "whole (interlaced, progressive, turned, animated, of several pages, or not PNG, JPEG or "
        f"TIFF); --memory is {_megabytes(memory)}. Raise it, or convert the file to a PNG or TIFF "
        "without these"
    )


def check_video(
    name: str, shape: tuple[int, int], frames: int, memory: int | None, because: str | None
) -> None:
    """Refuse a video of which more is held at once than fits into the memory that was given.

    Args:
        name: names the video in messages.
        shape: height and width of its frames.
        frames: number of all frames.
        memory: the option --memory in bytes; None for no limit.
        because: option or format that needs all frames at once; None if one is held at a time.

    Raises:
        InputError: it does not fit.
    """
    needed = shape[0] * shape[1] * (1 if because is None else max(1, frames)) * _WHOLE_BYTES
    if memory is None or needed <= memory:
        return
    reason = "a frame is decoded whole" if because is None else f"{because} needs all its frames"
    raise InputError(
        f"{name} takes about {_megabytes(needed)}, because {reason}; --memory is "
        f"{_megabytes(memory)}. Raise it"
        + ("" if because is None else ", or write a video such as .mp4 without such options")
    )


def _megabytes(count: int) -> str:
    return f"{-(-count // 1_000_000)} MB"
