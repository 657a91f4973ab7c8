"""Dither a video frame by frame, without holding it whole."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dither.cli.dithered_frames import Dithering, PerFrame, dithered_frames
from dither.cli.in_rows import check_video
from dither.cli.inputs import is_video, name_errors, timed_frames, title
from dither.cli.job import Job
from dither.cli.outputs import Kind, holds_clip
from dither.cli.shown_frames import ShownFrame
from dither.cli.target import Target
from dither.errors import TooLargeError
from dither.preparation.adjustments import Preparation
from dither.progress import OnProgress, no_progress
from dither.wording import counted

if TYPE_CHECKING:
    from dither.cli.result_files import Dithered
    from dither.images.animation import Animation
    from dither.video.reader import Video


class FrameStream(NamedTuple):
    """Frames of an open video that are read and dithered when they are asked for.

    Attributes:
        shown: the frames.
        rate: frames per second.
    """

    shown: Iterator[ShownFrame]
    rate: Fraction


def is_streamed(
    sources: list[Path],
    output: Path,
    job: Job,
    target: Target,
    dithering: Dithering,
    preparation: Preparation,
) -> bool:
    """Tell whether a video is dithered frame by frame: nothing needs all of them at once."""
    return (
        len(sources) == 1
        and is_video(sources[0])
        and isinstance(dithering, PerFrame)
        and target.colors is None
        and preparation.auto_contrast is None
        and job.preview is None
        and (job.is_framewise or holds_clip(output, job, target.panel))
    )


@contextlib.contextmanager
def streamed(
    source: Path,
    output: Path,
    kind: Kind,
    job: Job,
    target: Target,
    dithering: Dithering,
    preparation: Preparation,
    number: int,
    note: Callable[[str], None],
    on_progress: OnProgress,
) -> Iterator[FrameStream]:
    """Open a video whose frames are dithered one by one; arguments as for `dithered_frames`.

    Raises:
        InputError: the file cannot be read, or has too many pixels.
    """
    from dither.video.reader import open_video

    with contextlib.ExitStack() as stack:
        with name_errors(source):  # other errors of the block are not about this file
            opened = open_video(
                source,
                name=title(source),
                max_pixels=job.max_pixels,
                color_management=not job.no_color_management,
            )
            video = stack.enter_context(opened)
            rate = video.rate if job.fps is None else job.rate
            _check_pixels(video, rate, job, preparation)
            if isinstance(dithering, PerFrame):
                held = None if kind == "video" or job.is_framewise else f"{output.suffix} output"
                count = round(video.seconds * rate)
                check_video(title(source), video.shape, count, dithering.memory, held)
        for sentence in video.notes:
            note(sentence)
        dither = functools.partial(
            dithered_frames,
            source=source,
            output=output,
            kind=kind,
            job=job,
            target=target,
            dithering=dithering,
            preparation=preparation,
            note=note,
            on_progress=no_progress,
        )
        yield FrameStream(_shown(video, job, dither, number, note, on_progress), rate)


def check_whole_video(source: Path, job: Job, memory: int | None, because: str) -> None:
    """Refuse a video all of whose frames are needed at once and do not fit into the memory.

    Args:
        source: the file.
        job: limits and --fps.
        memory: the option --memory in bytes; None for no limit.
        because: option or format that needs all frames.

    Raises:
        InputError: it does not fit, or cannot be read.
    """
    from dither.video.reader import open_video

    if memory is None:
        return
    with (
        name_errors(source),
        open_video(source, name=title(source), max_pixels=job.max_pixels) as video,
    ):
        count = round(video.seconds * (video.rate if job.fps is None else job.rate))
        check_video(title(source), video.shape, count, memory, because)


def _check_pixels(video: "Video", rate: Fraction, job: Job, preparation: Preparation) -> None:
    """Refuse a result that will be too large by the length that the file states."""
    count = round(video.seconds * rate)
    height, width = preparation.placement(video.shape).frame
    pixels = count * height * width * job.scale**2
    if pixels > job.max_pixels:
        raise TooLargeError(
            f"the result would have about {counted(count, 'frame')} and {counted(pixels, 'pixel')}, "
            f"more than {job.max_pixels}"
        )


def _shown(
    video: "Video",
    job: Job,
    dither: "Callable[..., tuple[Animation, Dithered]]",
    number: int,
    note: Callable[[str], None],
    on_progress: OnProgress,
) -> Iterator[ShownFrame]:
    """Yield the dithered frames; `number` is that of the first."""
    from dither.images.animation import Animation

    pixels, rate = 0, None if job.fps is None else job.rate
    with name_errors(Path(video.name)):
        for index, (image, end) in enumerate(timed_frames(video, rate)):
            animation, dithered = dither(Animation((image,)), number=number + index)
            codes = dithered.codes[0]
            pixels += codes.shape[0] * codes.shape[1] * job.scale**2
            if pixels > job.max_pixels:
                raise TooLargeError(
                    f"the result would have more than {counted(job.max_pixels, 'pixel')} in its frames"
                )
            yield ShownFrame(animation, dithered, end)
            on_progress(min(1.0, float(end / video.seconds)) if video.seconds else 0.0, "")
    for sentence in video.notes:
        note(sentence)
