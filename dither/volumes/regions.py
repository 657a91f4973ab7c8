"""Regions of a volume, and how a volume is divided into blocks."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from dither.errors import InputError


class Region(NamedTuple):
    """A box of voxels; it indexes an array of (Z, Y, X) or (Z, Y, X, C).

    Example:
        >>> import numpy as np
        >>> np.zeros((4, 8, 8))[Region(slice(2, 4), slice(0, 3), slice(0, 8))].shape
        (2, 3, 8)
    """

    layers: slice
    rows: slice
    columns: slice

    @property
    def origin(self) -> tuple[int, int, int]:
        """Return layer, row and column of the first voxel."""
        return self.layers.start, self.rows.start, self.columns.start

    @property
    def sides(self) -> tuple[int, int, int]:
        """Return the number of layers, rows and columns."""
        layers, rows, columns = (part.stop - part.start for part in self)
        return layers, rows, columns


def block_sides(
    shape: tuple[int, ...], grid: tuple[int, int, int], max_voxels: int
) -> tuple[int, int, int]:
    """Return the layers, rows and columns of the largest blocks made of whole pieces of a grid.

    A block grows along its rows first, then by more rows, then by more layers.

    Args:
        shape: (Z, Y, X) or (Z, Y, X, C) of the volume.
        grid: sides of a piece; the grid starts at the volume's first voxel.
        max_voxels: the largest block; channels count once.

    Raises:
        InputError: one piece has more voxels.

    Example:
        >>> block_sides((256, 2048, 2048), (16, 256, 256), 1 << 25)
        (16, 1024, 2048)
    """
    sides = [min(side, whole) for side, whole in zip(grid, shape, strict=False)]
    if math.prod(sides) > max_voxels:
        raise InputError(
            f"pieces of {' x '.join(map(str, sides))} voxels are stored as one, but only {max_voxels} "
            "voxels fit into the memory that is allowed"
        )
    for axis in (2, 1, 0):
        pieces = min(max_voxels // math.prod(sides), -(-shape[axis] // sides[axis]))
        sides[axis] = min(shape[axis], sides[axis] * pieces)
    return sides[0], sides[1], sides[2]


def regions(shape: tuple[int, ...], sides: tuple[int, int, int]) -> Iterator[Region]:
    """Yield the blocks of a volume, columns first, then rows, then layers; the last may be smaller.

    Example:
        >>> [region.origin for region in regions((1, 3, 4), (1, 2, 4))]
        [(0, 0, 0), (0, 2, 0)]
    """
    layers, rows, columns = (
        [slice(start, min(start + side, whole)) for start in range(0, whole, side)]
        for side, whole in zip(sides, shape, strict=False)
    )
    for part in layers:
        for row in rows:
            for column in columns:
                yield Region(part, row, column)
