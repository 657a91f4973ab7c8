import dataclasses
from pathlib import Path

import numpy as np
import pytest

from bluenoise.methods.blue import default_swaps
from bluenoise.methods.rank_swaps import (
    RankSwapConfig,
    finish,
    init,
    plan_swaps,
    swap_ranks,
)
from bluenoise.methods.swaps import folded_kernel, step
from bluenoise.methods.void_and_cluster import void_and_cluster
from bluenoise.objective.pair_kernel import (
    JointChannels,
    pair_kernel,
    whole_kernel,
    wrap_frames,
)
from bluenoise.objective.target import ALL_DISTANCES, level_cdf
from dither.errors import InputError
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix, is_permutation
from dither.metrics import temporal
from dither.metrics.patterns import anisotropy, level_energies
from dither.metrics.temporal import SpaceTime, SpaceTimeProduct, SpaceTimeSum
from dither.metrics.viewing import Gaussian, Mixture, Nasanen, ViewingFilter, parse_filter


def pair_energy(ranks: np.ndarray, folded: np.ndarray) -> float:
    """Minus half the sum over all ordered pairs of cells of W |difference of ranks|, one by one."""
    total = 0.0
    for cell in np.ndindex(ranks.shape):
        distance = np.abs(ranks - ranks[cell])
        total += (np.roll(folded, cell, range(ranks.ndim)) * distance).sum()
    return -total / 2


def level_energies_by_convolution(ranks: np.ndarray, transfer: np.ndarray) -> np.ndarray:
    """Return E_k for k = 1..N-1, one blurred pattern at a time."""
    levels = range(1, ranks.size)
    blurred = [np.fft.ifft2(np.fft.fft2(ranks < level) * transfer).real for level in levels]
    return np.array(
        [np.mean((b - k / ranks.size) ** 2) for k, b in zip(levels, blurred, strict=True)]
    )


@pytest.mark.parametrize("viewing", [Gaussian(1.2), Nasanen(150, 30), parse_filter("box:3")])
@pytest.mark.parametrize("shape", [(3, 5), (12, 16)])
def test_the_pair_energy_is_the_sum_of_all_level_energies(
    shape: tuple[int, int], viewing: ViewingFilter
) -> None:
    transfer = viewing.transfer(np.fft.fftfreq(shape[0])[:, None], np.fft.fftfreq(shape[1]))
    autocorrelation = np.fft.ifft2(transfer**2).real
    cells = shape[0] * shape[1]
    for seed in range(2):
        ranks = white_noise(*shape, seed).ranks.astype(float)
        energies = level_energies_by_convolution(ranks, transfer)
        identity = (cells**2 - 1) / (6 * cells) + pair_energy(ranks, autocorrelation) / cells
        assert energies.sum() == pytest.approx(identity, rel=1e-9)
        assert level_energies(ranks, [viewing]).sum() == pytest.approx(identity, rel=1e-6)


def test_the_identity_by_hand() -> None:
    # Without a filter every pattern's error is g (1 - g); a filter that removes everything leaves none.
    ranks = np.arange(4.0).reshape(2, 2)
    sharp, flat = np.zeros((2, 2)), np.full((2, 2), 1 / 4)
    sharp[0, 0] = 1
    constant = (4**2 - 1) / (6 * 4)
    assert constant + pair_energy(ranks, sharp) / 4 == pytest.approx(3 / 16 + 4 / 16 + 3 / 16)
    assert constant + pair_energy(ranks, flat) / 4 == pytest.approx(0)


@pytest.mark.parametrize("shape", [(8, 8), (5, 30), (20, 24), (64, 128)])
def test_every_round_lowers_the_exact_energy(shape: tuple[int, int]) -> None:
    config = RankSwapConfig(viewing=Gaussian(1.5), proposals=40, rounds=4)
    folded = folded_kernel(whole_kernel(Gaussian(1.5)), (1, *shape))[0].astype(float)
    # Where the torus is smaller than the kernel, a cell is its own neighbour, at no distance.
    state = init([white_noise(*shape)])
    plan = plan_swaps(config, state.indices.shape)
    before = pair_energy(state.indices[0].astype(float), folded)
    for _ in range(4):
        state, info = step(plan, state, seed=1)
        after = pair_energy(state.indices[0].astype(float), folded)
        assert after < before if info.kept else after == before
        assert info.kept > 0 or state.round > 1
        before = after
    assert is_permutation(state.indices.astype(int))


@pytest.mark.parametrize("shape", [(4, 8, 9), (5, 12, 8), (40, 8, 8)])
@pytest.mark.parametrize(
    "viewing",
    [
        SpaceTimeSum(Gaussian(1.0), temporal.TemporalGaussian(0.85), 0.5),
        SpaceTimeProduct(Gaussian(1.0), temporal.TemporalBox(3)),
    ],
)
def test_every_round_lowers_the_exact_energy_of_frames(
    shape: tuple[int, ...], viewing: SpaceTime
) -> None:
    config = RankSwapConfig(viewing=viewing, proposals=12, rounds=3)
    folded = folded_kernel(wrap_frames(whole_kernel(viewing), shape[0]), shape).astype(float)
    ranks = np.random.default_rng(0).permutation(np.prod(shape)).reshape(shape)
    state = init([ThresholdMatrix(ranks)])
    plan = plan_swaps(config, state.indices.shape)
    before = pair_energy(state.indices.astype(float), folded)
    for _ in range(3):
        state, _ = step(plan, state, seed=1)
        after = pair_energy(state.indices.astype(float), folded)
        assert after < before
        before = after
    assert finish(state)[0].shape == shape


@pytest.mark.parametrize("count", [2, 3, 4])
def test_every_round_lowers_the_exact_energy_of_channels(count: int) -> None:
    weights = (0.5, 0.3, 0.15, 0.05)[:count]
    config = RankSwapConfig(JointChannels(Gaussian(1.0), weights, own=0.2), proposals=20, rounds=3)
    plane = pair_kernel(Gaussian(1.0), 8).astype(float)
    # Of different channels a pixel is its own neighbour too: the autocorrelation where it is 1.
    plane[8, 8] = plane[8, 9] * np.exp(1 / 4)
    with_centre = folded_kernel(plane, (12, 14)).astype(float)

    def energy(ranks: np.ndarray) -> float:
        total = 0.0
        for one, two in np.ndindex(count, count):
            strength = weights[one] * weights[two] + (0.2 if one == two else 0)
            for cell in np.ndindex(12, 14):
                distance = np.abs(ranks[two] - ranks[one][cell])
                total -= strength * (np.roll(with_centre, cell, (0, 1)) * distance).sum()
        return total

    state = init([white_noise(12, 14, seed) for seed in range(count)])
    plan = plan_swaps(config, state.indices.shape)
    before = energy(state.indices.astype(float))
    for _ in range(3):
        state, _ = step(plan, state, seed=1)
        after = energy(state.indices.astype(float))
        assert after < before
        before = after
    assert all(is_permutation(matrix.ranks) for matrix in finish(state, count))


def test_a_matrix_in_which_no_swap_helps_stays() -> None:
    matrix = white_noise(4, 4)
    config = RankSwapConfig(proposals=4000, widest=1, narrowest=1)
    settled = swap_ranks(matrix, config, seed=0)
    again = swap_ranks(settled, config, seed=1)
    assert (again.ranks == settled.ranks).all()
    # No pair of ranks, tried one by one on the exact energy, is better swapped.
    folded = folded_kernel(whole_kernel(ALL_DISTANCES), (1, 4, 4))[0].astype(float)
    lowest = pair_energy(settled.ranks.astype(float), folded)
    for p in range(16):
        for q in range(p):
            swapped = settled.ranks.astype(float).ravel()
            swapped[[p, q]] = swapped[[q, p]]
            assert pair_energy(swapped.reshape(4, 4), folded) > lowest - 1e-4


def test_the_filter_decides_what_gets_better() -> None:
    start = void_and_cluster((32, 32))
    filters = [Gaussian(1.0), Gaussian(1.5), Gaussian(3.0), Gaussian(4.0), Nasanen(600, 30)]
    for index, viewing in enumerate(filters):
        refined = swap_ranks(start, RankSwapConfig(viewing=viewing, proposals=50))
        energies = [
            level_energies(matrix.ranks, filters).mean(axis=0) for matrix in (start, refined)
        ]
        assert energies[1][index] < energies[0][index]


@pytest.mark.parametrize(
    "text",
    [
        "box:3",
        "box:8",
        "binomial:4",
        "nasanen:600dpi,40cm",
        "gaussian:5",
        "ideal.txt",
        "peaked.txt",
    ],
)
def test_no_filter_is_worse_served_than_by_void_and_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    # One that rings far out, and one whose gain is above 1 where the eye is keenest.
    (tmp_path / "ideal.txt").write_text("0 1\n0.1 1\n0.11 0\n")
    (tmp_path / "peaked.txt").write_text("0 1\n0.3 1\n0.5 2\n")
    viewing = parse_filter(text)
    start = void_and_cluster((40, 40))
    refined = swap_ranks(start, RankSwapConfig(viewing=viewing, proposals=60))
    before, after = (level_energies(m.ranks, [viewing]).mean() for m in (start, refined))
    assert after < before


@pytest.mark.parametrize(
    ("levels", "gain"), [(4, -4.3), pytest.param(16, -1.2, marks=pytest.mark.slow)]
)
def test_few_levels_become_much_better(levels: int, gain: float) -> None:
    start = void_and_cluster((64, 64))
    refined = swap_ranks(start, default_swaps((64, 64), levels=levels))
    counted = np.rint(np.arange(1, levels - 1) * 4096 / (levels - 1)).astype(int)
    energies = [
        level_energies(matrix.ranks, [Gaussian(1.5)], counted).mean() for matrix in (start, refined)
    ]
    assert 10 * np.log10(energies[1] / energies[0]) < gain
    assert anisotropy(refined.ranks, counted) == pytest.approx(0, abs=0.8)


@pytest.mark.slow
def test_a_falling_temperature_ends_lower_than_greed() -> None:
    start = void_and_cluster((64, 64))
    counted = np.rint(np.arange(1, 15) * 4096 / 15).astype(int)
    energies = []
    hot = default_swaps((64, 64), levels=16)
    for config in (dataclasses.replace(hot, hottest=0.0, coldest=0.0), hot):
        refined = swap_ranks(start, config, seed=1)
        energies.append(level_energies(refined.ranks, [ALL_DISTANCES], counted).mean())
    assert energies[1] < 0.94 * energies[0]


def test_a_mixtures_energy_is_the_mean_of_its_parts() -> None:
    ranks = white_noise(16, 16).ranks
    parts = ((1.0, Gaussian(1.0)), (3.0, Gaussian(2.0)))
    one, two, mixed = level_energies(ranks, [parts[0][1], parts[1][1], Mixture(parts)]).mean(axis=0)
    assert mixed == pytest.approx((one + 3 * two) / 4)


def test_two_levels_are_too_few() -> None:
    with pytest.raises(InputError, match="levels is 2; it must be at least 3"):
        RankSwapConfig(levels=2)


def test_the_staircase_counts_the_levels_and_no_others() -> None:
    config = RankSwapConfig(levels=4, proposals=20, rounds=2)
    shape = (16, 20)
    heights = level_cdf(320, 4)
    folded = folded_kernel(whole_kernel(ALL_DISTANCES), (1, *shape))[0].astype(float)
    start = white_noise(*shape)
    refined = swap_ranks(start, config)
    before, after = (pair_energy(heights[m.ranks].astype(float), folded) for m in (start, refined))
    assert after < before
    assert np.unique(heights).size == 3


def test_the_seed_decides() -> None:
    start = void_and_cluster((16, 16))
    config = RankSwapConfig(proposals=4)
    first, same, other = (swap_ranks(start, config, seed=seed).ranks for seed in (1, 1, 2))
    assert (first == same).all()
    assert (first != other).any()
