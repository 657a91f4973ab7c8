import numpy as np
import pytest

from dither.errors import InputError
from dither.optimizer.picture import checked_picture, counted_step, few_distinct_colors, visible


def test_distinct_colours_are_counted_up_to_a_limit(photo: np.ndarray) -> None:
    few = (photo // 128) * 128
    expected = np.unique(few.reshape(-1, 3), axis=0)
    found = few_distinct_colors(few, len(expected))
    assert found is not None
    np.testing.assert_array_equal(np.unique(found, axis=0), expected)
    assert few_distinct_colors(few, len(expected) - 1) is None
    assert few_distinct_colors(photo, 256) is None


def test_masked_pixels_are_filled_and_left_out() -> None:
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    mask = image == 5
    picture, same = checked_picture(image, mask)
    assert picture[1, 1].tolist() == [4, 4, 4]
    assert same is not None
    assert visible(picture, same)[0, :, 0].tolist() == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    whole, none = checked_picture(image, np.zeros((3, 4), bool))
    assert none is None
    assert visible(whole, none) is whole


def test_a_picture_without_pixels_is_refused() -> None:
    with pytest.raises(InputError, match="no pixels"):
        checked_picture(np.zeros((0, 4), np.uint8), None)


def test_all_pixels_of_a_small_icon_on_a_large_canvas_are_counted() -> None:
    canvas = np.zeros((3072, 2048, 3), np.uint8)
    mask = np.ones(canvas.shape[:2], bool)
    mask[100:109, 200:209] = False
    assert counted_step(canvas) == 2
    assert counted_step(canvas, mask) == 1
