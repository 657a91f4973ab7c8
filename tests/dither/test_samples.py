from typing import Any

import numpy as np
import pytest

from dither.samples import join_alpha, split_alpha


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
