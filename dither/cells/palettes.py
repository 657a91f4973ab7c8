"""Choose the palettes of cells, before any pixel is chosen.

Cells that may take any colours of a master try all sets (`choose_sets`). For a number of palettes,
cells and palettes are improved in turns (`learn_palettes`), as in k-means:

1. Each cell takes the palette with which its loss is least.
2. The mixtures of its samples are found, and the colours are moved to where the loss of all mixtures is
   least: a step of Gauss and Newton.

Colours of a master cannot move by small steps. Once they are learned freely, each is replaced by the
colour of the master with which the loss of all cells is least, one after the other, until none gains.

Source: S. Lloyd, "Least squares quantization in PCM" (1982), for the turns.
"""

from typing import NamedTuple

import numpy as np

from dither.cells.cells import Cells
from dither.cells.samples import CellSamples
from dither.color import (
    CONES_TO_LINEAR,
    LINEAR_TO_CONES,
    ROOTS_TO_OKLAB,
    linear_to_oklab,
    oklab_to_linear,
)
from dither.optimizer.cholesky import solve_positive
from dither.optimizer.search_image import DARKEST
from dither.palettes.clusters import Cloud, cluster

# Most and fewest starts of the turns, and the number of colours of all starts together: more colours
# end about equally well. Turns of each start, and of the best of them.
_MOST_STARTS, _FEWEST_STARTS, _START_COLORS = 6, 2, 192
_TURNS, _LAST_TURNS = 6, 10
# The best starts whose colours are replaced by those of a master: often the best then is another.
_STARTS_ROUNDED = 3
# Cells that are enough to choose the colours that all cells share.
_FEW_CELLS = 96
# Cells that are enough to compare starts.
_SOME_CELLS = 512
# Colours of a master that are tried at last in place of one: the nearest to it.
_NEAREST = 16
# Rounds over all colours of palettes from a master.
_ROUNDS = 4


class CellPalettes(NamedTuple):
    """Palettes, and the palette of each cell.

    Attributes:
        slots: (K, 3) float64 linear light, the colours; shared ones come first.
        sets: (sets, N) uint8, the colours of each palette.
        choice: (cells,) int32, the palette of each cell.
        losses: (cells, sets) float64, the loss of each cell with each palette.
    """

    slots: np.ndarray
    sets: np.ndarray
    choice: np.ndarray
    losses: np.ndarray


def choose_sets(samples: CellSamples, cells: Cells, kept: np.ndarray) -> CellPalettes:
    """Choose the best colours of the master for each cell, and those that all cells share.

    Args:
        samples: colours of the cells.
        cells: the master, and the number of colours.
        kept: (N, 3) uint8, shared colours that are given.
    """
    assert cells.master is not None  # of cells that choose freely
    slots = cells.master.linear
    shared = tuple(cells.master.indices(kept[None])[0].tolist())
    few = samples.some(_FEW_CELLS)
    while len(shared) < cells.shared:
        totals = {}
        for color in range(len(slots)):
            if color in shared:
                continue
            sets = cells.sets((*shared, color))
            if len(sets):
                totals[color] = few.losses(slots, sets).min(axis=1).sum()
        shared = (*shared, min(totals, key=lambda color: totals[color]))
    sets = cells.sets(shared)
    return _chosen(samples, slots, sets)


def learn_palettes(samples: CellSamples, cells: Cells, kept: np.ndarray, seed: int) -> CellPalettes:
    """Learn a number of palettes, and choose that of each cell.

    Args:
        samples: colours of the cells.
        cells: the number of palettes and their sizes.
        kept: (N, 3) linear light, shared colours that are given.
        seed: of the first palettes.
    """
    assert cells.palettes is not None  # else `choose_sets` chooses
    own = cells.colors - cells.shared
    shared = np.arange(cells.shared)
    rest = cells.shared + np.arange(cells.palettes * own).reshape(cells.palettes, own)
    sets = np.concatenate([np.tile(shared, (cells.palettes, 1)), rest], axis=1).astype(np.uint8)
    found, few = [], samples.some(_SOME_CELLS)
    starts = max(_FEWEST_STARTS, min(_MOST_STARTS, _START_COLORS // cells.total))
    for start in range(starts):
        slots = _first_slots(few, cells, kept, np.random.default_rng((seed, start)))
        found.append(_improved(few, slots, sets, len(kept), _TURNS))
    found.sort(key=_total)
    if cells.master is None:
        return _improved(samples, found[0].slots, sets, len(kept), _LAST_TURNS)
    few, count = samples.some(_FEW_CELLS), len(cells.master)
    rounded = [_from_master(few, each, cells, len(kept), count) for each in found[:_STARTS_ROUNDED]]
    return _from_master(samples, min(rounded, key=_total), cells, len(kept), _NEAREST)


def _chosen(samples: CellSamples, slots: np.ndarray, sets: np.ndarray) -> CellPalettes:
    losses = samples.losses(slots, sets)
    return CellPalettes(slots, sets, losses.argmin(axis=1).astype(np.int32), losses)


def _total(palettes: CellPalettes) -> float:
    return float(palettes.losses.min(axis=1).sum())


def _first_slots(
    samples: CellSamples, cells: Cells, kept: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Return (K, 3) linear light: k-means of cells by dark and light colours, then of their samples."""
    assert cells.palettes is not None
    labs = samples.values[..., 6:]
    order = np.argsort(labs[..., 0], axis=1)
    half = max(1, labs.shape[1] // 2)
    sorted_labs = np.take_along_axis(labs, order[..., None], axis=1)
    features = np.concatenate(
        [sorted_labs[:, :half].mean(axis=1), sorted_labs[:, half:].mean(axis=1)], axis=1
    )
    weights = samples.weights.sum(axis=1)
    seen = weights > 0
    cloud = Cloud(features[seen], weights[seen])
    centers = cluster(cloud, max(2, cells.palettes), generator)[: cells.palettes]
    group = np.full(len(labs), -1)
    group[seen] = cloud.nearest(centers)
    shared = _means(samples, np.ones(len(labs), bool), cells.shared, generator)
    shared[: len(kept)] = kept
    own = cells.colors - cells.shared
    parts = [shared]
    for number in range(cells.palettes):
        members = group == number
        parts.append(_means(samples, members if members.any() else seen, own, generator))
    return np.concatenate(parts)


def _means(
    samples: CellSamples, members: np.ndarray, count: int, generator: np.random.Generator
) -> np.ndarray:
    """Return (count, 3) linear light: k-means of the samples of some cells."""
    if count == 0:
        return np.empty((0, 3))
    weights = samples.weights[members].ravel()
    labs = samples.values[members][..., 6:].reshape(-1, 3)[weights > 0]
    centers = cluster(Cloud(labs, weights[weights > 0]), max(2, count), generator)[:count]
    missing = count - len(centers)
    if missing:  # fewer colours than a palette has
        centers = np.concatenate([centers, labs[generator.integers(len(labs), size=missing)]])
    return np.clip(oklab_to_linear(centers), 0, 1)


def _improved(
    samples: CellSamples, slots: np.ndarray, sets: np.ndarray, fixed: int, turns: int
) -> CellPalettes:
    """Return the palettes after some turns; the first `fixed` colours stay."""
    best = _chosen(samples, slots, sets)
    current = best
    for _ in range(turns):
        current = _chosen(samples, _moved(samples, current, fixed), sets)
        if _total(current) < _total(best):
            best = current
    return best


def _moved(samples: CellSamples, palettes: CellPalettes, fixed: int) -> np.ndarray:
    """Return (K, 3) linear light of the colours after a step of Gauss and Newton."""
    slots, count = palettes.slots, len(palettes.slots)
    normal, gradient, used, own_errors = samples.gathered(*palettes[:3])
    cones = slots @ LINEAR_TO_CONES.T
    roots = np.maximum(cones, DARKEST) ** (-2 / 3) / 3
    each = np.arange(count)
    for axis in range(3):
        slope = roots * ROOTS_TO_OKLAB[axis]
        weight = samples.penalty[axis]
        gradient += weight * own_errors[:, axis, None] * slope
        normal[each, :, each] += (weight * used)[:, None, None] * slope[:, :, None] * slope[:, None]
    free = np.repeat((used > 0) & (each >= fixed), 3)
    if not free.any():
        return slots
    matrix = normal.reshape(3 * count, 3 * count)[np.ix_(free, free)]
    matrix += np.eye(len(matrix)) * (1e-4 * np.trace(matrix) / len(matrix) + 1e-12)
    moved = cones.ravel().copy()
    moved[free] -= solve_positive(matrix, gradient.ravel()[free])
    new = np.clip(moved.reshape(count, 3) @ CONES_TO_LINEAR.T, 0, 1)
    return np.where(free.reshape(count, 3), new, slots)


def _from_master(
    samples: CellSamples, palettes: CellPalettes, cells: Cells, fixed: int, tried: int
) -> CellPalettes:
    """Replace the colours by those of the master, one after the other, by the loss of all cells.

    Args:
        samples: colours of the cells.
        palettes: learned freely, or from the master.
        cells: the master.
        fixed: number of colours that stay.
        tried: number of colours of the master that are tried in place of one, the nearest to it.
    """
    assert cells.master is not None
    offered, sets = cells.master.linear, palettes.sets
    offered_labs = linear_to_oklab(offered)
    labs = linear_to_oklab(palettes.slots)
    nearest = ((labs[:, None] - offered_labs) ** 2).sum(axis=2).argmin(axis=1)
    slots = palettes.slots.copy()
    slots[fixed:] = offered[nearest[fixed:]]
    best = _chosen(samples, slots, sets)
    for _ in range(_ROUNDS):
        before = _total(best)
        for slot in range(fixed, len(slots)):
            best = _best_of(samples, best, slot, offered, tried)
        if _total(best) >= before:
            break
    return best


def _best_of(
    samples: CellSamples, palettes: CellPalettes, slot: int, offered: np.ndarray, tried: int
) -> CellPalettes:
    """Return the palettes with one colour replaced by the best of the nearest that are offered."""
    changed = np.flatnonzero((palettes.sets == slot).any(axis=1))
    best = palettes
    labs = linear_to_oklab(offered)
    distances = ((labs - linear_to_oklab(palettes.slots[slot])) ** 2).sum(axis=1)
    for color in offered[np.argsort(distances, kind="stable")[1 : tried + 1]]:
        slots = palettes.slots.copy()
        slots[slot] = color
        losses = palettes.losses.copy()
        losses[:, changed] = samples.losses(slots, palettes.sets[changed])
        if losses.min(axis=1).sum() < _total(best):
            choice = losses.argmin(axis=1).astype(np.int32)
            best = CellPalettes(slots, palettes.sets, choice, losses)
    return best
