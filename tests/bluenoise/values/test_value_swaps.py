from typing import Any

import numpy as np
import pytest

from bluenoise.methods.swap_kernel import random_number
from bluenoise.values import value_swaps
from bluenoise.values.distance import HALF_SPACES, mean_distance
from bluenoise.values.value_set import ValueSet, value_set
from bluenoise.values.value_swap_kernel import swap_values_in_tile
from bluenoise.values.value_swaps import (
    SwapPlan,
    ValueSwapConfig,
    finish,
    init,
    kernel_rows,
    plan_swaps,
    step,
    trajectory,
)
from dither.errors import InputError
from dither.metrics.temporal import SpaceTimeProduct, SpaceTimeSum, TemporalExponential
from dither.metrics.viewing import Box, Gaussian

OVER_TIME = SpaceTimeSum(Gaussian(1.0), TemporalExponential(0.3), 0.5)


def weighted_distances(plan: SwapPlan, held: ValueSet, indices: np.ndarray) -> float:
    """The sum over pairs of cells of W d, which swaps raise: offset by offset."""
    points = held.points[plan.order][indices].astype(float)
    mean = mean_distance(held.points[plan.order].astype(float), held.distance)
    total = 0.0
    for offset in zip(*np.nonzero(plan.folded), strict=True):
        moved = np.roll(points, [-int(each) for each in offset], (0, 1, 2))
        total += plan.folded[offset] * held.distance.between(points, moved).sum() / mean / 2
    return total


@pytest.mark.parametrize(
    ("space", "shape"),
    [
        ("vec2", (1, 16, 16)),
        ("circle", (1, 12, 20)),
        ("sphere", (1, 5, 40)),
        ("phase", (3, 12, 12)),
    ],
)
def test_every_greedy_round_raises_the_exact_distances(
    space: str, shape: tuple[int, int, int]
) -> None:
    held = value_set(space, shape[1] * shape[2])
    viewing = OVER_TIME if shape[0] > 1 else Gaussian(1.0)
    plan = plan_swaps(ValueSwapConfig(viewing, proposals=24, rounds=3, greedy=1.0), held, shape)
    state = init(plan, 1)
    before = weighted_distances(plan, held, state.indices)
    for _ in range(3):
        state, info = step(plan, state, 1)
        after = weighted_distances(plan, held, state.indices)
        assert info.kept > 0
        assert after > before
        before = after
    each = np.sort(finish(plan, state).reshape(shape[0], -1), axis=1)
    assert (each == np.arange(shape[1] * shape[2])).all()


def test_swaps_are_those_of_a_plain_loop_that_computes_every_sum() -> None:
    side, per_cell, window, local = 8, 6, 0.3, 0.5
    held = value_set("vec2", side * side)
    plan = plan_swaps(ValueSwapConfig(Box(2)), held, (1, side, side))
    start = init(plan, 3).indices
    found = start.copy()
    tile = np.array([0, 0, 0, 1, side, side])
    swap: Any = swap_values_in_tile
    kept = swap(
        *(plan.points, plan.pulls, found, plan.rows, plan.weights, plan.folded, plan.distance),
        *(tile, np.uint64(99), value_swaps._LOGARITHMS, per_cell, window, local, 0.0, 1e9),
    )
    expected, count = plain_swaps(plan, held, start, per_cell, window, local)
    assert (found == expected).all()
    assert kept == count > 20


def plain_swaps(
    plan: SwapPlan, held: ValueSet, indices: np.ndarray, per_cell: int, window: float, local: float
) -> tuple[np.ndarray, int]:
    """Swap greedily, each time by the whole sum before and after."""
    side, area = indices.shape[1], indices.size
    cells = indices.ravel().astype(int)
    y, x = np.divmod(np.arange(area), side)
    weights = plan.folded[0][(y - y[:, None]) % side, (x - x[:, None]) % side].astype(float)
    points = held.points[plan.order].astype(float)
    apart = held.distance.between(points[:, None], points[None]) * float(plan.distance[0])
    state, kept = np.uint64(99), 0
    draw: Any = getattr(random_number, "python", random_number)
    for _ in range(per_cell * area):
        with np.errstate(over="ignore"):
            state, first = draw(state)
            state, second = draw(state)
        lower = int(first * area)
        where = np.argsort(cells)
        if second < local:
            p = where[lower]
            hop = int(second / local * 49)
            to = y[p] + hop // 7 - 3, x[p] + hop % 7 - 3
            if not (0 <= to[0] < side and 0 <= to[1] < side):
                continue
            upper = cells[to[0] * side + to[1]]
        else:
            upper = lower + 1 + int((second - local) / (1 - local) * max(1.0, window * area))
            if upper >= area:
                continue
        swapped = cells.copy()
        swapped[[where[lower], where[upper]]] = upper, lower
        gained = (
            weights * (apart[np.ix_(swapped, swapped)] - apart[np.ix_(cells, cells)])
        ).sum() / 2
        if gained > 2e-7:
            cells, kept = swapped, kept + 1
    return cells.reshape(indices.shape), kept


def test_threads_do_not_change_the_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = (1, 60, 128)
    held = value_set("vec2", 60 * 128)
    plan = plan_swaps(ValueSwapConfig(Box(2), proposals=2, rounds=2), held, shape)
    assert len(plan.tiles) > 1
    results = []
    for threads in (1, 2):
        monkeypatch.setattr(value_swaps, "usable_processors", lambda threads=threads: threads)
        *_, (state, _) = trajectory(plan, init(plan, 5), 5)
        results.append(state.indices.tobytes())
    assert results[0] == results[1]


def test_rows_of_a_kernel_hold_it() -> None:
    held = value_set("vec2", 64)
    viewing = SpaceTimeProduct(Gaussian(0.7), TemporalExponential(0.3))
    plan = plan_swaps(ValueSwapConfig(viewing), held, (5, 8, 8))
    rebuilt = np.zeros((5, 8, 8))
    for t, y, x, width, place in plan.rows:
        for step_x in range(width):
            rebuilt[t % 5, y % 8, (x + step_x) % 8] += plan.weights[place + step_x]
    assert rebuilt == pytest.approx(plan.folded, abs=1e-6)
    rows, weights = kernel_rows(np.ones((1, 3, 3), np.float32))
    assert rows[:, 3].tolist() == [8, 8, 8]
    assert weights.sum() == 9


def test_pulls_are_the_gradient_of_the_mean_distance() -> None:
    held = value_set("vec2", 100)
    plan = plan_swaps(ValueSwapConfig(), held, (1, 10, 10))
    points = plan.points.astype(float)
    scale = plan.folded.sum() / mean_distance(points, HALF_SPACES)
    others = np.delete(points, 7, axis=0)
    for axis in range(2):
        moved = np.eye(2)[axis] * 1e-5
        ends = [HALF_SPACES.between(points[7] + sign * moved, others).sum() for sign in (1, -1)]
        assert plan.pulls[7, axis] == pytest.approx(
            scale * (ends[0] - ends[1]) / 2e-5 / 100, rel=0.02
        )


def test_equal_values_and_bad_numbers_are_refused() -> None:
    values = np.ones((16, 2), np.float32)
    with pytest.raises(InputError, match="all values are equal"):
        plan_swaps(ValueSwapConfig(), ValueSet("points", values, values, HALF_SPACES), (1, 4, 4))
    with pytest.raises(InputError, match="rounds is 0"):
        ValueSwapConfig(rounds=0)
    with pytest.raises(InputError, match="proposals is -1"):
        ValueSwapConfig(proposals=-1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"local": 2}, "local is 2; it must be from 0 to 1"),
        ({"widest": -1}, "narrowest is 0.03 and widest is -1"),
        ({"coldest": 1}, "coldest is 1 and hottest is 0.002"),
        ({"rounds": 0}, "rounds is 0"),
    ],
)
def test_settings_out_of_range_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        ValueSwapConfig(**options)
