import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.color import srgb_to_linear
from dither.errors import InputError
from dither.palettes.device import check_device, device_palette, merge_equal_colors, round_to_device


@given(st.integers(0, 255), st.integers(2, 256))
def test_the_level_is_the_nearest(code: int, levels: int) -> None:
    values = np.arange(levels) * 255 / (levels - 1)
    (red, green, blue) = round_to_device(np.array([code, code, code]), (levels, 256, 2)).tolist()
    nearest = np.abs(values - code).min()
    assert abs(red - code) <= nearest + 0.5
    assert green == code
    assert blue == (255 if code > 127 else 0)


def test_rgb565_is_what_such_displays_show() -> None:
    codes = np.random.default_rng(0).integers(0, 256, (50, 3))
    shown = round_to_device(codes, (32, 64, 32))
    # Five bits are widened by repeating the highest, six likewise.
    five, six = np.arange(32), np.arange(64)
    assert set(shown[:, 0].tolist()) <= set(np.rint(five * 255 / 31).astype(int).tolist())
    assert set(shown[:, 1].tolist()) <= set(np.rint(six * 255 / 63).astype(int).tolist())
    assert abs(shown.astype(int) - codes).max() <= 5


def test_flat_colours_are_kept_and_others_are_not_pulled() -> None:
    picture = np.full((40, 40, 3), [100, 150, 201], np.uint8)
    picture[:20] = np.random.default_rng(0).integers(0, 60, (20, 40, 3))
    palette = srgb_to_linear(np.array([[104, 152, 199], [30, 30, 30]]) / 255)
    learned = np.ones(2, bool)
    codes = device_palette(picture, palette, learned, (256, 256, 256))
    assert codes.tolist() == [[100, 150, 201], [30, 30, 30]]
    fixed = device_palette(picture, palette, ~learned, (256, 256, 256))
    assert fixed.tolist() == [[104, 152, 199], [30, 30, 30]]
    coarse = device_palette(picture, palette, learned, (16, 16, 16))
    assert (coarse % 17 == 0).all()


def test_a_colour_far_from_a_flat_one_stays_what_it_is() -> None:
    # A dark colour that stands for text and for a brown area: brown text would be wrong.
    brown, dark = [107, 39, 55], np.array([[49, 33, 46]])
    picture = np.full((20, 20, 3), brown, np.uint8)
    palette = srgb_to_linear(np.concatenate([dark, [[250, 250, 250]]]) / 255)
    found = device_palette(picture, palette, np.ones(2, bool), (256, 256, 256))
    assert found[0].tolist() == dark[0].tolist()


def test_colours_alike_become_one_and_indices_follow() -> None:
    codes = np.random.default_rng(0).integers(0, 3, (30, 3)).astype(np.uint8) * 120
    distinct, index = merge_equal_colors(codes)
    assert (distinct[index] == codes).all()
    assert len(np.unique(distinct, axis=0)) == len(distinct)


@pytest.mark.parametrize("levels", [(2, 2), (1, 2, 2), (2, 2, 257), (2, 2.5, 2)])
def test_no_device_is_one_sentence(levels) -> None:
    with pytest.raises(InputError, match="three whole numbers from 2 to 256"):
        check_device(levels)
