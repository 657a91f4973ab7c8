"""Errors of a dithered picture against its original.

No single measure suffices: a flat picture without detail has the least grain, and a grainy one may have
the least blurred error. `image_errors` therefore returns all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dither.color import linear_to_oklab
from dither.metrics.blur import gaussian_blurred
from dither.metrics.hues import lost_hues
from dither.metrics.light import linear_lights
from dither.metrics.scielab import scielab_error
from dither.metrics.structure import multi_scale_structural_similarity, structural_similarity
from dither.progress import OnProgress, no_progress


@dataclass(frozen=True)
class ImageErrors:
    """Measures of one dithered picture; `dataclasses.asdict` makes them JSON-ready.

    Attributes:
        blurred_1_5: `blurred_error` after a blur of 1.5 pixels; lower is better.
        blurred_2_5: the same at 2.5 pixels.
        scielab: `scielab_error` at 32 pixels per degree; lower is better.
        grain: `grain`; lower is better.
        ssim_half: `structural_similarity` at scale 2; higher is better, at most 1.
        ssim_quarter: the same at scale 4.
        ssim_multi_scale: `multi_scale_structural_similarity`; higher is better, at most 1.
        lost_hues: `lost_hues` in degrees; empty if none are lost.
    """

    blurred_1_5: float
    blurred_2_5: float
    scielab: float
    grain: float
    ssim_half: float
    ssim_quarter: float
    ssim_multi_scale: float
    lost_hues: tuple[float, ...]


def image_errors(
    original: np.ndarray, dithered: np.ndarray, *, on_progress: OnProgress = no_progress
) -> ImageErrors:
    """Return all measures of a dithered picture, at their usual settings.

    Args:
        original: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes.
        dithered: same rows and columns; dtype and number of channels may differ.
        on_progress: called before each measure with the share done, 0 to 1, and the measure's name;
            about once per second and megapixel.

    Raises:
        InputError: another shape or dtype, no pixels, NaN, or two different sizes.

    Example:
        >>> checks = np.indices((64, 64)).sum(axis=0) % 2 == 0
        >>> errors = image_errors(np.full((64, 64), 188, np.uint8), checks)
        >>> round(errors.blurred_1_5, 1), round(errors.grain), round(errors.ssim_half, 2)
        (0.2, 50, 1.0)
    """

    # The shares are those of the running time.
    def measured(share: float, name: str, measure: Callable[..., Any], **settings: Any) -> Any:
        on_progress(share, name)
        return measure(original, dithered, **settings)

    return ImageErrors(
        blurred_1_5=measured(0, "blurred error", blurred_error, sigma=1.5),
        blurred_2_5=measured(0.12, "blurred error", blurred_error, sigma=2.5),
        scielab=measured(0.24, "S-CIELAB", scielab_error),
        grain=measured(0.64, "grain", grain),
        ssim_half=measured(0.68, "SSIM", structural_similarity, scale=2),
        ssim_quarter=measured(0.72, "SSIM", structural_similarity, scale=4),
        ssim_multi_scale=measured(0.75, "SSIM", multi_scale_structural_similarity),
        lost_hues=measured(0.88, "hues", lost_hues),
    )


def blurred_error(original: np.ndarray, dithered: np.ndarray, sigma: float = 1.5) -> float:
    """Return the RMS colour error after the blur of a distant eye; lower is better.

    B = 100 sqrt(mean over pixels of |OKLab(G * dithered) - OKLab(G * original)|^2), with G a Gaussian
    on linear light, mirrored at the borders.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as in `image_errors`.
        dithered: same rows and columns.
        sigma: standard deviation of the Gaussian in pixels, 0 to 1000.

    Returns:
        0 for none, 100 for white instead of black.

    Raises:
        InputError: as `image_errors`, or `sigma` is out of range.

    Example:
        >>> black, white = np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)
        >>> round(blurred_error(black, white), 3)
        100.0
    """
    differences = blurred_differences(original, dithered, sigma)
    return float(np.sqrt(np.mean(differences**2)))


def blurred_differences(
    original: np.ndarray, dithered: np.ndarray, sigma: float = 1.5
) -> np.ndarray:
    """Return the colour error at each pixel after the eye's blur: the map behind `blurred_error`.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as in `image_errors`.
        dithered: same rows and columns.
        sigma: standard deviation of the Gaussian in pixels, 0 to 1000.

    Returns:
        (H, W) float64, 100 |OKLab(G * dithered) - OKLab(G * original)|; 2 is just noticeable.

    Raises:
        InputError: as `blurred_error`.

    Example:
        >>> black, half = np.zeros((2, 2), np.uint8), np.array([[0, 0], [255, 255]], np.uint8)
        >>> blurred_differences(black, half, sigma=0).round().tolist()
        [[0.0, 0.0], [100.0, 100.0]]
    """
    before, after = (
        linear_to_oklab(gaussian_blurred(light, sigma))
        for light in linear_lights(original, dithered)
    )
    return 100 * np.sqrt(((after - before) ** 2).sum(axis=2))


def grain(original: np.ndarray, dithered: np.ndarray) -> float:
    """Return the RMS lightness error finer than the eye's blur; lower is better.

    With d the difference in OKLab lightness and G a Gaussian of 1.5 pixels, mirrored at the borders,
    grain = 100 sqrt(mean over pixels of (d - G * d)^2). A uniform error has none.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as in `image_errors`.
        dithered: same rows and columns.

    Returns:
        0 for none, about 50 for black and white dots instead of a middle grey.

    Raises:
        InputError: as `image_errors`.

    Example:
        >>> grain(np.full((9, 9), 90, np.uint8), np.full((9, 9), 99, np.uint8)) < 1e-9
        True
    """
    before, after = (linear_to_oklab(light)[..., 0] for light in linear_lights(original, dithered))
    # The blur is linear, so the difference can be filtered instead of both pictures.
    difference = after - before
    return 100 * float(np.sqrt(np.mean((difference - gaussian_blurred(difference, 1.5)) ** 2)))
