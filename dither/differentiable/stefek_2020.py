"""Differentiable dithering as it was published: every pixel descends, then draws its colour.

The loss is the squared error of each pixel's expected colour and a share of its colour's variance, both
of sRGB codes, which mix as codes do. What is found on the way by the histogram, in OKLab and in linear
light, is a descent of the same kind: `dither.differentiable.descent`.

Source: P. Stefek, "Differentiable dithering" (2020).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_srgb, srgb_to_linear
from dither.differentiable.descent import DescentConfig, descend
from dither.differentiable.distances import RGB
from dither.differentiable.sampling import sampled
from dither.errors import InputError
from dither.palettes.palette import MAX_COLORS
from dither.samples import as_color, checked_image, white_code


class Published(NamedTuple):
    """A picture of few colours.

    Attributes:
        colors: (K, 3) uint8 sRGB codes; two of them may have become alike.
        indices: (H, W) uint8, the colour of each pixel.
        trace: (steps,) float32, the loss before each step.
    """

    colors: np.ndarray
    indices: np.ndarray
    trace: np.ndarray


def published(
    image: np.ndarray,
    colors: int,
    *,
    variance: float = 0.2,
    steps: int = 1000,
    seed: int = 0,
    on_progress: Callable[[int, float], None] | None = None,
) -> Published:
    """Dither a picture by the published method, pixel by pixel.

    The first palette is drawn at random; each pixel's probabilities begin near those of its nearest
    colours, and the rates and Adam are this package's.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes. The
            number of pixels times that of colours is at most 2^26.
        colors: how many, 2 to 256.
        variance: how much the variance of a pixel's colour counts beside the error of its mean: near 0
            means are kept, with much noise; at 1 each pixel does best with its nearest colour.
        steps: of Adam.
        seed: 0 or more; the same seed gives the same bytes.
        on_progress: as in `descend`.

    Raises:
        InputError: the image or a number is out of range.

    Example:
        >>> ramp = np.linspace(0, 1, 1024).reshape(16, 64)
        >>> made = published(ramp, 3, steps=200)
        >>> made.colors.shape, made.indices.shape
        ((3, 3), (16, 64))
    """
    if not isinstance(colors, int | np.integer) or not 2 <= colors <= MAX_COLORS:
        raise InputError(f"colors is {colors}; it must be a whole number from 2 to {MAX_COLORS}")
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed is {seed}; it must be a whole number from 0")
    image = as_color(checked_image(image))
    if image.size == 0:
        raise InputError(f"a picture has some pixels, not shape {image.shape}")
    config = DescentConfig(steps=steps, variance=variance, distance=RGB("encoded"), light="encoded")
    codes = image / white_code(image) if image.dtype.kind == "u" else np.clip(image, 0, 1)
    points = srgb_to_linear(codes).reshape(-1, 3)
    first = srgb_to_linear(np.random.default_rng(seed).random((int(colors), 3)))
    descended = descend(points, np.ones(len(points)), first, config, on_progress=on_progress)
    probabilities = descended.probabilities.reshape(*image.shape[:2], -1)
    palette = np.rint(linear_to_srgb(descended.palette) * 255).astype(np.uint8)
    return Published(palette, sampled(probabilities, seed=seed), descended.trace)
