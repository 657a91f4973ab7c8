"""Everything that decides which palette entry a pixel takes, looked up before the first pixel."""

from typing import NamedTuple

import numpy as np

from dither.gamut.exact_colors import ExactColors


class PalettePlan(NamedTuple):
    """Tables for ordered dithering to a palette; (h, w) is the shape of the matrix.

    Each channel of a pixel takes the grid node at or below its code, or the next node where its rest
    exceeds the cell's node threshold. The node's mixture and the cell's pick then give the entry.

    Attributes:
        tables: of many, the candidates (33, 33, 33, N) of each node, dark to light; of two, the pair
            (33, 33, 33, 2) and the share (33, 33, 33) of its lighter colour.
        picks: (h, w); of many, uint8 which candidate the cell takes; of two, the uint16 threshold of
            the share.
        node_thresholds: (h, w) uint8.
        nodes: (256,) uint8 the node at or below each code.
        rests: (256,) uint8 what is left of the code, in 1/255 of a step between nodes.
        exact: colours of images that keep their entry.
    """

    tables: tuple[np.ndarray, ...]
    picks: np.ndarray
    node_thresholds: np.ndarray
    nodes: np.ndarray
    rests: np.ndarray
    exact: ExactColors
