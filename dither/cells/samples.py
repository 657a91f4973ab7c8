"""Samples of the blurred colours of each cell, and the least loss that sets of colours can have there.

The loss of a cell with a set of colours is that of `loss.py` if every place shows its best mixture: the
squared error of the mean colour, plus the penalty of the pixels' own errors. Neighbours do not count.
"""

from typing import NamedTuple

import numpy as np

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab
from dither.optimizer.search_image import DARKEST

# Most samples along each side of a cell, each for 2 pixels or more; enough of them for comparisons.
_SIDE, _FEW = 4, 8


class Gathered(NamedTuple):
    """Sums of the best mixtures of all samples, as `mixture_loops.gather_mixtures` makes them."""

    normal: np.ndarray
    gradient: np.ndarray
    used: np.ndarray
    own_errors: np.ndarray


class CellSamples(NamedTuple):
    """Colours of cells; S is the number of samples of a cell.

    Attributes:
        values: (cells, S, 9) float64, as `mixture_loops.cell_losses` takes them.
        weights: (cells, S) float64, the pixels for which each sample stands; 0 if it is masked.
        penalty: (3,) float64, weights of a pixel's own error in L, a and b.
    """

    values: np.ndarray
    weights: np.ndarray
    penalty: np.ndarray

    def losses(self, slots: np.ndarray, sets: np.ndarray) -> np.ndarray:
        """Return (cells, sets) float64, the loss of each cell with each set of colours.

        Args:
            slots: (K, 3) linear light of the colours.
            sets: (sets, N) uint8, indices of `slots`.
        """
        from dither.cells import mixture_loops

        out = np.empty((len(self.values), len(sets)))
        mixture_loops.cell_losses(
            *(self.values, self.weights, np.ascontiguousarray(sets), *_in_units(slots)),
            *(ROOTS_TO_OKLAB, self.penalty, out),
        )
        return out

    def gathered(self, slots: np.ndarray, sets: np.ndarray, choice: np.ndarray) -> "Gathered":
        """Return the sums over samples by which colours are moved.

        Args:
            slots: (K, 3) linear light of the colours.
            sets: (sets, N) uint8, indices of `slots`.
            choice: (cells,) int32, the set of each cell.
        """
        from dither.cells import mixture_loops

        count = len(slots)
        found = Gathered(
            *(np.zeros((count, 3, count, 3)), np.zeros((count, 3))),
            *(np.zeros(count), np.zeros((count, 3))),
        )
        mixture_loops.gather_mixtures(
            *(self.values, self.weights, np.ascontiguousarray(sets), choice, *_in_units(slots)),
            *(ROOTS_TO_OKLAB, self.penalty, ROOTS_TO_OKLAB.T @ ROOTS_TO_OKLAB, *found),
        )
        return found

    def some(self, count: int) -> "CellSamples":
        """Return about `count` evenly spread cells, or all cells, with every second of many samples."""
        step, thin = max(1, len(self.values) // count), 1 if self.weights.shape[1] <= _FEW else 2
        part = self.values[::step, ::thin], self.weights[::step, ::thin]
        values, weights = map(np.ascontiguousarray, part)
        return CellSamples(values, weights, self.penalty)


def cell_samples(
    blurred: np.ndarray,
    size: tuple[int, int],
    penalty: np.ndarray,
    mask: np.ndarray | None = None,
) -> CellSamples:
    """Sample the colours of each cell of an image, row by row.

    Args:
        blurred: (H, W, 3) linear light, blurred as by the eye.
        size: height and width of a cell in pixels.
        penalty: (3,) float64, weights of a pixel's own error in L, a and b.
        mask: (H, W) bool, True for pixels to ignore.
    """
    rows, across = (
        _places(length, side) for length, side in zip(blurred.shape[:2], size, strict=True)
    )

    def taken(values: np.ndarray) -> np.ndarray:
        grid = values[rows.ravel()][:, across.ravel()]
        grid = grid.reshape(*rows.shape, *across.shape, -1).swapaxes(1, 2)
        return grid.reshape(len(rows) * len(across), -1, grid.shape[-1])

    linear = taken(blurred).astype(np.float64)
    cones = linear @ LINEAR_TO_CONES.T
    slopes = np.maximum(cones, DARKEST) ** (-2 / 3) / 3
    values = np.concatenate([cones, slopes, linear_to_oklab(linear)], axis=2)
    weights = np.full(values.shape[:2], size[0] * size[1] / values.shape[1])
    if mask is not None:
        weights[taken(mask[..., None])[..., 0]] = 0
    return CellSamples(values, weights, penalty)


def _places(length: int, side: int) -> np.ndarray:
    """Return (cells, samples) int64, places along an axis; those beyond its end are its last."""
    count = min(_SIDE, -(-side // 2))
    offsets = (np.arange(count) * 2 + 1) * side // (2 * count)
    return np.minimum(np.arange(0, length, side)[:, None] + offsets, length - 1)


def _in_units(slots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the (K, 3) cone responses and OKLab of colours in linear light."""
    return slots @ LINEAR_TO_CONES.T, linear_to_oklab(slots)
