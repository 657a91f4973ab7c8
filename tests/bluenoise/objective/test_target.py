import numpy as np
import pytest
from scipy import stats

from bluenoise.objective.target import (
    DISTRIBUTIONS,
    GaussianDistribution,
    SpectrumTarget,
    TriangularDistribution,
    UniformDistribution,
    level_cdf,
    levels_and_weights,
)
from dither.errors import InputError


@pytest.mark.parametrize(
    ("levels", "weights"), [(None, None), (5, None), (None, (3, 0, 1)), (4, (2, 1))]
)
def test_heights_differ_by_the_weights_of_the_thresholds_between(levels, weights) -> None:
    cells = 60
    heights = level_cdf(cells, levels, weights)
    counted, shares = levels_and_weights(cells, levels, weights)
    unit = 1 if levels is None else cells / (levels - 1)
    for low, high in ((0, 59), (10, 30), (29, 31), (45, 46)):
        # Of levels k, the pattern of ranks below k holds the lower cell but not the higher.
        between = shares[(counted > low) & (counted <= high)].sum()
        assert heights[high] - heights[low] == pytest.approx(unit * between, rel=1e-5, abs=1e-3)
    assert shares.mean() == pytest.approx(1)


def test_more_levels_than_cells_and_huge_weights_are_all_counted() -> None:
    counted, shares = levels_and_weights(16, levels=65536, weights=(1e308, 1e308))
    assert counted.tolist() == list(range(1, 16))
    assert shares == pytest.approx(np.ones(15))


@pytest.mark.parametrize("weights", [(), (-1, 2), (np.nan, 1), (np.inf, 1), (0, 0)])
def test_weights_without_meaning_are_one_sentence(weights) -> None:
    with pytest.raises(InputError, match="level weights"):
        levels_and_weights(60, weights=weights)


@pytest.mark.parametrize("count", [1, 2, 15, 4096])
def test_quantiles_are_those_of_the_distribution(count: int) -> None:
    probabilities = (np.arange(count) + 0.5) / count
    expected = {
        "uniform": stats.uniform.ppf(probabilities),
        "triangular": stats.triang.ppf(probabilities, 0.5, loc=-1, scale=2),
        "gaussian": stats.norm.ppf(probabilities, scale=0.5),
    }
    for name, distribution in DISTRIBUTIONS.items():
        quantiles = distribution.quantiles(count)
        assert quantiles == pytest.approx(expected[name], abs=1e-9)
        assert (np.diff(quantiles) > 0).all()


def test_noise_is_symmetric_about_zero() -> None:
    for noise in (TriangularDistribution(), GaussianDistribution()):
        quantiles = noise.quantiles(101)
        assert quantiles == pytest.approx(-quantiles[::-1])
    assert UniformDistribution().quantiles(101) + UniformDistribution().quantiles(101)[
        ::-1
    ] == pytest.approx(1)


@pytest.mark.parametrize("shape", [(4, 4), (10, 20), (61, 64)])
def test_target_power_sums_to_that_of_white_noise(shape: tuple[int, int]) -> None:
    power = SpectrumTarget(0.3).power(shape)
    assert power.shape == shape
    assert power[0, 0] == 0
    assert power.sum() == pytest.approx(power.size)
