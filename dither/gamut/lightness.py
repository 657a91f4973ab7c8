"""Match colours by lightness alone: a gradient map through a palette, from dark to light.

The luminance of a picture from black to white becomes that from the palette's black to its white, which
is the paper of a panel even if a yellow ink is lighter. Each colour becomes the mixture of the two
entries next to its luminance that has the same luminance, so tones are kept and hues are those of the
palette.
"""

import numpy as np

from dither.color import LUMINANCE_WEIGHTS
from dither.palettes.palette import Palette


def match_lightness(linear: np.ndarray, palette: Palette) -> np.ndarray:
    """Return the mixture of neighbouring entries that has the luminance of each colour.

    Args:
        linear: (N, 3) float64 linear light, 0 to 1.
        palette: the palette; of entries with the same luminance the first is used.

    Returns:
        (N, 3) float64 linear light.

    Example:
        >>> palette = Palette.from_hex("000000 00ff00 ffffff")
        >>> green = match_lightness(np.full((1, 3), 0.7152), palette)
        >>> green.round(6).tolist()
        [[0.0, 1.0, 0.0]]
    """
    luminances, lights = _ramp(palette)
    if len(luminances) == 1:
        return np.repeat(lights, len(linear), axis=0)
    dark, bright = luminances[0], luminances[-1]
    weights = np.array(LUMINANCE_WEIGHTS)
    wanted = dark + (linear * weights).sum(axis=1) * (bright - dark)
    below = (np.searchsorted(luminances, wanted, side="right") - 1).clip(0, len(luminances) - 2)
    share = (wanted - luminances[below]) / (luminances[below + 1] - luminances[below])
    return lights[below] + share[:, None] * (lights[below + 1] - lights[below])


def _ramp(palette: Palette) -> tuple[np.ndarray, np.ndarray]:
    """Return the (M,) luminances from black to white, and the (M, 3) light of their entries."""
    # Rounded, so that entries of equal luminance are equal on every machine.
    luminance = (palette.linear * np.array(LUMINANCE_WEIGHTS)).sum(axis=1).round(9)
    dark, bright = luminance[[palette.black, palette.white]]
    between = np.flatnonzero((luminance > dark) & (luminance < bright))
    kept = np.array([palette.black, *between, palette.white])
    values, first = np.unique(luminance[kept], return_index=True)
    return values, palette.linear[kept[first]]
