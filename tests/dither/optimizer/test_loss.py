import numpy as np
import pytest
from search_reference import PALETTE, slow_loss

from dither.color import srgb_to_linear
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import search_loss
from dither.optimizer.search_image import prepare_search

pytest.importorskip("numba")


@pytest.mark.parametrize("color_weight", [1.0, 3.0])
def test_the_loss_is_that_of_its_definition(photo: np.ndarray, color_weight: float) -> None:
    linear = srgb_to_linear(photo / 255)
    indices = np.random.default_rng(0).integers(0, 5, photo.shape[:2], np.uint8)
    config = SearchConfig(sigma=1.5, color_weight=color_weight)
    image = prepare_search(linear)
    # The kernel lacks what lies beyond 4.5 standard deviations.
    assert search_loss(indices, PALETTE, image, config) == pytest.approx(
        slow_loss(indices, image, config), rel=2e-3
    )
