"""Losses that a descent minimizes, in jax.numpy so that jax can differentiate them.

Points of colour (`dither.differentiable.descent`) have one loss, `mixture_losses`. Pictures
(`dither.differentiable.picture`) take any weighted sum of losses: functions of the relaxed picture, the
mean of each pixel's mixture, and of the original, both (H, W, 3) linear light. Those here are values.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.typing import ArrayLike

from dither.color import LUMINANCE_WEIGHTS, srgb_to_linear
from dither.differentiable.config import DescentConfig
from dither.differentiable.distances import Distance, OKLab, product
from dither.differentiable.mixtures import mixture_scatter
from dither.errors import InputError
from dither.metrics.structure import (
    WINDOW_RADIUS,
    WINDOW_SIGMA,
    multi_scale_product,
    similarity_maps,
)
from dither.samples import Light

_MAX_SIGMA = 20
# Rows blurred in one matrix product.
_BAND = 32
# The slope of a power is infinite at 0.
_MIN_SIMILARITY = 1e-6

# Loss of a relaxed picture against the original, both (H, W, 3) linear light: a scalar.
PictureLoss = Callable[[Array, Array], Array]


class Info(NamedTuple):
    """Loss and its parts, float32: of each point, or their weighted means before a step.

    Attributes:
        loss: error plus `variance` times scatter.
        error: squared distance of the mixture's mean to its point.
        scatter: mean squared distance of the mixture's colours to their mean.
    """

    loss: Array
    error: Array
    scatter: Array


def mixture_losses(config: DescentConfig, targets: Array, palette: Array, logits: Array) -> Info:
    """Return the loss of each point: |seen(mean) - target|^2 + variance * scatter.

    Source: P. Stefek, "Differentiable dithering" (2020).

    Args:
        config: settings of the descent.
        targets: (N, 3) coordinates of the points.
        palette: (K, 3) colours in the space in which they mix.
        logits: (K, N) mixtures, 0 for the largest of each point.

    Returns:
        Info of (N,) arrays.
    """
    return weighted_losses(config.distance, config.light, config.variance, targets, palette, logits)


def weighted_losses(
    distance: Distance,
    light: Light,
    variance: ArrayLike,
    targets: Array,
    palette: Array,
    logits: Array,
) -> Info:
    """Return `mixture_losses` of the parts of a config; `variance` may be an input of compiled code."""
    linear: Callable[[Any], Any] = (lambda mixed: mixed) if light == "linear" else srgb_to_linear
    # The barrier keeps the compiler from computing the exponentials again for each of their sums.
    powers = lax.optimization_barrier(jnp.exp(logits))
    colors = distance.coordinates(linear(palette))
    weights = jnp.asarray(distance.scatter)
    squares = jnp.sum(weights * colors**2, axis=-1, keepdims=True)
    # One product gives every sum over colours: those of the powers, of the mixed colours, and of the
    # coordinates and their squares for the scatter.
    summed = jnp.concatenate([jnp.ones_like(squares), palette, squares, colors], axis=1)
    sums = product(summed.T, powers)
    means = sums[1:] / sums[0]
    # Points stay along the rows: vector instructions work on many of them, not on three channels.
    mean = jnp.moveaxis(distance.coordinates(linear(means[:3].T)), -1, 0)
    error = jnp.sum((mean - targets.T) ** 2, axis=0)
    # sum p |c - m|^2, expanded.
    scatter = means[3] - jnp.sum(weights[:, None] * mean * (2 * means[4:] - mean), axis=0)
    return Info(error + variance * scatter, error, scatter)


@dataclass(frozen=True)
class Blurred:
    """Mean squared distance of two pictures after the eye's blur, in linear light.

    Called with the relaxed picture and the original, (H, W, 3) linear light each. Borders are mirrored
    as in `dither.metrics.blur.gaussian_blurred`.

    Attributes:
        sigma: standard deviation of the Gaussian in pixels, 0 to 20.
        distance: colour space of the distance.

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
        if not 0 <= self.sigma <= _MAX_SIGMA:
            raise InputError(f"sigma is {self.sigma}; it must be from 0 to {_MAX_SIGMA} pixels")

    def __call__(self, relaxed: ArrayLike, original: ArrayLike) -> Array:
        """Return the loss, () float32, at least 0."""
        radius = int(4 * self.sigma + 0.5)
        seen, wanted = (
            self.distance.coordinates(_blurred(jnp.asarray(light), self.sigma, radius))
            for light in (relaxed, original)
        )
        return jnp.mean(jnp.sum((seen - wanted) ** 2, axis=-1))


@dataclass(frozen=True)
class StructuralSimilarity:
    """1 - SSIM of luma, or 1 - MS-SSIM over five scales, as `dither.metrics` measures them.

    Source: Z. Wang, A. Bovik, H. Sheikh and E. Simoncelli, "Image quality assessment: from error
    visibility to structural similarity" (2004); Z. Wang, E. Simoncelli and A. Bovik, "Multi-scale
    structural similarity for image quality assessment" (2003).

    Called with the relaxed picture and the original, (H, W, 3) linear light each.

    Attributes:
        scales: 1 for the pictures as they are, or 5, each half the size of the one before.

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
        """Return the loss, () float32: 0 for equal pictures, up to a little over 1."""
        weights = jnp.asarray(LUMINANCE_WEIGHTS)
        planes = [product(light, weights) for light in (relaxed, original)]
        if self.scales == 5:
            return 1 - multi_scale_product(planes, _window_blurred, _halved, _MIN_SIMILARITY)
        luminance, structure = similarity_maps(*planes, blurred=_window_blurred)
        return 1 - jnp.mean(luminance * structure)


@dataclass(frozen=True)
class Variance:
    """Mean scatter of the colours of each pixel's mixture around their mean: the grain it implies.

    Depends on the mixtures rather than the relaxed picture, so it takes other arguments.

    Attributes:
        distance: colour space, and the weight of each coordinate.

    Example:
        >>> from dither.differentiable import RGB
        >>> gray = np.full((1, 1, 2), 0.5), np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
        >>> round(float(Variance(RGB())(*gray)), 5)
        0.25
    """

    distance: Distance = OKLab()

    def __call__(self, probabilities: ArrayLike, palette: ArrayLike) -> Array:
        """Return the loss of (H, W, K) probabilities and a (K, 3) palette in linear light."""
        mean = self.distance.coordinates(product(probabilities, palette))
        colors = self.distance.coordinates(palette)
        return jnp.mean(mixture_scatter(self.distance, jnp.asarray(probabilities), colors, mean))


def _window_blurred(planes: Array) -> Array:
    return _blurred(planes, WINDOW_SIGMA, WINDOW_RADIUS)


def _blurred(light: Array, sigma: float, radius: int) -> Array:
    """Return (H, W, C) blurred along rows and columns, mirrored at the borders."""
    for _ in range(2 if radius else 0):
        light = _blurred_rows(light, sigma, radius).swapaxes(0, 1)
    return light


def _blurred_rows(light: Array, sigma: float, radius: int) -> Array:
    """Return each row blurred with those above and below, by one small matrix product per band.

    Compiled for a CPU this is many times faster than a convolution, and so is its gradient.
    """
    height = light.shape[0]
    band = max(_BAND, radius)
    count = -(-height // band)
    filled = (count + 1) * band - height
    padding = ((band, filled), *((0, 0) for _ in light.shape[1:]))
    bands = jnp.pad(light, padding, mode="symmetric").reshape(-1, band, *light.shape[1:])
    windows = jnp.concatenate([bands[:-2], bands[1:-1], bands[2:]], axis=1)
    offsets = np.arange(band, 2 * band)[:, None] - np.arange(3 * band)
    taps = np.exp(-0.5 * (offsets / sigma) ** 2) * (abs(offsets) <= radius)
    taps = jnp.asarray(taps / taps[0].sum(), light.dtype)
    blurred = jnp.einsum("ow,bwxc->boxc", taps, windows, precision="highest")
    return blurred.reshape(-1, *light.shape[1:])[:height]


def _halved(plane: Array) -> Array:
    """Return the mean of each square of two pixels; a border's odd pixel keeps its value."""
    height, width = plane.shape
    even = jnp.pad(plane, ((0, height % 2), (0, width % 2)), mode="edge")
    return even.reshape(-(-height // 2), 2, -(-width // 2), 2).mean(axis=(1, 3))
