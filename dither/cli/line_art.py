"""Pixels that are left undithered: lines and text found by `--line-art`, or those of `--mask`."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from dither.cli.job import Job
from dither.cli.target import Target
from dither.errors import InputError
from dither.preparation.adjustments import Preparation

if TYPE_CHECKING:
    import numpy as np

    from dither.gamut.line_art import KeptPixels
    from dither.images.animation import Animation
    from dither.palettes.palette import Palette

_WHITE = "#ffffff"


@dataclasses.dataclass(frozen=True, eq=False)
class Undithered:
    """The pixels of each frame that are left undithered.

    Attributes:
        masks: (H, W) bool for each frame, True for such pixels.
        tints: whether flat areas that no available colour resembles are dithered nevertheless.
    """

    masks: "list[np.ndarray]"
    tints: bool

    def keep(
        self, animation: "Animation", palette: "Palette | None", target: Target
    ) -> "list[KeptPixels]":
        """Return the frames, mapped to the palette, with the pixels in their final colours."""
        from dither.gamut.line_art import keep_line_art

        return [
            keep_line_art(
                frame.color,
                mask,
                palette=palette,
                levels=target.equal_levels("--line-art or --mask") if palette is None else None,
                intent=target.intent,
                tints=self.tints,
            )
            for frame, mask in zip(animation.frames, self.masks, strict=True)
        ]


def undithered(
    job: Job, preparation: Preparation, before: tuple[int, int], animation: "Animation"
) -> Undithered | None:
    """Return the pixels that a job leaves undithered; None if all are dithered.

    Args:
        job: its options `line_art` and `mask`.
        preparation: the adjustments of the image.
        before: height and width of the image in its file.
        animation: the prepared frames.

    Raises:
        InputError: the mask cannot be read, or has another size than the image.
    """
    if job.mask is not None:
        mask = _read_mask(job.mask, job, preparation, before, animation.frames[0].color.shape[:2])
        return Undithered([mask] * len(animation.frames), tints=False)
    if not job.line_art:
        return None
    from dither.preparation.line_art import line_art_mask

    masks = [line_art_mask(frame.color, frame.alpha) for frame in animation.frames]
    return Undithered(masks, tints=True)


def with_kept(animation: "Animation", kept: "list[KeptPixels] | None") -> "Animation":
    """Return the animation with the pictures of the kept pixels, if there are any."""
    if kept is None:
        return animation
    frames = tuple(
        dataclasses.replace(frame, color=each.picture)
        for frame, each in zip(animation.frames, kept, strict=True)
    )
    return dataclasses.replace(animation, frames=frames)


def _read_mask(
    path: Path,
    job: Job,
    preparation: Preparation,
    before: tuple[int, int],
    after: tuple[int, int],
) -> "np.ndarray":
    """Return (H, W) bool: the darker half of a grey image, placed as the image is; bars are light."""
    from dither.images.io import read_image
    from dither.preparation.adjustments import adjusted
    from dither.preparation.background import on_background
    from dither.samples import white_code

    image = on_background(read_image(path, max_pixels=job.max_pixels), _WHITE)
    height, width = image.color.shape[:2]
    place = Preparation()
    if (height, width) != after:
        if (height, width) != before:
            raise InputError(
                f"--mask {path} has {width}x{height} pixels; it needs those of the image, "
                f"{before[1]}x{before[0]}"
            )
        place = Preparation(
            resize=preparation.resize,
            fit=preparation.fit,
            rotate=preparation.rotate,
            background=_WHITE,
        )
    image = dataclasses.replace(adjusted(image, place), profile=None)
    gray = adjusted(image, Preparation(gray=True)).color
    return gray < white_code(gray) / 2
