"""What a relaxed picture is judged by, in jax.numpy, so that jax can differentiate it.

A relaxed picture is the mean of each pixel's mixture, (H, W, 3) linear light. A loss is any function of
it and of the original that gives a number; those here are values.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from dither.color import LUMINANCE_WEIGHTS
from dither.differentiable.distances import CIELAB as CIELAB
from dither.differentiable.distances import RGB as RGB
from dither.differentiable.distances import Distance as Distance
from dither.differentiable.distances import OKLab as OKLab
from dither.differentiable.distances import encoded, product, scattered
from dither.errors import InputError

_LARGEST_SIGMA = 20
# Wang et al. 2004: the window, and what keeps the quotients finite near black.
_WINDOW_SIGMA, _WINDOW_RADIUS = 1.5, 5
_LUMINANCE_FLOOR, _CONTRAST_FLOOR = 0.01**2, 0.03**2
# Wang, Simoncelli and Bovik 2003.
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
# Rows blurred in one matrix product.
_BAND = 32
# A power of 0 would be endlessly steep.
_LEAST_SIMILARITY = 1e-6

# What judges a relaxed picture beside the original, both (H, W, 3) linear light: a scalar.
PictureLoss = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Blurred:
    """Mean squared distance of two pictures after the eye's blur, in linear light.

    Called with (H, W, 3) linear light twice, the relaxed picture and the original. Beyond the borders
    the pictures are mirrored, as `dither.metrics.blur.gaussian_blurred` has it.

    Attributes:
        sigma: standard deviation of the Gaussian in pixels, 0 to 20.
        distance: where the blurred colours are seen to lie.

    Raises:
        InputError: `sigma` is out of range.

    Example:
        >>> checks = np.indices((8, 8)).sum(axis=0)[..., None] % 2 * np.ones(3)
        >>> bool(Blurred(1.5)(checks, np.full((8, 8, 3), 0.5)) < 1e-4)
        True
    """

    sigma: float = 1.5
    distance: Distance = OKLab()

    def __post_init__(self) -> None:
        if not 0 <= self.sigma <= _LARGEST_SIGMA:
            raise InputError(f"sigma is {self.sigma}; it must be from 0 to {_LARGEST_SIGMA} pixels")

    def __call__(self, relaxed: ArrayLike, original: ArrayLike) -> Array:
        """() float32, at least 0."""
        radius = int(4 * self.sigma + 0.5)
        seen, wanted = (
            self.distance.coordinates(_blurred(jnp.asarray(light), self.sigma, radius))
            for light in (relaxed, original)
        )
        return jnp.mean(jnp.sum((seen - wanted) ** 2, axis=-1))


@dataclass(frozen=True)
class StructuralSimilarity:
    """1 - SSIM of luma, or of 5 scales 1 - MS-SSIM, both as `dither.metrics` measures them.

    Source: Z. Wang, A. Bovik, H. Sheikh and E. Simoncelli, "Image quality assessment: from error
    visibility to structural similarity" (2004); Z. Wang, E. Simoncelli and A. Bovik, "Multi-scale
    structural similarity for image quality assessment" (2003).

    Called with (H, W, 3) linear light twice, the relaxed picture and the original.

    Attributes:
        scales: 1, the pictures as they are, or 5, each half the size of the last.

    Raises:
        InputError: `scales` is neither.

    Example:
        >>> picture = np.random.default_rng(0).random((32, 32, 3))
        >>> round(float(StructuralSimilarity()(picture, picture)), 5)
        0.0
    """

    scales: Literal[1, 5] = 1

    def __post_init__(self) -> None:
        if self.scales not in (1, 5):
            raise InputError(f"scales is {self.scales}; it must be 1 or 5")

    def __call__(self, relaxed: ArrayLike, original: ArrayLike) -> Array:
        """() float32, 0 for equal pictures to a little over 1."""
        weights = jnp.asarray(LUMINANCE_WEIGHTS)
        planes = [product(light, weights) for light in (relaxed, original)]
        if self.scales == 1:
            luminance, structure = _similarities(*planes)
            return 1 - jnp.mean(luminance * structure)
        whole = jnp.ones(())
        for halving, weight in enumerate(_SCALE_WEIGHTS, start=1):
            luminance, similarity = _similarities(*planes)
            if halving == len(_SCALE_WEIGHTS):
                similarity = luminance * similarity
            whole *= jnp.maximum(similarity.mean(), _LEAST_SIMILARITY) ** weight
            planes = [_halved(plane) for plane in planes]
        return 1 - whole


@dataclass(frozen=True)
class Variance:
    """Mean scatter of the colours of each pixel's mixture around their mean: how grainy it must be.

    It sees the mixtures, not the relaxed picture, so it is called with other arguments.

    Attributes:
        distance: where the colours are seen to lie, and how much each coordinate counts.

    Example:
        >>> gray = np.full((1, 1, 2), 0.5), np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
        >>> round(float(Variance(RGB())(*gray)), 5)
        0.25
    """

    distance: Distance = OKLab()

    def __call__(self, probabilities: ArrayLike, palette: ArrayLike) -> Array:
        """() float32 of (H, W, K) probabilities and a (K, 3) palette of linear light."""
        mean = self.distance.coordinates(product(probabilities, palette))
        colors = self.distance.coordinates(palette)
        return jnp.mean(scattered(self.distance, jnp.asarray(probabilities), colors, mean))


def _blurred(light: Array, sigma: float, radius: int) -> Array:
    """(H, W, C) blurred along rows and columns, mirrored at the borders."""
    if radius == 0:
        return light
    return _along_rows(_along_rows(light, sigma, radius).swapaxes(0, 1), sigma, radius).swapaxes(
        0, 1
    )


def _along_rows(light: Array, sigma: float, radius: int) -> Array:
    """The rows blurred with those above and below, in bands, each a small matrix product.

    Compiled for a processor that is many times as fast as a convolution, and so is its slope.
    """
    height = light.shape[0]
    band = max(_BAND, radius)
    count = -(-height // band)
    filled = (count + 1) * band - height
    around = ((band, filled), *((0, 0) for _ in light.shape[1:]))
    bands = jnp.pad(light, around, mode="symmetric").reshape(-1, band, *light.shape[1:])
    windows = jnp.concatenate([bands[:-2], bands[1:-1], bands[2:]], axis=1)
    apart = np.arange(band, 2 * band)[:, None] - np.arange(3 * band)
    taps = np.exp(-0.5 * (apart / sigma) ** 2) * (abs(apart) <= radius)
    taps = jnp.asarray(taps / taps[0].sum(), light.dtype)
    blurred = jnp.einsum("ow,bwxc->boxc", taps, windows, precision="highest")
    return blurred.reshape(-1, *light.shape[1:])[:height]


def _similarities(first: Array, second: Array) -> tuple[Array, Array]:
    """Of two planes of luminance, at each pixel: of luma; of contrast and structure."""
    first, second = encoded(first), encoded(second)
    products = jnp.stack([first, second, first**2, second**2, first * second], axis=-1)
    blurred = _blurred(products, _WINDOW_SIGMA, _WINDOW_RADIUS)
    if min(first.shape) > 2 * _WINDOW_RADIUS:
        blurred = blurred[_WINDOW_RADIUS:-_WINDOW_RADIUS, _WINDOW_RADIUS:-_WINDOW_RADIUS]
    one, other, one_square, other_square, both = jnp.moveaxis(blurred, -1, 0)
    luminance = (2 * one * other + _LUMINANCE_FLOOR) / (one**2 + other**2 + _LUMINANCE_FLOOR)
    variances = one_square - one**2 + other_square - other**2
    return luminance, (2 * (both - one * other) + _CONTRAST_FLOOR) / (variances + _CONTRAST_FLOOR)


def _halved(plane: Array) -> Array:
    """The mean of each square of two pixels; what is left over at a border stands for itself."""
    height, width = plane.shape
    even = jnp.pad(plane, ((0, height % 2), (0, width % 2)), mode="edge")
    return even.reshape(-(-height // 2), 2, -(-width // 2), 2).mean(axis=(1, 3))
