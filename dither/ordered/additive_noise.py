"""Dithering by noise that is added before rounding: fewer levels without banding.

With triangular noise of one step to each side, the mean and the power of the error are the same
everywhere on a ramp, so that the steps leave no visible trace. Blue noise has its power where the eye
sees it least.
Source: S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and dither: a theoretical survey"
(1992).
"""

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dither.errors import InputError
from dither.files.npy import read_npy
from dither.ordered.tiling import at_phase, for_each_tile
from dither.samples import Levels, checked_image, levels_of

# Noise for a quantizer spans a few steps; more is a mistake of units.
_MAX_STEPS = 16


def noise_dither(
    image: np.ndarray,
    noise: np.ndarray,
    *,
    levels: Levels,
    phase: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """Add noise, round, and return the level of every sample: round(v q / V + noise).

    Unlike thresholds, noise wider than a step leaves dots in black and white, where part of it is
    clipped.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16, bool, or float32/float64 in 0..1.
        noise: (h, w) for all channels, (h, w, C) for each, or (T, h, w) frames; in steps between
            levels, as `bluenoise generate --distribution triangular` writes it.
        levels: q + 1, from 2 to 65,536; one number for all channels, or one for each.
        phase: frame, row and column of the noise at the image's first pixel; they wrap around.

    Returns:
        Same shape, uint8 up to 256 levels, else uint16.

    Raises:
        InputError: the image, the noise or a number is out of range.

    Example:
        >>> image = np.full((1, 4), 0.5)
        >>> noise_dither(image, np.array([[-0.3, 0.3, -0.6, 0.6]]), levels=3).tolist()
        [[1, 1, 0, 2]]
    """
    image = checked_image(image)
    channels = 1 if image.ndim == 2 else image.shape[2]
    counts = levels_of(levels, channels)
    tiled = at_phase(_planes(checked_noise(noise), channels), phase)
    codes = np.empty(image.shape, np.uint8 if max(counts, default=2) <= 256 else np.uint16)
    white = 1 if np.issubdtype(image.dtype, np.floating) else int(np.iinfo(image.dtype).max)
    planes = [(image, tiled + 0.5, codes)]
    if len(set(counts)) > 1:
        own = [tiled[..., [c % tiled.shape[-1]]] + 0.5 for c in range(channels)]
        planes = [(image[..., c], own[c], codes[..., c]) for c in range(channels)]
    for (samples, cells, out), count in zip(planes, counts, strict=False):
        for_each_tile(samples, [cells], out, functools.partial(_add_and_round, count - 1, white))
    return codes


def _add_and_round(
    steps: int,
    white: int,
    tile: np.ndarray,
    cells: Sequence[np.ndarray],
    out: np.ndarray,
    _: np.ndarray,
) -> None:
    sums = tile.astype(np.float64)
    sums *= steps
    sums /= white
    sums += cells[0]
    out[...] = np.clip(np.floor(sums, out=sums), 0, steps, out=sums)


def checked_noise(noise: np.ndarray) -> np.ndarray:
    """Return the noise as float64.

    Raises:
        InputError: it does not have two or three axes, or a value is not finite or above 16 steps.
    """
    noise = np.asarray(noise)
    if noise.ndim not in (2, 3) or noise.size == 0 or noise.dtype.kind != "f":
        raise InputError(
            "noise must be an array of floats with two or three axes, not "
            f"{noise.dtype} of shape {noise.shape}"
        )
    # Written so that NaN fails too.
    if not np.abs(noise).max() <= _MAX_STEPS:
        raise InputError(
            f"noise reaches from {noise.min()} to {noise.max()} steps; it must be within "
            f"-{_MAX_STEPS} to {_MAX_STEPS}"
        )
    return noise.astype(np.float64)


def load_noise(path: Path | str) -> np.ndarray:
    """Read noise from a .npy file; float64.

    Raises:
        InputError: the file cannot be read or does not hold noise.
    """
    try:
        return checked_noise(read_npy(path))
    except InputError as error:
        raise error if str(path) in str(error) else InputError(f"{path}: {error}") from None


def _planes(noise: np.ndarray, channels: int) -> np.ndarray:
    """Return (T, h, w, 1 or C)."""
    if noise.ndim == 2:
        return noise[None, :, :, None]
    # Frames come first and channels last; a plane of a few columns is never taken for channels.
    if channels > 1 and noise.shape[2] == channels:
        return noise[None]
    return noise[..., None]
