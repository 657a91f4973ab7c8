import numpy as np
import pytest
from search_reference import PALETTE, slow_loss

from dither.color import (
    srgb_to_linear,
)
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import search_loss
from dither.optimizer.search import direct_binary_search, init, step
from dither.optimizer.search_image import prepare_search

pytest.importorskip("numba")


@pytest.fixture(name="linear")
def _linear(photo: np.ndarray) -> np.ndarray:
    return srgb_to_linear(photo / 255)


@pytest.fixture(name="indices")
def _indices(photo: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 5, photo.shape[:2], np.uint8)


@pytest.mark.parametrize("sigma", [0.5, 1.5, 2.5])
@pytest.mark.parametrize("candidates", [2, 4, 16])
def test_no_sweep_raises_the_loss_and_the_field_stays_true(
    linear: np.ndarray, indices: np.ndarray, sigma: float, candidates: int
) -> None:
    config = SearchConfig(sigma=sigma, candidates=candidates)
    image = prepare_search(linear)
    state = init(indices, PALETTE, image, config)
    before = search_loss(indices, PALETTE, image, config)
    for _ in range(4):
        state, info = step(state, PALETTE, image, config)
        now = search_loss(state.indices, PALETTE, image, config)
        assert now < before or info.changed == 0
        before = now
        again = init(state.indices, PALETTE, image, config)
        assert state.field == pytest.approx(again.field, abs=1e-5)


def test_where_the_search_ends_no_single_pixel_can_do_better() -> None:
    rng = np.random.default_rng(1)
    image = prepare_search(rng.random((9, 10, 3)))
    config = SearchConfig(sweeps=60)
    state = init(rng.integers(0, 5, (9, 10), np.uint8), PALETTE, image, config)
    changed = 1
    while changed:
        state, (changed,) = step(state, PALETTE, image, config)
    least = slow_loss(state.indices, image, config)
    for y, x in np.ndindex(9, 10):
        for color in range(5):
            other = state.indices.copy()
            other[y, x] = color
            assert slow_loss(other, image, config) >= least - 2e-3 * least / 90


def test_threads_do_not_change_the_result(linear: np.ndarray) -> None:
    tall = np.concatenate([linear] * 4)
    image = prepare_search(tall)
    indices = np.random.default_rng(0).integers(0, 5, tall.shape[:2], np.uint8)
    config = SearchConfig()
    one = direct_binary_search(indices, PALETTE, image, config)
    assert (direct_binary_search(indices, PALETTE, image, config, threads=3) == one).all()
    assert (one != indices).any()
