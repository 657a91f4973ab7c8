"""Pair kernel: the viewing filter's autocorrelation W, truncated and tapered.

Truncating W within its range makes matrices worse. The kernel therefore reaches 1.5 times as far as
the autocorrelation stays above 1 % of its peak, and a smooth step tapers its outer third to 0, because
a sharp cut rings in the spectrum. Its centre is 0: a cell has no distance to itself.
"""

import functools
from dataclasses import dataclass

import numpy as np

from dither.color import LUMINANCE_WEIGHTS
from dither.errors import InputError
from dither.metrics.spectrum import frequency_axes
from dither.metrics.temporal import (
    SpaceTime,
    SpaceTimeProduct,
    SpaceTimeSum,
    TemporalFilter,
    as_temporal_filter,
)
from dither.metrics.viewing import ViewingFilter, as_filter

# Side of the torus on which autocorrelations are computed: wider than any radius used.
_CANVAS = 256
_THRESHOLD = 1e-2
_LARGEST_RADIUS = 60
# Autocorrelations that fall below the first within the second, in pixels, need no taper.
_NEGLIGIBLE, _WHOLE_RADIUS = 1e-3, 12


@dataclass(frozen=True)
class JointChannels:
    """Viewing filter for the channels of a colour image, seen together where they show the same grey.

    The error is that of the weighted sum of the channels' patterns, plus `own` times the error of each
    channel alone, which shows where the channels differ.

    Attributes:
        space: viewing filter of both errors.
        weights: luminance share of each of the 2 to 4 channels.
        own: weight of each channel's own error. At 0.3 greys get most of the possible gain in
            luminance, and single channels lose about 0.1 dB.
    """

    space: ViewingFilter | str
    weights: tuple[float, ...] = LUMINANCE_WEIGHTS
    own: float = 0.3

    def __post_init__(self) -> None:
        object.__setattr__(self, "space", as_filter(self.space))


@functools.lru_cache(maxsize=32)
def kernel_radius(viewing: ViewingFilter | str) -> int:
    """Return the radius that the filter's pair kernel needs, in pixels, from 8 to 60.

    Example:
        >>> from dither.metrics.viewing import Gaussian
        >>> kernel_radius(Gaussian(1.5)), kernel_radius(Gaussian(3.0))
        (9, 18)
    """
    axes = frequency_axes((_CANVAS, _CANVAS))
    power = as_filter(viewing).transfer(*axes) ** 2
    line = np.fft.ifft2(power).real[0]
    # A filter that passes the highest frequencies adds their share to the centre alone.
    line[0] -= power[_CANVAS // 2, _CANVAS // 2]
    return max(8, _radius(line))


def _radius(line: np.ndarray) -> int:
    above = np.flatnonzero(np.abs(line[: _CANVAS // 2]) > _THRESHOLD * np.abs(line).max())
    return int(np.clip(np.ceil(1.5 * above.max(initial=0)), 1, _LARGEST_RADIUS))


@functools.lru_cache(maxsize=32)
def pair_kernel(viewing: ViewingFilter | str, radius: int, *, power: int = 2) -> np.ndarray:
    """Return the tapered autocorrelation: (2R + 1, 2R + 1) float32, read-only, centre 0.

    Its magnitudes sum to 1.

    Args:
        viewing: the filter.
        radius: R, in pixels, from 1 to 60.
        power: of H(f): 2 for the autocorrelation, 1 for the narrower impulse response.

    Raises:
        InputError: the filter passes every frequency equally, so that no arrangement is better.
    """
    return _normalised(_plane_kernel(viewing, radius, power), viewing)


@functools.lru_cache(maxsize=8)
def space_time_kernel(viewing: SpaceTime, radius: int) -> np.ndarray:
    """Return the kernel of `pair_kernel` for frames: (2T + 1, 2R + 1, 2R + 1) float32, read-only.

    Raises:
        InputError: the filter passes every frequency equally.
    """
    plane = _plane_kernel(viewing.space, radius, 2)
    return _normalised(viewing.joined(plane, temporal_kernel(viewing.time)), viewing)


@functools.lru_cache(maxsize=8)
def coupling_kernel(
    viewing: ViewingFilter | SpaceTime | JointChannels | str, radius: int | None = None
) -> np.ndarray:
    """Return the weights of a cell's neighbours in its own and nearby planes.

    Args:
        viewing: the filter.
        radius: R, in pixels; None for the filter's own range.

    Returns:
        (P, 2T + 1, 2R + 1, 2R + 1) float32. P is 1 for a matrix, and T is above 0 for frames. For C
        channels, P is C, and the planes of each kernel are the channels around its own.
    """
    if isinstance(viewing, JointChannels):
        return _channel_kernels(viewing, radius or kernel_radius(viewing.space))
    if isinstance(viewing, SpaceTimeSum | SpaceTimeProduct):
        return space_time_kernel(viewing, radius or kernel_radius(viewing.space))[None]
    return pair_kernel(viewing, radius or kernel_radius(viewing))[None, None]


def plane_filter(viewing: ViewingFilter | SpaceTime | JointChannels | str) -> ViewingFilter:
    """Return the filter in the plane of one over time, of channels, or of a plane."""
    if isinstance(viewing, SpaceTimeSum | SpaceTimeProduct | JointChannels):
        return as_filter(viewing.space)
    return as_filter(viewing)


@functools.lru_cache(maxsize=8)
def whole_kernel(viewing: ViewingFilter | SpaceTime | str) -> np.ndarray:
    """Return the kernel without a taper, if the autocorrelation is short enough to be taken whole.

    Args:
        viewing: of a plane, or of frames.

    Returns:
        (2T + 1, 2R + 1, 2R + 1) float32, read-only; R reaches as far as the autocorrelation stays above
        0.1 % of its peak. If that is beyond 12 pixels, the result of `coupling_kernel`.

    Example:
        >>> from dither.metrics.viewing import Box
        >>> whole_kernel(Box(2)).shape
        (1, 3, 3)
    """
    space = plane_filter(viewing)
    square = np.fft.ifft2(space.transfer(*frequency_axes((_CANVAS, _CANVAS))) ** 2).real
    above = np.abs(square[0, : _CANVAS // 2]) > _NEGLIGIBLE * square[0, 0]
    radius = max(1, int(np.flatnonzero(above).max()))
    if radius > _WHOLE_RADIUS:
        return coupling_kernel(viewing)[0]
    plane = _plane_kernel(space, radius, tapered=False)
    if isinstance(viewing, SpaceTimeSum | SpaceTimeProduct):
        return _normalised(viewing.joined(plane, temporal_kernel(viewing.time)), viewing)
    return _normalised(plane[None], viewing)


def _channel_kernels(viewing: JointChannels, radius: int) -> np.ndarray:
    """Return (C, 2 (C // 2) + 1, 2R + 1, 2R + 1): channels are counted cyclically."""
    plane = _plane_kernel(viewing.space, radius, 2)
    count = len(viewing.weights)
    strength = np.outer(viewing.weights, viewing.weights) + viewing.own * np.eye(count)
    kernels = np.zeros((count, 2 * (count // 2) + 1, *plane.shape))
    for channel, index in np.ndindex(kernels.shape[:2]):
        offset = index - count // 2
        # With an even count, the opposite channel is reached from both sides.
        visits = 2 if 2 * abs(offset) == count else 1
        kernels[channel, index] = strength[channel, (channel + offset) % count] / visits * plane
    return np.stack([_normalised(kernel, viewing) for kernel in kernels])


def temporal_kernel(time: TemporalFilter | str) -> np.ndarray:
    """Return a temporal filter's tapered autocorrelation: (2T + 1,) float64, 1 in the middle.

    Example:
        >>> from dither.metrics.temporal import TemporalBox
        >>> temporal_kernel(TemporalBox(2)).round(3)[1:4].tolist()
        [0.5, 1.0, 0.5]
    """
    line = np.fft.ifft(as_temporal_filter(time).transfer(np.fft.fftfreq(_CANVAS)) ** 2).real
    radius = _radius(line)
    offsets = np.arange(-radius, radius + 1)
    return line[offsets] / line[0] * _taper(np.abs(offsets), radius)


def _plane_kernel(
    viewing: ViewingFilter | str, radius: int, power: int = 2, *, tapered: bool = True
) -> np.ndarray:
    """Return (2R + 1, 2R + 1) float64; the autocorrelation is 1 in the middle."""
    spectrum = as_filter(viewing).transfer(*frequency_axes((_CANVAS, _CANVAS))) ** power
    offsets = np.arange(-radius, radius + 1)
    kernel = np.fft.ifft2(spectrum).real[np.ix_(offsets, offsets)]
    kernel /= np.abs(kernel).max()
    return kernel * _taper(np.hypot(offsets[:, None], offsets), radius) if tapered else kernel


def _taper(distance: np.ndarray, radius: int) -> np.ndarray:
    inward = np.clip((radius + 0.5 - distance) / (radius / 3), 0, 1)
    return inward**2 * (3 - 2 * inward)


def _normalised(kernel: np.ndarray, viewing: object) -> np.ndarray:
    kernel[tuple(side // 2 for side in kernel.shape)] = 0
    total = np.abs(kernel).sum()
    if not total > 1e-9:
        raise InputError(
            f"the viewing filter {viewing} passes every frequency alike; use one that blurs"
        )
    kernel = (kernel / total).astype(np.float32)
    kernel.flags.writeable = False  # the caches share it
    return kernel


def wrap_frames(kernel: np.ndarray, frames: int) -> np.ndarray:
    """Fold a kernel onto a cycle of frames, so that it reaches every frame once.

    With an even number of frames the opposite frame is reached from both sides, by half each.

    Args:
        kernel: (2T + 1, H, W), symmetric over time.
        frames: length of the cycle.

    Example:
        >>> wrap_frames(np.array([1, 2, 3, 2, 1]).reshape(5, 1, 1), 3).ravel().tolist()
        [3, 3, 3]
    """
    reach, half = len(kernel) // 2, frames // 2
    if reach <= half and len(kernel) <= frames:
        return kernel
    wrapped = np.zeros((2 * half + 1, *kernel.shape[1:]), kernel.dtype)
    for offset, plane in enumerate(kernel, -reach):
        wrapped[(offset + half) % frames] += plane
    if frames % 2 == 0:
        wrapped[0] = wrapped[-1] = wrapped[0] / 2
    return wrapped


def plane_radii(kernel: np.ndarray) -> np.ndarray:
    """Return the radius of the nonzero part of each plane: (T,) int64, -1 for a plane of zeros.

    Example:
        >>> plane_radii(np.array([np.eye(3), np.zeros((3, 3)), [[0, 0, 0], [0, 1, 0], [0, 0, 0]]]))
        array([ 1, -1,  0])
    """
    middle = kernel.shape[1] // 2
    distance = np.abs(np.arange(kernel.shape[1]) - middle)
    return np.max(np.where(kernel != 0, np.maximum(distance[:, None], distance), -1), axis=(1, 2))
