"""Look: one number up to 100 (the same) for how a picture has changed; below 0 for another picture.

    look = 100 - 10 (a S4(2) + b S1(4) + c C4(8) + d L2(16))^0.63

Both pictures are reduced in linear light to 1/2, 1/4, 1/8 and 1/16, and converted to OKLab. S is one
minus the local contrast and structure of lightness (SSIM, without its first factor), L the difference
of lightness and C that of the two chroma axes together. The number after the letter is the exponent of
the mean over pixels: 4 counts the worst places most.

The form, the terms and their weights were chosen so that the number follows SSIMULACRA2 (J. Sneyers,
Cloudinary, 2022) for pictures of few colours. `docs/small-pictures.md` says how closely.

Source: Z. Wang, A. Bovik, H. Sheikh and E. Simoncelli, "Image quality assessment: from error visibility
to structural similarity" (2004); B. Ottosson, "A perceptual color space for image processing" (2020).
"""

import numpy as np

from dither.color import linear_to_oklab
from dither.metrics.blur import gaussian_blurred
from dither.metrics.light import linear_lights

# Weights of S4(2), S1(4), C4(8) and L2(16), and the exponent.
_WEIGHTS, _EXPONENT = (85.0, 500.0, 285.0, 575.0), 0.63
_WINDOW_SIGMA = 1.5
# Greys, as codes, behind pictures with alpha.
_BACKGROUNDS = (0, 128, 255)
_FLOOR = 0.03**2
_REDUCTIONS = 4


def look(original: np.ndarray, dithered: np.ndarray) -> float:
    """Return how much a picture looks like its original; higher is better.

    Args:
        original: (H, W) or (H, W, 3) sRGB codes, as in `image_errors`.
        dithered: same rows and columns.

    Returns:
        100 for equal pictures; about 80 for a hardly visible change, 60 for a good picture of few
        colours and 40 for a coarse one; below 0 for another picture.

    Raises:
        InputError: as `image_errors`.

    Example:
        >>> picture = np.random.default_rng(0).random((64, 64, 3))
        >>> look(picture, picture)
        100.0
    """
    terms = look_terms(original, dithered)
    # Rounding makes the sum of equal pictures a little more or less than 0.
    weighted = max(0.0, float(terms @ np.array(_WEIGHTS)))
    return round(100 - 10 * weighted**_EXPONENT, 6)


def look_with_alpha(original: np.ndarray, dithered: np.ndarray) -> float:
    """Return the least look of pictures with alpha over black, grey and white, as browsers show them.

    Args:
        original: (H, W, 4) uint8 codes and alpha.
        dithered: same rows and columns.

    Raises:
        InputError: as `image_errors`.

    Example:
        >>> white = np.full((64, 64, 4), 255, np.uint8)
        >>> clear = white * np.array([1, 1, 1, 0], np.uint8)
        >>> look_with_alpha(white, white), look_with_alpha(white, clear) < 0
        (100.0, True)
    """
    return min(look(_over(original, gray), _over(dithered, gray)) for gray in _BACKGROUNDS)


def _over(codes: np.ndarray, gray: int) -> np.ndarray:
    """Return (H, W, 3) uint8: codes with alpha over a grey; browsers mix codes."""
    alpha = codes[..., 3:] / np.float32(255)
    return np.rint(codes[..., :3] * alpha + gray * (1 - alpha)).astype(np.uint8)


def look_terms(original: np.ndarray, dithered: np.ndarray) -> np.ndarray:
    """Return (4,) float64: S4(2), S1(4), C4(8) and L2(16); the arguments are those of `look`."""
    lights = linear_lights(original, dithered)
    labs = []
    for _ in range(_REDUCTIONS):
        lights = tuple(map(_halved, lights))
        labs.append([linear_to_oklab(light) for light in lights])
    differences = [after - before for before, after in labs]
    chroma = np.hypot(differences[2][..., 1], differences[2][..., 2])
    return np.array(
        [
            _norm(_dissimilarity(*labs[0]), 4),
            _dissimilarity(*labs[1]).mean(),
            _norm(chroma, 4),
            _norm(differences[3][..., 0], 2),
        ]
    )


def _norm(values: np.ndarray, exponent: int) -> float:
    return float((values**exponent).mean() ** (1 / exponent))


def _dissimilarity(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return (H, W): one minus the similarity of local contrast and structure of lightness."""
    first, second = before[..., 0], after[..., 0]
    planes = np.stack([first, second, first**2 + second**2, first * second], axis=-1)
    one, other, squares, both = np.moveaxis(gaussian_blurred(planes, _WINDOW_SIGMA), -1, 0)
    products = one * other
    variances = squares - one**2 - other**2
    return 1 - (2 * (both - products) + _FLOOR) / (variances + _FLOOR)


def _halved(light: np.ndarray) -> np.ndarray:
    """Return the means of squares of 2 x 2 pixels; a last odd row or column counts twice."""
    rows, columns = (side % 2 for side in light.shape[:2])
    if rows or columns:
        light = np.pad(light, ((0, rows), (0, columns), (0, 0)), mode="edge")
    return (light[::2, ::2] + light[::2, 1::2] + light[1::2, ::2] + light[1::2, 1::2]) / 4
