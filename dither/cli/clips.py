"""Several files as the frames of one clip, and the options --fps and --loop."""

import dataclasses
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dither.cli.inputs import IMAGE_SUFFIXES, read_input, title
from dither.cli.job import Job
from dither.cli.options import STREAM
from dither.errors import InputError
from dither.files.natural_order import natural_key
from dither.wording import counted

if TYPE_CHECKING:
    from dither.images.animation import Animation
    from dither.images.raster_image import RasterImage

# Many programs show shorter frames of a GIF for 0.1 s.
_FASTEST_GIF = 50


def frame_files(images: Sequence[Path]) -> list[Path]:
    """Return the files of a clip's frames in natural order; a folder gives the images directly in it.

    Raises:
        InputError: a folder cannot be read or holds no image, or standard input is one of several.
    """
    files = []
    for image in images:
        if not image.is_dir():
            files.append(image)
            continue
        try:
            found = [each for each in image.iterdir() if each.is_file()]
        except OSError as error:
            raise InputError(f"cannot read the folder {image}: {error.strerror}") from None
        found = [
            each
            for each in found
            if not each.name.startswith(".") and IMAGE_SUFFIXES.fullmatch(each.suffix)
        ]
        if not found:
            raise InputError(f"{image} holds no images for the frames of a clip")
        files += found
    if STREAM in files and len(files) > 1:
        raise InputError("standard input is one image; the frames of a clip are files")
    return sorted(files, key=lambda file: natural_key(str(file)))


def read_clip(
    files: Sequence[Path],
    job: Job,
    note: Callable[[str], None],
    content: bytes | None = None,
    *,
    deep: bool = False,
) -> "Animation":
    """Read one image or clip, or several images as the frames of a clip, with the times of --fps.

    Args:
        files: in the order of the frames.
        job: limits, --fps and --loop.
        note: called with a sentence about each part of a file that is not read.
        content: the bytes of the only file, if they are read already.
        deep: as for `read_image`.

    Raises:
        InputError: a file cannot be read, or the frames differ in size or depth or are too many.
    """
    options: dict[str, Any] = {
        "color_management": not job.no_color_management,
        "pages": True,
        "deep": deep,
    }
    if len(files) == 1:
        rate = None if job.fps is None else job.rate
        found = read_input(files[0], job.max_pixels, note, content, rate=rate, **options)
        return retimed(found, job)
    frames: list[RasterImage] = []
    for path in files:
        found = read_input(path, job.max_pixels, note, **options).frames
        if len(found) > 1:
            raise InputError(
                f"{title(path)} has {len(found)} frames; several files make a clip only if each is a "
                "still image"
            )
        frames += found
        _check_frame(frames, files, job)
    return retimed(_joined(frames), job)


def _check_frame(frames: "list[RasterImage]", files: Sequence[Path], job: Job) -> None:
    """Refuse a last frame that does not fit the first, or more pixels than allowed."""
    (height, width), last = frames[0].color.shape[:2], frames[-1].color
    pixels = len(files) * height * width
    if pixels > job.max_pixels:
        raise InputError(
            f"the {len(files)} frames have {counted(pixels, 'pixel')}, more than {job.max_pixels}; "
            "--max-pixels raises this limit"
        )
    path = files[len(frames) - 1]
    if last.shape[:2] != (height, width):
        raise InputError(
            f"{title(path)} is {last.shape[1]}x{last.shape[0]} and {title(files[0])} is "
            f"{width}x{height}; the frames of a clip need one size"
        )
    if last.dtype != frames[0].color.dtype:
        raise InputError(
            f"{title(path)} has {last.dtype} samples and {title(files[0])} {frames[0].color.dtype}; "
            "the frames of a clip need one depth"
        )


def _joined(frames: "list[RasterImage]") -> "Animation":
    """Return images of one size as an animation whose frames are alike."""
    import numpy as np

    from dither.images.animation import Animation
    from dither.images.pages import in_rgb
    from dither.images.raster_image import without_opaque_alpha

    if len({frame.color.ndim for frame in frames}) > 1:
        frames = [in_rgb(frame) for frame in frames]
    found = without_opaque_alpha(frames)
    if any(frame.alpha is not None for frame in found):
        opaque = np.full(found[0].color.shape[:2], 255, np.uint8)
        found = tuple(
            frame if frame.alpha is not None else dataclasses.replace(frame, alpha=opaque)
            for frame in found
        )
    return Animation(found, (0,) * len(found), plays=0)


def retimed(animation: "Animation", job: Job) -> "Animation":
    """Return a clip with the rate of --fps and the plays of --loop.

    Frames that have times are left out or repeated, so that the clip keeps its length; images and
    pages, which have none, are each shown for the same time.
    """
    from dither.images.frame_times import durations_at, resampled

    if job.fps is None:
        return animation if job.loop is None else dataclasses.replace(animation, plays=job.loop)
    frames, durations, plays = animation.frames, animation.durations, animation.plays
    if len(frames) == 1 or not any(durations):
        plays = 0
    else:
        ends = (Fraction(end, 1000) for end in accumulate(durations))
        frames = tuple(resampled(zip(frames, ends, strict=True), job.rate))
    return dataclasses.replace(
        animation,
        frames=frames,
        durations=durations_at(job.rate, len(frames)),
        plays=plays if job.loop is None else job.loop,
        is_stack=False,
    )


def rate_note(output_suffix: str, job: Job) -> str | None:
    """Return a sentence about rates that programs do not show; None if they show this one."""
    if output_suffix != ".gif" or job.fps is None or job.fps <= _FASTEST_GIF:
        return None
    return (
        f"--fps is {job.fps:g}; most programs show frames of a GIF that are shorter than 0.02 s for "
        f"0.1 s: choose up to {_FASTEST_GIF}"
    )
