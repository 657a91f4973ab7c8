import numpy as np
import pytest
from scipy import ndimage

from dither.color import srgb_to_linear
from dither.optimizer.blur import (
    autocorrelation_taps,
    gaussian_blur,
    gaussian_taps,
    mirrored_taps,
)

pytest.importorskip("numba")


def test_blur_agrees_with_scipy(photo: np.ndarray) -> None:
    linear = srgb_to_linear(photo / 255)
    expected = np.stack(
        [
            ndimage.gaussian_filter(linear[..., channel], 1.5, mode="reflect", truncate=3)
            for channel in range(3)
        ],
        axis=2,
    )
    before = linear.copy()
    assert gaussian_blur(linear, 1.5) == pytest.approx(expected, abs=1e-5)
    assert (linear == before).all()


@pytest.mark.parametrize("sigma", [0.5, 1.5, 2.5])
def test_the_autocorrelation_is_the_blur_applied_twice(sigma: float) -> None:
    taps, both = gaussian_taps(sigma), autocorrelation_taps(sigma)
    expected = np.convolve(taps, taps)
    cut = (len(expected) - len(both)) // 2
    assert both == pytest.approx(expected[cut : len(expected) - cut])
    assert both.sum() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("length", [1, 3, 6, 40])
def test_mirrored_taps_are_those_of_scipy(length: int) -> None:
    taps = autocorrelation_taps(1.5)  # reaches farther than a line of 3
    found = mirrored_taps(taps, length)
    reach = len(taps) // 2
    for place, unit in enumerate(np.eye(length)):
        expected = ndimage.correlate1d(unit, taps.astype(float), mode="reflect")
        wide = np.pad(expected, reach)[place : place + 2 * reach + 1]
        assert found[place] == pytest.approx(wide, abs=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (2, 9), (30, 3)])
def test_blur_is_mirrored_in_images_narrower_than_it(shape: tuple[int, int]) -> None:
    linear = np.random.default_rng(0).random((*shape, 3))
    taps = gaussian_taps(2.5).astype(float)
    expected = linear
    for axis in (0, 1):
        expected = ndimage.correlate1d(expected, taps, axis, mode="reflect")
    assert gaussian_blur(linear, 2.5) == pytest.approx(expected, abs=1e-6)
