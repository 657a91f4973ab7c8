"""What joins pairs of cells in the error of all thresholds: the viewing filter's autocorrelation.

A kernel that is cut within its filter's range makes matrices worse, not better: each reaches half as
far again as its autocorrelation stays above a hundredth, and is tapered to nothing by a smooth step
over the outer third, because one that is cut sharply rings in the spectrum.
"""

import functools
from dataclasses import dataclass

import numpy as np

from dither.color import LUMINANCE_WEIGHTS
from dither.errors import InputError
from dither.metrics.spectrum import frequency_axes
from dither.metrics.temporal import SpaceTime, SpaceTimeProduct, SpaceTimeSum, TemporalFilter
from dither.metrics.viewing import ViewingFilter

# The torus on which a filter's autocorrelation is computed: wider than any radius used.
_CANVAS = 256
_REACHED = 1e-2
_LARGEST_RADIUS = 60


@dataclass(frozen=True)
class JointChannels:
    """The channels of a colour image, seen as one picture where they show the same grey.

    The error that counts is that of the weighted sum of the channels' patterns, plus `own` times that
    of each channel by itself, which is what shows where the channels differ.

    Attributes:
        space: the viewing filter of both.
        weights: one for each of 2 to 4 channels; their share of the luminance.
        own: what each channel's own error counts. At 0.3 the luminance of greys gains most of what
            there is to gain, and the channels by themselves lose about 0.1 dB.
    """

    space: ViewingFilter
    weights: tuple[float, ...] = LUMINANCE_WEIGHTS
    own: float = 0.3


@functools.lru_cache(maxsize=32)
def kernel_radius(viewing: ViewingFilter) -> int:
    """How far the filter's pair kernel must reach, in pixels, from 8 to 60.

    Example:
        >>> from dither.metrics.viewing import Gaussian
        >>> kernel_radius(Gaussian(1.5)), kernel_radius(Gaussian(3.0))
        (9, 18)
    """
    axes = frequency_axes((_CANVAS, _CANVAS))
    return max(8, _reach(np.fft.ifft2(viewing.transfer(*axes) ** 2).real[0]))


def _reach(line: np.ndarray) -> int:
    above = np.flatnonzero(np.abs(line[: _CANVAS // 2]) > _REACHED * line[0])
    return int(np.clip(np.ceil(1.5 * above.max(initial=0)), 1, _LARGEST_RADIUS))


@functools.lru_cache(maxsize=32)
def pair_kernel(viewing: ViewingFilter, radius: int, *, power: int = 2) -> np.ndarray:
    """(2R + 1, 2R + 1) float32, read-only: the filter's autocorrelation, tapered to 0, no centre.

    Its magnitudes sum to 1.

    Args:
        viewing: the filter.
        radius: R, in pixels, from 1 to 60.
        power: of H(f): 2 for the autocorrelation, 1 for the narrower impulse response.

    Raises:
        InputError: the filter lets every frequency pass alike, so that no arrangement is better.
    """
    return _normalised(_in_the_plane(viewing, radius, power), viewing)


@functools.lru_cache(maxsize=8)
def space_time_kernel(viewing: SpaceTime, radius: int) -> np.ndarray:
    """(2T + 1, 2R + 1, 2R + 1) float32, read-only: as `pair_kernel`, of frames.

    Raises:
        InputError: the filter lets every frequency pass alike.
    """
    plane = _in_the_plane(viewing.space, radius, 2)
    return _normalised(viewing.joined(plane, over_frames(viewing.time)), viewing)


@functools.lru_cache(maxsize=8)
def coupling_kernel(
    viewing: ViewingFilter | SpaceTime | JointChannels, radius: int | None = None
) -> np.ndarray:
    """(P, 2T + 1, 2R + 1, 2R + 1) float32: what joins a cell of each plane with those around it.

    One for all planes (P = 1) of a matrix, with T > 0 for frames; one for each of C channels, where
    the planes of a kernel are the channels around its own.

    Args:
        viewing: the filter.
        radius: R, in pixels; the filter's own range if not given.
    """
    if isinstance(viewing, JointChannels):
        return _between_channels(viewing, radius or kernel_radius(viewing.space))
    if isinstance(viewing, SpaceTimeSum | SpaceTimeProduct):
        return space_time_kernel(viewing, radius or kernel_radius(viewing.space))[None]
    return pair_kernel(viewing, radius or kernel_radius(viewing))[None, None]


def _between_channels(viewing: JointChannels, radius: int) -> np.ndarray:
    """(C, 2 (C // 2) + 1, 2R + 1, 2R + 1): planes are counted around the circle of channels."""
    plane = _in_the_plane(viewing.space, radius, 2)
    count = len(viewing.weights)
    strength = np.outer(viewing.weights, viewing.weights) + viewing.own * np.eye(count)
    kernels = np.zeros((count, 2 * (count // 2) + 1, *plane.shape))
    for channel, place in np.ndindex(kernels.shape[:2]):
        away = place - count // 2
        # In an even circle the channel opposite is met from both sides.
        meetings = 2 if 2 * abs(away) == count else 1
        kernels[channel, place] = strength[channel, (channel + away) % count] / meetings * plane
    return np.stack([_normalised(kernel, viewing) for kernel in kernels])


def over_frames(time: TemporalFilter) -> np.ndarray:
    """(2T + 1,) float64: a temporal filter's autocorrelation, tapered to 0, 1 in the middle.

    Example:
        >>> from dither.metrics.temporal import TemporalBox
        >>> over_frames(TemporalBox(2)).round(3)[1:4].tolist()
        [0.5, 1.0, 0.5]
    """
    line = np.fft.ifft(time.transfer(np.fft.fftfreq(_CANVAS)) ** 2).real
    radius = _reach(line)
    offsets = np.arange(-radius, radius + 1)
    return line[offsets] / line[0] * _taper(np.abs(offsets), radius)


def _in_the_plane(viewing: ViewingFilter, radius: int, power: int) -> np.ndarray:
    """(2R + 1, 2R + 1) float64, tapered; the autocorrelation is 1 in the middle."""
    spectrum = viewing.transfer(*frequency_axes((_CANVAS, _CANVAS))) ** power
    offsets = np.arange(-radius, radius + 1)
    kernel = np.fft.ifft2(spectrum).real[np.ix_(offsets, offsets)]
    return kernel / np.abs(kernel).max() * _taper(np.hypot(offsets[:, None], offsets), radius)


def _taper(distance: np.ndarray, radius: int) -> np.ndarray:
    inward = np.clip((radius + 0.5 - distance) / (radius / 3), 0, 1)
    return inward**2 * (3 - 2 * inward)


def _normalised(kernel: np.ndarray, viewing: object) -> np.ndarray:
    kernel[tuple(side // 2 for side in kernel.shape)] = 0
    total = np.abs(kernel).sum()
    if not total > 1e-9:
        raise InputError(f"the viewing filter {viewing} passes every frequency alike")
    kernel = (kernel / total).astype(np.float32)
    kernel.flags.writeable = False  # every round of a run shares it
    return kernel


def wrapped(kernel: np.ndarray, frames: int) -> np.ndarray:
    """The kernel over a circle of frames that it may reach around: no frame is met twice.

    In an even circle the frame opposite is met from both sides, by half each.

    Args:
        kernel: (2T + 1, H, W), symmetric over time.
        frames: of the circle.

    Example:
        >>> wrapped(np.array([1, 2, 3, 2, 1]).reshape(5, 1, 1), 3).ravel().tolist()
        [3, 3, 3]
    """
    reach, half = len(kernel) // 2, frames // 2
    if reach <= half and len(kernel) <= frames:
        return kernel
    around = np.zeros((2 * half + 1, *kernel.shape[1:]), kernel.dtype)
    for away, plane in enumerate(kernel, -reach):
        around[(away + half) % frames] += plane
    if frames % 2 == 0:
        around[0] = around[-1] = around[0] / 2
    return around


def plane_radii(kernel: np.ndarray) -> np.ndarray:
    """(T,) int64: how far each plane of a kernel reaches from its middle; -1 for one of zeros.

    Example:
        >>> plane_radii(np.array([np.eye(3), np.zeros((3, 3)), [[0, 0, 0], [0, 1, 0], [0, 0, 0]]]))
        array([ 1, -1,  0])
    """
    middle = kernel.shape[1] // 2
    away = np.abs(np.arange(kernel.shape[1]) - middle)
    return np.max(np.where(kernel != 0, np.maximum(away[:, None], away), -1), axis=(1, 2))
