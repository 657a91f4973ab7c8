import numpy as np
import pytest
from PIL import Image

from dither.images.raster_image import RasterImage, over_white


@pytest.mark.parametrize("channels", [(), (3,)])
def test_over_white_is_what_pillow_lays_over_it(channels: tuple[int, ...]) -> None:
    generator = np.random.default_rng(0)
    color = generator.integers(0, 256, (40, 50, *channels)).astype(np.uint8)
    alpha = generator.integers(0, 256, (40, 50)).astype(np.uint8)
    alpha[0], alpha[1] = 0, 255
    picture = Image.fromarray(color).convert("RGB")
    picture.putalpha(Image.fromarray(alpha))
    ground = Image.new("RGBA", picture.size, "white")
    expected = np.array(Image.alpha_composite(ground, picture))[..., :3].astype(int)
    found = over_white(RasterImage(color, alpha))
    assert found.dtype == np.uint8
    assert np.abs(expected.T - found.T).max() <= 1
    assert (found[0] == 255).all()
    assert np.array_equal(found[1], color[1])


def test_over_white_of_deep_and_float_samples() -> None:
    alpha = np.array([[0, 51, 255]], np.uint8)
    deep = over_white(RasterImage(np.zeros((1, 3), np.uint16), alpha))
    assert deep.tolist() == [[65535, 52428, 0]]
    floats = over_white(RasterImage(np.zeros((1, 3), np.float32), alpha))
    assert floats == pytest.approx(np.array([[1, 0.8, 0]]))
    opaque = np.zeros((1, 3), np.uint8)
    assert over_white(RasterImage(opaque)) is opaque
