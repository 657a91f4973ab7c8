"""The work of the commands that dither images: read, prepare, dither, scale and write each."""

import contextlib
import dataclasses
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from dither.cli.options import PackedChoice
from dither.cli.outputs import (
    STREAM,
    Destination,
    Placing,
    check_standard_output,
    destinations,
    standard_input,
)
from dither.cli.target import Target
from dither.console import delayed_progress, log
from dither.errors import InputError, TooLargeError
from dither.files.atomic import atomic_writes, check_writable, created_folder
from dither.images.adjustments import Preparation

if TYPE_CHECKING:
    import numpy as np

    from dither.images.animation import Animation
    from dither.images.raster_image import RasterImage
    from dither.palettes.palette import Palette

    # From an image or animation, and the number of its first frame among all, to what becomes of it.
    WholeDithering = Callable[[Animation, int], "Dithered"]
    # From a colour array, its number among all frames of all inputs, and the palette, if one is meant,
    # to codes: levels of the channels, or indices of the palette.
    Dithering = Callable[[np.ndarray, int, Palette | None], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Job:
    """What the commands are told beside how to dither.

    Attributes:
        images: the files, - for standard input.
        target: to what they are dithered.
        placing: where results go.
        preparation: what is done first.
        scale: the side of the square that each pixel becomes.
        max_pixels: more are refused.
        json_output: whether one object is printed.
        force: whether files that are there may be replaced.
        quiet: say nothing.
        palette_output: a palette file for the one image's palette, if wanted.
    """

    images: list[Path]
    target: Target
    placing: Placing
    preparation: Preparation
    scale: int
    max_pixels: int
    json_output: bool
    force: bool
    quiet: bool
    palette_output: Path | None = None


@dataclasses.dataclass(frozen=True)
class Dithered:
    """What became of an image or an animation.

    Attributes:
        codes: of each frame: levels of the channels, or indices of the palette.
        palette: that they point into, if one is meant.
        about: more that --json tells.
    """

    codes: "list[np.ndarray]"
    palette: "Palette | None"
    about: dict[str, Any] = dataclasses.field(default_factory=dict)


def dither_each(job: Job, dithering: "Dithering") -> dict[str, Any]:
    """As `dither_whole`, a frame at a time.

    Args:
        job: what to do.
        dithering: how.

    Raises:
        InputError: as `dither_whole`.
    """
    done = 0
    with delayed_progress("dither", job.quiet) as on_progress:

        def whole(animation: "Animation", number: int) -> Dithered:
            nonlocal done
            dithered = each_frame(
                job.target,
                dithering,
                animation,
                number,
                lambda share: on_progress((done + share) / len(job.images)),
            )
            done += 1
            return dithered

        return dither_whole(job, whole)


def each_frame(
    target: Target,
    dithering: "Dithering",
    animation: "Animation",
    number: int,
    on_progress: Callable[[float], None] = lambda share: None,
) -> Dithered:
    """What becomes of an image or animation whose frames are dithered one by one.

    Args:
        target: to what.
        dithering: how.
        animation: of one frame or more.
        number: of its first frame among all.
        on_progress: called with the share done.
    """
    palette = target.palette_for(animation.frames)
    codes = []
    for frame in animation.frames:
        codes.append(dithering(frame.color, number + len(codes), palette))
        on_progress(len(codes) / len(animation.frames))
    return Dithered(codes, palette)


def dither_whole(job: Job, dithering: "WholeDithering") -> dict[str, Any]:
    """Read each image, dither its colour, and write it; what was done, for --json.

    No result is in its place before all are done.

    Args:
        job: what to do.
        dithering: how.

    Raises:
        InputError: options do not go together, or an image cannot be read, dithered or written.
    """
    check_options(job)
    places = destinations(job.images, job.placing)
    if job.palette_output is not None:
        _check_palette_output(job.palette_output, job.images, places)
    done, palettes, number = [], [], 0
    said: list[str] = []  # at the end: what fails leaves nothing to tell of but why
    with _writing(places, job) as opened:
        for source, place in zip(job.images, places, strict=True):
            notes: list[str] = []
            animation = _read(source, job.max_pixels, notes.append)
            try:
                animation = _prepared(animation, place, source, job, notes.append)
                dithered = dithering(animation, number)
            except TooLargeError as error:
                raise _with_advice(f"{_title(source)}: {error}") from None
            except InputError as error:
                raise InputError(f"{_title(source)}: {error}") from None
            number += len(dithered.codes)
            palette, shown = dithered.palette, job.target.shown(dithered.palette)
            content, entry = _content(animation, dithered.codes, shown, place, job, notes.append)
            if job.palette_output is not None and palette is not None:
                from dither.palettes.files import encode_colors

                with opened(job.palette_output) as file:
                    file.write(encode_colors(job.palette_output, palette.colors))
                said.append(f"{_title(source)} -> {job.palette_output}: {len(palette)} colours")
            with opened(place.path) as file:
                file.write(content)
                file.flush()  # a full disk behind standard output is noticed here
            said += [*notes, f"{_title(source)} -> {place.title}{_about(entry)}"]
            if notes:
                entry["notes"] = notes
            if palette is not None:
                palettes.append(palette.hex)
            about = {"input": str(source), "output": str(place.path), **entry}
            done.append(about | dithered.about)
    for sentence in said:
        log(sentence, quiet=job.quiet)
    target = {"palettes": palettes} if palettes else {"levels": job.target.levels}
    return {**target, "images": done}


def check_options(job: Job) -> None:
    """Refuse options that do not go together, before any work.

    Raises:
        InputError: that is so.
    """
    if job.preparation.gray and job.preparation.saturation != 1:
        raise InputError("--saturation has no effect with --gray")
    if job.placing.packed:
        _ = job.target.packed_bits  # or a sentence, before any work
    if job.json_output and job.placing.output == STREAM:
        raise InputError("--json and --output - would both write to standard output; give one")


def _check_palette_output(path: Path, images: list[Path], places: list[Destination]) -> None:
    from dither.palettes.files import check_palette_ending

    if len(images) > 1:
        raise InputError(
            f"--palette-output takes the palette of one image, and there are {len(images)}"
        )
    check_palette_ending(path)
    if any(os.path.realpath(path) == os.path.realpath(place.path) for place in places):
        raise InputError(f"the palette and the image would both be written as {path}")


@contextlib.contextmanager
def _writing(
    places: list[Destination], job: Job
) -> Iterator[Callable[[Path], AbstractContextManager[BinaryIO]]]:
    """What opens each destination; files are in their places after the block."""
    paths = [place.path for place in places]
    if job.palette_output is not None:
        paths.append(job.palette_output)
    if job.placing.output == STREAM:
        check_standard_output()
        for path in paths[1:]:
            check_writable(path, replace=job.force)
        with atomic_writes(replace=job.force) as opened:
            yield (
                lambda path: (
                    contextlib.nullcontext(sys.stdout.buffer) if path == STREAM else opened(path)
                )
            )
        return
    folder = job.placing.output_dir
    with created_folder(folder) if folder is not None else contextlib.nullcontext():
        for path in paths:
            check_writable(path, replace=job.force)
        with atomic_writes(replace=job.force) as opened:
            yield opened


def _about(entry: dict[str, Any]) -> str:
    """What a person needs to know of packed rows, which do not say it themselves."""
    if "order" not in entry:
        return ""
    height, width = entry["shape"]
    bits, row = entry["bits"], entry["bytes_per_row"]
    return f": {width}x{height} pixels, {bits} bit{'s' if bits > 1 else ''} each, {row} bytes a row"


def _title(source: Path) -> str:
    return "standard input" if source == STREAM else str(source)


def _with_advice(sentence: str) -> InputError:
    return InputError(f"{sentence}; --max-pixels raises this limit")


def _read(source: Path, max_pixels: int, say: Callable[[str], None]) -> "Animation":
    from dither.images.animation import read_animation

    file = standard_input() if source == STREAM else source
    try:
        return read_animation(file, max_pixels=max_pixels, name=_title(source), log=say)
    except TooLargeError as error:
        raise _with_advice(str(error)) from None


def _prepared(
    animation: "Animation",
    place: Destination,
    source: Path,
    job: Job,
    say: Callable[[str], None],
) -> "Animation":
    """The frames that the destination can hold, made ready."""
    from dither.images.adjustments import adjusted
    from dither.images.animation import ANIMATED_SUFFIXES, Animation
    from dither.images.fit import resized_shape

    first = animation.frames[0]
    moving = not job.placing.packed and place.ending.lower() in ANIMATED_SUFFIXES
    if len(animation.frames) > 1 and not moving:
        say(f"{_title(source)} has {len(animation.frames)} frames; {place.title} holds the first")
        animation = Animation((first,))
    height, width = resized_shape((len(first.color), first.color.shape[1]), job.preparation.resize)
    pixels = len(animation.frames) * height * width * job.scale**2
    if pixels > job.max_pixels:
        raise TooLargeError(f"the result would have {pixels} pixels, more than {job.max_pixels}")
    frames = tuple(adjusted(frame, job.preparation) for frame in animation.frames)
    return dataclasses.replace(animation, frames=frames)


def _content(
    animation: "Animation",
    codes: "list[np.ndarray]",
    shown: "np.ndarray",
    place: Destination,
    job: Job,
    say: Callable[[str], None],
) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a result, and what is said about them."""
    from dither.images.animation import encode_animation

    try:
        if job.placing.packed:
            return _packed(animation.frames[0], codes[0], job)
        frames = tuple(
            _scaled(frame, code, shown, job.scale)
            for frame, code in zip(animation.frames, codes, strict=True)
        )
        if place.ending.lower() == ".gif" and any(map(_is_partly_clear, frames)):
            say(
                f"{place.title}: a GIF has no partial transparency; alpha below 128 becomes clear, "
                "the rest opaque"
            )
        moved = dataclasses.replace(animation, frames=frames)
        content = encode_animation(moved, place.ending)
    except InputError as error:
        raise InputError(f"cannot write {place.title}: {error}") from None
    entry: dict[str, Any] = {"shape": list(frames[0].color.shape)}
    if len(frames) > 1:
        entry["frames"] = len(frames)
    return content, entry


def _packed(frame: "RasterImage", codes: "np.ndarray", job: Job) -> tuple[bytes, dict[str, Any]]:
    import numpy as np

    from dither.ordered.bit_packing import pack

    if codes.ndim == 3:
        raise InputError("--packed takes grey or a palette; --gray makes grey of colours")
    if frame.alpha is not None and frame.alpha.min() < 255:
        raise InputError("packed rows hold no alpha")
    codes = _enlarged(codes.astype(np.uint8, copy=False), job.scale)
    bits = job.target.packed_bits
    rows = pack(codes, bits=bits, order="lsb" if job.placing.packed == PackedChoice.lsb else "msb")
    return rows.tobytes(), {
        "shape": list(codes.shape),
        "bits": bits,
        "order": str(job.placing.packed),
        "bytes_per_row": rows.shape[1],
    }


def _scaled(
    frame: "RasterImage", codes: "np.ndarray", shown: "np.ndarray", scale: int
) -> "RasterImage":
    """The frame with what the codes are shown as, each pixel a square."""
    alpha = None if frame.alpha is None else _enlarged(frame.alpha, scale)
    # The profile is that of the channels as they were; palettes are sRGB.
    profile = frame.profile if shown.ndim == 1 else None
    return dataclasses.replace(
        frame, color=shown[_enlarged(codes, scale)], alpha=alpha, profile=profile
    )


def _enlarged(codes: "np.ndarray", scale: int) -> "np.ndarray":
    return codes if scale == 1 else codes.repeat(scale, axis=0).repeat(scale, axis=1)


def _is_partly_clear(frame: "RasterImage") -> bool:
    return frame.alpha is not None and bool(((frame.alpha > 0) & (frame.alpha < 255)).any())
