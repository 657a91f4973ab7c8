import io

import numpy as np
import pytest
from PIL import Image

from dither.color import srgb_to_linear
from dither.images.formats.gif import CodedFrame, coded_gif
from dither.images.formats.lzw import compress, index_bits, packed_codes
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import error_field, pixel_errors
from dither.optimizer.search_image import prepare_search
from dither.palettes.from_image import k_means
from dither.palettes.nearest import nearest_indices
from dither.small_files import lzw_search, match_search
from dither.small_files.lzw_search import Rectangle, Unchanged

pytest.importorskip("numba")
CONFIG = SearchConfig(sigma=1.0, lightness_penalty=0.2, mean_weight=0.0)


def _decoded(frames: list[CodedFrame], colors: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the last frame of a GIF as Pillow shows it."""
    bits = index_bits(len(colors) + (len(frames) > 1))
    table = np.pad(colors, ((0, (1 << bits) - len(colors)), (0, 0)), mode="edge")
    content = coded_gif(frames, table, *shape, durations=[20] * len(frames), plays=1)
    with Image.open(io.BytesIO(content)) as picture:
        picture.seek(len(frames) - 1)
        return np.array(picture.convert("RGB"))


@pytest.mark.parametrize("colors", [3, 16, 100])
def test_a_decoder_shows_the_pixels_of_the_search(photo: np.ndarray, colors: int) -> None:
    noise = np.random.default_rng(0).integers(-20, 21, photo.shape)
    photo = np.clip(photo + noise, 0, 255).astype(np.uint8)
    palette = k_means(photo, colors)
    image = prepare_search(srgb_to_linear(photo / 255))
    weights, penalties = match_search.activity_weights(image)
    image = match_search.weighted(image, weights)
    indices = nearest_indices(photo, palette)
    sizes = []
    for rate in (1e-6, 1e-4, 1e-3):
        state = match_search.init(indices, palette.linear, image, penalties, CONFIG)
        state, info = lzw_search.step(state, palette.linear, CONFIG, rate)
        data = packed_codes(info.codes, index_bits(len(palette)))
        shape = height, width = photo.shape[:2]
        shown = _decoded([CodedFrame(0, 0, height, width, data)], palette.colors, shape)
        assert (shown == palette.colors[state.indices]).all()
        sizes.append(len(data))
        reach = (len(state.field) - shape[0]) // 2
        field = state.field.reshape(len(state.field), -1, 3)
        field = field[reach:-reach, reach : reach + shape[1]]
        errors = error_field(pixel_errors(state.indices, palette.linear, image, CONFIG), CONFIG)
        assert np.allclose(np.moveaxis(field, -1, 0), errors, atol=1e-4)
    assert sizes[0] > sizes[1] > sizes[2]


def test_a_frame_leaves_pixels_unchanged_and_draws_only_its_rectangle() -> None:
    rng = np.random.default_rng(3)
    colors = rng.integers(0, 256, (9, 3), np.uint8)
    linear = srgb_to_linear(colors / 255)
    before = rng.integers(0, 9, (20, 30)).astype(np.uint8)
    after = before.copy()
    after[5:9, 7:15] = 4
    image = prepare_search(srgb_to_linear(colors[after] / 255))
    state = match_search.init(before, linear, image, np.ones(before.shape, np.float32), CONFIG)
    area = Rectangle(4, 6, 12, 18)
    state, info = lzw_search.step(
        state, linear, CONFIG, 1e-6, unchanged=Unchanged(before, 9), area=area
    )
    outside = np.ones(before.shape, bool)
    outside[4:12, 6:18] = False
    assert (state.indices[outside] == before[outside]).all()
    assert (state.indices[6:8, 8:14] == 4).mean() > 0.7
    # The first frame: single indices with clear codes.
    codes = np.stack([before.ravel(), np.full(600, 16)], axis=1).ravel()
    first = CodedFrame(0, 0, 20, 30, packed_codes(codes, 4))
    second = CodedFrame(4, 6, 8, 12, packed_codes(info.codes, 4), 9)
    assert (_decoded([first, second], colors, (20, 30)) == colors[state.indices]).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 2), (70, 70)])
def test_flat_and_tiny_images(shape: tuple[int, int]) -> None:
    image = prepare_search(np.zeros((*shape, 3)))
    colors = np.array([[0, 0, 0], [255, 255, 255]], np.uint8)
    state = match_search.init(
        np.zeros(shape, np.uint8), colors / 255.0, image, np.ones(shape, np.float32), CONFIG
    )
    state, info = lzw_search.step(state, colors / 255.0, CONFIG, 1e-4)
    assert (state.indices == 0).all()
    frame = CodedFrame(0, 0, *shape, packed_codes(info.codes, 2))
    assert (_decoded([frame], colors, shape) == 0).all()
    # Each code is longer by one than the code before.
    assert len(info.codes) <= np.sqrt(2 * np.prod(shape)) + 2


def test_fixed_pixels_take_no_more_bytes_than_a_usual_encoder_writes() -> None:
    y, x = np.mgrid[:90, :120]
    indices = (2 * (x > 40 + y // 3) + (y > 50) * (x < 90)).astype(np.uint8)
    colors = np.array([[0, 0, 0], [250, 240, 230], [200, 30, 30], [0, 90, 0]], np.uint8)
    linear = srgb_to_linear(colors / 255)
    fixed = np.ones(indices.shape, bool)
    image = prepare_search(srgb_to_linear(colors[indices] / 255), fixed=fixed)
    state = match_search.init(indices, linear, image, np.ones(indices.shape, np.float32), CONFIG)
    state, info = lzw_search.step(state, linear, CONFIG, 1e-4)
    assert (state.indices == indices).all()
    usual = compress(indices.ravel(), np.zeros(indices.size, bool), 0)
    assert len(packed_codes(info.codes, 2)) <= len(usual)
