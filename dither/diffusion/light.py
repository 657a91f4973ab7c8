"""Light in whole numbers, so that diffusion gives the same bytes on every machine.

White is 65535 * 64 units. A 16-bit code step is 64 units, an 8-bit one 257 * 64; in linear light the
lowest 16-bit code is still 5 units.
"""

import functools

import numpy as np

from dither.color import srgb_to_linear
from dither.samples import Light, level_values

WHITE = 65535 * 64


@functools.cache
def light_of_codes(dtype: np.dtype, light: Light) -> np.ndarray:
    """Return the light of every uint8 or uint16 code: (256,) or (65536,) int32, rounded, read-only.

    Example:
        >>> light_of_codes(np.dtype(np.uint8), "encoded")[[0, 1, 255]].tolist()
        [0, 16448, 4194240]
    """
    white = np.iinfo(dtype).max
    codes = np.arange(white + 1)
    if light == "linear":
        units = np.rint(srgb_to_linear(codes / white) * WHITE)
    else:
        units = codes * (WHITE // white)
    units = units.astype(np.int32)
    units.flags.writeable = False
    return units


def light_of_floats(samples: np.ndarray, light: Light) -> np.ndarray:
    """Return the light of floats, rounded to whole units; values outside 0..1 are clipped.

    Linear light is interpolated between 16-bit codes, within half a unit of the formula: sums and
    products round the same on every machine, powers do not.

    Args:
        samples: any shape, float.
        light: "encoded" or "linear".

    Returns:
        Same shape, int32, 0 to `WHITE`.

    Example:
        >>> light_of_floats(np.array([0.0, 0.5, 1.0]), "encoded").tolist()
        [0, 2097120, 4194240]
    """
    samples = np.clip(samples.astype(np.float64), 0, 1)
    if light == "encoded":
        return np.rint(samples * WHITE).astype(np.int32)
    units = light_of_codes(np.dtype(np.uint16), light)
    position = samples * 65535
    below = np.minimum(position.astype(np.int64), 65534)
    increment = (units[below + 1] - units[below]) * (position - below)
    return units[below] + np.rint(increment).astype(np.int32)


def light_of_levels(levels: int, dtype: np.dtype, light: Light) -> np.ndarray:
    """Return the light of each level's code, (levels,) int32.

    Args:
        levels: number of levels.
        dtype: dtype of the image.
        light: "encoded" or "linear".

    Example:
        >>> light_of_levels(3, np.dtype(np.uint8), "encoded").tolist()
        [0, 2105344, 4194240]
    """
    if np.issubdtype(dtype, np.floating):
        return light_of_floats(np.arange(levels, dtype=dtype) / dtype.type(levels - 1), light)
    shown = np.dtype(np.uint8 if dtype == np.uint8 and levels <= 256 else np.uint16)
    return light_of_codes(shown, light)[level_values(levels, shown)]
