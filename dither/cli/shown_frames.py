"""Dithered frames one by one, with the times at which they are shown, and videos of them."""

import dataclasses
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from dither.cli.job import Job
from dither.cli.options import STREAM
from dither.cli.outputs import format_suffix
from dither.cli.result_files import Dithered, enlarged, level_codes
from dither.cli.target import Target
from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from dither.images.animation import Animation


class ShownFrame(NamedTuple):
    """One dithered frame.

    Attributes:
        animation: the frame as it was prepared; the only one.
        dithered: its codes.
        end: seconds from the start of the clip to the end of the frame.
    """

    animation: "Animation"
    dithered: Dithered
    end: Fraction


def split_frames(animation: "Animation", dithered: Dithered) -> Iterator[ShownFrame]:
    """Yield the frames of a clip, or the pages of a TIFF, one by one."""
    ends = accumulate(animation.durations)
    for frame, codes, end in zip(animation.frames, dithered.codes, ends, strict=True):
        still = dataclasses.replace(
            animation, frames=(frame,), durations=(0,), plays=1, is_stack=False
        )
        one = dataclasses.replace(dithered, codes=[codes])
        yield ShownFrame(still, one, Fraction(end, 1000))


def gathered_frames(shown: Iterable[ShownFrame], plays: int | None) -> "tuple[Animation, Dithered]":
    """Return frames as one animation, which keeps the codes instead of the colours as read.

    Args:
        shown: at least one.
        plays: the option --loop; None for endless.
    """
    from dither.images.animation import Animation

    frames, codes, ends, last = [], [], [0], None
    for each in shown:
        (frame,), last = each.animation.frames, each.dithered
        frames.append(dataclasses.replace(frame, color=last.codes[0]))
        codes += last.codes
        ends.append(round(1000 * each.end))
    assert last is not None
    durations = tuple(end - start for start, end in pairwise(ends))
    animation = Animation(tuple(frames), durations, plays or 0)
    return animation, dataclasses.replace(last, codes=codes)


def clip_rate(animation: "Animation", job: Job) -> Fraction:
    """Return the frames per second of a clip, the mean if its durations vary.

    Raises:
        InputError: its frames have no durations.
    """
    if job.fps is not None:
        return job.rate
    seconds = Fraction(sum(animation.durations), 1000)
    if not seconds:
        raise InputError(
            "a video shows each frame for a time, and the input states none; give --fps, such as "
            "--fps 12"
        )
    return (len(animation.frames) / seconds).limit_denominator(1000)


def video_file(
    shown: Iterable[ShownFrame], target: Target, output: Path, job: Job, rate: Fraction
) -> tuple[Iterator[bytes], dict[str, Any]]:
    """Return a video in pieces, and its entries for --json, which are complete after the last piece.

    Raises:
        InputError: the video cannot hold the frames.
    """
    from dither.video.writer import video_pieces

    report: dict[str, Any] = {"frames": 0, "fps": float(rate)}

    def pictures() -> "Iterator[tuple[np.ndarray, Fraction]]":
        for each in shown:
            picture = _picture(each.dithered, target, job)
            report["shape"] = list(picture.shape)
            report["frames"] += 1
            yield picture, each.end

    pieces = video_pieces(
        *(pictures(), format_suffix(output, job), rate),
        codec=job.video_codec.value,
        folder=None if output == STREAM else output.parent,
    )
    return pieces, report


def _picture(dithered: Dithered, target: Target, job: Job) -> "np.ndarray":
    """Return the colours or greys of a frame."""
    import numpy as np

    values, codes = target.values(dithered.palette), dithered.codes[0]
    if values.dtype != np.uint8:
        raise InputError("a video has 8 bits per sample; choose up to 256 --levels")
    if isinstance(target.levels, tuple):
        codes = level_codes(codes, target.levels)
    return enlarged(cast(Any, values)[codes], job.scale)
