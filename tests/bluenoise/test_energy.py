import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax.test_util import check_grads
from python_loop import loss_terms

from bluenoise.energy import histogram_energy, sort, spectral_energy
from bluenoise.optimize import OptimizeConfig
from bluenoise.target import SpectrumTarget, Uniform


@given(st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=40))
def test_sort_sorts(values: list[float]) -> None:
    array = np.array(values, np.float32)
    assert (np.asarray(sort(jnp.asarray(array))) == np.sort(array)).all()


def test_the_gradient_through_the_sort_is_jaxs_own() -> None:
    values = jax.random.normal(jax.random.key(0), (500,))
    weights = jax.random.normal(jax.random.key(1), (500,))
    ours = jax.grad(lambda array: weights @ sort(array) ** 2)(values)
    jaxs = jax.grad(lambda array: weights @ jnp.sort(array) ** 2)(values)
    assert (ours == jaxs).all()


def test_the_histogram_draws_each_value_to_the_quantile_of_its_rank() -> None:
    values = jnp.array([0.9, 0.2, 0.5])
    quantiles = jnp.array([0.0, 0.5, 1.0])
    gradient = jax.grad(histogram_energy)(values, quantiles, 1.0)
    assert np.asarray(gradient) == pytest.approx(2 / 3 * np.array([-0.1, 0.2, 0.0]), abs=1e-6)


@pytest.mark.parametrize("shape", [(4, 4), (5, 7), (8, 9), (9, 8), (10, 10), (64, 64)])
def test_energies_and_gradient_agree_with_the_full_spectrum(shape: tuple[int, int]) -> None:
    config = OptimizeConfig(shape)
    quantiles = Uniform().quantiles(shape[0] * shape[1])
    variance = float(quantiles.var())
    values = jax.random.uniform(jax.random.key(2), shape)
    weights = jnp.array([1.0, 0.3, 2.0])

    @jax.jit
    def ours(values: jax.Array) -> jax.Array:
        spectral = spectral_energy(values, config.target, variance)
        histogram = histogram_energy(values, jnp.asarray(quantiles, jnp.float32), variance)
        return weights @ jnp.stack([*spectral, histogram])

    @jax.jit
    def plain(values: jax.Array) -> jax.Array:
        return weights @ loss_terms(values, config)

    assert float(ours(values)) == pytest.approx(float(plain(values)), rel=1e-4)
    expected = np.asarray(jax.grad(plain)(values))
    assert np.asarray(jax.grad(ours)(values)) == pytest.approx(expected, rel=2e-3, abs=1e-5)


def test_the_spectral_gradient_agrees_with_differences() -> None:
    with jax.enable_x64(True):
        values = jax.random.uniform(jax.random.key(3), (6, 6), jnp.float64)
        check_grads(
            lambda array: sum(spectral_energy(array, SpectrumTarget(0.3), 1 / 12)),
            (values,),
            order=1,
            modes=["rev"],
        )


def test_white_noise_has_its_share_of_low_frequencies() -> None:
    values = jax.random.uniform(jax.random.key(0), (128, 128))
    share = (np.hypot(*np.meshgrid(*[np.fft.fftfreq(128)] * 2)) < 0.3).mean()
    energy = spectral_energy(values, SpectrumTarget(0.3), 1 / 12)
    assert float(energy.low_frequency) == pytest.approx(share, rel=0.05)
    assert energy.smoothness > 0.1
