"""Animations: frames with their times, read and written as GIF, PNG and WebP."""

import dataclasses
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dither.errors import InputError, TooLargeError
from dither.files.atomic import atomic_write
from dither.images.gif import gif_bytes
from dither.images.io import MAX_PIXELS, Source, encode_image, open_image, unread_parts
from dither.images.raster_image import RasterImage, check_webp, from_pillow, indexed, is_gray, plain

# Formats whose files can move.
ANIMATED_SUFFIXES = (".gif", ".png", ".webp")
MAX_FRAMES = 1 << 14
_MOST_PLAYS = 65535


@dataclass(frozen=True, eq=False)
class Animation:
    """Frames of one size, and when each is shown; a still image is one frame.

    Attributes:
        frames: whole images, whatever parts of them a file stores; all grey, or all of colours.
        durations: how long each is shown, in milliseconds.
        plays: how many times they are shown, 0 for endlessly.

    Raises:
        InputError: there is no frame, their sizes differ, or there is not one duration for each.

    Example:
        >>> dark = RasterImage(np.zeros((2, 2), np.uint8))
        >>> len(Animation((dark, dark), (40, 40), plays=0).frames)
        2
    """

    frames: tuple[RasterImage, ...]
    durations: tuple[int, ...] = (0,)
    plays: int = 1

    def __post_init__(self) -> None:
        if not self.frames or len(self.frames) != len(self.durations):
            raise InputError(
                f"an animation has a duration for each of its frames, not {len(self.durations)} for "
                f"{len(self.frames)}"
            )
        shapes = {frame.color.shape for frame in self.frames}
        if len(shapes) > 1:
            raise InputError(f"the frames of an animation have one shape, not {sorted(shapes)}")
        if min(self.durations) < 0 or self.plays < 0:
            raise InputError("durations and the number of plays are 0 or more")


def read_animation(
    source: Source,
    *,
    max_pixels: int = MAX_PIXELS,
    name: str | None = None,
    log: Callable[[str], object] | None = None,
) -> Animation:
    """Read all frames of an animated GIF, PNG or WebP, or any other image as one frame.

    Each frame is what is seen while it is shown: parts are laid over the frames before, as their
    disposal says. The still picture that some animated PNGs show where nothing moves is left out.

    Args:
        source: the file, or a binary stream.
        max_pixels: refuse images of more, those of all frames added up.
        name: that error messages give it, if not the file's.
        log: called with a sentence on what the file holds and the animation does not, if anything:
            more than 8 bits a channel, or pages after the first.

    Raises:
        InputError: as `read_image`, or there are more than 16,384 frames.

    Example:
        >>> read_animation("clip.gif").durations  # doctest: +SKIP
        (40, 40, 80)
    """
    from PIL import ImageOps

    with open_image(source, max_pixels, name) as picture:
        count = int(getattr(picture, "n_frames", 1))
        if log is not None:
            for sentence in unread_parts(picture, name or str(source)):
                log(sentence)
        if picture.format not in ("GIF", "PNG", "WEBP") or count == 1:
            picture.load()
            return Animation((from_pillow(ImageOps.exif_transpose(picture)),))
        if count > MAX_FRAMES:
            raise InputError(f"{name or source} has {count} frames; at most {MAX_FRAMES} are read")
        first = int(bool(getattr(picture, "default_image", False)))
        total = (count - first) * picture.width * picture.height
        if total > max_pixels:
            raise TooLargeError(
                f"{name or source} has more than {max_pixels} pixels in its {count - first} frames"
            )
        size = picture.size
        frames, durations = [], []
        for index in range(first, count):
            picture.seek(index)
            picture.load()
            if picture.size != size:
                raise InputError(f"{name or source} is damaged: its frames differ in size")
            durations.append(round(picture.info.get("duration", 0)))
            frames.append(from_pillow(ImageOps.exif_transpose(picture.convert("RGBA"))))
        plays = _plays(picture.format, picture.info.get("loop"))
    return Animation(_alike(frames), tuple(durations), plays)


def _plays(format_name: str, loop: int | None) -> int:
    """What a GIF says is how often the frames come again; PNG and WebP count all times."""
    if format_name != "GIF" or loop == 0:
        return loop or 0
    return 1 if loop is None else loop + 1


def _alike(frames: list[RasterImage]) -> tuple[RasterImage, ...]:
    """Grey where all frames are grey, and without alpha where all are opaque."""
    if all(frame.alpha is None or frame.alpha.min() == 255 for frame in frames):
        frames = [dataclasses.replace(frame, alpha=None) for frame in frames]
    if all(frame.profile is None and is_gray(frame.color) for frame in frames):
        frames = [
            dataclasses.replace(frame, color=np.ascontiguousarray(frame.color[..., 0]))
            for frame in frames
        ]
    return tuple(frames)


def encode_animation(animation: Animation, ending: str) -> bytes:
    """The bytes of an animated file, whose frames are the animation's without loss.

    A GIF has as many frames as the animation. In a PNG or WebP, equal frames in a row become one that
    is shown as long as all of them.

    Args:
        animation: uint8 samples; of one frame, as `encode_image`.
        ending: .gif, .png or .webp.

    Raises:
        InputError: the format does not move, or cannot hold such frames.

    Example:
        >>> dark = RasterImage(np.zeros((2, 2), np.uint8))
        >>> encode_animation(Animation((dark, dark), (40, 40)), ".gif")[:6]
        b'GIF89a'
    """
    ending = ending.lower()
    if len(animation.frames) == 1:
        return encode_image(animation.frames[0], ending)
    if ending not in ANIMATED_SUFFIXES:
        raise InputError(f"of several frames the ending is one of {', '.join(ANIMATED_SUFFIXES)}")
    if ending == ".gif":
        return gif_bytes(animation.frames, durations=animation.durations, plays=animation.plays)
    for frame in animation.frames:
        if frame.color.dtype != np.uint8:
            raise InputError(f"frames hold samples of uint8, not {frame.color.dtype}")
    options: dict[str, object] = {
        "save_all": True,
        "duration": list(animation.durations),
        "loop": min(animation.plays, _MOST_PLAYS),
    }
    found = indexed(animation.frames) if ending == ".png" else None
    if found is not None:
        pictures = [found.picture(index) for index in range(len(found.frames))]
        options["bits"] = found.bits
    else:
        pictures = [plain(frame) for frame in animation.frames]
    if ending == ".webp":
        check_webp(animation.frames[0])
        options.update(lossless=True, exact=True)
    if animation.frames[0].profile:
        options["icc_profile"] = animation.frames[0].profile
    stream = io.BytesIO()
    try:
        pictures[0].save(
            stream, ending.removeprefix(".").upper(), append_images=pictures[1:], **options
        )
    except (ValueError, KeyError, OSError) as error:
        raise InputError(" ".join(str(error).split())) from error
    return stream.getvalue()


def write_animation(path: Path | str, animation: Animation, *, replace: bool = True) -> None:
    """Write an animated file, whole or not at all.

    Args:
        path: its ending names the format: .gif, .png or .webp; of one frame, as `write_image`.
        animation: uint8 samples.
        replace: whether a file that is there already may be replaced.

    Raises:
        InputError: as `encode_animation`, or the folder refuses.
    """
    try:
        content = encode_animation(animation, Path(path).suffix)
    except InputError as error:
        raise InputError(f"cannot write {path}: {error}") from None
    with atomic_write(path, replace=replace) as file:
        file.write(content)
