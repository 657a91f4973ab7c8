import dataclasses

import numpy as np
import pytest

from bluenoise.methods import rank_swaps, swaps
from bluenoise.methods.rank_swaps import RankSwapConfig
from bluenoise.methods.swaps import SwapConfig, kernel_rows, tile_corners, trajectory
from bluenoise.objective.target import FRAMES
from dither.errors import InputError
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.temporal import SpaceTimeProduct, TemporalExponential
from dither.metrics.viewing import Gaussian


@pytest.mark.parametrize(
    "shape", [(1, 64, 64), (1, 120, 120), (1, 119, 300), (64, 64, 128), (50, 130, 61)]
)
def test_tiles_leave_gaps_and_do_not_overlap(shape: tuple[int, int, int]) -> None:
    gaps = (0 if shape[0] == 1 else 4, 12)
    owner = np.full(shape, -1)
    tiles = tile_corners(shape, gaps, (16, 48))
    for index, tile in enumerate(tiles):
        spans = [np.arange(tile[axis], tile[axis] + tile[3 + axis]) for axis in range(3)]
        place = np.ix_(*(span % side for span, side in zip(spans, shape, strict=True)))
        assert (owner[place] == -1).all()
        owner[place] = index
    for index, tile in enumerate(tiles):
        spans = [
            np.arange(tile[axis] - gap, tile[axis] + tile[3 + axis] + gap) % side
            for axis, gap, side in zip(range(3), (gaps[0], 12, 12), shape, strict=True)
        ]
        assert set(np.unique(owner[np.ix_(*spans)])) <= {-1, index}


@pytest.mark.parametrize(
    ("shape", "config"),
    [
        ((1, 130, 140), RankSwapConfig(Gaussian(1.0), proposals=4, rounds=2)),
        ((48, 48, 64), RankSwapConfig(FRAMES, proposals=2, rounds=2)),
    ],
)
def test_threads_do_not_change_the_bytes(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int, int], config: RankSwapConfig
) -> None:
    plan = rank_swaps.plan_swaps(config, shape)
    assert len(plan.turns[0].tiles) > 1
    start = np.random.default_rng(0).permutation(np.prod(shape)).reshape(shape)
    results = []
    for threads in (1, 2):
        monkeypatch.setattr(swaps, "usable_processors", lambda threads=threads: threads)
        *_, (state, _) = trajectory(plan, swaps.State(start.astype(np.int32), 0), 5)
        results.append(state.indices.tobytes())
    assert results[0] == results[1]


def test_rows_of_a_kernel_hold_it() -> None:
    viewing = SpaceTimeProduct(Gaussian(0.7), TemporalExponential(0.3))
    group = rank_swaps.plan_swaps(RankSwapConfig(viewing), (5, 8, 8)).turns[0]
    rebuilt = np.zeros((5, 8, 8))
    for t, y, x, width, place in group.rows:
        for step in range(width):
            rebuilt[t % 5, y % 8, (x + step) % 8] += group.weights[place + step]
    assert rebuilt == pytest.approx(group.folded, abs=1e-6)
    rows, weights = kernel_rows(np.ones((1, 3, 3), np.float32))
    assert rows[:, 3].tolist() == [8, 8, 8]
    assert weights.sum() == 9


def test_frames_exchange_ranks_and_channels_do_not() -> None:
    shape = (3, 12, 12)
    ranks = np.random.default_rng(0).permutation(np.prod(shape)).reshape(shape)
    config = RankSwapConfig(FRAMES, proposals=20, rounds=2)
    *_, (state, _) = trajectory(
        rank_swaps.plan_swaps(config, shape), rank_swaps.init([ThresholdMatrix(ranks)]), 1
    )
    assert (np.sort(state.indices, axis=None) == np.arange(ranks.size)).all()
    assert (np.sort(state.indices[0], axis=None) != np.sort(ranks[0], axis=None)).any()


def test_dropped_swaps_cost_little_quality() -> None:
    config = RankSwapConfig(Gaussian(1.0), proposals=100, rounds=8)
    start = white_noise(24, 24)
    energies = []
    for spreads in (2.0, 1e9):
        chosen = dataclasses.replace(config, spreads=spreads)
        plan = rank_swaps.plan_swaps(chosen, (1, 24, 24))
        *_, (state, _) = trajectory(plan, rank_swaps.init([start]), 1)
        ranks, folded = state.indices[0].astype(float), plan.turns[0].folded[0]
        total = 0.0
        for offset in zip(*np.nonzero(folded), strict=True):
            moved = np.roll(ranks, offset, (0, 1))
            total -= folded[offset] * np.abs(ranks - moved).mean()
        energies.append(total)
    predicted, exact = energies
    assert abs(predicted / exact - 1) < 2e-3


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"proposals": -1}, "proposals is -1"),
        ({"rounds": 0}, "rounds is 0"),
        ({"local": 2}, "local is 2; it must be from 0 to 1"),
        ({"widest": -1}, "narrowest is 0.005 and widest is -1"),
        ({"coldest": 1}, "coldest is 1 and hottest is 0.0"),
    ],
)
def test_settings_out_of_range_are_refused(options: dict, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        SwapConfig(Gaussian(1.0), **options)
