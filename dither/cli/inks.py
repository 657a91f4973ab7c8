"""Dither each ink of a CMYK or multi-ink image by itself, for `--inks`."""

import contextlib
import dataclasses
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from dither.cli.in_rows import NextRows
from dither.cli.inputs import name_errors, read_content, title
from dither.cli.job import Job
from dither.cli.memory import MEMORY
from dither.cli.options import STREAM
from dither.cli.outputs import open_outputs, plan_outputs
from dither.cli.place import check_place
from dither.console.messages import log
from dither.errors import InputError, TooLargeError
from dither.progress import OnProgress

if TYPE_CHECKING:
    from dither.images.inks import InkImage

# Options that colours need, or whose result is no separation.
COLORS_ONLY = (
    "--palette --panel --colors --packed --preview --scale --gray --rotate --resize --fit --background "
    "--saturation --brightness --contrast --exposure --gamma --shadows --highlights --auto-contrast "
    "--line-art --mask --fps --loop --recursive --mix-in --no-color-management"
)
_STORE_SHARE = 8

# Returns the function that dithers the next rows, (n, W, inks), for the count of inks and the number of
# the image.
BeginInks = Callable[[int, int], NextRows]


def dither_inks(
    job: Job, levels: int, begin: BeginInks, memory: int | None, on_progress: OnProgress
) -> dict[str, Any]:
    """Dither the inks of images; either all results are written or none.

    Args:
        job: the images and outputs.
        levels: of each ink.
        begin: begins an image with a number of inks.
        memory: the option --memory in bytes, or None.
        on_progress: progress callback.

    Returns:
        The report for --json.

    Raises:
        InputError: an image has no inks, or cannot be read or written.
    """
    from dither.images.inks import open_inks

    if not 2 <= levels <= 256:
        raise InputError(f"--inks takes 2 to 256 levels, not {levels}")
    check_place(job)
    outputs = plan_outputs(job, inks=True)
    reports, messages = [], []
    with open_outputs(outputs, job) as opened:
        for index, (source, output) in enumerate(zip(job.images, outputs, strict=True)):
            content = BytesIO(read_content(source)) if source == STREAM else source
            with contextlib.ExitStack() as stack:
                try:
                    image = stack.enter_context(open_inks(content, job.max_pixels, title(source)))
                except TooLargeError as error:
                    raise InputError(f"{error}; --max-pixels raises this limit") from None

                def on_image(share: float, index: int = index) -> None:
                    on_progress((index + share) / len(outputs), "")

                with name_errors(source):
                    function = begin(image.inks, index)
                    folder = None if output == STREAM else output.parent
                    limit = MEMORY if memory is None else memory
                    with opened(output) as file:
                        pieces = _pieces(image, function, levels, job, limit, folder, on_image)
                        file.writelines(pieces)
                        file.flush()
            messages.append(f"{title(source)} -> {title(output, 'standard output')}")
            shape = [*image.shape, image.inks]
            paths = {"input": str(source), "output": str(output)}
            reports.append({**paths, "shape": shape, "inks": image.inks})
    for message in messages:
        log(message, quiet=job.quiet)
    return {"levels": levels, "images": reports}


def _pieces(
    image: "InkImage",
    function: NextRows,
    levels: int,
    job: Job,
    memory: int,
    folder: Any,
    on_image: Callable[[float], None],
) -> Any:
    """Yield the file of a result, whose levels wait in memory or in a temporary file."""
    from dither.images.formats.tiff import compression_like
    from dither.images.formats.tiff_storage import chosen_compression, stored_pages
    from dither.images.inks import ink_pixels
    from dither.images.rows import band_height, gathered, row_store

    if image.piece_bytes > memory:
        raise InputError(
            f"it has strips or tiles that take {-(-image.piece_bytes // 1_000_000)} MB; raise --memory"
        )
    height, width = image.shape
    step = max(64, band_height(width * image.inks) // 64 * 64)
    with row_store(memory // _STORE_SHARE, folder) as store:
        done = 0
        for band in gathered(image.bands(), step):
            codes = function(band.color, phase=(0, done, 0))
            store.append(codes.astype(np.uint8, copy=False))
            done += len(band.color)
            on_image(done / height)
        if job.dpi is not None:
            image = dataclasses.replace(image, resolution=(job.dpi, job.dpi))
        pixels = ink_pixels(cast(Any, store.rows), levels, image.inks, image)
        asked: Any = None if job.compression is None else str(job.compression)
        chosen = chosen_compression(pixels, compression_like(image.compression), asked)
        if chosen == "group4":
            raise InputError("group4 compresses one ink only; choose deflate, lzw or zstd")
        yield from stored_pages([pixels], chosen, folder=folder)
