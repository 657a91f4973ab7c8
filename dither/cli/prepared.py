"""Frames prepared for dithering, as the output can hold them."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dither.cli.inputs import title
from dither.cli.job import Job
from dither.cli.outputs import TIFF_SUFFIXES, Kind, format_suffix
from dither.cli.panel_outputs import check_frame
from dither.cli.result_files import output_title
from dither.cli.target import Target
from dither.errors import InputError, TooLargeError
from dither.preparation.adjustments import Preparation
from dither.wording import counted

if TYPE_CHECKING:
    from dither.images.animation import Animation


def prepared(
    animation: "Animation",
    source: Path,
    output: Path,
    kind: Kind,
    job: Job,
    target: Target,
    preparation: Preparation,
    note: Callable[[str], None],
) -> "Animation":
    """Return the frames that the output can hold, prepared for dithering."""
    from dither.images.animation import ANIMATED_SUFFIXES, Animation
    from dither.preparation.adjustments import adjusted_frames

    first = animation.frames[0]
    animated = kind == "image" and format_suffix(output, job) in ANIMATED_SUFFIXES
    animated = animated or kind == "video" or job.is_framewise
    if animation.is_stack and not job.is_framewise:
        _check_stack(len(animation.frames), output, kind, job)
    elif len(animation.frames) > 1 and not animated:
        note(
            f"{title(source)} has {len(animation.frames)} frames; {output_title(output)} holds the "
            "first"
        )
        animation = Animation((first,))
    shape = len(first.color), first.color.shape[1]
    frames = len(animation.frames)
    check_result(shape, frames, source, kind, job, target, preparation, note)
    if preparation == Preparation():
        return animation
    frames = adjusted_frames(animation.frames, preparation)
    return dataclasses.replace(animation, frames=frames)


def _check_stack(pages: int, output: Path, kind: Kind, job: Job) -> None:
    if kind != "image" or format_suffix(output, job) not in TIFF_SUFFIXES:
        raise InputError(
            f"it has {pages} pages, and {output_title(output)} holds one image; choose .tif for the "
            "result, or save the pages as files of their own"
        )


def check_result(
    shape: tuple[int, int],
    frames: int,
    source: Path,
    kind: Kind,
    job: Job,
    target: Target,
    preparation: Preparation,
    note: Callable[[str], None],
) -> None:
    """Refuse results that are too large or do not fit the panel; say if an image is distorted."""
    place = preparation.placement(shape)
    (height, width), (old_height, old_width) = place.frame, place.turned
    if preparation.distorts(shape):
        note(
            f"{title(source)} is {old_width}x{old_height}; {width}x{height} distorts it. Choose --fit "
            "contain (adds bars), cover (cuts off both ends) or stretch (distorts without this note)"
        )
    pixels = frames * height * width * job.scale**2
    if pixels > job.max_pixels:
        raise TooLargeError(
            f"the result would have {counted(pixels, 'pixel')}, more than {job.max_pixels}"
        )
    if kind == "video":
        from dither.video.writer import check_video_sides

        check_video_sides(height * job.scale, width * job.scale, job.video_codec.value)
    if target.panel is not None and kind not in ("image", "video"):
        check_frame(target.panel, width * job.scale, height * job.scale)
