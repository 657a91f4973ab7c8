import numpy as np
import pytest
from PIL import Image

from dither.color import linear_to_srgb, srgb_to_linear, to_gray
from dither.errors import InputError
from dither.images.adjustments import Preparation, adjusted
from dither.images.fit import Sides, resized_shape
from dither.images.raster_image import RasterImage


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


def test_clear_pixels_do_not_bleed_into_others() -> None:
    color = np.zeros((32, 32, 3), np.uint8)
    color[:, ::2] = [200, 100, 50]  # and black where it is clear
    alpha = np.where(np.arange(32) % 2, 0, 255).astype(np.uint8) * np.ones((32, 1), np.uint8)
    made = adjusted(RasterImage(color, alpha), Preparation(resize=0.25))
    assert made.alpha is not None
    assert abs(made.alpha.astype(int) - 128).max() <= 12  # less at the rims
    assert abs(made.color.astype(int) - [200, 100, 50]).max() <= 1


def test_sides_out_of_range() -> None:
    with pytest.raises(InputError, match="a width, a height or both"):
        Sides()
    for side in (0, 65536):
        with pytest.raises(InputError, match="from 1 to 65535"):
            Sides(height=side)
