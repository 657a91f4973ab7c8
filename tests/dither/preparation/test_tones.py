import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.color import LUMINANCE_WEIGHTS, linear_to_srgb, srgb_to_linear
from dither.images.raster_image import RasterImage
from dither.preparation.tones import LightChange, change_light, luminance_ends, tone_curve

SHARES = st.floats(-1, 1)
DTYPES = (np.uint8, np.uint16, np.float32)


def _encode(light: float) -> float:
    """sRGB as IEC 61966-2-1 prints it."""
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _decode(code: float) -> float:
    return code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4


@given(SHARES, SHARES)
def test_tone_curves_rise_from_black_to_white(shadows: float, highlights: float) -> None:
    curve = tone_curve(np.linspace(0, 1, 1001), shadows, highlights)
    assert curve[0] == 0
    assert curve[-1] == 1
    assert (np.diff(curve) > -1e-15).all()
    # Bézier's form by de Casteljau's construction.
    points = [0, (1 + shadows) / 3, (2 + highlights) / 3, 1]
    x = np.linspace(0, 1, 1001)
    while len(points) > 1:
        points = [a + (b - a) * x for a, b in itertools.pairwise(points)]
    assert curve == pytest.approx(points[0], abs=1e-14)


@given(SHARES, SHARES)
def test_each_setting_lightens_its_own_end_most(shadows: float, highlights: float) -> None:
    x = np.linspace(0, 1, 301)
    dark, light = tone_curve(x, shadows, 0) - x, tone_curve(x, 0, highlights) - x
    assert np.abs(dark).max() == pytest.approx(abs(shadows) * 4 / 27)
    assert np.abs(light).max() == pytest.approx(abs(highlights) * 4 / 27)
    assert (dark * np.sign(shadows) >= -1e-15).all()
    for change, amount, place in ((dark, shadows, 100), (light, highlights, 200)):
        if abs(amount) > 0.01:
            assert np.abs(change).argmax() == place


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("exposure", [-5.0, -0.5, 0.3, 1.0, 5.0])
def test_exposure_multiplies_light(photo: np.ndarray, dtype: type, exposure: float) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    color = (photo / 255 * white).astype(dtype)
    made = change_light(color, LightChange(exposure=exposure))
    assert made.dtype == dtype
    for before, after in zip(color[::9, ::7].ravel(), made[::9, ::7].ravel(), strict=True):
        code = _encode(min(1.0, _decode(float(before) / white) * 2**exposure)) * white
        assert abs(float(after) - code) <= (1e-6 if white == 1 else 0.5 + 1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("gamma", [0.1, 0.8, 2.2, 10.0])
def test_gamma_is_a_power_of_codes(photo: np.ndarray, dtype: type, gamma: float) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    color = (photo / 255 * white).astype(dtype)
    made = change_light(color, LightChange(gamma=gamma)).astype(float)
    near = 1e-6 if white == 1 else 0.5 + 1e-6
    assert np.abs(made - (color / white) ** (1 / gamma) * white).max() <= near


def _slowly(pixel: np.ndarray, change: LightChange) -> list[float]:
    """One pixel in plain Python: codes from 0 to 1."""
    gain = 2**change.exposure / (change.bright - change.dark)
    light = [min(1.0, max(0.0, (_decode(float(code)) - change.dark) * gain)) for code in pixel]
    luminance = sum(weight * lit for weight, lit in zip(LUMINANCE_WEIGHTS, light, strict=True))
    x = _encode(luminance)
    x += change.shadows * x * (1 - x) ** 2 + change.highlights * x * x * (1 - x)
    wanted = _decode(x)
    if luminance > 0:
        light = [lit * wanted / luminance for lit in light]
    if max(light) > 1:
        share = (1 - wanted) / (max(light) - wanted)
        light = [wanted + share * (lit - wanted) for lit in light]
    return [_encode(min(1.0, lit)) ** (1 / change.gamma) for lit in light]


CHANGES = (
    LightChange(shadows=1, highlights=-1),
    LightChange(shadows=-0.4, highlights=0.9, gamma=1.3),
    LightChange(0.02, 0.6, 0.5, 0.5, -0.5, 0.9),
)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_all_steps_are_those_of_one_pixel(
    photo: np.ndarray, dtype: type, change: LightChange
) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    color = (photo / 255 * white).astype(dtype)[::5, ::7]
    color[0, 0], color[0, 1], color[0, 2] = 0, white, [white, 0, 0]
    made = change_light(color, change)
    assert made.dtype == dtype
    expected = np.array([[_slowly(pixel / white, change) for pixel in row] for row in color])
    near = 1e-6 if white == 1 else 0.5 + 1e-5
    assert np.abs(made.astype(float) - expected * white).max() <= near


@given(SHARES, SHARES)
def test_shadows_and_highlights_keep_hue_and_the_order_of_tones(
    shadows: float, highlights: float
) -> None:
    codes = np.random.default_rng(0).random((40, 50, 3))
    light = srgb_to_linear(codes)
    made = srgb_to_linear(change_light(codes, LightChange(shadows=shadows, highlights=highlights)))
    before, after = light @ LUMINANCE_WEIGHTS, made @ LUMINANCE_WEIGHTS
    expected = srgb_to_linear(tone_curve(linear_to_srgb(before), shadows, highlights))
    assert after == pytest.approx(expected, abs=1e-9)
    order = np.argsort(before, axis=None)
    assert (np.diff(after.ravel()[order]) >= -1e-9).all()
    # All channels move along the line to grey: the ratios of their distances from it stay, and with
    # them the hue. Below the gamut's end the ratios of the channels themselves stay.
    inside = made.max(axis=2) < 1 - 1e-9
    assert made[inside] == pytest.approx((light * (after / before)[..., None])[inside], abs=1e-9)
    off_before, off_after = light - before[..., None], made - after[..., None]
    assert np.cross(off_before, off_after) == pytest.approx(0, abs=1e-9)
    assert ((off_before * off_after).sum(axis=2) >= -1e-12).all()


@pytest.mark.parametrize("change", [*CHANGES, LightChange(exposure=1)])
def test_a_grey_image_changes_as_its_three_channels_do(change: LightChange) -> None:
    for dtype in (np.uint8, np.uint16):
        gray = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(16, -1)
        made = change_light(np.stack([gray] * 3, axis=2), change)
        assert (made == change_light(gray, change)[..., None]).all()


def test_no_change_returns_the_same_array(photo: np.ndarray) -> None:
    assert change_light(photo, LightChange()) is photo


def test_white_and_black_are_kept_by_all_but_exposure() -> None:
    ends = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    for change in CHANGES:
        assert (change_light(ends, change) == ends).all()


@pytest.mark.parametrize("percent", [0, 0.5, 3, 20, 49])
@pytest.mark.parametrize("dtype", DTYPES)
def test_ends_are_those_of_the_sorted_pixels(percent: float, dtype: type) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    frames = [np.random.default_rng(i).beta(2, 5, (30, 41)) * 0.8 + 0.1 for i in range(2)]
    frames = [(frame * white).astype(dtype) for frame in frames]
    alpha = np.full((30, 41), 3, np.uint8)
    alpha[:, 20:] = 0
    frames[0][:, 20:] = white
    ends = luminance_ends([RasterImage(frames[0], alpha), RasterImage(frames[1])], percent)
    pixels = np.sort(np.concatenate([frames[0][:, :20].ravel(), frames[1].ravel()])) / white
    left_out = math.floor(len(pixels) * percent / 100)
    expected = pixels[left_out], pixels[len(pixels) - 1 - left_out]
    assert ends == pytest.approx([_decode(float(end)) for end in expected], abs=2e-5)


def test_ends_of_a_colour_image_are_luminances() -> None:
    red, blue = [255, 0, 0], [0, 0, 255]
    ends = luminance_ends([RasterImage(np.array([[red, blue]], np.uint8))], 0)
    assert ends == pytest.approx((0.0722, 0.2126), abs=0.002)


@pytest.mark.parametrize("code", [0, 100, 255])
def test_an_image_of_one_tone_has_no_ends(code: int) -> None:
    for alpha in (None, np.zeros((3, 4), np.uint8)):
        image = RasterImage(np.full((3, 4), code, np.uint8), alpha)
        assert luminance_ends([image], 0.5) == (0, 1)
