"""The pictures of a report as uint8 arrays; all frames of a picture have the same size."""

import numpy as np

from bluenoise.matrix_set import MatrixSet
from dither.color import to_gray
from dither.ordered.additive_noise import noise_dither
from dither.ordered.levels import requantize
from dither.samples import level_values

# Frames or channels that the slider goes through.
MAX_PLANES = 64
# Shown cells per side of large matrices.
MAX_CELLS = 384
# Colour scale of spectra, in dB of white noise's power.
SPECTRUM_DB = (-30.0, 10.0)


def matrix_planes(matrix_set: MatrixSet) -> np.ndarray:
    """Return thresholds as greys, the lowest black; noise is scaled from its minimum to its maximum.

    Returns:
        (P, H, W) uint8, one plane per frame or channel; (1, H, W, 3) for three channels.
    """
    if matrix_set.values is None:
        greys = [matrix.thresholds for matrix in matrix_set.matrices]
    else:
        values = np.stack(matrix_set.values).astype(np.float64)
        low, high = values.min(), values.max()
        greys = list((values - low) / max(high - low, 1e-12))
    return _planes([np.rint(255 * grey).astype(np.uint8) for grey in greys])


def patch(matrix_set: MatrixSet, share: float, size: int) -> np.ndarray:
    """Return the dot pattern of a grey, tiled to a square: white where rank < share of all ranks.

    Args:
        matrix_set: the matrices.
        share: the grey, 0 to 1.
        size: pixels per side.

    Returns:
        (P, size, size) uint8 of 0 and 255; (1, size, size, 3) for three channels.

    Example:
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> patch(matrix_set_of(np.array([[0, 2], [3, 1]])), 0.5, 3)[0].tolist()
        [[255, 0, 255], [0, 255, 0], [255, 0, 255]]
    """
    level = round(share * matrix_set.matrices[0].ranks.size)
    patterns = [np.where(m.ranks < level, np.uint8(255), np.uint8(0)) for m in matrix_set.matrices]
    planes = _planes(patterns)
    rows, columns = np.arange(size) % planes.shape[1], np.arange(size) % planes.shape[2]
    return planes[:, rows[:, None], columns]


def spectrum_colors(power: np.ndarray) -> np.ndarray:
    """Return spectra as colours on a decibel scale, frequency 0 in the middle.

    Args:
        power: (P, H, W); white noise is 1, frequency 0 is at [0, 0].

    Returns:
        (P, H, W, 3) uint8.
    """
    low, high = SPECTRUM_DB
    decibels = 10 * np.log10(np.maximum(np.fft.fftshift(power, axes=(-2, -1)), 1e-30))
    return color_scale()[np.rint(255 * np.clip((decibels - low) / (high - low), 0, 1)).astype(int)]


def color_scale() -> np.ndarray:
    """Return (256, 3) uint8 colours from the lowest power to the highest."""
    from matplotlib import colormaps

    return colormaps["magma"](np.arange(256), bytes=True)[:, :3]


def ramp(width: int, height: int) -> np.ndarray:
    """Return (height, width) uint8 greys from black on the left to white on the right."""
    greys = np.rint(np.linspace(0, 255, width)).astype(np.uint8)
    return np.broadcast_to(greys, (height, width))


def dithered(image: np.ndarray, matrix_set: MatrixSet, bits: int, frame: int = 0) -> np.ndarray:
    """Dither an image to a few bits per channel like `dither.requantize`; noise is added instead.

    Args:
        image: (H, W) or (H, W, 3) uint8; converted to grey unless the set has three matrices.
        matrix_set: matrices or noise; with 2 or 4 channels the first is used.
        bits: 1 to 8.
        frame: frame number of a matrix with frames.

    Returns:
        (H, W) uint8, or (H, W, 3) for three matrices.
    """
    photo = shown_photo(image, matrix_set)
    phase = (frame, 0, 0)
    in_color = photo.ndim == 3
    if matrix_set.values is not None:
        noise = np.stack(matrix_set.values, axis=-1) if in_color else matrix_set.values[0]
        codes = noise_dither(photo, noise, levels=1 << bits, phase=phase)
        return level_values(1 << bits, np.dtype(np.uint8))[codes]
    matrices = matrix_set.matrices if in_color else matrix_set.matrices[0]
    return requantize(photo, matrices, bits=bits, phase=phase)


def mean_of_frames(image: np.ndarray, matrix_set: MatrixSet, bits: int) -> np.ndarray:
    """Return the mean of the image dithered with every frame, (H, W) uint8."""
    frames = matrix_set.shape[0] if matrix_set.has_frames else 1
    total = np.zeros(image.shape[:2])
    for frame in range(frames):
        total += dithered(image, matrix_set, bits, frame)
    return np.rint(total / frames).astype(np.uint8)


def shown_photo(image: np.ndarray, matrix_set: MatrixSet) -> np.ndarray:
    """Return the image as it is dithered: in colour for three matrices, else grey."""
    if len(matrix_set.matrices) == 3:
        return image if image.ndim == 3 else np.stack([image] * 3, axis=-1)
    return image if image.ndim == 2 else to_gray(image)


def _planes(pictures: list[np.ndarray]) -> np.ndarray:
    """Return the pictures of channels as planes, or as colours if there are three."""
    if len(pictures) == 3:
        return np.stack(pictures, axis=-1)[None]
    stacked = np.concatenate([each.reshape(-1, *each.shape[-2:]) for each in pictures])
    return stacked[:MAX_PLANES]
