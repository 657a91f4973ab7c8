"""Change the tones of an image: exposure and contrast in linear light, shadows and highlights, gamma.

`change_light` joins its steps in floating point and rounds once. Saturation, brightness and contrast
work on sRGB codes; the last two are the CSS filter functions.

Source: W3C, "Filter Effects Module Level 1" (2018), the functions brightness() and contrast().
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from dither.color import LUMINANCE_WEIGHTS, linear_to_srgb, srgb_to_linear, to_gray
from dither.images.raster_image import RasterImage
from dither.preparation.mask import transparent_mask
from dither.samples import white_code

# The code, between black (0) and white (1), that contrast keeps.
_MIDDLE = 0.5
# Steps of luminance in which the pixels of deep and float images are counted.
_DEEP_WHITE = 65535


@dataclass(frozen=True)
class LightChange:
    """A change of linear light, then of luminance, then of sRGB codes; the defaults change nothing.

    Attributes:
        dark: linear light that becomes black, 0 to 1.
        bright: linear light that becomes white, above `dark`, to 1.
        exposure: stops; the light between `dark` and `bright` is multiplied by 2^exposure and clipped
            at white.
        shadows: -1 to 1, as in `tone_curve`.
        highlights: -1 to 1, as in `tone_curve`.
        gamma: codes between 0 and 1 are raised to the power 1/gamma; above 1 is lighter.

    Example:
        >>> LightChange(exposure=1) == LightChange()
        False
    """

    dark: float = 0.0
    bright: float = 1.0
    exposure: float = 0.0
    shadows: float = 0.0
    highlights: float = 0.0
    gamma: float = 1.0


def tone_curve(codes: np.ndarray, shadows: float, highlights: float) -> np.ndarray:
    """Lighten or darken shadows and highlights; black and white stay, and the order of all tones.

    The curve is f(x) = x + shadows x (1-x)^2 + highlights x^2 (1-x): the cubic Bézier curve with the
    ordinates 0, (1 + shadows)/3, (2 + highlights)/3 and 1. Shadows have the largest effect at x = 1/3
    (4/27, 38 of 255 codes), highlights at x = 2/3. The slope, 1 + shadows (1-x)(1-3x) + highlights
    x (2-3x), is linear in both settings and not negative at their four extreme pairs, where it is
    2 - 2x, 2x, 2 - 6x + 6x² and 6x - 6x²; so it is never negative.

    Source: S. Bernstein's polynomials in P. Bézier's form; G. Farin, "Curves and Surfaces for CAGD",
    5th edition (2002), section 5.

    Args:
        codes: any shape, sRGB codes of the luminance, 0 (black) to 1 (white).
        shadows: -1 (darker) to 1 (lighter).
        highlights: -1 (darker) to 1 (lighter).

    Returns:
        The same shape, 0 to 1.

    Example:
        >>> tone_curve(np.array([0, 0.25, 0.5, 1]), 1, 0).tolist()
        [0.0, 0.390625, 0.625, 1.0]
    """
    rest = 1 - codes
    return codes + codes * rest * (shadows * rest + highlights * codes)


def luminance_ends(images: Iterable[RasterImage], percent: float) -> tuple[float, float]:
    """Return the linear light between which luminance lies, but for a share of the pixels at each end.

    Args:
        images: the frames of one animation, counted together; fully transparent pixels are left out,
            unless all are.
        percent: the share at each end, 0 to below 50, in percent.

    Returns:
        The darkest and the brightest luminance of the other pixels, rounded to codes of 8 bits (of 16
        for deep and float images); 0 and 1 if both are the same code.

    Example:
        >>> luminance_ends([RasterImage(np.array([[0, 51, 255, 255]], np.uint8))], 0)
        (0.0, 1.0)
    """
    white, counts = 1, np.zeros(1, np.int64)
    images = list(images)
    shown = [image for image in images if image.alpha is None or image.alpha.any()]
    for image in shown or images:
        white = 255 if image.color.dtype == np.uint8 else _DEEP_WHITE
        grays = image.color if image.color.ndim == 2 else to_gray(image.color)
        mask = transparent_mask(image.alpha)
        grays = grays.ravel() if mask is None else grays[~mask]
        if white_code(grays) == 1:
            grays = np.rint(grays.clip(0, 1) * white).astype(np.uint16)
        counts = counts + np.bincount(grays, minlength=white + 1)
    left_out = counts.sum() * percent / 100
    low = int(np.argmax(np.cumsum(counts) > left_out))
    high = len(counts) - 1 - int(np.argmax(np.cumsum(counts[::-1]) > left_out))
    if low >= high:
        return 0.0, 1.0
    dark, bright = srgb_to_linear(np.array([low, high]) / white)
    return float(dark), float(bright)


def change_light(color: np.ndarray, change: LightChange) -> np.ndarray:
    """Change the tones of an image in floating point, and round once.

    Shadows and highlights change the luminance and keep the ratios of the three channels' light. A
    colour that would leave the gamut moves towards the grey of the new luminance until it fits.

    Args:
        color: (H, W) or (H, W, 3) uint8, uint16 or float sRGB codes.
        change: the settings.

    Returns:
        The same shape and dtype; the same array if the change is `LightChange()`.

    Example:
        >>> change_light(np.array([[0, 100, 255]], np.uint8), LightChange(exposure=1)).tolist()
        [[0, 138, 255]]
    """
    if change == LightChange():
        return color
    curved = (change.shadows, change.highlights) != (0, 0)
    if not curved or color.ndim == 2:
        return _by_code(color, lambda codes: _changed_gray(codes, change))
    white, weights = white_code(color), np.array(LUMINANCE_WEIGHTS)
    light = _light(np.arange(white + 1) / white, change) if white > 1 else None
    out = np.empty_like(color)
    # Row by row, so that few float64 values are in memory.
    for row, out_row in zip(color, out, strict=True):
        lit = _light(row.astype(np.float64), change) if light is None else light[row]
        lit = _change_luminance(lit, lit @ weights, change)
        out_row[...] = to_samples(_encoded(lit, change) * white, color)
    return out


def change_saturation(color: np.ndarray, factor: float) -> np.ndarray:
    """Multiply each channel's distance from the grey of the same luminance, and clip.

    Args:
        color: (H, W, 3) uint8, uint16 or float sRGB codes.
        factor: 0 (grey) or more.

    Example:
        >>> change_saturation(np.array([[[100, 120, 140]]], np.uint8), 0.5)[0, 0].tolist()
        [109, 119, 129]
    """
    out = np.empty_like(color)
    # Row by row, so that few float64 values are in memory.
    for row, grays, out_row in zip(color, to_gray(color), out, strict=True):
        gray = grays[:, None].astype(np.float64)
        out_row[...] = to_samples(gray + factor * (row - gray), color)
    return out


def change_codes(color: np.ndarray, brightness: float, contrast: float) -> np.ndarray:
    """Multiply codes by the brightness, then their distance from the middle by the contrast, and clip.

    Args:
        color: any shape, uint8, uint16 or float sRGB codes.
        brightness: 0 (black) or more.
        contrast: 0 (middle grey) or more.

    Example:
        >>> change_codes(np.array([[0, 100]], np.uint8), 2, 0.5).tolist()
        [[64, 164]]
    """
    return _by_code(color, lambda codes: (codes * brightness - _MIDDLE) * contrast + _MIDDLE)


def to_samples(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Clip values to black..white and convert them to the dtype of `like`, rounded if integer."""
    white = white_code(like)
    values = values.clip(0, white)
    return (np.rint(values) if white > 1 else values).astype(like.dtype)


def _by_code(color: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Apply a function of codes from 0 to 1; integer samples go through a table of all codes."""
    white = white_code(color)
    codes = color.astype(np.float64) if white == 1 else np.arange(white + 1) / white
    changed = to_samples(change(codes) * white, color)
    return changed if white == 1 else changed[color]


def _changed_gray(codes: np.ndarray, change: LightChange) -> np.ndarray:
    encoded = linear_to_srgb(_light(codes, change))
    return tone_curve(encoded, change.shadows, change.highlights).clip(0, 1) ** (1 / change.gamma)


def _light(codes: np.ndarray, change: LightChange) -> np.ndarray:
    gain = 2.0**change.exposure / (change.bright - change.dark)
    return ((srgb_to_linear(codes) - change.dark) * gain).clip(0, 1)


def _change_luminance(light: np.ndarray, luminance: np.ndarray, change: LightChange) -> np.ndarray:
    """Return (N, 3) light whose luminance, (N,), went through the tone curve."""
    curved = tone_curve(linear_to_srgb(luminance), change.shadows, change.highlights)
    wanted = srgb_to_linear(curved.clip(0, 1))
    ratio = np.divide(wanted, luminance, out=np.ones_like(wanted), where=luminance > 0)
    scaled = light * ratio[:, None]
    peak = scaled.max(axis=1)
    over = peak > 1
    share = np.divide(1 - wanted, peak - wanted, out=np.ones_like(wanted), where=over)
    return wanted[:, None] + share[:, None] * (scaled - wanted[:, None])


def _encoded(light: np.ndarray, change: LightChange) -> np.ndarray:
    return linear_to_srgb(light.clip(0, 1)) ** (1 / change.gamma)
