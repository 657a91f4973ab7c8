from dataclasses import replace

import numpy as np
import pytest

from dither.color import to_gray
from dither.errors import InputError
from dither.images.adjustments import Preparation, adjusted
from dither.images.fit import Sides
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
    ("wrong", "words"),
    [
        ({"saturation": -1}, "saturation is -1"),
        ({"brightness": float("nan")}, "brightness is nan"),
        ({"contrast": 11}, "from 0 to 10"),
        ({"resize": 0.0}, "scale factor is 0.0"),
        ({"resize": 101.0}, "at most 100"),
    ],
)
def test_numbers_out_of_range(wrong: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Preparation(**wrong)


def test_nan_is_refused() -> None:
    with pytest.raises(InputError, match="nan"):
        adjusted(RasterImage(np.full((2, 2), np.nan, np.float32)), Preparation(brightness=2))
