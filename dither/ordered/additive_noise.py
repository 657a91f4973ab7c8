"""Dithering by noise that is added before rounding: more levels to fewer, without bands.

With triangular noise of one step to each side the error's mean and power are the same everywhere on a
ramp, so that nothing of the steps is left to be seen; blue noise has that power where the eye sees it
least.
Source: S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and dither: a theoretical survey"
(1992).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dither.errors import InputError
from dither.files.npy import read_npy
from dither.ordered.tiling import at_phase, for_each_tile
from dither.samples import check_levels, checked_image

# A quantizer's noise reaches over a few steps; more is a mistake of units.
_LARGEST = 16


def noise_dither(
    image: np.ndarray,
    noise: np.ndarray,
    *,
    levels: int,
    phase: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """The level of every sample after noise is added and the sum rounded: round(v q / V + noise).

    Unlike thresholds, noise wider than a step leaves dots in black and white, where a part of it is
    clipped.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1.
        noise: (h, w) for all channels, (h, w, C) for each, or (T, h, w) frames; in steps between
            levels, as `bluenoise generate --distribution triangular` writes.
        levels: q + 1, from 2 to 65,536.
        phase: frame, row and column of the noise at the image's first pixel, around the torus.

    Returns:
        Same shape, uint8 up to 256 levels, else uint16.

    Raises:
        InputError: the image, the noise or a number is out of range.

    Example:
        >>> image = np.full((1, 4), 0.5)
        >>> noise_dither(image, np.array([[-0.3, 0.3, -0.6, 0.6]]), levels=3).tolist()
        [[1, 1, 0, 2]]
    """
    check_levels(levels)
    image = checked_image(image)
    channels = 1 if image.ndim == 2 else image.shape[2]
    face = at_phase(_planes(checked_noise(noise), channels), phase)
    codes = np.empty(image.shape, np.uint8 if levels <= 256 else np.uint16)
    floating = np.issubdtype(image.dtype, np.floating)
    steps = levels - 1
    white = 1 if floating else np.iinfo(image.dtype).max

    def add_and_round(
        block: np.ndarray, faces: Sequence[np.ndarray], out: np.ndarray, _: np.ndarray
    ) -> None:
        sums = block.astype(np.float64)
        sums *= steps
        sums /= white
        sums += faces[0]
        out[...] = np.clip(np.floor(sums, out=sums), 0, steps, out=sums)

    for_each_tile(image, [face + 0.5], codes, add_and_round)
    return codes


def checked_noise(noise: np.ndarray) -> np.ndarray:
    """The noise as float64.

    Raises:
        InputError: it has not two or three sides, or a value is not finite or far from a step.
    """
    noise = np.asarray(noise)
    if noise.ndim not in (2, 3) or noise.size == 0 or noise.dtype.kind != "f":
        raise InputError(
            f"noise is an array of floats with two or three sides, not {noise.shape} of {noise.dtype}"
        )
    # Written so that NaN fails too.
    if not np.abs(noise).max() <= _LARGEST:
        raise InputError(
            f"noise reaches from {noise.min()} to {noise.max()} steps; {_LARGEST} are the most"
        )
    return noise.astype(np.float64)


def load_noise(path: Path | str) -> np.ndarray:
    """The values of a .npy file as noise.

    Raises:
        InputError: the file cannot be read or holds no noise.
    """
    try:
        return checked_noise(read_npy(path))
    except InputError as error:
        raise error if str(path) in str(error) else InputError(f"{path}: {error}") from None


def _planes(noise: np.ndarray, channels: int) -> np.ndarray:
    """(T, h, w, 1 or C)."""
    if noise.ndim == 2:
        return noise[None, :, :, None]
    # Frames come first and channels last; no plane of a few columns is taken for channels by mistake.
    if channels > 1 and noise.shape[2] == channels:
        return noise[None]
    return noise[..., None]
