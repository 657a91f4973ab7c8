import zlib

import numpy as np
import pytest

from dither.color import srgb_to_linear
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import error_field, pixel_errors
from dither.optimizer.search_image import SearchImage, prepare_search
from dither.palettes.from_image import k_means
from dither.palettes.nearest import nearest_indices
from dither.small_files import match_search
from dither.small_files.match_search import MatchState

pytest.importorskip("numba")
CONFIG = SearchConfig(sigma=1.0, lightness_penalty=0.2, color_weight=2.0, mean_weight=0.0)


def _searched(
    photo: np.ndarray, rate: float, passes: int = 2, mask: np.ndarray | None = None
) -> tuple[MatchState, SearchImage, np.ndarray, list[float]]:
    palette = k_means(photo, 16)
    image = prepare_search(srgb_to_linear(photo / 255), mask=mask)
    weights, penalties = match_search.activity_weights(image)
    image = match_search.weighted(image, weights)
    indices = nearest_indices(photo, palette)
    state = match_search.init(indices, palette.linear, image, penalties, CONFIG)
    bits = []
    for _ in range(passes):
        state, info = match_search.step(state, palette.linear, CONFIG, rate)
        bits.append(info.bits)
    return state, image, palette.linear, bits


def _deflated(indices: np.ndarray) -> int:
    """Return the bytes of the rows of a PNG without a filter."""
    return len(zlib.compress(np.pad(indices, ((0, 0), (1, 0))).tobytes(), 9))


def test_the_field_stays_true(photo: np.ndarray) -> None:
    state, image, linear, _ = _searched(photo, 1e-4)
    height, width = state.indices.shape
    reach = (len(state.field) - height) // 2
    field = state.field.reshape(len(state.field), -1, 3)[reach:-reach, reach : reach + width]
    errors = error_field(pixel_errors(state.indices, linear, image, CONFIG), CONFIG)
    assert np.allclose(np.moveaxis(field, -1, 0), errors, atol=1e-4)
    assert (state.pixels[..., 6] == state.indices).all()


def test_bits_are_estimated_as_deflate_needs_them_and_fall_with_the_rate(photo: np.ndarray) -> None:
    sizes = []
    noise = np.random.default_rng(0).integers(-20, 21, photo.shape)
    noisy = np.clip(photo + noise, 0, 255).astype(np.uint8)
    for rate in (1e-6, 1e-4, 1e-3):
        state, _, _, bits = _searched(noisy, rate)
        sizes.append(_deflated(state.indices))
        assert 0.8 < bits[-1] / 8 / sizes[-1] < 1.15
    assert sizes[0] > 1.1 * sizes[1] > 1.1 * 1.1 * sizes[2]


def test_fixed_pixels_keep_their_index(photo: np.ndarray) -> None:
    palette = k_means(photo, 8)
    image = prepare_search(srgb_to_linear(photo / 255))
    fixed = np.random.default_rng(0).random(photo.shape[:2]) < 0.3
    image = image._replace(fixed=fixed)
    _, weights = match_search.activity_weights(image)
    indices = nearest_indices(photo, palette)
    state = match_search.init(indices, palette.linear, image, weights, CONFIG)
    state, _ = match_search.step(state, palette.linear, CONFIG, 1e-3)
    assert (state.indices[fixed] == indices[fixed]).all()
    assert (state.indices != indices).any()


def test_weights_are_larger_in_flat_areas_and_zero_where_masked() -> None:
    image = np.full((32, 64, 3), 0.2)
    image[:, 32:] = np.random.default_rng(0).random((32, 32, 3))
    mask = np.zeros((32, 64), bool)
    mask[:4] = True
    weights, penalties = match_search.activity_weights(prepare_search(image, mask=mask))
    assert (weights[:4] == 0).all()
    assert penalties[5:, :26].min() > 3 * weights[5:, :26].min()
    assert (penalties[5:, 38:] < 1.5 * weights[5:, 38:]).all()
    assert weights[5:, :26].min() > 1.5 * weights[5:, 38:].max()
    assert np.log(weights[4:]).mean() == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 2), (5, 17)])
def test_images_smaller_than_a_repetition(shape: tuple[int, int]) -> None:
    photo = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    linear = srgb_to_linear(np.array([[0, 0, 0], [255, 255, 255], [200, 0, 0]]) / 255)
    image = prepare_search(srgb_to_linear(photo / 255))
    weights = np.ones(shape, np.float32)
    state = match_search.init(np.zeros(shape, np.uint8), linear, image, weights, CONFIG)
    state, info = match_search.step(state, linear, CONFIG, 1e-6)
    assert state.indices.max() < 3
    assert np.isfinite(info.bits)
