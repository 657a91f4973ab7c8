"""Void-and-cluster in near-linear time: the classical way to a blue-noise threshold matrix.

Each rank goes into the largest void: the cell where the blurred pattern of all lower ranks is lowest.
Ulichney's second half, which fills the tightest clusters of the minority, picks the same cells, because
the blurred zeros are a constant minus the blurred ones; and no prepared initial pattern is needed. With
frames the pattern is blurred over time as well.

Source: R. Ulichney, "The void-and-cluster method for dither array generation" (1993). Each pick is
exactly his for the given kernel, found through a tree over blocks of cells: the field only rises, so a
block's last known minimum stays a lower bound, and a block is searched again only when its bound is the
lowest of all, about twice per pick.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bluenoise.objective.pair_kernel import plane_radii, temporal_kernel, wrap_frames
from bluenoise.objective.target import FRAMES
from bluenoise.runs.options import RunOptions
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.temporal import SpaceTime
from dither.native.loop import compiled

# Added to a cell that has its rank: more than any blurred pattern, and the sum still fits 32 bits.
_TAKEN = 1 << 30
# Range of the random field that breaks ties: below 1e-5 of the kernel's peak at a sigma of 1.5.
_JITTER = 1 << 8
# Standard deviations after which the blur is truncated: 4 pixels for a sigma of 1.5.
_REACH = 2.7
# Side of the blocks of the search tree, in cells of one frame.
_BLOCK = 8


@dataclass(frozen=True)
class VoidAndCluster:
    """The method void-and-cluster.

    Attributes:
        sigma: blur in pixels, 0.3 to 8; None for `default_sigma`.
        frames: blur over time, as in `void_and_cluster`.
    """

    sigma: float | None = None
    frames: SpaceTime = FRAMES

    name: ClassVar[str] = "void-and-cluster"

    def make(
        self, shape: tuple[int, ...], seed: int, channels: int | None, run: RunOptions
    ) -> tuple[ThresholdMatrix, ...]:
        """Make one matrix for `bluenoise.generate`."""
        sigma = default_sigma(shape) if self.sigma is None else self.sigma
        run.on_progress(0, "")
        matrix = void_and_cluster(shape, sigma=sigma, frames=self.frames, seed=seed)
        # The loop takes a few seconds at most and cannot be interrupted; Ctrl-C takes effect here.
        run.on_progress(1, "")
        return (matrix,)


def void_and_cluster(
    shape: tuple[int, ...],
    *,
    sigma: float = 1.5,
    frames: SpaceTime = FRAMES,
    seed: int = 0,
) -> ThresholdMatrix:
    """Make a blue-noise threshold matrix by filling the largest void, rank by rank.

    Args:
        shape: rows and columns; or frames, rows and columns.
        sigma: standard deviation of the Gaussian blur in pixels, 0.3 to 8 (1.5 by Ulichney 1993),
            truncated at 2.7 standard deviations. Smaller values favour a close view, larger ones a
            distant view.
        frames: blur over time: the temporal filter's autocorrelation, added to or multiplied by the
            blur in the plane. Its filter in space has no effect; `sigma` takes its place.
        seed: of the first cell and of ties.

    Returns:
        The matrix. The field holds integers, so the same arguments give the same bytes everywhere.

    Raises:
        InputError: there are not two or three sides of at least 1, or sigma is out of range.

    Example:
        >>> void_and_cluster((4, 4), seed=1).shape
        (4, 4)
    """
    if len(shape) not in (2, 3) or min(shape) < 1:
        raise InputError(
            f"shape is {'x'.join(map(str, shape))}; it must be two sides, or frames and two sides, of "
            "at least 1"
        )
    if not 0.3 <= sigma <= 8:
        raise InputError(f"sigma is {sigma}; it must be from 0.3 to 8")
    kernel = gaussian_kernel(sigma)[None]
    if len(shape) == 3:
        kernel = wrap_frames(frames.joined(kernel[0], temporal_kernel(frames.time)), shape[0])
    kernel = fixed_point(kernel)
    order = np.empty(int(np.prod(shape)), np.int64)
    _fill_voids(jitter(shape, seed), kernel, plane_radii(kernel), order)
    ranks = np.empty(order.size, np.int64)
    ranks[order] = np.arange(order.size)
    return ThresholdMatrix(ranks.reshape(shape))


def default_sigma(shape: tuple[int, ...]) -> float:
    """Return the blur of a finished matrix in pixels: wider with frames, which are less even each.

    Example:
        >>> default_sigma((64, 64)), default_sigma((16, 64, 64))
        (1.5, 1.9)
    """
    return 1.5 if len(shape) == 2 else 1.9


def gaussian_kernel(sigma: float) -> np.ndarray:
    """Return exp(-d^2 / 2 sigma^2): (2R + 1, 2R + 1) float64, R = 2.7 sigma rounded, at least 1."""
    radius = max(1, round(_REACH * sigma))
    line = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return line[:, None] * line


def fixed_point(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel as int32, scaled by a power of two so that patterns stay below 2^30."""
    scale = 2.0 ** np.floor(np.log2((_TAKEN - _JITTER) / np.abs(kernel).sum()))
    # Rounded towards 0, so that the sum of all weights cannot exceed the limit.
    return np.trunc(scale * kernel).astype(np.int32)


def jitter(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Return the field before the first rank, which breaks ties: (T, H, W) int32."""
    generator = np.random.default_rng(seed)
    return generator.integers(0, _JITTER, (1, *shape)[-3:], np.int32)


@compiled
def _fill_voids(
    field: np.ndarray, kernel: np.ndarray, radii: np.ndarray, order: np.ndarray
) -> None:
    """Write the cells by rank into `order`; overwrites `field`."""
    frames, height, width = field.shape
    across = (width + _BLOCK - 1) // _BLOCK
    down = (height + _BLOCK - 1) // _BLOCK
    blocks = frames * down * across
    leaves = 1
    while leaves < blocks:
        leaves *= 2
    # A binary tree of lower bounds: the children of node n are 2n and 2n + 1.
    lowest = np.full(2 * leaves, 2 * _TAKEN - 1, np.int32)
    lowest[leaves : leaves + blocks] = 0
    for node in range(leaves - 1, 0, -1):
        lowest[node] = min(lowest[2 * node], lowest[2 * node + 1])
    for rank in range(order.size):
        frame, y, x = 0, 0, 0
        while True:
            node = 1
            while node < leaves:
                node = 2 * node + int(lowest[2 * node] > lowest[2 * node + 1])
            bound = lowest[node]
            block = node - leaves
            frame = block // (down * across)
            top, left = block // across % down * _BLOCK, block % across * _BLOCK
            y, x = _lowest_cell(field[frame], top, left)
            lowest[node] = field[frame, y, x]
            _update_ancestors(lowest, node)
            if field[frame, y, x] == bound:
                break
        order[rank] = (frame * height + y) * width + x
        _add_kernel(field, kernel, radii, frame, y, x)
        field[frame, y, x] += _TAKEN


@compiled
def _lowest_cell(plane: np.ndarray, top: int, left: int) -> tuple[int, int]:
    """Return the first lowest cell of the block with this corner."""
    best_y, best_x, best = top, left, plane[top, left]
    for y in range(top, min(top + _BLOCK, plane.shape[0])):
        for x in range(left, min(left + _BLOCK, plane.shape[1])):
            if plane[y, x] < best:
                best_y, best_x, best = y, x, plane[y, x]
    return best_y, best_x


@compiled
def _update_ancestors(lowest: np.ndarray, node: int) -> None:
    """Update the nodes above a changed leaf."""
    node //= 2
    while node > 0:
        value = min(lowest[2 * node], lowest[2 * node + 1])
        if value == lowest[node]:
            return
        lowest[node] = value
        node //= 2


@compiled
def _add_kernel(
    field: np.ndarray, kernel: np.ndarray, radii: np.ndarray, frame: int, y: int, x: int
) -> None:
    """Add the kernel centred on a cell, wrapped around the torus."""
    frames, height, width = field.shape
    middle = kernel.shape[1] // 2
    for plane in range(radii.size):
        radius = radii[plane]
        if radius < 0:
            continue
        target = field[(frame + plane - radii.size // 2) % frames]
        left = x - radius
        inside = left >= 0 and x + radius < width
        for i in range(-radius, radius + 1):
            row = target[(y + i) % height]
            weights = kernel[plane, middle + i, middle - radius : middle + radius + 1]
            if inside:
                for j in range(weights.size):
                    row[left + j] += weights[j]
            else:
                for j in range(weights.size):
                    row[(left + j) % width] += weights[j]
