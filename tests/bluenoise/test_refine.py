import os
from pathlib import Path

import numba
import numpy as np
import pytest

from bluenoise.refine import (
    RefineConfig,
    folded_kernel,
    init,
    refine,
    step,
    tile_corners,
)
from bluenoise.target import level_staircase, pair_kernel
from bluenoise.void_and_cluster import void_and_cluster
from dither.classical import white_noise
from dither.errors import InputError
from dither.matrix import is_permutation
from dither.metrics.spectrum import anisotropy, level_energies
from dither.metrics.viewing import Gaussian, Measured, Mixture, Nasanen, parse_filter


def pair_energy(ranks: np.ndarray, folded: np.ndarray) -> float:
    """Minus half the sum over all ordered pairs of cells of W |difference of ranks|, one by one."""
    height, width = ranks.shape
    total = 0.0
    for y in range(height):
        for x in range(width):
            distance = np.abs(ranks - ranks[y, x])
            total += (np.roll(folded, (y, x), (0, 1)) * distance).sum()
    return -total / 2


def test_the_pair_energy_is_the_sum_of_all_level_energies() -> None:
    sigma = 1.2
    matrices = [white_noise(12, 16, seed).ranks.astype(float) for seed in range(4)]
    axes = np.fft.fftfreq(12)[:, None], np.fft.fftfreq(16)
    autocorrelation = np.fft.ifft2(Gaussian(sigma).transfer(*axes) ** 2).real
    pairs = [pair_energy(ranks, autocorrelation) for ranks in matrices]
    levels = [level_energies(ranks, [Gaussian(sigma)]).sum() for ranks in matrices]
    # Equal but for a constant: W sums over all pairs, the energy is a mean over the cells.
    assert np.diff(pairs) / 192 == pytest.approx(np.diff(levels), rel=1e-6)


@pytest.mark.parametrize("shape", [(8, 8), (5, 30), (20, 24), (64, 128)])
def test_every_round_lowers_the_exact_energy(shape: tuple[int, int]) -> None:
    config = RefineConfig(viewing=Gaussian(1.5), radius=12, proposals=40, rounds=4)
    folded = folded_kernel(pair_kernel(config.viewing, 12), shape).astype(float)
    # Where the torus is smaller than the kernel, a cell is its own neighbour, at no distance.
    state = init(white_noise(*shape))
    before = pair_energy(state.ranks.astype(float), folded)
    for _ in range(4):
        state, info = step(config, state, seed=1)
        after = pair_energy(state.ranks.astype(float), folded)
        assert after < before if info.kept else after == before
        assert info.kept > 0 or state.round > 1
        before = after
    assert is_permutation(state.ranks.astype(int))


def test_a_matrix_in_which_no_swap_helps_stays() -> None:
    matrix = white_noise(4, 4)
    config = RefineConfig(radius=12, proposals=4000, widest=1, narrowest=1)
    settled = refine(matrix, config, seed=0)
    again = refine(settled, config, seed=1)
    assert (again.ranks == settled.ranks).all()
    # No pair of ranks, tried one by one on the exact energy, is better swapped.
    folded = folded_kernel(pair_kernel(config.viewing, 12), (4, 4)).astype(float)
    lowest = pair_energy(settled.ranks.astype(float), folded)
    for p in range(16):
        for q in range(p):
            swapped = settled.ranks.astype(float).ravel()
            swapped[[p, q]] = swapped[[q, p]]
            assert pair_energy(swapped.reshape(4, 4), folded) > lowest - 1e-4


def test_the_filter_decides_what_gets_better() -> None:
    start = void_and_cluster(32, 32)
    filters = [Gaussian(1.0), Gaussian(1.5), Gaussian(3.0), Gaussian(4.0), Nasanen(600, 30)]
    for index, viewing in enumerate(filters):
        refined = refine(start, RefineConfig(viewing=viewing, proposals=50))
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
    start = void_and_cluster(40, 40)
    refined = refine(start, RefineConfig(viewing=viewing, proposals=60))
    before, after = (level_energies(m.ranks, [viewing]).mean() for m in (start, refined))
    assert after < before


@pytest.mark.parametrize(("levels", "gain"), [(5, -2.5), (17, -0.5)])
def test_few_levels_become_much_better(levels: int, gain: float) -> None:
    start = void_and_cluster(64, 64)
    refined = refine(start, RefineConfig(levels=levels))
    counted = np.arange(1, levels - 1) * 4096 // (levels - 1)
    energies = [
        level_energies(matrix.ranks, [Gaussian(1.5)], counted).mean() for matrix in (start, refined)
    ]
    assert 10 * np.log10(energies[1] / energies[0]) < gain
    assert anisotropy(refined.ranks, counted) == pytest.approx(0, abs=0.5)


def test_the_staircase_counts_the_levels_and_no_others() -> None:
    config = RefineConfig(levels=4, radius=12, proposals=20, rounds=2)
    shape = (16, 20)
    heights = level_staircase(320, 4)
    folded = folded_kernel(pair_kernel(config.viewing, 12), shape).astype(float)
    start = white_noise(*shape)
    refined = refine(start, config)
    before, after = (pair_energy(heights[m.ranks].astype(float), folded) for m in (start, refined))
    assert after < before
    assert np.unique(heights).size == 3


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is one processor only")
def test_threads_do_not_change_the_bytes() -> None:
    start = void_and_cluster(130, 140)
    config = RefineConfig(proposals=8, rounds=4)
    results = []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        results.append(refine(start, config, seed=5).ranks)
    assert (results[0] == results[1]).all()


def test_the_seed_decides() -> None:
    start = void_and_cluster(16, 16)
    config = RefineConfig(proposals=4)
    first, same, other = (refine(start, config, seed=seed).ranks for seed in (1, 1, 2))
    assert (first == same).all()
    assert (first != other).any()


@pytest.mark.parametrize("shape", [(64, 64), (120, 120), (119, 300), (512, 512)])
def test_tiles_leave_gaps_and_do_not_overlap(shape: tuple[int, int]) -> None:
    radius = 12
    covered = np.zeros(shape, int)
    for top, left, height, width in tile_corners(shape, radius):
        rows = np.arange(top, top + height) % shape[0]
        columns = np.arange(left, left + width) % shape[1]
        covered[np.ix_(rows, columns)] += 1
        if height < shape[0]:
            around = np.arange(top - radius, top + height + radius) % shape[0]
            covered[np.ix_(np.setdiff1d(around, rows), columns)] += 10
    assert covered.max() <= 20
    assert not (covered % 10 > 1).any()
    assert not ((covered > 10) & (covered % 10 > 0)).any()


def test_the_pair_kernel_is_the_filters_autocorrelation_where_it_is_not_tapered() -> None:
    kernel = pair_kernel(Gaussian(1.5), 12)
    distance = np.arange(1, 6)
    expected = np.exp(-(distance**2) / (4 * 1.5**2))
    line = kernel[12, 12 + distance]
    assert line / line[0] == pytest.approx(expected / expected[0], rel=1e-3)
    assert kernel[12, 12] == 0
    assert kernel.sum() == pytest.approx(1, abs=1e-5)


def test_a_filter_without_preference_is_one_sentence() -> None:
    with pytest.raises(InputError, match="every frequency alike"):
        pair_kernel(Measured((0.0, 1.0), (1.0, 1.0)), 8)


def test_a_mixtures_energy_is_the_mean_of_its_parts() -> None:
    ranks = white_noise(16, 16).ranks
    parts = ((1.0, Gaussian(1.0)), (3.0, Gaussian(2.0)))
    one, two, mixed = level_energies(ranks, [parts[0][1], parts[1][1], Mixture(parts)]).mean(axis=0)
    assert mixed == pytest.approx((one + 3 * two) / 4)
