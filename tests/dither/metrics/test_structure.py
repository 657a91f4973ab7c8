import numpy as np
import pytest
from metric_pictures import random_pair
from scipy import ndimage
from skimage import metrics

from dither.color import linear_to_srgb, srgb_to_linear
from dither.metrics import (
    multi_scale_structural_similarity,
    structural_similarity,
)


def _reduced(image: np.ndarray, scale: int) -> np.ndarray:
    """Luma after a box filter in linear light; sides must be multiples of the scale."""
    luminance = srgb_to_linear(image / 255) @ np.array([0.2126, 0.7152, 0.0722])
    height, width = luminance.shape
    boxes = luminance.reshape(height // scale, scale, width // scale, scale)
    gray = boxes.mean(axis=(1, 3))
    return linear_to_srgb(gray)


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_structural_similarity_as_scikit_image_has_it(scale: int) -> None:
    pair = random_pair((64, 80, 3))
    expected = metrics.structural_similarity(
        *(_reduced(image, scale) for image in pair),
        data_range=1.0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    assert structural_similarity(*pair, scale=scale) == pytest.approx(expected, abs=1e-9)


def test_multi_scale_similarity_by_another_road() -> None:
    pair = random_pair((256, 192, 3))
    expected = 1.0
    for power, weight in enumerate([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]):
        x, y = (_reduced(image, 2**power) for image in pair)

        def mean(plane: np.ndarray) -> np.ndarray:
            inside = slice(5, -5) if min(plane.shape) > 10 else slice(None)
            return ndimage.gaussian_filter(plane, 1.5, radius=5)[inside, inside]

        mx, my = mean(x), mean(y)
        vx, vy, vxy = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
        similarity = (2 * vxy + 9e-4) / (vx + vy + 9e-4)
        if power == 4:
            similarity = similarity * (2 * mx * my + 1e-4) / (mx**2 + my**2 + 1e-4)
        expected *= similarity.mean() ** weight
    assert multi_scale_structural_similarity(*pair) == pytest.approx(expected)


def test_odd_sides_leave_smaller_boxes() -> None:
    # A lone column beside a whole box is a pixel by itself, not half as bright.
    even = np.full((5, 5), 200, np.uint8)
    assert structural_similarity(even, even, scale=2) == 1
    column = np.full((5, 5), 200, np.uint8)
    column[:, 4] = 0
    shown = np.full((3, 3), 200, np.uint8)
    shown[:, 2] = 0
    assert structural_similarity(even, column, scale=2) == pytest.approx(
        structural_similarity(even[:3, :3], shown, scale=1)
    )
