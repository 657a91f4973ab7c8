from typing import Any

import numpy as np
import pytest

import dither
import dither.diffusion
from dither import InputError
from dither.samples import (
    checked_image,
    eight_bit_colors,
    join_alpha,
    native_byte_order,
    split_alpha,
)


@pytest.mark.parametrize("channels", [2, 4])
def test_alpha_is_the_last_of_two_or_four_channels(channels: int) -> None:
    image = np.arange(6 * channels, dtype=np.uint8).reshape(2, 3, channels)
    color, alpha = split_alpha(image)
    assert (join_alpha(color, alpha) == image).all()
    assert alpha is not None
    assert (alpha[..., 0] == image[..., -1]).all()


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1), (2, 3, 3), (2, 3, 5)])
def test_other_images_have_no_alpha(shape: tuple[int, ...]) -> None:
    image = np.zeros(shape, np.uint8)
    color, alpha = split_alpha(image)
    assert color is image
    assert alpha is None
    assert join_alpha(color, None) is image


@pytest.mark.parametrize(
    ("given", "dtype", "expected"),
    [
        (np.array([0, 128, 255], np.uint8), np.uint16, [0, 128 * 257, 65535]),
        (np.array([0, 32768, 65535], np.uint16), np.uint8, [0, 128, 255]),
        (np.array([0.0, 0.5, 1.2]), np.uint8, [0, 128, 255]),
        (np.array([False, True, True]), np.uint8, [0, 255, 255]),
    ],
)
def test_alpha_is_scaled_to_the_depth_of_the_colour(given: Any, dtype: Any, expected: list) -> None:
    joined = join_alpha(np.zeros((1, 3, 3), dtype), given.reshape(1, 3, 1))
    assert joined.dtype == dtype
    assert joined[0, :, 3].tolist() == expected


def test_alpha_beside_floats_is_not_rounded() -> None:
    alpha = np.array([0, 51, 255], np.uint8).reshape(1, 3, 1)
    joined = join_alpha(np.zeros((1, 3, 3)), alpha)
    assert joined[0, :, 3].tolist() == [0, 0.2, 1]


@pytest.mark.parametrize("requantize", [dither.requantize, dither.diffusion.requantize])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", ">f8", "<u2", ">u2"])
def test_alpha_of_any_byte_order_is_copied(requantize: Any, dtype: str) -> None:
    alpha = np.linspace(0, 1 if "f" in dtype else 65535, 20).reshape(4, 5, 1).astype(dtype)
    # Joining converts to the native byte order, and the image is to keep its own.
    image = np.concatenate([np.zeros((4, 5, 3), dtype), alpha], axis=2).astype(dtype)
    assert image.dtype == dtype
    assert (requantize(image, bits=1)[..., 3:] == alpha).all()


@pytest.mark.parametrize("numbers", [[[0, 200]], ((0, 200),), [(0, 200)], [[False, 200]]])
def test_lists_of_integers_are_8_bits(numbers: Any) -> None:
    image = checked_image(numbers)
    assert (image.dtype, image.tolist()) == (np.uint8, [[0, 200]])


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2"])
def test_lists_of_arrays_and_numpy_numbers_keep_their_dtype(dtype: str) -> None:
    row = np.array([0, 200], dtype)
    for numbers in ([row], (row, row), [list(row)], [[row[:1], row[1:]]]):
        assert checked_image(numbers).dtype == np.dtype(dtype).newbyteorder("=")  # pyright: ignore
    with pytest.raises(InputError, match="not int64"):
        checked_image([row.astype(np.int64)])  # pyright: ignore


@pytest.mark.parametrize(
    ("numbers", "named"), [([[256]], 256), ([[0, -1]], -1), ([[7, 1 << 62]], 1 << 62)]
)
def test_lists_of_integers_out_of_range_are_named(numbers: Any, named: int) -> None:
    for function in (checked_image, split_alpha):
        with pytest.raises(InputError, match=f"^image holds {named}; .* from 0 to 255.* uint16"):
            function(numbers)


@pytest.mark.parametrize("dtype", ["u2", "f2", "f4", "f8"])
def test_the_byte_order_changes_nothing(dtype: str) -> None:
    values = np.linspace(0, 1 if "f" in dtype else 65535, 12).reshape(2, 2, 3)
    for function in (checked_image, native_byte_order, eight_bit_colors):
        little, big = (function(values.astype(order + dtype)) for order in "<>")
        assert big.dtype == little.dtype
        assert big.dtype.isnative
        assert (big == little).all()
