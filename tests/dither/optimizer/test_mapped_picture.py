import numpy as np
import pytest

from dither.color import srgb_to_linear
from dither.gamut.device_link import map_to_palette
from dither.optimizer.mapped_picture import mapped_picture
from dither.palettes.palette_like import load_palette

pytest.importorskip("numba")


def test_light_is_that_of_the_sixteen_bit_codes(photo: np.ndarray) -> None:
    palette = load_palette("inky-spectra-6")
    mapped = mapped_picture(photo, palette, None)
    codes = map_to_palette(photo, palette)
    assert mapped.linear == pytest.approx(srgb_to_linear(codes / 65535), abs=1e-6)
    assert (mapped.target == mapped.linear).all()


@pytest.mark.parametrize("name", ["inky-spectra-6", "black-white", "web-safe"])
def test_pixels_of_a_palettes_colours_are_exact_and_others_are_not(name: str) -> None:
    palette = load_palette(name)
    picture = np.full((8, 9, 3), 77, np.uint8)
    picture[2], picture[5] = 0, 255
    exact = mapped_picture(picture, palette, "relative").exact
    assert exact is not None
    assert (exact[2] == palette.black).all()
    assert (exact[5] == palette.white).all()
    assert (exact[[0, 1, 3, 4, 6, 7]] == -1).all()


def test_the_search_leaves_exact_pixels_as_they_are() -> None:
    palette = load_palette("black-white")
    picture = np.full((8, 9, 3), 77, np.uint8)
    picture[2] = 255
    mapped = mapped_picture(picture, palette, None)
    kept = mapped.keep_exact(np.zeros((8, 9), np.uint8))
    assert (kept[2] == 1).all()
    assert not kept[[0, 1, 3]].any()
    fixed = mapped.prepare(None).fixed
    assert fixed[2].all()
    assert fixed.sum() == 9
