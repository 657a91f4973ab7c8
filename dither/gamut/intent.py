"""Rendering intents: map colours to what a palette can show, before dithering.

- *Relative colorimetric*: white and black become the palette's; colours outside its gamut move to the
  nearest colour of the same hue.
- *Perceptual*: white and black become the palette's; the whole range of sRGB is compressed smoothly
  into the gamut.
- *Absolute colorimetric*: colours stay as they are; those outside the gamut move to the nearest.
- *Lightness*: not of the ICC; only tones are kept (`dither.gamut.lightness`).

Source: ICC.1:2022, "Image technology colour management", section 6.2, for the names and ends.
"""

import numpy as np

from dither.gamut.adaptation import adaptation
from dither.gamut.gamut import Gamut, mixture_gamut
from dither.gamut.gamut_mapping import (
    EQUAL,
    KEEP_HUE,
    clip_to_gamut,
    compress_to_gamut,
)
from dither.gamut.lightness import match_lightness
from dither.palettes.palette import Intent, Palette, check_intent


def map_light(linear: np.ndarray, palette: Palette, intent: Intent) -> np.ndarray:
    """Map colours to what mixtures of a palette can show.

    Args:
        linear: (N, 3) float64 linear light, 0 to 1.
        palette: the palette, with its white and black.
        intent: "perceptual", "relative", "absolute" or "lightness".

    Returns:
        (N, 3) float64 linear light, 0 to 1.

    Raises:
        InputError: there is no such intent.

    Example:
        >>> panel = Palette.from_hex("000000 a1a4a5 d0be47")
        >>> white = map_light(np.ones((1, 3)), panel, "perceptual")
        >>> bool(np.allclose(white, panel.linear[1]))
        True
    """
    check_intent(intent)
    if intent == "lightness":
        return match_lightness(linear, palette).clip(0, 1)
    if intent == "absolute":
        return clip_to_gamut(linear, _gamut(palette.linear, palette), EQUAL).clip(0, 1)
    adapted = adaptation(palette)
    gamut = _gamut(adapted.from_palette(palette.linear), palette)
    if intent == "relative":
        mapped = clip_to_gamut(linear, gamut, KEEP_HUE)
    else:
        mapped = compress_to_gamut(linear, gamut, KEEP_HUE)
    return adapted.to_palette(mapped).clip(0, 1)


def _gamut(light: np.ndarray, palette: Palette) -> Gamut:
    """Return the gamut of mixtures of colours (K, 3) in the order of the palette."""
    middle = light[[palette.black, palette.white]].mean(axis=0)
    return mixture_gamut(light, middle)
