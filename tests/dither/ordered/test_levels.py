import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from dither.color import srgb_to_linear
from dither.errors import InputError
from dither.matrix.catalog import load_matrix
from dither.matrix.classical import bayer, white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix, channel_thresholds
from dither.ordered.levels import ordered_dither, requantize
from dither.samples import Light, level_values


@pytest.mark.parametrize("levels", [2, 3, 4, 5, 7, 16, 17, 100, 255, 256])
def test_every_8_bit_value_meets_every_threshold_as_defined(levels: int) -> None:
    matrix = white_noise(4, 8, seed=levels)
    image = np.repeat(np.arange(256, dtype=np.uint8), 32).reshape(-1, 8)
    codes = ordered_dither(image, matrix, levels=levels)
    assert (codes == reference.ordered_dither(image, matrix.ranks, levels)).all()


@pytest.mark.parametrize("levels", [2, 3, 4, 16, 256, 257, 1000, 65535, 65536])
def test_16_bit_values_meet_thresholds_as_defined(levels: int) -> None:
    matrix = white_noise(2, 3, seed=levels)
    values = np.concatenate([np.arange(0, 65536, 211), [1, 254, 32767, 32768, 65534, 65535]])
    image = np.repeat(values.astype(np.uint16), 6).reshape(-1, 3)
    codes = ordered_dither(image, matrix, levels=levels)
    assert (codes == reference.ordered_dither(image, matrix.ranks, levels)).all()


@pytest.mark.slow
def test_every_16_bit_value_at_4_levels() -> None:
    matrix = white_noise(2, 2)
    image = np.repeat(np.arange(65536, dtype=np.uint16), 4).reshape(-1, 2)
    codes = ordered_dither(image, matrix, levels=4)
    assert (codes == reference.ordered_dither(image, matrix.ranks, 4)).all()


@given(
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    channels=st.sampled_from([None, 1, 3, 4]),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    levels=st.sampled_from([2, 3, 4, 16, 200]),
    cells=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    seed=st.integers(0, 1000),
)
def test_any_shape_agrees_with_the_slow_twin(
    height: int, width: int, channels: int | None, dtype: Any, levels: int, cells: tuple, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    shape = (height, width) if channels is None else (height, width, channels)
    image = generator.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    matrix = white_noise(*cells, seed=seed)
    expected = reference.ordered_dither(image, matrix.ranks, levels)
    assert (ordered_dither(image, matrix, levels=levels) == expected).all()
    # Order in memory, strides and write protection make no difference.
    strided = np.repeat(np.asfortranarray(image), 2, axis=1)[:, ::2]
    strided.flags.writeable = False
    assert (ordered_dither(strided, matrix, levels=levels) == expected).all()


@pytest.mark.parametrize("shape", [(300, 40000), (700, 5), (3, 70000, 3)])
@pytest.mark.parametrize("cells", [(1, 1), (512, 512), (100, 7), (3, 2000)])
def test_images_larger_than_a_block_are_tiled_seamlessly(
    shape: tuple[int, ...], cells: tuple[int, int]
) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    matrix = white_noise(*cells)
    thresholds = (2 * matrix.ranks.astype(np.int64) + 1) * 255 // (2 * matrix.ranks.size)
    rows, columns = np.arange(shape[0]) % cells[0], np.arange(shape[1]) % cells[1]
    tiled = thresholds[rows[:, None], columns].reshape(shape[:2] + (1,) * (len(shape) - 2))
    assert (ordered_dither(image, matrix, levels=2) == (image > tiled)).all()


@given(value=st.integers(0, 255), levels=st.integers(2, 64))
def test_a_flat_patch_keeps_its_mean_to_half_a_cell(value: int, levels: int) -> None:
    matrix = bayer(16, 16)
    codes = ordered_dither(np.full((16, 16), value, np.uint8), matrix, levels=levels)
    assert abs(codes.mean() - value * (levels - 1) / 255) <= 0.5 / 256 + 1e-12


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("light", ["encoded", "linear"])
@pytest.mark.parametrize("levels", [2, 3, 16, 255])
def test_black_and_white_stay_free_of_dots(dtype: Any, light: Any, levels: int) -> None:
    white = 1 if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).max
    for value in (0, white):
        flat = np.full((64, 64), value, dtype)
        assert (requantize(flat, levels=levels, light=light) == value).all()


@given(value=st.integers(0, 255))
def test_one_bit_is_symmetric_between_black_and_white(value: int) -> None:
    matrix = load_matrix()
    dots = ordered_dither(np.full((64, 64), value, np.uint8), matrix, levels=2).sum()
    holes = (ordered_dither(np.full((64, 64), 255 - value, np.uint8), matrix, levels=2) == 0).sum()
    assert dots == holes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("levels", [2, 4, 256])
def test_floats_decide_by_thresholds(dtype: Any, levels: int) -> None:
    matrix = white_noise(8, 8)
    image = np.random.default_rng(1).random((40, 56)).astype(dtype)
    thresholds = np.tile((matrix.ranks + 0.5) / 64, (5, 7))
    position = image.astype(np.float64) * (levels - 1)
    expected = np.floor(position) + (position - np.floor(position) >= thresholds)
    assert (ordered_dither(image, matrix, levels=levels) == expected).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("levels", [2, 3, 4, 9])
def test_linear_light_keeps_the_mean_of_the_light(dtype: Any, levels: int) -> None:
    matrix = load_matrix()
    white = 1 if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).max
    for grey in (0.1, 0.3, 0.5, 0.8):
        flat = np.full((64, 64), grey * white, dtype)
        shown = requantize(flat, matrix, levels=levels, light="linear") / white
        wanted = srgb_to_linear(flat[:1, :1] / white).item()
        # Half a cell of the widest step in light.
        assert abs(srgb_to_linear(shown).mean() - wanted) <= 0.6 / 4096


def test_as_many_levels_as_values_change_nothing(photo: np.ndarray) -> None:
    assert (requantize(photo, bits=8) == photo).all()
    assert (requantize(photo, levels=256, light="linear") == photo).all()


def test_more_levels_than_8_bits_give_16_bits(photo: np.ndarray) -> None:
    deep = requantize(photo, bits=10)
    assert deep.dtype == np.uint16
    assert abs(deep.astype(int) - photo * 257.0).max() <= 65535 / 1023
    assert np.unique(requantize(photo[..., 0] * np.uint16(257), bits=10)).size <= 1024


@pytest.mark.parametrize("bits", range(1, 9))
def test_bits_give_that_many_evenly_spread_values(bits: int) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    values = np.unique(requantize(ramp, bits=bits))
    expected = np.rint(np.arange(1 << bits) * 255 / ((1 << bits) - 1))
    assert values.tolist() == expected.tolist()


def test_alpha_is_untouched(photo: np.ndarray) -> None:
    alpha = photo[..., 1:2]
    for color in (photo, photo[..., :1]):
        dithered = requantize(np.concatenate([color, alpha], axis=2), bits=1)
        assert (dithered[..., -1:] == alpha).all()
        assert (dithered[..., :-1] == requantize(color, bits=1)).all()
    deep = requantize(np.concatenate([photo, alpha], axis=2), bits=12)
    assert (deep[..., 3] == alpha[..., 0].astype(int) * 257).all()


def test_dtypes_are_kept() -> None:
    for dtype in (np.uint8, np.uint16, np.float32, np.float64):
        assert requantize(np.zeros((3, 4), dtype), bits=2).dtype == dtype
    assert requantize(np.ones((3, 4), bool), bits=1).tolist() == [[255] * 4] * 3


def test_level_values_round_halves_upward() -> None:
    assert level_values(3, np.dtype(np.uint8)).tolist() == [0, 128, 255]
    assert level_values(256, np.dtype(np.uint8)).tolist() == list(range(256))


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (4, 0, 3), (0, 4, 3), (4, 4, 0)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, bool])
def test_images_without_pixels_are_refused(shape: tuple[int, ...], dtype: type) -> None:
    with pytest.raises(InputError, match="image has no pixels: its shape is"):
        requantize(np.zeros(shape, dtype), bits=1)


def test_tiny_images_pass() -> None:
    for dtype in (np.uint8, np.float32):
        assert requantize(np.zeros((1, 1), dtype), bits=1).shape == (1, 1)


def test_channels_that_come_first_are_refused() -> None:
    image = np.zeros((3, 64, 64), np.uint8)
    sentence = r"image has shape \(3, 64, 64\), which is \(C, H, W\); an image is \(H, W, C\)"
    with pytest.raises(InputError, match=sentence):
        requantize(image, bits=1)
    assert requantize(np.moveaxis(image, 0, -1), bits=1).shape == (64, 64, 3)
    # A few rows of colours are an image.
    assert requantize(np.zeros((3, 64, 3), np.uint8), bits=1).shape == (3, 64, 3)


@pytest.mark.parametrize(
    ("image", "options", "sentence"),
    [
        (np.zeros(4, np.uint8), {"bits": 1}, "shape"),
        (np.zeros((2, 2), np.int32), {"bits": 1}, "not int32"),
        (np.full((2, 2), np.nan, np.float32), {"bits": 1}, "nan"),
        (np.array([[0.5, np.nan]]), {"bits": 1}, "nan"),
        (np.array([[0.5, np.inf]]), {"bits": 1}, "inf"),
        (np.array([[0.5, 255.0]]), {"bits": 1}, "255.0"),
        (np.zeros((2, 2), np.uint8), {"bits": 0}, "bits is 0; it must be a whole number"),
        (np.zeros((2, 2), np.uint8), {"bits": 2.5}, "bits is 2.5; it must be a whole number"),
        (
            np.zeros((2, 2), np.uint8),
            {"bits": 17},
            "bits is 17; it must be a whole number from 1 to 16",
        ),
        (
            np.zeros((2, 2), np.uint8),
            {"levels": 1},
            "levels is 1; it must be a whole number from 2 to 65536",
        ),
        (np.zeros((2, 2), np.uint8), {"levels": 2.5}, "levels is 2.5"),
        (np.zeros((2, 2), np.uint8), {}, "either bits or levels"),
        (np.zeros((2, 2), np.uint8), {"bits": 1, "levels": 2}, "either bits or levels"),
        (np.zeros((2, 2), np.uint8), {"bits": 1, "light": "dim"}, "'dim'"),
        (np.zeros((2, 2), np.uint8), {"bits": 1, "matrix": "green"}, "'green'"),
    ],
)
def test_bad_input_is_one_sentence(image: np.ndarray, options: dict, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        requantize(image, **options)


@given(st.tuples(st.integers(-9, 9), st.integers(-99, 99), st.integers(-99, 99)))
def test_phase_is_where_the_first_pixel_lies(phase: tuple[int, int, int]) -> None:
    ranks = np.random.default_rng(0).permutation(210).reshape(5, 6, 7)
    matrix = ThresholdMatrix(ranks)
    frame, row, column = phase
    image = np.random.default_rng(1).integers(0, 256, (20, 30), np.uint8)
    codes = ordered_dither(image, matrix, levels=3, phase=phase)
    for y, x in ((0, 0), (19, 29), (6, 7)):
        rank = int(ranks[frame % 5, (y + row) % 6, (x + column) % 7])
        assert codes[y, x] == reference.ordered_level(int(image[y, x]), rank, 210, 3, 255)


def test_a_tile_with_its_phase_is_a_piece_of_the_whole(photo: np.ndarray) -> None:
    whole = requantize(photo, bits=2)
    piece = requantize(photo[10:40, 33:70], bits=2, phase=(0, 10, 33))
    assert (piece == whole[10:40, 33:70]).all()


@pytest.mark.parametrize("light", ["encoded", "linear"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float64])
def test_each_channel_may_have_its_own_matrix(
    photo: np.ndarray, light: Light, dtype: type, tmp_path: Path
) -> None:
    image = (photo / 255.0).astype(dtype) if dtype is np.float64 else photo.astype(dtype)
    matrices = [white_noise(8, 9, seed) for seed in range(3)]
    expected = [ordered_dither(image[..., c], matrices[c], levels=4, light=light) for c in range(3)]
    codes = ordered_dither(image, matrices, levels=4, light=light)
    assert (codes == np.stack(expected, axis=2)).all()
    np.save(tmp_path / "m.npy", channel_thresholds(matrices))
    assert (ordered_dither(image, tmp_path / "m.npy", levels=4, light=light) == codes).all()
    alpha = np.full_like(image[..., :1], 1)
    with_alpha = requantize(np.concatenate([image, alpha], axis=2), matrices, levels=4, light=light)
    assert (with_alpha[..., :3] == requantize(image, matrices, levels=4, light=light)).all()


@pytest.mark.parametrize("light", ["encoded", "linear"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_each_channel_may_have_its_own_levels(photo: np.ndarray, dtype: type, light: Light) -> None:
    image = (photo / 255).astype(dtype) if dtype is np.float32 else photo.astype(dtype) * dtype(1)
    for matrices in (bayer(8, 8), [white_noise(6, 5, seed) for seed in range(3)]):
        codes = ordered_dither(image, matrices, levels=(32, 5, 300), light=light)
        values = requantize(image, matrices, levels=(32, 5, 300), light=light)
        for channel, levels in enumerate((32, 5, 300)):
            mine = matrices if isinstance(matrices, ThresholdMatrix) else matrices[channel]
            # As if all had as many levels as the most.
            alone = (
                image[..., channel] if dtype != np.uint8 else image[..., channel] * np.uint16(257)
            )
            expected = ordered_dither(alone, mine, levels=levels, light=light)
            assert (codes[..., channel] == expected).all()
            full = requantize(alone, mine, levels=levels, light=light)
            assert (values[..., channel] == full).all()


def test_rgb565_in_one_call(photo: np.ndarray) -> None:
    white = ordered_dither(np.full((4, 4, 3), 255, np.uint8), levels=(32, 64, 32))
    assert (white == [31, 63, 31]).all()
    values = requantize(photo, levels=(32, 64, 32))
    assert abs(values.astype(int) - photo).max() <= 9


@given(st.integers(2, 20), st.floats(0, 1), st.sampled_from([np.uint8, np.uint16]))
def test_strength_is_how_far_thresholds_lie_apart(levels: int, strength: float, dtype) -> None:
    values = np.linspace(0, np.iinfo(dtype).max, 97).astype(dtype)[None].repeat(8, axis=0)
    matrix = bayer(8, 1)
    weak = ordered_dither(values, matrix, levels=levels, strength=strength).astype(int)
    full = ordered_dither(values, matrix, levels=levels).astype(int)
    nearest = ordered_dither(values, matrix, levels=levels, strength=0).astype(int)
    assert (nearest == nearest[0]).all()
    position = values / np.iinfo(dtype).max * (levels - 1)
    assert abs(nearest - position).max() <= 0.5 + 1 / 255 * (levels - 1)
    # What is raised weakly lies between rounding to the nearest and full dithering.
    assert (np.minimum(nearest, full) <= weak).all()
    assert (weak <= np.maximum(nearest, full)).all()


@pytest.mark.parametrize("levels", [2, 4, 9, 300])
@pytest.mark.parametrize("shape", [(300, 70), (1, 5000), (5000, 1), (90, 40, 3)])
def test_threads_do_not_change_the_result(levels: int, shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    one = requantize(image, levels=levels)
    for threads in (2, 3, 0):
        assert (requantize(image, levels=levels, threads=threads) == one).all()


@pytest.mark.parametrize("levels", [2, 5, 9, (2, 3, 40)])
def test_any_memory_layout_will_do(photo: np.ndarray, levels) -> None:
    expected = requantize(photo, levels=levels)
    twice = np.repeat(np.repeat(photo, 2, axis=0), 2, axis=1)
    locked = photo.copy()
    locked.flags.writeable = False
    for image in (np.asfortranarray(photo), twice[::2, ::2], photo[::-1][::-1], locked):
        assert (requantize(image, levels=levels) == expected).all()
        assert (requantize(image, levels=levels, threads=2) == expected).all()


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(30_000_000, 1), (1, 30_000_000)])
def test_very_long_images_pass(shape: tuple[int, int]) -> None:
    image = np.full(shape, 128, np.uint8)
    repeated = requantize(image, bits=1).ravel().reshape(-1, 64)
    assert (repeated == repeated[0]).all()


@pytest.mark.slow
@pytest.mark.parametrize("levels", [2, 4, 200])
def test_memory_stays_near_input_and_output(levels: int) -> None:
    image = np.full((10_000, 10_000), 99, np.uint8)
    tracemalloc.start()
    try:
        codes = ordered_dither(image, levels=levels)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most >= codes.nbytes  # arrays are counted
    assert (most - codes.nbytes) / 2**20 < 32


def test_options_out_of_range_are_one_sentence(photo: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"strength is 1\.5; it must be from 0 to 1"):
        requantize(photo, bits=1, strength=1.5)
    with pytest.raises(InputError, match="threads is -1"):
        requantize(photo, bits=1, threads=-1)
    with pytest.raises(InputError, match="levels has 2 numbers, but the image has 3 channels"):
        requantize(photo, levels=(2, 4))


def test_matrices_that_do_not_fit_are_one_sentence(photo: np.ndarray) -> None:
    one, other = white_noise(8, 8), white_noise(8, 9)
    with pytest.raises(InputError, match="2 matrices were given for an image of 3 channels"):
        requantize(photo, [one, one], bits=1)
    with pytest.raises(InputError, match="3 matrices were given for an image of 1 channel;"):
        requantize(photo[..., 0], [one] * 3, bits=1)
    with pytest.raises(InputError, match="differ in shape"):
        requantize(photo, [one, other, one], bits=1)


def test_byte_order_makes_no_difference(photo: np.ndarray) -> None:
    deep = photo.astype(np.uint16) * 257
    swapped = deep.astype(">u2")
    assert (requantize(swapped, bits=3) == requantize(deep, bits=3)).all()


def test_resampling_overshoot_is_clipped() -> None:
    image = np.array([[-1e-6, 1 + 1e-6]], np.float32)
    assert requantize(image, bits=2).tolist() == [[0, 1]]


def test_a_matrix_of_one_cell_rounds_to_the_nearest_level() -> None:
    matrix = ThresholdMatrix(np.zeros((1, 1), np.int64))
    assert ordered_dither(np.array([[127, 128]], np.uint8), matrix, levels=2).tolist() == [[0, 1]]
