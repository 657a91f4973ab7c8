import numpy as np
import pytest
from metric_pictures import random_pair
from scipy import ndimage
from skimage import color

from dither.color import linear_to_srgb, oklab_to_linear
from dither.metrics import (
    scielab_error,
)


def test_scielab_by_another_road() -> None:
    pair = random_pair((45, 60, 3))
    opponent = np.array(
        [[0.279, 0.722, -0.107], [-0.449, 0.290, 0.077], [0.086, -0.590, 0.501]]
    )  # fmt: skip
    kernels = [
        {0.0283: 0.921, 0.133: 0.105, 4.336: -0.108},
        {0.0392: 0.531, 0.494: 0.330},
        {0.0536: 0.488, 0.386: 0.371},
    ]
    seen = []
    for image in pair:
        planes = color.rgb2xyz(image) @ opponent.T
        for channel, kernel in enumerate(kernels):
            total = sum(
                weight * ndimage.gaussian_filter(planes[..., channel], 32 * spread / np.sqrt(2))
                for spread, weight in kernel.items()
            )
            planes[..., channel] = total / sum(kernel.values())
        seen.append(color.xyz2lab(planes @ np.linalg.inv(opponent).T))
    expected = color.deltaE_cie76(*seen).mean()
    assert scielab_error(*pair) == pytest.approx(expected, rel=5e-3)


def test_on_even_pictures_scielab_is_cielab() -> None:
    first, second = np.array([200, 30, 90], np.uint8), np.array([190, 60, 70], np.uint8)
    expected = color.deltaE_cie76(color.rgb2lab(first), color.rgb2lab(second))
    even = [np.tile(one, (9, 9, 1)) for one in (first, second)]
    assert scielab_error(*even) == pytest.approx(expected, rel=1e-3)
    assert scielab_error(*even, samples_per_degree=60) == pytest.approx(scielab_error(*even))


def test_fine_patterns_matter_less_from_afar_and_less_in_color_than_in_lightness() -> None:
    checks = np.indices((64, 64)).sum(axis=0) % 2 == 0
    gray = np.full((64, 64), 188, np.uint8)
    near, far = (scielab_error(gray, checks, samples_per_degree=n) for n in (16, 60))
    assert far < near / 5
    share_left = []
    for one, other in (([0.62, 0, 0.08], [0.62, 0, -0.08]), ([0.70, 0, 0], [0.54, 0, 0])):
        errors = []
        for width in (3, 32):
            bars = np.arange(192)[None, :, None] // width % 2 == 0
            light = oklab_to_linear(np.where(bars, one, other)).repeat(64, axis=0)
            even = np.broadcast_to(light.mean(axis=(0, 1)), light.shape)
            errors.append(scielab_error(linear_to_srgb(even), linear_to_srgb(light)))
        share_left.append(errors[0] / errors[1])
    assert share_left[0] < 0.7 * share_left[1]
