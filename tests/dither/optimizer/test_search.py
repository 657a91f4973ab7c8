import numpy as np
import pytest
from scipy import ndimage

from dither.color import (
    LINEAR_TO_CONES,
    ROOTS_TO_OKLAB,
    linear_to_oklab,
    srgb_to_linear,
)
from dither.errors import InputError
from dither.optimizer.blur import gaussian_blur
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import search_loss
from dither.optimizer.search import direct_binary_search, init, step
from dither.optimizer.search_image import prepare_search

pytest.importorskip("numba")

PALETTE = srgb_to_linear(
    np.array([[0, 0, 0], [255, 255, 255], [200, 30, 40], [20, 60, 190], [230, 210, 90]]) / 255
)


@pytest.fixture(name="linear")
def _linear(photo: np.ndarray) -> np.ndarray:
    return srgb_to_linear(photo / 255)


@pytest.fixture(name="indices")
def _indices(photo: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 5, photo.shape[:2], np.uint8)


def slow_energy(indices: np.ndarray, view, config: SearchConfig) -> float:
    """E from its definition: errors straightened pixel by pixel, blurred by scipy, squared."""
    cones = PALETTE @ LINEAR_TO_CONES.T
    apart = view.slopes * (cones[indices] - view.target) @ ROOTS_TO_OKLAB.T
    offsets = np.arange(-5, 6)
    taps = np.exp(-0.5 * (offsets / config.sigma) ** 2)
    taps /= taps.sum()
    # Beyond the border there is nothing, where the blur still reaches.
    wide = np.pad(apart, ((5, 5), (5, 5), (0, 0)))
    for axis in (0, 1):
        wide = ndimage.correlate1d(wide, taps, axis, mode="constant")
    own = (linear_to_oklab(PALETTE)[indices] - view.wanted) ** 2
    weights = [config.lightness_penalty, config.color_penalty, config.color_penalty]
    return float((wide**2).sum() + (own @ weights).sum())


def test_the_energy_is_that_of_its_definition(linear: np.ndarray, indices: np.ndarray) -> None:
    config = SearchConfig(sigma=1.5)
    view = prepare_search(linear)
    # The kernel lacks what lies beyond 4.5 standard deviations.
    assert search_loss(indices, PALETTE, view, config) == pytest.approx(
        slow_energy(indices, view, config), rel=2e-3
    )


def test_slopes_are_those_of_the_roots(linear: np.ndarray) -> None:
    flat = np.full((20, 20, 3), [0.3, 0.5, 0.1])
    view = prepare_search(flat)
    cones = flat[0, 0] @ LINEAR_TO_CONES.T
    slopes = (np.cbrt(cones + 1e-6) - np.cbrt(cones - 1e-6)) / 2e-6
    assert view.slopes[10, 10] == pytest.approx(slopes, rel=1e-4)
    assert prepare_search(linear).wanted == pytest.approx(linear_to_oklab(linear), abs=1e-6)


@pytest.mark.parametrize("sigma", [0.5, 1.5, 2.5])
@pytest.mark.parametrize("candidates", [2, 4, 16])
def test_no_sweep_raises_the_energy_and_the_field_stays_true(
    linear: np.ndarray, indices: np.ndarray, sigma: float, candidates: int
) -> None:
    config = SearchConfig(sigma=sigma, candidates=candidates)
    view = prepare_search(linear)
    state = init(indices, PALETTE, view, config)
    before = search_loss(indices, PALETTE, view, config)
    for _ in range(4):
        state, info = step(state, PALETTE, view, config)
        now = search_loss(state.indices, PALETTE, view, config)
        assert now < before or info.changed == 0
        before = now
        again = init(state.indices, PALETTE, view, config)
        assert state.field == pytest.approx(again.field, abs=1e-5)


def test_where_the_search_ends_no_single_pixel_can_do_better() -> None:
    rng = np.random.default_rng(1)
    view = prepare_search(rng.random((9, 10, 3)))
    config = SearchConfig(sweeps=60)
    state = init(rng.integers(0, 5, (9, 10), np.uint8), PALETTE, view, config)
    changed = 1
    while changed:
        state, (changed,) = step(state, PALETTE, view, config)
    least = slow_energy(state.indices, view, config)
    for y, x in np.ndindex(9, 10):
        for color in range(5):
            other = state.indices.copy()
            other[y, x] = color
            assert slow_energy(other, view, config) >= least - 2e-3 * least / 90


def test_threads_do_not_change_the_result(linear: np.ndarray) -> None:
    tall = np.concatenate([linear] * 4)
    view = prepare_search(tall)
    indices = np.random.default_rng(0).integers(0, 5, tall.shape[:2], np.uint8)
    config = SearchConfig()
    one = direct_binary_search(indices, PALETTE, view, config)
    assert (direct_binary_search(indices, PALETTE, view, config, threads=3) == one).all()
    assert (one != indices).any()


def test_blur_agrees_with_scipy(linear: np.ndarray) -> None:
    expected = np.stack(
        [
            ndimage.gaussian_filter(linear[..., channel], 1.5, mode="nearest", truncate=3)
            for channel in range(3)
        ],
        axis=2,
    )
    before = linear.copy()
    assert gaussian_blur(linear, 1.5) == pytest.approx(expected, abs=1e-5)
    assert (linear == before).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sigma": 3.0}, "sigma is 3.0; it must be from 0.5 to 2.5 pixels"),
        ({"lightness_penalty": -1}, "penalties are -1"),
        ({"color_penalty": float("nan")}, "nan"),
        ({"candidates": 1}, "candidates is 1"),
        ({"sweeps": 0}, "sweeps is 0"),
    ],
)
def test_configs_out_of_range_are_one_sentence(options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        SearchConfig(**options)
