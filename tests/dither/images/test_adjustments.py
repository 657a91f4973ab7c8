from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from dither.color import linear_to_srgb, srgb_to_linear, to_gray
from dither.errors import InputError
from dither.images.adjustments import Preparation, Sides, adjusted, code_limits, resized_shape
from dither.images.raster_image import RasterImage


def test_nothing_to_do_does_nothing(photo: np.ndarray) -> None:
    image = RasterImage(photo, photo[..., 0], b"profile")
    for preparation in (Preparation(), Preparation(resize=Sides(80, 48)), Preparation(resize=1.0)):
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
    ("resize", "shape"),
    [
        (Sides(40, 24), (24, 40)),
        (Sides(width=20), (12, 20)),
        (Sides(height=96), (96, 160)),
        (Sides(width=1), (1, 1)),
        (Sides(7, 90), (90, 7)),
        (0.5, (24, 40)),
        (0.001, (1, 1)),
        (None, (48, 80)),
    ],
)
def test_sides_keep_their_ratio(
    photo: np.ndarray, resize: Sides | float | None, shape: tuple[int, int]
) -> None:
    assert resized_shape((48, 80), resize) == shape
    image = adjusted(RasterImage(photo, photo[..., 0]), Preparation(resize=resize))
    assert image.color.shape == (*shape, 3)
    assert image.alpha is not None
    assert image.alpha.shape == shape


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_resizing_keeps_the_mean_of_the_light(photo: np.ndarray, dtype: type) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    checks = np.indices((64, 64)).sum(axis=0) % 2
    made = adjusted(RasterImage((checks * white).astype(dtype)), Preparation(resize=0.125)).color
    assert made.dtype == dtype
    assert made / white == pytest.approx(float(linear_to_srgb(np.array(0.5))), abs=0.005)
    smooth = to_gray(photo).astype(float) / 255
    half = adjusted(RasterImage((smooth * white).astype(dtype)), Preparation(resize=0.5)).color
    light = srgb_to_linear(smooth).astype(np.float32)
    oracle = np.asarray(Image.fromarray(light).resize((40, 24), Image.Resampling.BICUBIC))
    assert abs(half / white - linear_to_srgb(oracle.clip(0, 1))).max() < 0.005


@pytest.mark.parametrize("white", [255, 65535])
def test_light_rounds_to_the_nearest_code(white: int) -> None:
    light = np.random.default_rng(0).uniform(-0.1, 1.1, 5000)
    codes = np.searchsorted(code_limits(white), light, side="right")
    assert (codes == np.rint(linear_to_srgb(light.clip(0, 1)) * white)).all()


def test_clear_pixels_do_not_bleed_into_others() -> None:
    color = np.zeros((32, 32, 3), np.uint8)
    color[:, ::2] = [200, 100, 50]  # and black where it is clear
    alpha = np.where(np.arange(32) % 2, 0, 255).astype(np.uint8) * np.ones((32, 1), np.uint8)
    made = adjusted(RasterImage(color, alpha), Preparation(resize=0.25))
    assert made.alpha is not None
    assert abs(made.alpha.astype(int) - 128).max() <= 12  # less at the rims
    assert abs(made.color.astype(int) - [200, 100, 50]).max() <= 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"saturation": -1}, "saturation is -1"),
        ({"brightness": float("nan")}, "brightness is nan"),
        ({"contrast": 11}, "from 0 to 10"),
        ({"resize": 0.0}, "share of the sides is 0.0"),
        ({"resize": 101.0}, "at most 100"),
    ],
)
def test_numbers_out_of_range(wrong: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Preparation(**wrong)


def test_sides_out_of_range() -> None:
    with pytest.raises(InputError, match="a width, a height or both"):
        Sides()
    for side in (0, 65536):
        with pytest.raises(InputError, match="from 1 to 65535"):
            Sides(height=side)
    with pytest.raises(InputError, match="nan"):
        adjusted(RasterImage(np.full((2, 2), np.nan, np.float32)), Preparation(brightness=2))
