from typing import Any

import numpy as np
import pytest

from dither.differentiable.stefek_2020 import Published, published
from dither.errors import InputError
from dither.metrics.blur import gaussian_blurred


@pytest.fixture(scope="module")
def ramp() -> np.ndarray:
    """(40, 60, 3) uint8, from blue to yellow."""
    share = np.linspace(0, 1, 60)[None, :, None].repeat(40, axis=0)
    return np.rint((1 - share) * [20, 40, 200] + share * [250, 230, 30]).astype(np.uint8)


@pytest.fixture(scope="module")
def made(ramp: np.ndarray) -> Published:
    return published(ramp, 4, seed=2)


def test_codes_are_kept_on_average_with_few_colors(ramp: np.ndarray, made: Published) -> None:
    picture = made.colors[made.indices].astype(float)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) <= 4
    assert abs(gaussian_blurred(picture, 6) - ramp).mean() < 6
    # The noise of independent draws: no pixel is a mean.
    assert abs(picture - ramp).mean() > 6


def test_the_loss_is_that_of_codes_as_published(ramp: np.ndarray, made: Published) -> None:
    assert made.trace[-1] < 0.1 * made.trace[0]
    # At the end: squared error of the mean and a fifth of the variance, both at most of the draws.
    drawn = ((made.colors[made.indices] / 255 - ramp / 255) ** 2).sum(axis=2).mean() / 3
    assert 0.15 * drawn < made.trace[-1] < drawn


def test_much_variance_allowed_is_less_bias_and_more_noise(ramp: np.ndarray) -> None:
    errors = {}
    for variance in (0.01, 1.0):
        picture = published(ramp, 3, variance=variance, seed=2)
        apart = picture.colors[picture.indices] - ramp.astype(float)
        errors[variance] = abs(gaussian_blurred(apart, 5)).mean(), (apart**2).mean()
    assert errors[0.01][0] < errors[1.0][0]
    assert errors[0.01][1] > errors[1.0][1]


def test_the_seed_decides(ramp: np.ndarray) -> None:
    first, again, other = (published(ramp, 3, steps=50, seed=seed) for seed in (1, 1, 2))
    assert all((one == two).all() for one, two in zip(first, again, strict=True))
    assert (first.colors != other.colors).any()


def test_grey_and_float_pictures_are_taken(ramp: np.ndarray) -> None:
    gray = ramp[..., 0]
    eight, sixteen, real = (
        published(image, 2, steps=50)
        for image in (gray, gray.astype(np.uint16) * 257, gray.astype(np.float64) / 255)
    )
    assert (eight.indices == sixteen.indices).all()
    assert (eight.indices == real.indices).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"colors": 1}, "colors is 1"),
        ({"seed": -1}, "seed is -1"),
        ({"steps": 0}, "steps is 0"),
        ({"variance": -1.0}, "variance is -1"),
        ({"image": np.zeros((2, 0, 3))}, "has no pixels"),
        ({"image": np.broadcast_to(np.uint8(1), (1 << 9, 1 << 10)), "colors": 200}, "too many"),
    ],
)
def test_what_cannot_be_dithered_is_refused(
    ramp: np.ndarray, changed: dict[str, Any], message: str
) -> None:
    arguments: dict[str, Any] = {"image": ramp, "colors": 4}
    with pytest.raises(InputError, match=message):
        published(**(arguments | changed))
