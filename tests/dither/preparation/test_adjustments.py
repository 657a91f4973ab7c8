import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from dither.color import srgb_to_linear, to_gray
from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.preparation.adjustments import Preparation, adjusted, adjusted_frames
from dither.preparation.fit import Sides


def test_nothing_to_do_does_nothing(photo: np.ndarray) -> None:
    image = RasterImage(photo, photo[..., 0], b"profile")
    for preparation in (
        Preparation(),
        Preparation(resize=Sides(80, 48)),
        Preparation(resize=1.0),
        Preparation(resize=Sides(80, 48), fit="contain", rotate="auto"),
        Preparation(resize=Sides(80, 48), fit="cover"),
    ):
        again = adjusted(image, preparation)
        assert again.color is photo
        assert again.alpha is image.alpha
        assert again.profile == b"profile"


@pytest.mark.parametrize("factor", [0.0, 0.5, 1.5, 10.0])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_factors_are_what_they_say(photo: np.ndarray, factor: float, dtype: type) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    near = 1e-6 if white == 1 else 0.5 + 1e-9
    image = RasterImage((photo / 255 * white).astype(dtype))
    codes = image.color / white
    expected = {
        "brightness": codes * factor,
        "contrast": 0.5 + (codes - 0.5) * factor,
        "saturation": (gray := to_gray(image.color)[..., None] / white) + factor * (codes - gray),
    }
    for name, values in expected.items():
        made = adjusted(image, replace(Preparation(), **{name: factor})).color
        assert made.dtype == dtype
        assert abs(made - values.clip(0, 1) * white).max() <= near


def test_without_saturation_is_the_grey_of_gray(photo: np.ndarray) -> None:
    dull = adjusted(RasterImage(photo), Preparation(saturation=0)).color
    gray = adjusted(RasterImage(photo), Preparation(gray=True)).color
    assert (dull == gray[..., None]).all()
    assert (gray == to_gray(photo)).all()


def test_brightness_and_contrast_are_clipped_together(photo: np.ndarray) -> None:
    made = adjusted(RasterImage(photo), Preparation(brightness=2, contrast=0.5)).color
    assert (made == np.rint((photo / 255 + 0.25).clip(0, 1) * 255)).all()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"saturation": -1}, "saturation is -1"),
        ({"brightness": float("nan")}, "brightness is nan"),
        ({"contrast": 11}, "from 0 to 10"),
        ({"resize": 0.0}, "scale factor is 0.0"),
        ({"resize": 101.0}, "at most 100"),
        ({"exposure": 5.1}, "exposure is 5.1; it must be from -5 to 5"),
        ({"exposure": float("nan")}, "exposure is nan"),
        ({"gamma": 0}, "gamma is 0; it must be from 0.1 to 10"),
        ({"shadows": -1.1}, "shadows is -1.1; it must be from -1 to 1"),
        ({"highlights": 2}, "highlights is 2"),
        ({"auto_contrast": 50}, "auto_contrast is 50; it must be from 0 to 49"),
        ({"background": "whites"}, "the background is 'whites'; did you mean 'white' or"),
        ({"fit": "fill"}, "fit is 'fill'; it must be 'contain', 'cover' or 'stretch'"),
        ({"rotate": 45}, "rotate is 45; it must be 'auto', 0, 90, 180 or 270"),
        ({"fit": "cover", "resize": 0.5}, "fit is 'cover', which needs a width and a height"),
        ({"rotate": "auto", "resize": Sides(width=9)}, "rotate is 'auto', which needs a width"),
    ],
)
def test_numbers_out_of_range(wrong: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Preparation(**wrong)


def test_nan_is_refused() -> None:
    with pytest.raises(InputError, match="nan"):
        adjusted(RasterImage(np.full((2, 2), np.nan, np.float32)), Preparation(brightness=2))


def test_a_fit_without_a_size_waits_for_the_frame(photo: np.ndarray) -> None:
    for preparation in (Preparation(fit="cover"), Preparation(rotate="auto")):
        with pytest.raises(InputError, match="needs the width and the height of the result"):
            adjusted(RasterImage(photo), preparation)
        made = adjusted(RasterImage(photo), preparation.in_frame(Sides(30, 40)))
        assert made.color.shape == (40, 30, 3)
    assert Preparation(fit="cover").in_frame(Sides(3, 4)).fit == "cover"
    chosen = Preparation(resize=Sides(width=20))
    assert chosen.in_frame(Sides(30, 40)) is chosen


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_auto_contrast_stretches_light_between_percentiles(photo: np.ndarray, dtype: type) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    color = ((photo / 255 * 0.5 + 0.2) * white).astype(dtype)
    made = adjusted(RasterImage(color), Preparation(auto_contrast=2)).color
    assert made.dtype == dtype
    order = np.sort(to_gray(color), axis=None)
    left_out = int(order.size * 2 / 100)
    low, high = srgb_to_linear(order[[left_out, order.size - 1 - left_out]] / white)
    expected = ((srgb_to_linear(color / white) - low) / (high - low)).clip(0, 1)
    assert np.abs(srgb_to_linear(made / white) - expected).max() < 0.005


def test_frames_change_alike_and_neither_bars_nor_clear_pixels_count(photo: np.ndarray) -> None:
    dark, light = to_gray(photo) // 4 + 20, to_gray(photo) // 4 + 100
    alpha = np.full((48, 80), 255, np.uint8)
    alpha[:9], light[:9] = 0, 255
    frames = RasterImage(dark), RasterImage(light, alpha)
    size = {"resize": Sides(80, 100), "fit": "contain"}
    made = adjusted_frames(frames, Preparation(auto_contrast=0, **size))
    low, high = int(dark.min()), int(light[9:].max())
    ramp = srgb_to_linear(np.arange(256) / 255)
    light_of = ((ramp - ramp[low]) / (ramp[high] - ramp[low])).clip(0, 1)
    for before, after in zip(frames, made, strict=True):
        # One frame has alpha, so the bars of both are clear.
        assert after.alpha is not None
        assert not after.alpha[:26].any()
        assert not after.alpha[74:].any()
        inside = after.color[26:74].astype(int)
        assert np.abs(ramp[inside] - light_of[before.color]).max() < 0.005
    one = adjusted(frames[0], Preparation(auto_contrast=0))
    assert (one.color != made[0].color[26:74]).any()


def test_the_background_has_its_own_colour_whatever_the_tones(photo: np.ndarray) -> None:
    preparation = Preparation(
        resize=Sides(90, 48),
        fit="contain",
        background="#102030",
        exposure=1,
        gamma=2,
        shadows=1,
        saturation=3,
        contrast=2,
    )
    made = adjusted(RasterImage(photo), preparation)
    assert (made.color[:, :5] == [16, 32, 48]).all()
    assert (made.color[:, 85:] == [16, 32, 48]).all()
    plain = dataclasses.replace(preparation, resize=None, fit=None, background=None)
    assert (made.color[:, 5:85] == adjusted(RasterImage(photo), plain).color).all()


def test_the_order_is_contrast_then_exposure_then_curves(photo: np.ndarray) -> None:
    image = RasterImage((photo / 255).astype(np.float32) * np.float32(0.5))
    together = Preparation(
        auto_contrast=1, exposure=0.5, shadows=0.5, highlights=0.2, gamma=1.2, brightness=0.9
    )
    steps = (
        Preparation(auto_contrast=1),
        Preparation(exposure=0.5),
        Preparation(shadows=0.5, highlights=0.2),
        Preparation(gamma=1.2),
        Preparation(brightness=0.9),
    )
    made = image
    for step in steps:
        made = adjusted(made, step)
    assert np.abs(made.color - adjusted(image, together).color).max() < 1e-5


def test_a_negative_exposure_brings_back_what_auto_contrast_made_white(photo: np.ndarray) -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None]
    stretched = adjusted(RasterImage(ramp), Preparation(auto_contrast=20, exposure=-2)).color
    assert (np.diff(stretched[0])[80:] > 0).all()
