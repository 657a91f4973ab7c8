import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.color import (
    LUMINANCE_WEIGHTS,
    code_boundaries,
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    srgb_to_linear,
    to_gray,
    unpacked_codes,
)

# IEC 61966-2-1: the XYZ of the sRGB primaries, white point D65.
_LINEAR_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)


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


def _plain_gray(color: np.ndarray) -> np.ndarray:
    """The grey of 8-bit colours by powers, without tables."""
    luminance = srgb_to_linear(color / 255) @ np.array(LUMINANCE_WEIGHTS)
    return np.rint(linear_to_srgb(luminance) * 255).astype(np.uint8)


@pytest.mark.parametrize(
    "step", [pytest.param(101, id="some"), pytest.param(1, id="all", marks=pytest.mark.slow)]
)
def test_tables_give_the_grey_of_powers(step: int) -> None:
    for start in range(0, 1 << 24, 1 << 20):
        colors = unpacked_codes(np.arange(start, start + (1 << 20), step))[None]
        assert (to_gray(colors) == _plain_gray(colors)).all()


def test_blocks_of_rows_are_grey_alike(photo: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = to_gray(photo)
    monkeypatch.setattr("dither.color._GRAY_BLOCK", 3 * photo.shape[1] + 1)
    assert (to_gray(photo) == whole).all()
    assert (to_gray(photo[::-1, ::2]) == whole[::-1, ::2]).all()
    assert to_gray(photo[:0]).shape == (0, photo.shape[1])


@pytest.mark.parametrize(
    ("xyz", "oklab"),
    [
        ((0.950, 1.000, 1.089), (1.000, 0.000, 0.000)),
        ((1.000, 0.000, 0.000), (0.450, 1.236, -0.019)),
        ((0.000, 1.000, 0.000), (0.922, -0.671, 0.263)),
        ((0.000, 0.000, 1.000), (0.153, -1.415, -0.449)),
    ],
)
def test_oklab_gives_the_table_of_its_author(
    xyz: tuple[float, ...], oklab: tuple[float, ...]
) -> None:
    linear = np.linalg.solve(_LINEAR_TO_XYZ, xyz)
    assert linear_to_oklab(linear) == pytest.approx(oklab, abs=0.002)


def test_oklab_of_css_green_is_that_of_the_web_platform_tests() -> None:
    green = srgb_to_linear(np.array([0, 128, 0]) / 255)
    assert linear_to_oklab(green) == pytest.approx([0.51975, -0.1403, 0.10768], abs=2e-5)


def test_white_has_lightness_one_and_greys_have_no_colour() -> None:
    grays = np.repeat(np.linspace(0, 1, 11)[:, None], 3, axis=1)
    oklab = linear_to_oklab(grays)
    assert oklab[-1] == pytest.approx([1, 0, 0], abs=1e-7)
    assert oklab[:, 0] == pytest.approx(np.cbrt(np.linspace(0, 1, 11)), abs=1e-7)
    assert abs(oklab[:, 1:]).max() < 1e-7


@given(st.lists(st.floats(-1, 2), min_size=3, max_size=3))
def test_oklab_comes_back(linear: list[float]) -> None:
    there = linear_to_oklab(np.array([[linear]]))
    assert there.shape == (1, 1, 3)
    assert oklab_to_linear(there)[0, 0] == pytest.approx(linear, abs=1e-9)


@pytest.mark.parametrize("white", [255, 65535])
def test_light_rounds_to_the_nearest_code(white: int) -> None:
    light = np.random.default_rng(0).uniform(-0.1, 1.1, 5000)
    codes = np.searchsorted(code_boundaries(white), light, side="right")
    assert (codes == np.rint(linear_to_srgb(light.clip(0, 1)) * white)).all()
