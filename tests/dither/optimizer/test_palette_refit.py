import numpy as np
import pytest

from dither.color import srgb_to_linear
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import search_loss
from dither.optimizer.palette_refit import refit_palette
from dither.optimizer.search import direct_binary_search
from dither.optimizer.search_image import prepare_search

pytest.importorskip("numba")

PALETTE = srgb_to_linear(
    np.array([[0, 0, 0], [255, 255, 255], [200, 30, 40], [20, 60, 190], [230, 210, 90]]) / 255
)


@pytest.mark.parametrize("color_weight", [1.0, 4.0])
def test_a_refit_lowers_the_energy_and_leaves_what_is_fixed(
    photo: np.ndarray, color_weight: float
) -> None:
    linear = srgb_to_linear(photo / 255)
    view = prepare_search(linear)
    config = SearchConfig(color_weight=color_weight)
    indices = direct_binary_search(np.zeros(linear.shape[:2], np.uint8), PALETTE, view, config)
    learned = np.array([True, False, True, True, False])
    new = refit_palette(indices, PALETTE, view, config, learned=learned, stride=1)
    assert (new[~learned] == PALETTE[~learned]).all()
    assert ((new >= 0) & (new <= 1)).all()
    assert search_loss(indices, new, view, config) < search_loss(indices, PALETTE, view, config)
    assert (
        refit_palette(indices, PALETTE, view, config, learned=np.zeros(5, bool)) == PALETTE
    ).all()


def test_a_refit_of_flat_areas_is_their_mean() -> None:
    original = np.empty((40, 40, 3))
    original[:, :20], original[:, 20:] = [0.2, 0.3, 0.4], [0.7, 0.5, 0.1]
    indices = np.zeros((40, 40), np.uint8)
    indices[:, 20:] = 1
    palette = np.array([[0.22, 0.28, 0.41], [0.68, 0.52, 0.12]])
    new = refit_palette(indices, palette, prepare_search(original), SearchConfig(), stride=1)
    assert new == pytest.approx(original[0, [0, -1]], abs=0.004)
