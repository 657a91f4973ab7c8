"""Which colour of a palette is the nearest, by short lists of candidates, exactly.

The cube of colours is cut into 32 cells a side. A colour is on a cell's list if it can be the nearest
to a point of the cell: if its least distance to the cell is no more than the least of all colours'
greatest distances. The lists are filled up to whole groups of four, so that most need no decision how
far to read, which a processor would have to guess.
"""

import numpy as np

# Colours are compared at 12 bits a channel: the fewest that tell all codes of 8 bits apart in linear
# light too, whose darkest lie 1/3295 of white apart.
COMPARED_SHIFT = 10
CELL_SHIFT = 7
_CELLS = 32
GROUP = 4
# Lists are made for so many cells at once.
_PLANE = 4


def candidate_lists(colors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each cell of the cube the colours that can be the nearest in it.

    Args:
        colors: (K, 3) int32, 0 to 4095, at most 256.

    Returns:
        starts, (32768 + 1,) int32, and members, (groups, 4) uint8: the groups of cell i are
        members[starts[i]:starts[i + 1]], its colours rising, the first repeated at the end.

    Example:
        >>> starts, members = candidate_lists(np.array([[0, 0, 0], [4095, 4095, 4095]]))
        >>> members[starts[0]:starts[1]].tolist(), members[starts[-2]:].tolist()
        ([[0, 0, 0, 0]], [[1, 1, 1, 1]])
    """
    low = np.arange(_CELLS)[:, None, None] << CELL_SHIFT
    high = low + (1 << CELL_SHIFT) - 1
    # (cells, K, 3) squared distances along each axis, to the cell's nearest and farthest points.
    near = np.maximum(np.maximum(low - colors, colors - high), 0).astype(np.int32) ** 2
    far = np.maximum(abs(colors - low), abs(colors - high)).astype(np.int32) ** 2
    counts, members = [], []
    for first in range(0, _CELLS, _PLANE):
        planes = slice(first, first + _PLANE)
        least, greatest = (
            axis[planes, None, None, :, 0] + axis[:, None, :, 1][None] + axis[:, :, 2][None, None]
            for axis in (near, far)
        )
        listed = (least <= greatest.min(axis=-1, keepdims=True)).reshape(-1, len(colors))
        counts.append(listed.sum(axis=1))
        members.append(np.nonzero(listed)[1].astype(np.uint8))
    counts, members = np.concatenate(counts), np.concatenate(members)
    first = np.cumsum(counts) - counts
    groups = -(-counts // GROUP)
    starts = np.concatenate([[0], np.cumsum(groups)]).astype(np.int32)
    filled = np.repeat(members[first], groups * GROUP)
    filled[np.repeat(starts[:-1] * GROUP - first, counts) + np.arange(len(members))] = members
    return starts, filled.reshape(-1, GROUP)
