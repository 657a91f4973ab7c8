import numpy as np
import pytest
from scipy import ndimage

from dither.color import srgb_to_linear
from dither.optimizer.blur import autocorrelation_taps, gaussian_blur, gaussian_taps

pytest.importorskip("numba")


def test_blur_agrees_with_scipy(photo: np.ndarray) -> None:
    linear = srgb_to_linear(photo / 255)
    expected = np.stack(
        [
            ndimage.gaussian_filter(linear[..., channel], 1.5, mode="nearest", truncate=3)
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
