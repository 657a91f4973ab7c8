from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from skimage import color

from dither.color import linear_to_oklab, linear_to_srgb, srgb_to_linear
from dither.differentiable.distances import CIELAB, RGB, Distance, OKLab
from dither.errors import InputError

COLORS = srgb_to_linear(np.random.default_rng(3).integers(1, 256, (500, 3)) / 255)


def test_oklab_is_that_of_numpy_for_every_color_but_the_darkest() -> None:
    assert np.allclose(OKLab().coordinates(COLORS), linear_to_oklab(COLORS), atol=1e-6)


def test_cielab_is_that_of_scikit_image_in_hundredths() -> None:
    wanted = color.rgb2lab(linear_to_srgb(COLORS))
    assert np.allclose(100 * np.asarray(CIELAB().coordinates(COLORS)), wanted, atol=0.02)


def test_rgb_is_light_or_codes() -> None:
    assert np.allclose(RGB().coordinates(COLORS) * np.sqrt(3), COLORS, atol=1e-6)
    codes = RGB("encoded").coordinates(COLORS) * np.sqrt(3)
    assert np.allclose(codes, linear_to_srgb(COLORS), atol=1e-6)
    with pytest.raises(InputError, match="gamma"):
        RGB("gamma")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("distance", [OKLab(), CIELAB(), RGB(), RGB("encoded")])
def test_arrays_of_numpy_stay_in_numpy_and_agree_with_those_of_jax(distance: Distance) -> None:
    single = COLORS.astype(np.float32)
    found = distance.coordinates(single)
    assert (type(found), found.dtype) == (np.ndarray, np.float32)
    assert np.allclose(found, distance.coordinates(jnp.asarray(single)), atol=1e-6)
    assert np.allclose(distance.coordinates(single.tolist()), found, atol=1e-6)


@pytest.mark.parametrize("distance", [OKLab(), CIELAB(), RGB(), RGB("encoded")])
def test_black_and_white_are_1_apart_and_black_has_a_slope(distance: Distance) -> None:
    black, white = distance.coordinates(np.array([[0.0] * 3, [1.0] * 3]))
    assert float(((white - black) ** 2).sum()) == pytest.approx(1, abs=0.03)
    slopes = np.asarray(jax.jacobian(distance.coordinates)(np.zeros(3, np.float32)))
    assert np.isfinite(slopes).all()
    assert np.linalg.matrix_rank(slopes) == 3


def test_transfer_functions_are_those_of_numpy_and_have_slopes_everywhere() -> None:
    values = np.linspace(0, 1, 1001)
    both: list[Any] = [linear_to_srgb, srgb_to_linear]
    for function in both:
        found = function(jnp.asarray(values))
        assert isinstance(found, jax.Array)
        assert np.allclose(found, function(values), atol=1e-6)
        slope = np.asarray(jax.vmap(jax.grad(function))(values.astype(np.float32)))
        assert np.allclose(slope[1:-1], np.gradient(function(values), values)[1:-1], rtol=0.2)
