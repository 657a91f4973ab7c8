from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from dither.color import to_gray
from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.preparation.background import framed, on_background, parse_background


@pytest.mark.parametrize("channels", [(), (3,)])
@pytest.mark.parametrize("background", ["#ffffff", "#10c0ff"])
def test_a_background_is_mixed_as_light(channels: tuple[int, ...], background: str) -> None:
    generator = np.random.default_rng(0)
    color = generator.integers(0, 256, (40, 50, *channels)).astype(np.uint8)
    alpha = generator.integers(0, 256, (40, 50)).astype(np.uint8)
    alpha[0], alpha[1] = 0, 255
    made = on_background(RasterImage(color, alpha, b"profile"), background)
    assert made.alpha is None
    assert made.color.dtype == np.uint8
    stays_gray = color.ndim == 2 and background == "#ffffff"
    assert made.color.ndim == (2 if stays_gray else 3)
    assert made.profile == (None if color.ndim == 2 and not stays_gray else b"profile")
    found = made.color if made.color.ndim == 3 else np.stack([made.color] * 3, axis=2)
    whole = color if channels else np.stack([color] * 3, axis=2)
    behind = parse_background(background)
    for y, x, channel in np.ndindex(*found.shape):
        share = alpha[y, x] / 255
        light = share * light_of(whole[y, x, channel]) + (1 - share) * light_of(behind[channel])
        assert (
            light_of(found[y, x, channel] - 0.501)
            <= light
            <= light_of(found[y, x, channel] + 0.501)
        )
    assert (found[0] == behind).all()
    assert np.array_equal(found[1], whole[1])


def light_of(code: Any) -> float:
    """IEC 61966-2-1, one value at a time."""
    value = float(code) / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def test_half_of_white_on_black_is_half_the_light() -> None:
    half = RasterImage(np.full((1, 1), 255, np.uint8), np.full((1, 1), 127, np.uint8))
    assert on_background(half, "black").color.item() == 187
    assert on_background(half, "#000").color.item() == 187


def test_backgrounds_of_deep_and_float_samples() -> None:
    alpha = np.array([[0, 51, 255]], np.uint8)
    deep = on_background(RasterImage(np.zeros((1, 3), np.uint16), alpha), "ffffff").color
    assert deep.tolist() == [[65535, round(65535 * (1.055 * 0.8 ** (1 / 2.4) - 0.055)), 0]]
    floats = on_background(RasterImage(np.zeros((1, 3), np.float32), alpha), "ffffff").color
    assert floats.dtype == np.float32
    assert floats == pytest.approx(np.array([[1, 1.055 * 0.8 ** (1 / 2.4) - 0.055, 0]]))
    opaque = np.zeros((1, 3), np.uint8)
    assert on_background(RasterImage(opaque), "#ffffff").color is opaque


def test_a_grey_image_that_stays_grey_has_the_background_of_its_luminance() -> None:
    clear = RasterImage(np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.uint8))
    made = on_background(clear, "#ff0000", gray=True)
    assert made.color == to_gray(np.array([[[255, 0, 0]]], np.uint8))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_bars_are_white_or_clear_or_of_the_background(photo: np.ndarray, dtype: type) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    color = (photo / 255 * white).astype(dtype)
    plain = framed(RasterImage(color), (50, 90), (1, 5))
    assert plain.alpha is None
    assert (plain.color[1:49, 5:85] == color).all()
    assert plain.color.dtype == dtype
    outside = np.ones((50, 90), bool)
    outside[1:49, 5:85] = False
    assert (plain.color[outside] == white).all()
    alpha = np.full((48, 80), 200, np.uint8)
    clear = framed(RasterImage(color, alpha), (50, 90), (1, 5))
    assert clear.alpha is not None
    assert (clear.alpha == np.where(outside, 0, 200)).all()
    red = framed(RasterImage(color, alpha), (50, 90), (1, 5), "ff0080")
    assert red.alpha is None
    codes = np.array([white, 0, 128 * 257 if white == 65535 else white * 128 / 255], dtype)
    assert (red.color[outside] == codes).all()


def test_bars_lie_where_pillow_pads(photo: np.ndarray) -> None:
    expected = ImageOps.pad(Image.fromarray(photo), (100, 60), color="#123456")
    resized = np.asarray(Image.fromarray(photo).resize((100, 60), Image.Resampling.BICUBIC))
    made = framed(RasterImage(resized), (60, 100), (0, 0), "123456").color
    assert (made == np.asarray(expected)).all()
    expected = ImageOps.pad(Image.fromarray(photo), (80, 80), color="#123456")
    made = framed(RasterImage(photo), (80, 80), (16, 0), "123456").color
    assert (made == np.asarray(expected)).all()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("red", [255, 0, 0]),
        ("Teal", [0, 128, 128]),
        ("#f80", [255, 136, 0]),
        ("0f380f", [15, 56, 15]),
    ],
)
def test_colours_by_name_and_in_hexadecimal(text: str, codes: list[int]) -> None:
    assert parse_background(text).tolist() == codes


@pytest.mark.parametrize("text", ["rad", "#ffffffff0", "#12345g", "", "0x123456"])
def test_colours_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="the background is"):
        parse_background(text)


def test_colours_in_short_are_read() -> None:
    assert parse_background("#fff").tolist() == parse_background("White").tolist() == [255] * 3
