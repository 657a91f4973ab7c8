import numpy as np
import pytest
from PIL import Image, ImageOps

from dither.color import linear_to_srgb, srgb_to_linear, to_gray
from dither.images.raster_image import RasterImage
from dither.preparation.adjustments import Preparation, adjusted
from dither.preparation.fit import Sides


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


def test_clear_pixels_do_not_bleed_into_others() -> None:
    color = np.zeros((32, 32, 3), np.uint8)
    color[:, ::2] = [200, 100, 50]  # and black where it is clear
    alpha = np.where(np.arange(32) % 2, 0, 255).astype(np.uint8) * np.ones((32, 1), np.uint8)
    made = adjusted(RasterImage(color, alpha), Preparation(resize=0.25))
    assert made.alpha is not None
    assert abs(made.alpha.astype(int) - 128).max() <= 12  # less at the rims
    assert abs(made.color.astype(int) - [200, 100, 50]).max() <= 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("size", [(40, 40), (37, 20), (160, 31), (200, 170)])
def test_cover_shows_what_pillow_fits_into_the_size(
    photo: np.ndarray, dtype: type, size: tuple[int, int]
) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    gray = (to_gray(photo) / 255 * white).astype(dtype)
    made = adjusted(RasterImage(gray), Preparation(resize=Sides(*size), fit="cover")).color
    light = Image.fromarray(srgb_to_linear(gray / white).astype(np.float32))
    oracle = np.asarray(ImageOps.fit(light, size, Image.Resampling.BICUBIC)).clip(0, 1)
    assert np.abs(srgb_to_linear(made / white) - oracle).max() < 0.005
