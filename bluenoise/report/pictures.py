"""The pictures of a report as arrays: every frame of them has the same size, and is uint8."""

import numpy as np

from bluenoise.matrix_set import MatrixSet
from dither.color import to_gray
from dither.ordered.additive_noise import noise_dither
from dither.ordered.levels import requantize
from dither.samples import level_values

# Frames, or channels, that a slider goes through.
MOST_PLANES = 64
# Cells of a side that are shown of large matrices, pixel by pixel.
MOST_CELLS = 384
# Spectra are drawn from 0.001 to 10 times white noise's power, on a logarithmic scale.
SPECTRUM_DB = (-30.0, 10.0)
# Nine colours of even steps in lightness, from black through violet to pale yellow.
# Source: "magma" of matplotlib, S. van der Walt and N. Smith (2015), in the public domain (CC0).
_MAGMA = np.array(
    [
        (0, 0, 4),
        (28, 16, 68),
        (79, 18, 123),
        (129, 37, 129),
        (181, 54, 122),
        (229, 80, 100),
        (251, 135, 97),
        (254, 194, 135),
        (252, 253, 191),
    ],
    np.float64,
)


def matrix_planes(subject: MatrixSet) -> np.ndarray:
    """The thresholds, black the lowest; noise from its lowest value to its highest.

    Returns:
        (P, H, W) uint8, a plane for each frame or channel; of three channels (1, H, W, 3).
    """
    if subject.values is not None:
        values = np.stack(subject.values).astype(np.float64)
        low, high = values.min(), values.max()
        shades = np.rint(255 * (values - low) / max(high - low, 1e-12)).astype(np.uint8)
        return shades.reshape(-1, *shades.shape[-2:])[:MOST_PLANES]
    return _planes(
        subject, [np.rint(255 * m.thresholds).astype(np.uint8) for m in subject.matrices]
    )


def patch(subject: MatrixSet, share: float, size: int) -> np.ndarray:
    """The pattern of a grey: white where rank < share of all ranks, tiled to a square.

    Args:
        subject: what is thresholded.
        share: the grey, 0 to 1.
        size: pixels of a side.

    Returns:
        (P, size, size) uint8 of 0 and 255; of three channels (1, size, size, 3).

    Example:
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> patch(matrix_set_of(np.array([[0, 2], [3, 1]])), 0.5, 3)[0].tolist()
        [[255, 0, 255], [0, 255, 0], [255, 0, 255]]
    """
    level = round(share * subject.matrices[0].ranks.size)
    patterns = [np.where(m.ranks < level, np.uint8(255), np.uint8(0)) for m in subject.matrices]
    planes = _planes(subject, patterns)
    rows, columns = np.arange(size) % planes.shape[1], np.arange(size) % planes.shape[2]
    return planes[:, rows[:, None], columns]


def spectrum_colors(power: np.ndarray) -> np.ndarray:
    """Spectra as colours on a scale of decibels, frequency 0 in the middle.

    Args:
        power: (P, H, W), white noise 1, frequency 0 at [0, 0].

    Returns:
        (P, H, W, 3) uint8.
    """
    low, high = SPECTRUM_DB
    decibels = 10 * np.log10(np.maximum(np.fft.fftshift(power, axes=(-2, -1)), 1e-30))
    # 256 steps are what a palette holds.
    return color_scale()[np.rint(255 * np.clip((decibels - low) / (high - low), 0, 1)).astype(int)]


def color_scale() -> np.ndarray:
    """(256, 3) uint8: the colours from the lowest power to the highest."""
    places = np.linspace(0, len(_MAGMA) - 1, 256)
    channels = [np.interp(places, np.arange(len(_MAGMA)), channel) for channel in _MAGMA.T]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def ramp(width: int, height: int) -> np.ndarray:
    """(height, width) uint8: every grey from black on the left to white on the right."""
    greys = np.rint(np.linspace(0, 255, width)).astype(np.uint8)
    return np.broadcast_to(greys, (height, width))


def dithered(image: np.ndarray, subject: MatrixSet, bits: int, frame: int = 0) -> np.ndarray:
    """The image at few bits a channel, as `dither.requantize` decides.

    Noise is added before rounding instead (`dither.noise_dither`).

    Args:
        image: (H, W) or (H, W, 3) uint8. It becomes grey where there are not three channels.
        subject: what dithers it; of 2 or 4 channels the first.
        bits: 1 to 8.
        frame: of a matrix with frames.

    Returns:
        (H, W) uint8, or (H, W, 3) where the subject has three channels.
    """
    if len(subject.matrices) == 3:
        return requantize(shown_photo(image, subject), subject.matrices, bits=bits)
    grey = shown_photo(image, subject)
    if subject.values is not None:
        codes = noise_dither(grey, subject.values[0], levels=1 << bits, phase=(frame, 0, 0))
        return level_values(1 << bits, np.dtype(np.uint8))[codes]
    return requantize(grey, subject.matrices[0], bits=bits, phase=(frame, 0, 0))


def mean_of_frames(image: np.ndarray, subject: MatrixSet, bits: int) -> np.ndarray:
    """What is left of the dots when all frames are averaged: (H, W) uint8, the mean of the codes."""
    frames = subject.matrices[0].planes.shape[0]
    total = np.zeros(image.shape[:2])
    for frame in range(frames):
        total += dithered(image, subject, bits, frame)
    return np.rint(total / frames).astype(np.uint8)


def shown_photo(image: np.ndarray, subject: MatrixSet) -> np.ndarray:
    """The image as this subject dithers it: in colour for three channels, else grey."""
    if len(subject.matrices) == 3:
        return image if image.ndim == 3 else np.stack([image] * 3, axis=-1)
    return image if image.ndim == 2 else to_gray(image)


def _planes(subject: MatrixSet, pictures: list[np.ndarray]) -> np.ndarray:
    if len(pictures) == 3:
        return np.stack(pictures, axis=-1)[None]
    stacked = np.concatenate([each.reshape(-1, *each.shape[-2:]) for each in pictures])
    return stacked[:MOST_PLANES]
