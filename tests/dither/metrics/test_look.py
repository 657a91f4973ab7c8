import numpy as np
import pytest

from dither.errors import InputError
from dither.metrics.look import look


def test_equal_pictures_have_100_and_noise_less_the_stronger(photo: np.ndarray) -> None:
    assert look(photo, photo) == 100
    rng = np.random.default_rng(0)
    noise = rng.normal(size=photo.shape)
    looks = [
        look(photo, np.clip(photo + strength * noise, 0, 255).astype(np.uint8))
        for strength in (2, 8, 32, 128)
    ]
    assert looks == sorted(looks, reverse=True)
    assert 100 > looks[0] > 70 > looks[2]


def test_a_shift_of_colour_and_of_lightness_count(photo: np.ndarray) -> None:
    brighter = np.clip(photo.astype(int) + 12, 0, 255).astype(np.uint8)
    redder = np.clip(photo + np.array([12, 0, -12]), 0, 255).astype(np.uint8)
    assert look(photo, brighter) < 90
    assert look(photo, redder) < 90


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (17, 33), (5, 5)])
def test_any_size_is_measured(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).random((*shape, 3))
    assert look(picture, picture) == pytest.approx(100)
    assert look(picture, 1 - picture) < 100


def test_equal_pictures_have_100_whatever_is_rounded() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        picture = rng.integers(0, 256, (1, 6, 3), np.uint8)
        assert look(picture, picture) == 100


def test_other_sizes_are_refused() -> None:
    with pytest.raises(InputError, match="same size"):
        look(np.zeros((4, 4)), np.zeros((4, 5)))
