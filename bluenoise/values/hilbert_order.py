"""Order points along a Hilbert curve, so that neighbours in the order are close together."""

import numpy as np

_BITS, _MOST_AXES = 16, 4


def hilbert_order(points: np.ndarray) -> np.ndarray:
    """Return the indices that sort points along a Hilbert curve through their bounding box.

    Source: J. Skilling, "Programming the Hilbert curve" (2004).

    Args:
        points: (N, C) float. Of more than four columns, the four widest decide.

    Returns:
        (N,) int64; points of the same cell of the curve keep their order.

    Example:
        >>> square = np.array([[0, 0], [1, 1], [0, 1], [1, 0]])
        >>> hilbert_order(square).tolist()
        [0, 2, 1, 3]
    """
    points = np.asarray(points, float)
    lowest, extent = points.min(axis=0), np.ptp(points, axis=0)
    cells = (points - lowest) / max(float(extent.max()), 1e-300) * ((1 << _BITS) - 1)
    widest = np.sort(np.argsort(-extent, kind="stable")[:_MOST_AXES])
    axes = np.rint(cells).astype(np.int64).T[[axis for axis in widest if extent[axis] > 0]]
    if len(axes) == 0:
        return np.arange(len(points))
    for bit in range(_BITS - 1, 0, -1):
        lower = (1 << bit) - 1
        for axis in axes:
            # Invert the first axis where this one has the bit; exchange their lower bits elsewhere.
            inverted = axis >> bit & 1 == 1
            exchanged = np.where(inverted, 0, (axes[0] ^ axis) & lower)
            axes[0] ^= np.where(inverted, lower, exchanged)
            axis ^= exchanged
    for index in range(1, len(axes)):
        axes[index] ^= axes[index - 1]
    carried = np.zeros_like(axes[0])
    for bit in range(_BITS - 1, 0, -1):
        carried ^= np.where(axes[-1] >> bit & 1 == 1, (1 << bit) - 1, 0)
    axes ^= carried
    # Interleave the bits of the axes, highest first; in two words, because 64 bits may not hold them.
    keys = []
    for word in (range(_BITS - 1, _BITS // 2 - 1, -1), range(_BITS // 2 - 1, -1, -1)):
        key = np.zeros_like(carried)
        for bit in word:
            for axis in axes:
                key = key << 1 | axis >> bit & 1
        keys.append(key)
    return np.lexsort(keys[::-1])
