"""Differentiable dithering as published: optimize each pixel's probabilities, then draw its colour.

The loss is the squared error of each pixel's expected colour plus a share of its colour's variance,
both in sRGB codes, which also mix as codes. `dither.differentiable.descent` generalizes it to
histograms, OKLab and linear light.

Source: P. Stefek, "Differentiable dithering" (2020).
"""

from typing import NamedTuple

import numpy as np

from dither.color import linear_to_srgb, srgb_to_linear
from dither.differentiable.config import DescentConfig
from dither.differentiable.descent import descend
from dither.differentiable.distances import RGB
from dither.differentiable.sampling import sampled
from dither.errors import InputError
from dither.palettes.palette import MAX_COLORS
from dither.progress import OnProgress, no_progress
from dither.samples import as_color, checked_image, white_code


class Published(NamedTuple):
    """Picture with few colours.

    Attributes:
        colors: (K, 3) uint8 sRGB codes; some may have become equal.
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
    on_progress: OnProgress = no_progress,
) -> Published:
    """Dither a picture with the published method, pixel by pixel.

    The first palette is random; each pixel's probabilities start near its nearest colours, and the
    rates of Adam are those of `DescentConfig`.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes.
            Pixels times colours may be at most 2^26.
        colors: number of colours, 2 to 256.
        variance: weight of the variance of a pixel's colour against the error of its mean: near 0 means
            are kept, with much noise; at 1 the nearest colour is best.
        steps: number of steps of Adam.
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
        raise InputError(f"a picture must have some pixels, not shape {image.shape}")
    config = DescentConfig(steps=steps, variance=variance, distance=RGB("encoded"), light="encoded")
    codes = image / white_code(image) if image.dtype.kind == "u" else np.clip(image, 0, 1)
    points = srgb_to_linear(codes).reshape(-1, 3)
    first = srgb_to_linear(np.random.default_rng(seed).random((int(colors), 3)))
    descended = descend(points, np.ones(len(points)), first, config, on_progress=on_progress)
    probabilities = descended.probabilities.reshape(*image.shape[:2], -1)
    palette = np.rint(linear_to_srgb(descended.palette) * 255).astype(np.uint8)
    return Published(palette, sampled(probabilities, seed=seed), descended.trace)
