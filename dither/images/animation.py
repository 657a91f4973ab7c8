"""Animations: frames with their durations, read from and written to GIF, PNG and WebP."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dither.errors import InputError, TooLargeError
from dither.images.color_management import UNMANAGED, color_source, managed_picture
from dither.images.formats.gif import gif_bytes
from dither.images.indexed import to_indexed
from dither.images.io import (
    MAX_PIXELS,
    Source,
    encode_image,
    encode_pillow,
    open_image,
    still_image,
    unread_parts,
    write_encoded,
)
from dither.images.pages import page_numbers, read_pages
from dither.images.pillow_conversion import check_webp, to_pillow_8_bit
from dither.images.raster_image import RasterImage, is_gray, without_opaque_alpha
from dither.images.raster_like import as_raster_image
from dither.images.resolution import file_resolution
from dither.wording import counted, sides_text

if TYPE_CHECKING:
    from PIL import Image

ANIMATED_SUFFIXES = (".gif", ".png", ".webp")
MAX_FRAMES = 1 << 14
_MAX_PLAYS = 65535


@dataclass(frozen=True, eq=False)
class Animation:
    """Frames of one size and their durations, or pages of a TIFF; a still image has one frame.

    Attributes:
        frames: complete images, either all grey or all RGB; arrays and images of Pillow become raster
            images.
        durations: milliseconds per frame.
        plays: number of times that the animation is shown, 0 for endless.
        compression: of a TIFF that it was read from, by Pillow's name; None for other files.
        is_stack: whether the frames are pages of a TIFF.

    Raises:
        InputError: there is no frame, the frames differ in shape, or there is not one duration per
            frame.

    Example:
        >>> dark = RasterImage(np.zeros((2, 2), np.uint8))
        >>> len(Animation((dark, dark), (40, 40), plays=0).frames)
        2
    """

    frames: tuple[RasterImage, ...]
    durations: tuple[int, ...] = (0,)
    plays: int = 1
    compression: str | None = None
    is_stack: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "frames", tuple(map(as_raster_image, self.frames)))
        if not self.frames or len(self.frames) != len(self.durations):
            raise InputError(
                f"an animation needs one duration per frame, not {len(self.durations)} for "
                f"{counted(len(self.frames), 'frame')}"
            )
        shapes = {frame.color.shape for frame in self.frames}
        if len(shapes) > 1:
            raise InputError(
                "the frames of an animation have one size and number of channels, not "
                f"{' and '.join(map(sides_text, sorted(shapes)))}"
            )
        if min(self.durations) < 0 or self.plays < 0:
            raise InputError("durations and the number of plays must be 0 or more")


def read_animation(
    source: Source,
    *,
    max_pixels: int = MAX_PIXELS,
    name: str | None = None,
    color_management: bool = True,
    pages: bool = False,
    deep: bool = False,
    log: Callable[[str], object] | None = None,
) -> Animation:
    """Read all frames of an animated GIF, PNG or WebP, or any other image as one frame.

    Each frame is composed as a viewer shows it. The fallback picture that some animated PNGs have for
    viewers without animation is left out.

    Args:
        source: the file, or a binary stream.
        max_pixels: refuse images with more pixels in all frames together.
        name: name used in error messages instead of the file's.
        color_management: as for `read_image`.
        pages: read all pages of a TIFF as frames, not only the first; previews and masks are left out.
        deep: as for `read_image`, of a still image.
        log: called with a sentence for each content that is not read: more than 8 bits per channel, or
            pages after the first.

    Raises:
        InputError: as `read_image`, or there are more than 16,384 frames, or pages of different sizes.

    Example:
        >>> read_animation("clip.gif").durations  # doctest: +SKIP
        (40, 40, 80)
    """
    from PIL import ImageOps

    with open_image(source, max_pixels, name) as picture:
        name = name or str(source)
        count = int(getattr(picture, "n_frames", 1))
        numbers = page_numbers(picture) if pages else [0]
        if log is not None:
            for sentence in unread_parts(
                picture, name, pages_read=len(numbers), deep=deep and count == 1
            ):
                log(sentence)
        if len(numbers) > 1:
            compression = tiff_compression(picture)
            options = {"color_management": color_management, "log": log}
            found = read_pages(picture, numbers, name, max_pixels, **options)
            return Animation(tuple(found), (0,) * len(found), 1, compression, is_stack=True)
        colors = color_source(picture, name) if color_management else UNMANAGED
        if log is not None and colors.note:
            log(colors.note)
        if picture.format not in ("GIF", "PNG", "WEBP") or count == 1:
            still = without_opaque_alpha([still_image(picture, colors, deep=deep and count == 1)])
            return Animation(still, compression=tiff_compression(picture))
        if count > MAX_FRAMES:
            raise InputError(f"{name} has {count} frames; at most {MAX_FRAMES} are read")
        first = int(bool(getattr(picture, "default_image", False)))
        if (count - first) * picture.width * picture.height > max_pixels:
            raise TooLargeError(
                f"{name} has more than {counted(max_pixels, 'pixel')} in its {count - first} frames"
            )
        size, resolution = picture.size, file_resolution(picture)
        frames, durations = [], []
        for index in range(first, count):
            picture.seek(index)
            picture.load()
            if picture.size != size:
                raise InputError(f"{name} is damaged: its frames differ in size")
            durations.append(round(picture.info.get("duration", 0)))
            whole = ImageOps.exif_transpose(picture.convert("RGBA"))
            image = managed_picture(whole, colors)
            frames.append(dataclasses.replace(image, resolution=resolution))
        plays = _plays(picture.format, picture.info.get("loop"))
    return Animation(_simplified(frames), tuple(durations), plays)


def tiff_compression(picture: "Image.Image") -> str | None:
    """Return Pillow's name of the compression of an open TIFF; None for other files."""
    return str(picture.info.get("compression")) if picture.format == "TIFF" else None


def _plays(format_name: str, loop: int | None) -> int:
    """Return the number of plays: GIF stores repeats after the first play, PNG and WebP all plays."""
    if format_name != "GIF" or loop == 0:
        return loop or 0
    return 1 if loop is None else loop + 1


def _simplified(images: list[RasterImage]) -> tuple[RasterImage, ...]:
    """Drop alpha if all frames are opaque, and colour if all are grey."""
    frames = without_opaque_alpha(images)
    if all(frame.profile is None and is_gray(frame.color) for frame in frames):
        return tuple(
            dataclasses.replace(frame, color=np.ascontiguousarray(frame.color[..., 0]))
            for frame in frames
        )
    return frames


def encode_animation(animation: Animation, ending: str) -> bytes:
    """Encode an animation without loss.

    A GIF keeps equal frames as frames. In PNG and WebP, equal consecutive frames become one with the
    sum of their durations.

    Args:
        animation: uint8 samples; a single frame is encoded as `encode_image` does.
        ending: .gif, .png or .webp.

    Raises:
        InputError: the format has no animation, or cannot store such frames.

    Example:
        >>> dark = RasterImage(np.zeros((2, 2), np.uint8))
        >>> encode_animation(Animation((dark, dark), (40, 40)), ".gif")[:6]
        b'GIF89a'
    """
    ending = ending.lower()
    if len(animation.frames) == 1:
        return encode_image(animation.frames[0], ending)
    if ending not in ANIMATED_SUFFIXES:
        raise InputError(f"several frames need the ending {', '.join(ANIMATED_SUFFIXES)}")
    if ending == ".gif":
        return gif_bytes(animation.frames, durations=animation.durations, plays=animation.plays)
    for frame in animation.frames:
        if frame.color.dtype != np.uint8:
            raise InputError(f"frames must be uint8, not {frame.color.dtype}")
    found = to_indexed(animation.frames) if ending == ".png" else None
    if found is not None:
        pictures = [found.to_pillow(index) for index in range(len(found.frames))]
    else:
        pictures = [to_pillow_8_bit(frame) for frame in animation.frames]
    options: dict[str, object] = {}
    if ending == ".webp":
        check_webp(animation.frames[0])
        options.update(lossless=True, exact=True)
    if animation.frames[0].profile:
        options["icc_profile"] = animation.frames[0].profile
    if animation.frames[0].resolution and ending == ".png":
        options["dpi"] = animation.frames[0].resolution
    return encode_frames(
        pictures, ending, options, durations=animation.durations, plays=animation.plays
    )


def encode_frames(
    pictures: Sequence["Image.Image"],
    ending: str,
    options: dict[str, object],
    *,
    durations: Sequence[int],
    plays: int,
) -> bytes:
    """Encode Pillow images as the frames of an animation.

    Args:
        pictures: images of one mode and size; a single one becomes a still image.
        ending: .png or .webp.
        options: options of Pillow's encoder.
        durations: milliseconds per frame.
        plays: number of times that the animation is shown, 0 for endless.

    Raises:
        InputError: Pillow cannot encode them.
    """
    if len(pictures) > 1:
        options = {
            **options,
            "save_all": True,
            "append_images": pictures[1:],
            "duration": list(durations),
            "loop": min(plays, _MAX_PLAYS),
        }
    return encode_pillow(pictures[0], ending.removeprefix(".").upper(), options)


def write_animation(path: Path | str, animation: Animation, *, replace: bool = True) -> None:
    """Write an animation; the file is replaced atomically.

    Args:
        path: its ending names the format: .gif, .png or .webp; for one frame, as `write_image`.
        animation: uint8 samples.
        replace: whether an existing file may be replaced.

    Raises:
        InputError: as `encode_animation`, or the file cannot be written.
    """
    write_encoded(path, lambda ending: encode_animation(animation, ending), replace=replace)
