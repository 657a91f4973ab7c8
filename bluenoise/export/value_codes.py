"""Values as texture numbers: how they are encoded and decoded, and the largest error of each pair.

Three pairs, all nearest in their grid. A sampler divides the codes of UNORM formats by 2^bits - 1; that
quotient is s:

    vectors   code = round((2^bits - 1) (v - low) / (high - low))    v = low + (high - low) s
    scalars   code = floor(2^bits v)                                 v = (code + 1/2) / 2^bits
    unit vectors, octahedral: the two numbers of Cigolle et al. (2014), encoded like vectors of -1..1

Scalars are thresholds: with bins, each code stands for an equal share of them, no threshold is 0 or 1,
and their mean stays 1/2. Unit vectors are normalized after decoding.

Source: Zina H. Cigolle, Sam Donow, Daniel Evangelakos, Michael Mara, Morgan McGuire and Quirin Meyer,
"A Survey of Efficient Representations for Independent Unit Vectors" (2014).
"""

import numpy as np

# Half floats have 11 significant bits.
HALF_ERROR = 2.0**-12
HALF_MAX = 65504.0
# Largest angle in degrees between a unit vector and its octahedral code, by bits per number; found by
# a search of the whole sphere, rounded up.
OCTAHEDRAL_ERROR = {8: 0.64, 16: 0.0025}


def unorm_codes(values: np.ndarray, bits: int, low: float, high: float) -> np.ndarray:
    """Return the nearest codes of values from low to high; values outside get the first or last code.

    Args:
        values: floats of any shape.
        bits: of a code, 1 to 16.
        low: value of code 0.
        high: value of the last code.

    Returns:
        int64 of the same shape.

    Example:
        >>> unorm_codes(np.array([-1.0, 0.1, 1.0]), 8, -1, 1).tolist()
        [0, 140, 255]
    """
    last = (1 << bits) - 1
    places = (values.astype(np.float64) - low) / (high - low) * last
    return np.clip(np.rint(places), 0, last).astype(np.int64)


def unorm_values(codes: np.ndarray, bits: int, low: float, high: float) -> np.ndarray:
    """Return the values of codes: float64; at most (high - low) / 2 / (2^bits - 1) off.

    Example:
        >>> unorm_values(np.array([0, 255]), 8, -1, 1).tolist()
        [-1.0, 1.0]
    """
    return low + codes / ((1 << bits) - 1) * (high - low)


def bin_codes(values: np.ndarray, bits: int) -> np.ndarray:
    """Return which of 2^bits equal parts of 0..1 each value is in: int64.

    Example:
        >>> bin_codes(np.array([0.0, 0.5, 1.0]), 8).tolist()
        [0, 128, 255]
    """
    count = 1 << bits
    return np.clip(np.floor(values.astype(np.float64) * count), 0, count - 1).astype(np.int64)


def bin_values(codes: np.ndarray, bits: int) -> np.ndarray:
    """Return the middle of each part: float64; at most 2^-(bits + 1) off.

    Example:
        >>> bin_values(np.array([0, 255]), 8).tolist()
        [0.001953125, 0.998046875]
    """
    return (codes + 0.5) / (1 << bits)


def octahedral_codes(vectors: np.ndarray, bits: int) -> np.ndarray:
    """Return two codes per unit vector: of the four around its place, those of the nearest vector.

    Args:
        vectors: (..., 3) floats, unit vectors.
        bits: of a code, 8 or 16.

    Returns:
        (..., 2) int64.

    Example:
        >>> octahedral_codes(np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]), 8).tolist()
        [[255, 127], [127, 0]]
    """
    vectors = vectors.astype(np.float64)
    vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    flat = vectors / np.abs(vectors).sum(axis=-1, keepdims=True)
    signs = np.where(flat[..., :2] >= 0, 1.0, -1.0)
    folded = (1 - np.abs(flat[..., 1::-1])) * signs
    place = np.where(flat[..., 2:] < 0, folded, flat[..., :2])
    last = (1 << bits) - 1
    floor = np.minimum(np.floor((place + 1) / 2 * last).astype(np.int64), last - 1)
    around = np.stack([floor + step for step in ((0, 0), (0, 1), (1, 0), (1, 1))])
    # Differences, because cosines of small angles are all 1.
    distances = np.square(octahedral_vectors(around, bits) - vectors).sum(axis=-1)
    return np.take_along_axis(around, distances.argmin(axis=0)[None, ..., None], axis=0)[0]


def octahedral_vectors(codes: np.ndarray, bits: int) -> np.ndarray:
    """Return the unit vectors of octahedral codes: (..., 3) float64.

    Example:
        >>> octahedral_vectors(np.array([255, 0]), 8).round(3).tolist()
        [0.0, 0.0, -1.0]
    """
    place = unorm_values(codes, bits, -1, 1)
    up = 1 - np.abs(place).sum(axis=-1, keepdims=True)
    folded = place - np.where(place >= 0, 1.0, -1.0) * np.maximum(-up, 0)
    vectors = np.concatenate([folded, up], axis=-1)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
