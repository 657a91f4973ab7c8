import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax.test_util import check_grads
from python_loop import loss_terms

from bluenoise.methods.spectrum import Spectrum
from bluenoise.objective.losses import (
    pair_energy,
    pair_force,
    smooth_abs,
    sort,
    sorted_values_loss,
    spectrum_loss,
)
from bluenoise.objective.pair_kernel import pair_kernel
from bluenoise.objective.target import SpectrumTarget, UniformDistribution
from dither.metrics.viewing import Gaussian


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
    gradient = jax.grad(sorted_values_loss)(values, quantiles, 1.0)
    assert np.asarray(gradient) == pytest.approx(2 / 3 * np.array([-0.1, 0.2, 0.0]), abs=1e-6)


@pytest.mark.parametrize("shape", [(4, 4), (5, 7), (8, 9), (9, 8), (10, 10), (64, 64)])
def test_energies_and_gradient_agree_with_the_full_spectrum(shape: tuple[int, int]) -> None:
    config = Spectrum(shape)
    quantiles = UniformDistribution().quantiles(shape[0] * shape[1])
    variance = float(quantiles.var())
    values = jax.random.uniform(jax.random.key(2), shape)
    weights = jnp.array([1.0, 0.3, 2.0])

    @jax.jit
    def ours(values: jax.Array) -> jax.Array:
        spectral = spectrum_loss(values, config.target, variance)
        histogram = sorted_values_loss(values, jnp.asarray(quantiles, jnp.float32), variance)
        return weights @ jnp.stack([*spectral, histogram])

    @jax.jit
    def plain(values: jax.Array) -> jax.Array:
        return weights @ loss_terms(values, config)

    assert float(ours(values)) == pytest.approx(float(plain(values)), rel=1e-4)
    expected = np.asarray(jax.jit(jax.grad(plain))(values))
    assert np.asarray(jax.grad(ours)(values)) == pytest.approx(expected, rel=2e-3, abs=1e-5)


def test_the_spectral_gradient_agrees_with_differences() -> None:
    with jax.enable_x64(True):
        values = jax.random.uniform(jax.random.key(3), (6, 6), jnp.float64)
        check_grads(
            lambda array: sum(spectrum_loss(array, SpectrumTarget(0.3), 1 / 12)),
            (values,),
            order=1,
            modes=["rev"],
        )


def test_white_noise_has_its_share_of_low_frequencies() -> None:
    values = jax.random.uniform(jax.random.key(0), (128, 128))
    share = (np.hypot(*np.meshgrid(*[np.fft.fftfreq(128)] * 2)) < 0.3).mean()
    energy = spectrum_loss(values, SpectrumTarget(0.3), 1 / 12)
    assert float(energy.low_frequency) == pytest.approx(share, rel=0.05)
    assert energy.smoothness > 0.1


@pytest.mark.parametrize("epsilon", [pytest.param(0.01, marks=pytest.mark.slow), 0.3, 3.0])
@pytest.mark.parametrize("shape", [pytest.param((4, 4), marks=pytest.mark.slow), (7, 9)])
def test_the_written_out_gradient_of_the_level_energy_is_jaxs_own(
    shape: tuple[int, int], epsilon: float
) -> None:
    radius = 3
    kernel = jnp.asarray(pair_kernel(Gaussian(0.8), radius).ravel())
    values = jax.random.uniform(jax.random.key(5), shape)

    def plain(values: jax.Array) -> jax.Array:
        total = jnp.zeros(())
        for index, (y, x) in enumerate(np.ndindex(7, 7)):
            shifted = jnp.roll(values, (radius - y, radius - x), (0, 1))
            total += kernel[index] * jnp.sum(smooth_abs(values - shifted, epsilon))
        return -total / 2

    ours, gradient = jax.value_and_grad(pair_energy)(values, radius, kernel, jnp.array(epsilon))
    assert float(ours) == pytest.approx(float(plain(values)), rel=1e-5)
    expected = np.asarray(jax.jit(jax.grad(plain))(values))
    assert np.asarray(gradient) == pytest.approx(expected, rel=1e-4, abs=1e-6)
    force = pair_force(values, radius, kernel, epsilon)
    assert np.asarray(force) == pytest.approx(-expected, rel=1e-4, abs=1e-6)


def test_with_a_wide_epsilon_it_is_the_fourier_energy_of_the_values() -> None:
    radius, epsilon, shape = 8, 5.0, (32, 32)
    kernel = pair_kernel(Gaussian(1.5), radius)
    folded = np.zeros(shape)
    offsets = np.arange(-radius, radius + 1)
    np.add.at(folded, np.ix_(offsets % 32, offsets % 32), kernel)
    transfer = np.fft.fft2(folded).real
    energies, powers = [], []
    for seed in range(3):
        values = jax.random.uniform(jax.random.key(seed), shape)
        energies.append(
            float(pair_energy(values, radius, jnp.asarray(kernel.ravel()), jnp.array(epsilon)))
        )
        # Sum of W d^2 over all pairs is 2 (sum of W) (sum of M^2) less twice the filtered power.
        spectrum = np.abs(np.fft.fft2(values)) ** 2 / values.size
        powers.append(float(np.sum((transfer - transfer[0, 0]) * spectrum)) / (2 * epsilon))
    assert energies == pytest.approx(powers, rel=1e-4)
