"""What is to be diffused: each channel to its levels, or an image to a palette."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from dither.diffusion.light import WHITE, light_of_codes, light_of_floats, light_of_levels
from dither.errors import InputError
from dither.extras import require_extra
from dither.samples import (
    Light,
    as_color,
    check_levels,
    check_light,
    checked_image,
)

Clamp = Literal["none", "range"]

# What an error can grow to without bound, a palette that lacks a colour, is clipped here.
_FARTHEST = 16


class Palette(Protocol):
    """What holds a palette."""

    @property
    def colors(self) -> np.ndarray:
        """(K, 3) uint8 sRGB codes."""
        ...


@dataclass(frozen=True)
class Job:
    """One image or channel on its way through the compiled loops.

    Attributes:
        samples: (H, W) or (H, W, 3) codes or floats.
        codes: (H, W), written.
        light: how samples become light.
        taps: (taps, 3) int64.
        target: the levels or the colours.
        channel: which channel it is; None for colours.
        varied: the thresholds.
        low: the least light that is not clipped.
        high: the greatest.
    """

    samples: np.ndarray
    codes: np.ndarray
    light: Light
    taps: np.ndarray
    target: Any
    channel: int | None
    varied: Any
    low: int
    high: int

    def rows(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """The samples of some rows as codes or light, and the light of each code or nothing."""
        rows = self.samples[start:stop]
        if np.issubdtype(rows.dtype, np.floating):
            return light_of_floats(rows, self.light), np.empty(0, np.int32)
        return rows, light_of_codes(rows.dtype, self.light)


def jobs_of(
    image: np.ndarray,
    *,
    levels: int | None,
    palette: np.ndarray | Palette | None,
    light: Light,
    clamp: Clamp | None,
    taps: np.ndarray,
    varied: Any = None,
) -> tuple[np.ndarray, list[Job]]:
    """The codes that are to be written, and what writes them: a job for each channel, or one.

    Args:
        image: as in `error_diffuse`.
        levels: as in `error_diffuse`.
        palette: as in `error_diffuse`.
        light: as in `error_diffuse`.
        clamp: as in `error_diffuse`.
        taps: where the error goes.
        varied: the thresholds.

    Returns:
        (H, W) or (H, W, C) codes, and the jobs, none if the image has no pixels.

    Raises:
        InputError: one of them is out of range, or both levels and a palette are given.
    """
    if levels is not None and palette is not None:
        raise InputError("give either levels or a palette")
    if clamp not in (None, "none", "range"):
        raise InputError(f"clamp is {clamp!r}; it must be 'none' or 'range'")
    check_light(light)
    image = checked_image(image)
    from dither.diffusion.compiled import loops

    if palette is not None:
        colors = palette_colors(palette)
        image = as_color(image)
        codes = np.empty(image.shape[:2], np.uint8)
        target = loops.colors_of(light_of_codes(np.dtype(np.uint8), light)[colors])
        low, high = _bounds(clamp or "range")
        jobs = [Job(image, codes, light, taps, target, None, varied, low, high)]
    else:
        levels = 2 if levels is None else levels
        check_levels(levels)
        codes = np.empty(image.shape, np.uint8 if levels <= 256 else np.uint16)
        target = loops.steps_of(light_of_levels(levels, image.dtype, light))
        low, high = _bounds(clamp or "none")
        planes = [(image, codes)]
        if image.ndim == 3:
            planes = [(image[..., c], codes[..., c]) for c in range(image.shape[2])]
        jobs = [
            Job(samples, shown, light, taps, target, channel, varied, low, high)
            for channel, (samples, shown) in enumerate(planes)
        ]
    return codes, jobs if codes.size else []


def require_numba() -> None:
    """Refuse error diffusion where numba, which compiles its loops, is missing.

    Raises:
        InputError: numba is not installed.
    """
    require_extra("error diffusion", "diffuse", "numba")


def _bounds(clamp: Clamp) -> tuple[int, int]:
    return (0, WHITE) if clamp == "range" else (-_FARTHEST * WHITE, (_FARTHEST + 1) * WHITE)


def palette_colors(palette: np.ndarray | Palette) -> np.ndarray:
    """(K, 3) uint8, the colours of a palette.

    Raises:
        InputError: it holds something else.
    """
    colors = np.asarray(palette if isinstance(palette, np.ndarray) else palette.colors)
    if colors.dtype != np.uint8 or colors.ndim != 2 or colors.shape[1] != 3:
        raise InputError(f"a palette is (K, 3) uint8, not {colors.shape} {colors.dtype}")
    if not 1 <= len(colors) <= 256:
        raise InputError(f"a palette has 1 to 256 colours, not {len(colors)}")
    return colors
