"""How near a dithered picture is to its original, in numbers.

One of them alone is easily pleased: no grain is best for a flat picture without detail, and the least
blurred error for much grain. So `image_errors` gives them together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dither.color import linear_to_oklab
from dither.metrics.blur import gaussian_blurred
from dither.metrics.hues import lost_hues
from dither.metrics.light import linear_lights
from dither.metrics.scielab import scielab_error
from dither.metrics.structure import multi_scale_structural_similarity, structural_similarity


@dataclass(frozen=True)
class ImageErrors:
    """The measures of one dithered picture; `dataclasses.asdict` gives what JSON can hold.

    Attributes:
        blurred_1_5: `blurred_error` at a blur of 1.5 pixels, 0 for none.
        blurred_2_5: the same at 2.5 pixels.
        scielab: `scielab_error` at 32 pixels a degree, 0 for none.
        grain: `grain`, 0 for none.
        ssim_half: `structural_similarity` at scale 2, 1 for equal pictures.
        ssim_quarter: the same at scale 4.
        ssim_multi_scale: `multi_scale_structural_similarity`, 1 for equal pictures.
        lost_hues: `lost_hues`, in degrees; empty if all are there.
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
    original: np.ndarray,
    dithered: np.ndarray,
    *,
    on_progress: Callable[[float, str], None] | None = None,
) -> ImageErrors:
    """All measures of a dithered picture.

    Args:
        original: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes.
        dithered: as many rows and columns; its type and number of channels may be others.
        on_progress: called before each measure with the share done, 0 to 1, and a word on it; about a
            second a megapixel passes between two calls.

    Returns:
        The measures at their usual settings.

    Raises:
        InputError: another shape or type, no pixels, NaN, or two different sizes.

    Example:
        >>> checks = np.indices((64, 64)).sum(axis=0) % 2 == 0
        >>> errors = image_errors(np.full((64, 64), 188, np.uint8), checks)
        >>> round(errors.blurred_1_5, 1), round(errors.grain), round(errors.ssim_half, 2)
        (0.2, 50, 1.0)
    """
    pair = (original, dithered)

    def doing(share: float, word: str) -> tuple[np.ndarray, np.ndarray]:
        if on_progress is not None:
            on_progress(share, word)
        return pair

    # Shares of the time that each takes.
    return ImageErrors(
        blurred_1_5=blurred_error(*doing(0, "blurred error"), 1.5),
        blurred_2_5=blurred_error(*doing(0.12, "blurred error"), 2.5),
        scielab=scielab_error(*doing(0.24, "S-CIELAB")),
        grain=grain(*doing(0.64, "grain")),
        ssim_half=structural_similarity(*doing(0.68, "SSIM"), scale=2),
        ssim_quarter=structural_similarity(*doing(0.72, "SSIM"), scale=4),
        ssim_multi_scale=multi_scale_structural_similarity(*doing(0.75, "SSIM")),
        lost_hues=lost_hues(*doing(0.88, "hues")),
    )


def blurred_error(original: np.ndarray, dithered: np.ndarray, sigma: float = 1.5) -> float:
    """How far the colours are apart after the blur that the eye does from afar.

    B = 100 times the root mean square over pixels of |OKLab(G * dithered) - OKLab(G * original)|, G a
    Gaussian on linear light, mirrored at the borders.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as for `image_errors`.
        dithered: as many rows and columns.
        sigma: of the Gaussian, in pixels, 0 to 1000.

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
    """At each pixel, how far the colours are apart after the eye's blur: a map of `blurred_error`.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as for `image_errors`.
        dithered: as many rows and columns.
        sigma: of the Gaussian, in pixels, 0 to 1000.

    Returns:
        (H, W) float64, 100 |OKLab(G * dithered) - OKLab(G * original)|: 2 is just noticeable.

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
    """How much finer than the eye's blur the pictures' lightness differs.

    G = 100 times the root mean square over pixels of the difference in OKLab lightness, less that
    difference blurred by a Gaussian of 1.5 pixels, mirrored at the borders. An even error has none.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as for `image_errors`.
        dithered: as many rows and columns.

    Returns:
        0 for none, near 50 for black and white dots instead of a middle grey.

    Raises:
        InputError: as `image_errors`.

    Example:
        >>> grain(np.full((9, 9), 90, np.uint8), np.full((9, 9), 99, np.uint8)) < 1e-9
        True
    """
    before, after = (linear_to_oklab(light)[..., 0] for light in linear_lights(original, dithered))
    # Blurring is linear: the high-pass of the difference is the difference of the high-passes.
    difference = after - before
    return 100 * float(np.sqrt(np.mean((difference - gaussian_blurred(difference, 1.5)) ** 2)))
