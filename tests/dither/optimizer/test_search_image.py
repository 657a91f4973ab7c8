import numpy as np
import pytest

from dither.color import LINEAR_TO_CONES, linear_to_oklab, srgb_to_linear
from dither.optimizer.search_image import prepare_search

pytest.importorskip("numba")


def test_slopes_are_those_of_the_roots(photo: np.ndarray) -> None:
    flat = np.full((20, 20, 3), [0.3, 0.5, 0.1])
    image = prepare_search(flat)
    cones = flat[0, 0] @ LINEAR_TO_CONES.T
    slopes = (np.cbrt(cones + 1e-6) - np.cbrt(cones - 1e-6)) / 2e-6
    assert image.slopes[10, 10] == pytest.approx(slopes, rel=1e-4)
    linear = srgb_to_linear(photo / 255)
    assert prepare_search(linear).original == pytest.approx(linear_to_oklab(linear), abs=1e-6)


def test_a_single_pixel_keeps_its_target() -> None:
    light = np.full((1, 1, 3), [0.3, 0.5, 0.1])
    image = prepare_search(light)
    assert image.target[0, 0] == pytest.approx(light[0, 0] @ LINEAR_TO_CONES.T)


def test_masked_pixels_have_no_error(photo: np.ndarray) -> None:
    mask = np.zeros(photo.shape[:2], bool)
    mask[3, 4] = True
    slopes = prepare_search(srgb_to_linear(photo / 255), mask=mask).slopes
    assert (slopes[mask] == 0).all()
    assert (slopes[~mask] > 0).all()
