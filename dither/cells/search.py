"""Search the pixels of an image whose cells have palettes of their own, and the palette of each cell.

A cell is better off with another palette if its pixels, searched anew with that palette and with the
rest of the image as it is, have a lower loss (`try_palettes`). Neighbouring cells count, since the loss
is of the blurred image: a cell also takes the palette that joins them best. Of palettes that are nearly
as good, it takes that of its neighbours, so that fewer borders of cells are seen.
"""

from typing import NamedTuple

import numpy as np

from dither.cells.cells import Cells
from dither.cells.palettes import CellPalettes
from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab
from dither.optimizer import search
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import palette_cones, roots_to_error
from dither.optimizer.search_image import SearchImage

# Sets of colours that are tried in a cell: those with which its loss is least.
_TRIED = 10
# Trials end when a smaller share of the cells has taken another set.
_FEW_MOVED = 0.005
# Number of times that each pixel of a cell is decided in a trial.
_PASSES = 2
# Loss for each pixel of a cell if a neighbour has another set, where cells take any colours: 2e-4
# takes away a fifth to a third of such borders in photos, and raises the blurred error by 2 % at most.
# Learned palettes resemble each other; there it would cost 4 % and gain nothing that is seen.
_BORDER = 2e-4
# Linear light beyond black and white that error diffusion hands on.
_CLAMP = 0.3


class CellPixels(NamedTuple):
    """Pixels, and the palette of each cell.

    Attributes:
        indices: (H, W) uint8, of the slots.
        choice: (cell rows, cell columns) int32.
    """

    indices: np.ndarray
    choice: np.ndarray


def rows_of(choice: np.ndarray, cells: Cells, shape: tuple[int, ...]) -> np.ndarray:
    """Return (H, W) int32, the set of each pixel, from the (rows, columns) sets of cells."""
    rows = np.arange(shape[0]) // cells.height
    columns = np.arange(shape[1]) // cells.width
    return np.ascontiguousarray(choice[rows][:, columns], np.int32)


def diffuse_cells(
    target: np.ndarray, slots: np.ndarray, sets: np.ndarray, choice: np.ndarray, cells: Cells
) -> np.ndarray:
    """Return (H, W) uint8: error diffusion in linear light, each pixel within its cell's set.

    Args:
        target: (H, W, 3) linear light.
        slots: (K, 3) linear light.
        sets: (sets, N) uint8.
        choice: (cell rows, cell columns) int32.
        cells: their size.
    """
    from dither.cells.diffusion_loop import diffuse

    out = np.empty(target.shape[:2], np.uint8)
    diffuse(
        np.array(target, np.float64, order="C"),
        rows_of(choice, cells, target.shape),
        np.ascontiguousarray(sets),
        np.ascontiguousarray(slots, np.float64),
        *(LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab(slots), _CLAMP, out),
    )
    return out


def search_cells(
    pixels: CellPixels,
    palettes: CellPalettes,
    image: SearchImage,
    config: SearchConfig,
    cells: Cells,
    *,
    trials: int,
    threads: int = 1,
) -> CellPixels:
    """Sweep over the pixels and try other palettes in all cells, some times; then search the pixels.

    Args:
        pixels: where the search starts.
        palettes: those that cells may take. Each tries those with which its loss is least.
        image: from `prepare_search`.
        config: blur, weights and sweeps; `mean_weight` must be 0.
        cells: their size.
        trials: number of times that palettes are tried.
        threads: number of threads; the result does not depend on it.
    """
    choice, slots = pixels.choice.copy(), palettes.slots
    image = image._replace(cells=rows_of(choice, cells, image.cells.shape))
    sets = np.ascontiguousarray(palettes.sets)
    state = search.init(pixels.indices, slots, image, config, sets)
    samples = search.float_pixels(pixels.indices, image)
    for number in range(trials):
        state, _ = search.step(state, slots, config, threads=threads)
        samples[..., 6] = state.indices
        moved = try_palettes(
            *(samples, state, slots, choice, palettes.losses, config, cells), seed=number
        )
        search.overwrite(state, samples[..., 6], samples[..., 7])
        if moved < _FEW_MOVED * choice.size:
            break
    return CellPixels(search.run(state, slots, config, threads=threads), choice)


def try_palettes(
    samples: np.ndarray,
    state: search.SearchState,
    slots: np.ndarray,
    choice: np.ndarray,
    losses: np.ndarray,
    config: SearchConfig,
    cells: Cells,
    *,
    seed: int,
) -> int:
    """Try other palettes in each cell; return how many changed.

    Args:
        samples: (H, W, 8) float32, from `search.float_pixels`; written.
        state: its field is written.
        slots: (K, 3) linear light.
        choice: (cell rows, cell columns) int32; written.
        losses: (cells, sets) of each set in each cell.
        config: blur and weights.
        cells: their size.
        seed: of the order of the cells and pixels.
    """
    from dither.cells.move_loop import move_cells

    sets = state.candidates
    members = np.zeros((len(sets), len(slots)), bool)
    np.put_along_axis(members, sets.astype(np.intp), True, axis=1)
    tried = min(_TRIED, len(sets))
    offers = np.argpartition(losses, tried - 1, axis=1)[:, :tried].astype(np.int32)
    offers = np.concatenate([choice.reshape(-1, 1), np.sort(offers, axis=1)], axis=1)
    offers[:, 1:][offers[:, 1:] == offers[:, :1]] = -1
    rng = np.random.default_rng(seed)
    order = np.stack(np.divmod(rng.permutation(cells.height * cells.width), cells.width), axis=1)
    row_taps, column_taps = search.kernels(state, config)
    border = 0.0 if cells.palettes else _BORDER * cells.height * cells.width
    return move_cells(
        *(samples, state.field, sets, members, np.ascontiguousarray(offers), choice),
        *(
            rng.permutation(choice.size),
            np.array([cells.height, cells.width]),
            order,
            _PASSES,
            border,
        ),
        *(palette_cones(slots), linear_to_oklab(slots).astype(np.float32), roots_to_error(config)),
        *(row_taps, column_taps, config.penalty.astype(np.float32)),
    )
