from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from skimage import metrics

from dither.color import LUMINANCE_WEIGHTS, linear_to_oklab, linear_to_srgb, srgb_to_linear
from dither.differentiable.distances import RGB, OKLab
from dither.differentiable.losses import Blurred, StructuralSimilarity, Variance
from dither.errors import InputError
from dither.metrics import multi_scale_structural_similarity, structural_similarity
from dither.metrics.blur import gaussian_blurred


@pytest.fixture
def pair(photo: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two pictures alike, (47, 79, 3) linear light."""
    noisy = photo + np.random.default_rng(7).normal(0, 20, photo.shape)
    first, second = (np.clip(codes / 255, 0.02, 1)[:47, :79] for codes in (photo, noisy))
    return srgb_to_linear(first), srgb_to_linear(second)


@pytest.mark.parametrize("sigma", [0, 0.1, 1.5, 20])
def test_blurred_is_the_distance_after_the_blur_of_numpy(pair: Any, sigma: float) -> None:
    first, second = pair
    seen = [linear_to_oklab(gaussian_blurred(light, sigma)) for light in pair]
    wanted = ((seen[0] - seen[1]) ** 2).sum(axis=2).mean()
    assert float(Blurred(sigma)(first, second)) == pytest.approx(wanted, rel=1e-3)
    light = [gaussian_blurred(light, sigma) for light in pair]
    wanted = ((light[0] - light[1]) ** 2).mean()
    assert float(Blurred(sigma, RGB())(first, second)) == pytest.approx(wanted, rel=1e-3)


def test_similarity_is_that_of_scikit_image_and_of_the_measures(pair: Any) -> None:
    similarity = 1 - float(StructuralSimilarity()(*pair))
    lumas = [linear_to_srgb(light @ np.array(LUMINANCE_WEIGHTS)) for light in pair]
    wanted = metrics.structural_similarity(
        *lumas, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    assert similarity == pytest.approx(wanted, abs=1e-4)
    codes = [linear_to_srgb(light) for light in pair]
    assert similarity == pytest.approx(structural_similarity(*codes, scale=1), abs=1e-4)


@pytest.mark.slow
def test_five_scales_are_those_of_the_measures_on_odd_sides_too(pair: Any) -> None:
    codes = [linear_to_srgb(light) for light in pair]
    wanted = multi_scale_structural_similarity(codes[0], codes[1])
    assert 1 - float(StructuralSimilarity(5)(*pair)) == pytest.approx(wanted, abs=1e-4)


def test_variance_is_the_mean_scatter_written_out() -> None:
    generator = np.random.default_rng(8)
    chances = generator.dirichlet(np.ones(5), size=(6, 7))
    palette = generator.random((5, 3))
    seen, colors = linear_to_oklab(chances @ palette), linear_to_oklab(palette)
    total = 0.0
    for y, x, color in np.ndindex(chances.shape):
        apart = (colors[color] - seen[y, x]) ** 2 * [1, 0.25, 0.25]
        total += chances[y, x, color] * apart.sum()
    assert float(Variance()(chances, palette)) == pytest.approx(total / 42, rel=1e-4)


LOSSES = [
    Blurred(1),
    StructuralSimilarity(),
    pytest.param(StructuralSimilarity(5), marks=pytest.mark.slow),
]


@pytest.mark.parametrize("loss", LOSSES)
def test_slopes_are_those_of_finite_differences(pair: Any, loss: Any) -> None:
    first, second = (jnp.asarray(light, jnp.float32) for light in pair)
    way = jnp.asarray(np.random.default_rng(9).normal(size=first.shape), jnp.float32)
    slope = float((jax.jit(jax.grad(loss))(second, first) * way).sum())
    value = jax.jit(loss)
    ends = [float(value(second + sign * 1e-3 * way, first)) for sign in (-1, 1)]
    assert slope == pytest.approx((ends[1] - ends[0]) / 2e-3, rel=0.03)


@pytest.mark.parametrize("loss", LOSSES)
def test_black_and_unlike_pictures_have_finite_slopes(loss: Any) -> None:
    checks = np.indices((40, 40)).sum(axis=0)[..., None] % 2 * jnp.ones(3)
    for first, second in ((0 * checks, 0 * checks), (checks, 1 - checks)):
        assert np.isfinite(jax.jit(jax.grad(loss))(first, second)).all()
        assert -1e-6 <= float(jax.jit(loss)(first, second)) <= 2


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="sigma is 21"):
        Blurred(21)
    with pytest.raises(InputError, match="scales is 3"):
        StructuralSimilarity(3)  # pyright: ignore[reportArgumentType]


def test_losses_are_values() -> None:
    assert Blurred(2, OKLab()) == Blurred(2)
    assert len({Blurred(1), Blurred(1), Variance()}) == 2
