"""Places of results: a file, files named after their inputs in a folder, or standard output."""

import contextlib
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from dither.cli.job import Job
from dither.cli.options import STREAM
from dither.errors import InputError
from dither.files.atomic import atomic_writes, check_writable, created_folder
from dither.suggestions import one_slip_apart, wrong_ending

if TYPE_CHECKING:
    from dither.panels.panel import Panel

TIFF_SUFFIXES = (".tif", ".tiff")
# Formats that are written from rows that are made when they are needed.
ROW_SUFFIXES = (".png", *TIFF_SUFFIXES)
# Formats that hold a resolution.
_WITH_DPI = (*ROW_SUFFIXES, ".bmp")
# Raw buffers and rows, which no program recognises.
RAW_SUFFIXES = (".bin", ".raw", ".dat", ".buf")
_FRAME_DIGITS = 4
VIDEO_SUFFIXES = (".mp4", ".mkv", ".webm", ".mov")
# An image, a video, raw pixels, a file for a device, a panel's raw buffer, or that as source text of C.
Kind = Literal["image", "video", "rows", "device", "buffer", "source"]


def plan_outputs(job: Job, panel: "Panel | None" = None, *, inks: bool = False) -> list[Path]:
    """Return the file of the result of each input, or - for standard output.

    Args:
        job: the inputs and the places of the results, from `check_place`.
        panel: the panel that the results are for, if there is one.
        inks: whether the results are TIFFs of inks.

    Raises:
        InputError: options conflict, a suffix names no lossless format, two inputs would be written to
            one file, or an output is another input.
    """
    if job.output_dir == STREAM:
        raise InputError("--output-dir is -, which is no folder; standard output is --output -")
    if job.images.count(STREAM) > 1:
        raise InputError("standard input can be read only once")
    if job.json_output and job.output == STREAM:
        raise InputError("--json and --output - would both write to standard output; choose one")
    folder = job.output_dir
    if job.output is not None and job.output != STREAM and job.output.is_dir():
        folder = job.output
    if folder is not None:
        _check_no_clip(folder, job)
        paths = _paths_in_folder(folder, job, ".tif" if inks else ".png")
    else:
        assert job.output is not None
        if job.name is not None:
            raise InputError("--name has no effect without a folder")
        if job.makes_clip or job.loop is not None:
            _check_clip(job.output, job, panel)
        if len(job.images) > 1 and not job.makes_clip:
            kind = "standard output" if job.output == STREAM else "a file name"
            clip = holds_clip(job.output, job, panel)
            raise InputError(
                f"several inputs need a folder for --output ({job.output} is {kind}); or use "
                f"--output-dir{', or --fps 12 for a clip of them' if clip else ''}"
            )
        paths = [job.output]
    for path in paths:
        if inks:
            _check_inks(path, job)
        check_suffix(path, job, panel)
    return paths


def _check_inks(path: Path, job: Job) -> None:
    """Refuse results of inks in another format than TIFF."""
    if format_suffix(path, job) in TIFF_SUFFIXES:
        return
    if path == STREAM:
        raise InputError("cannot write standard output: --inks writes .tif; give --format tif")
    name = path.with_suffix(".tif")
    raise InputError(f"cannot write {path}: --inks writes .tif; name it, such as {name}")


def _check_clip(output: Path, job: Job, panel: "Panel | None") -> None:
    """Refuse --fps and --loop for a file that holds no clip, or is one of the frames."""
    if not holds_clip(output, job, panel):
        name = "--fps" if job.fps is not None else "--loop"
        holder = "standard output" if output == STREAM else str(output)
        raise InputError(
            f"{name} is for clips, which {holder} does not hold; choose .gif, .png, .webp "
            "or a video such as .mp4"
        )
    if len(job.images) > 1 and output != STREAM:
        target = os.path.realpath(output)
        if target in map(os.path.realpath, job.images):
            raise InputError(f"{output} is one of the inputs, and would be overwritten")


def _check_no_clip(folder: Path, job: Job) -> None:
    """Refuse --fps and --loop for results in a folder, except --fps for a file per frame."""
    if job.loop is not None or (job.fps is not None and not job.is_framewise):
        name = "--loop" if job.loop is not None else "--fps"
        raise InputError(
            f"{name} makes one clip, and {folder} is a folder; name a file, such as "
            f"--output {folder / 'clip.gif'}"
        )


def _paths_in_folder(folder: Path, job: Job, suffix: str) -> list[Path]:
    template = job.name or f"{{stem}}-dithered{'.bin' if job.packed else suffix}"
    names = [Path("stdin") if image == STREAM else image for image in job.images]
    frame = 1 if job.is_framewise else None
    paths = [folder / result_name(template, image, frame) for image in names]
    # Links may give one file two names.
    targets = [os.path.realpath(path) for path in paths]
    sources = [os.path.realpath(image) for image in job.images]
    for index, (path, target) in enumerate(zip(paths, targets, strict=True)):
        if target in targets[:index]:
            raise InputError(f"two inputs would both be written as {path}")
        if target in sources and target != sources[index]:
            raise InputError(f"{path} is another input, and would be overwritten")
    return paths


def result_name(template: str, image: Path, frame: int | None = None) -> str:
    """Return the file name of a result in a folder.

    Args:
        template: with {stem} or {name} for the input's name without or with its suffix, and {frame} for
            the number of the frame.
        image: the input.
        frame: the number; None if there is one file for all frames.

    Raises:
        InputError: the template is no file name, or has another word in braces.

    Example:
        >>> result_name("{stem}-dithered.png", Path("in/photo.jpg"))
        'photo-dithered.png'
    """
    words = {"stem": image.stem, "name": image.name}
    if frame is not None:
        words["frame"] = f"{frame:0{_FRAME_DIGITS}}"
    rest = re.sub(rf"\{{({'|'.join(words)})\}}", "x", template)
    if "{" in rest or "}" in rest or Path(rest).name != rest:
        raise InputError(
            f"--name is {template!r}; it must be a file name, in which {{stem}} or {{name}} may stand "
            "for the input's, and {frame} for the number of a frame except with --recursive"
        )
    return re.sub(rf"\{{({'|'.join(words)})\}}", lambda match: words[match[1]], template)


def frame_path(output: Path, source: Path, frame: int, job: Job) -> Path:
    """Return the file of a frame, counted from 1, in the folder of `output`.

    Raises:
        InputError: the file is an input, and would be overwritten.
    """
    assert job.name is not None  # it names the frames
    image = Path("stdin") if source == STREAM else source
    path = output.with_name(result_name(job.name, image, frame))
    if os.path.realpath(path) in map(os.path.realpath, job.images):
        raise InputError(f"{path} is an input, and would be overwritten")
    return path


def format_suffix(path: Path, job: Job) -> str:
    """Return the suffix that names the format of an output, with its dot."""
    return f".{job.output_format or 'png'}" if path == STREAM else path.suffix.lower()


def output_kind(path: Path, job: Job, panel: "Panel | None") -> Kind:
    """Return what an output holds, which its suffix and --packed decide."""
    from dither.images.device_files import DEVICE_ENDINGS
    from dither.images.io import WRITE_FORMATS

    suffix = format_suffix(path, job)
    if suffix in VIDEO_SUFFIXES and not job.packed:
        return "video"
    if panel is None:
        if suffix in DEVICE_ENDINGS:
            return "device"
        return "rows" if job.packed else "image"
    if suffix in (".c", ".h"):
        return "source"
    images = (*WRITE_FORMATS, ".jpg", ".jpeg", "")
    return "image" if suffix in images and not job.packed else "buffer"


def holds_clip(path: Path, job: Job, panel: "Panel | None") -> bool:
    """Return whether an output holds several frames with their times."""
    from dither.images.animation import ANIMATED_SUFFIXES

    kind = output_kind(path, job, panel)
    is_animation = kind == "image" and format_suffix(path, job) in ANIMATED_SUFFIXES
    return is_animation or kind == "video"


def check_suffix(path: Path, job: Job, panel: "Panel | None" = None) -> None:
    """Refuse images whose suffix names no lossless format, and raw results whose suffix names one.

    Raises:
        InputError: the suffix is refused, or --packed contradicts the panel.
    """
    from dither.images.device_files import DEVICE_ENDINGS
    from dither.images.io import WRITE_FORMATS, check_ending

    suffix = format_suffix(path, job)
    if panel is not None and job.packed and job.packed != panel.packing.order:
        raise InputError(
            f"--packed is {job.packed}, but the controller of {panel.name} takes "
            f"{panel.packing.order}; the panel decides, so choose --packed {panel.packing.order}"
        )
    if job.compression is not None and suffix not in TIFF_SUFFIXES:
        raise InputError(f"--compression is for .tif; {path} is none, so leave it out")
    kind = output_kind(path, job, panel)
    if job.dpi is not None and (suffix not in _WITH_DPI or kind != "image"):
        raise InputError(
            f"--dpi needs an image in .png, .tif or .bmp; {suffix or path} has no resolution"
        )
    if kind == "device" and job.packed and suffix not in (".c", ".h"):
        raise InputError(f"{path} has a layout of its own; leave --packed out")
    if kind == "video":
        from dither.video.writer import check_video

        check_video(suffix)
        if job.loop is not None:
            raise InputError(f"--loop is for .gif, .png and .webp; programs repeat {path}")
        return
    if kind != "image":
        if kind == "buffer" and not job.packed:
            _check_buffer(path, suffix)
        if job.packed and path != STREAM and kind in ("rows", "buffer"):
            _check_raw(path, suffix)
        return
    if path != STREAM and suffix not in (*WRITE_FORMATS, ".jpg", ".jpeg"):
        formats = (*WRITE_FORMATS, *(DEVICE_ENDINGS if panel is None else ()), *VIDEO_SUFFIXES)
        folder = "" if suffix else f"; for a folder, give --output-dir {shlex.quote(str(path))}"
        raise InputError(f"cannot write {path}: {wrong_ending(suffix, formats)}{folder}")
    try:
        check_ending(suffix)
    except InputError as error:
        if job.output_format is not None:
            raise InputError(f"--format is {job.output_format!r}: {error}") from None
        raise InputError(f"cannot write {path}: {error}") from None


def _check_raw(path: Path, suffix: str) -> None:
    """Refuse packed rows in a file whose ending is, or looks like, that of an image or a video.

    Raises:
        InputError: the ending is refused.
    """
    from dither.images.io import WRITE_FORMATS

    names = (*WRITE_FORMATS, ".jpg", ".jpeg", *VIDEO_SUFFIXES)
    otherwise = f"{path} should end otherwise, such as in .bin"
    if suffix in names:
        raise InputError(f"--packed writes raw rows, not an image; {otherwise}")
    meant = next((name for name in names if one_slip_apart(suffix, name)), None)
    if suffix not in RAW_SUFFIXES and meant is not None:
        raise InputError(
            f"cannot write {path}: did you mean {meant!r}? Leave --packed out then; it writes raw "
            f"rows, for which {otherwise}"
        )


def _check_buffer(path: Path, suffix: str) -> None:
    """Refuse a panel's raw buffer in a file whose ending does not say so: it may be mistyped.

    Raises:
        InputError: the ending is refused.
    """
    from dither.images.io import WRITE_FORMATS

    if suffix not in RAW_SUFFIXES and path != STREAM:
        endings = (*WRITE_FORMATS, ".c", ".h", *RAW_SUFFIXES)
        raise InputError(
            f"cannot write {path}: {wrong_ending(suffix, endings)}; with --packed, a raw buffer may "
            "have any other"
        )


@contextlib.contextmanager
def open_outputs(
    paths: Sequence[Path], job: Job
) -> Iterator[Callable[[Path], AbstractContextManager[BinaryIO]]]:
    """Yield a function that opens outputs; all take their places when the block ends, or none.

    Raises:
        InputError: a file cannot be written, or standard output is a terminal or closed.
    """
    if STREAM in paths and (sys.stdout is None or sys.stdout.isatty()):
        kind = "closed" if sys.stdout is None else "a terminal"
        raise InputError(f"standard output is {kind}; redirect it to a file or a pipe")
    folder = created_folder(job.output_dir) if job.output_dir else contextlib.nullcontext()
    with folder:
        for path in paths:
            if path != STREAM:
                check_writable(path, replace=job.force)
        with atomic_writes(replace=job.force) as opened:
            yield (
                lambda path: (
                    contextlib.nullcontext(sys.stdout.buffer) if path == STREAM else opened(path)
                )
            )
