import numpy as np
import pytest

from dither.color import linear_to_srgb, srgb_to_linear, to_gray


def test_the_transfer_function_is_that_of_the_standard() -> None:
    codes = np.array([0.0, 0.04045, 0.5, 1.0])
    assert srgb_to_linear(codes) == pytest.approx([0, 0.0031308, 0.2140411, 1], abs=1e-6)
    assert linear_to_srgb(srgb_to_linear(codes)) == pytest.approx(codes, abs=1e-6)


def test_every_8_bit_code_comes_back() -> None:
    codes = np.arange(256)
    assert (np.rint(linear_to_srgb(srgb_to_linear(codes / 255)) * 255) == codes).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_greys_stay_as_they_are(dtype: type) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    gray = (np.linspace(0, 1, 60).reshape(6, 10) * white).astype(dtype)
    result = to_gray(np.repeat(gray[..., None], 3, axis=2))
    assert result.dtype == dtype
    assert result == pytest.approx(gray, rel=1e-4, abs=1e-6)


def test_green_is_brighter_than_red_and_blue() -> None:
    primaries = np.eye(3, dtype=np.uint8)[None] * 255
    red, green, blue = to_gray(primaries)[0].tolist()
    assert green > red > blue
