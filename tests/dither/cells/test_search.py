import numpy as np
import pytest

pytest.importorskip("numba")

from dither.cells.cells import Cells
from dither.cells.palettes import CellPalettes
from dither.cells.search import (
    CellPixels,
    diffuse_cells,
    rows_of,
    search_cells,
    try_palettes,
)
from dither.color import srgb_to_linear
from dither.optimizer import search
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import search_loss
from dither.optimizer.search_image import prepare_search
from dither.palettes.palette_like import load_palette

CELLS = Cells(8, 8, 2, master=load_palette("c64"))
CONFIG = SearchConfig(mean_weight=0.0)
assert CELLS.master is not None
SLOTS, SETS = CELLS.master.linear, CELLS.sets()


def _start(photo: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return linear light, and a random set for each cell."""
    rng = np.random.default_rng(seed)
    grid = CELLS.grid(photo.shape)
    return srgb_to_linear(photo / 255), rng.integers(len(SETS), size=grid).astype(np.int32)


def _obeys(indices: np.ndarray, choice: np.ndarray) -> bool:
    own = SETS[rows_of(choice, CELLS, indices.shape)]
    return bool((own == indices[..., None]).any(axis=2).all())


@pytest.mark.parametrize("side", [(48, 80), (45, 77)])
def test_trials_lower_the_loss_and_the_field_stays_true(
    photo: np.ndarray, side: tuple[int, int]
) -> None:
    photo = photo[: side[0], : side[1]]
    linear, choice = _start(photo)
    image = prepare_search(linear)
    indices = diffuse_cells(linear, SLOTS, SETS, choice, CELLS)
    assert _obeys(indices, choice)
    rows = rows_of(choice, CELLS, indices.shape)
    state = search.init(indices, SLOTS, image._replace(cells=rows), CONFIG, SETS)
    losses = np.random.default_rng(1).random((choice.size, len(SETS)))
    before = search_loss(indices, SLOTS, image, CONFIG)
    samples = search.float_pixels(indices, image._replace(cells=rows))
    moved = try_palettes(samples, state, SLOTS, choice, losses, CONFIG, CELLS, seed=0)
    assert moved > choice.size // 2  # random sets are bad
    found = samples[..., 6].astype(np.uint8)
    assert search_loss(found, SLOTS, image, CONFIG) < 0.8 * before
    assert _obeys(found, choice)
    rows = rows_of(choice, CELLS, indices.shape)
    np.testing.assert_array_equal(samples[..., 7], rows)
    again = search.init(found, SLOTS, image._replace(cells=rows), CONFIG, SETS)
    np.testing.assert_allclose(state.field, again.field, atol=2e-4)


def test_the_search_keeps_to_the_sets(photo: np.ndarray) -> None:
    linear, choice = _start(photo)
    start = CellPixels(diffuse_cells(linear, SLOTS, SETS, choice, CELLS), choice)
    losses = np.random.default_rng(2).random((choice.size, len(SETS)))
    palettes = CellPalettes(SLOTS, SETS, choice.ravel(), losses)
    image, found = prepare_search(linear), []
    for threads in (1, 3):
        pixels = search_cells(start, palettes, image, CONFIG, CELLS, trials=2, threads=threads)
        assert _obeys(pixels.indices, pixels.choice)
        found.append(pixels)
    np.testing.assert_array_equal(found[0].indices, found[1].indices)
    np.testing.assert_array_equal(found[0].choice, found[1].choice)
    np.testing.assert_array_equal(start.choice, choice)  # the start is not overwritten
