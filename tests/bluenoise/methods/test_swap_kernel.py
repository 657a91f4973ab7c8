from typing import Any

import numpy as np
import pytest

from bluenoise.methods import swaps
from bluenoise.methods.swap_kernel import random_number, swap_in_tile
from bluenoise.methods.swaps import SwapConfig, SwapPlan
from bluenoise.values.value_set import ValueSet, value_set
from bluenoise.values.value_swaps import init, plan_swaps
from dither.metrics.viewing import Box


@pytest.mark.parametrize(("space", "together"), [("vec2", False), ("scalar", True)])
def test_swaps_are_those_of_a_plain_loop_that_computes_every_sum(
    space: str, together: bool
) -> None:
    side, per_cell, window, local = 8, 6, 0.3, 0.5
    held = value_set(space, side * side)
    plan, _ = plan_swaps(SwapConfig(Box(2)), held, (1, side, side))
    start = init((1, side, side), 3).indices
    found, group = start.copy(), plan.turns[0]
    tile = np.array([0, 0, 0, 1, side, side])
    swap: Any = swap_in_tile
    kept = swap(
        *(plan.points, plan.pulls, found, group.rows, group.weights, group.folded, plan.distance),
        *(plan.longest, tile, together, np.uint64(99), swaps._LOGARITHMS),
        *(per_cell, window, local, 0.0, 1e9),
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
    weights = (
        plan.turns[0].folded[0][(y - y[:, None]) % side, (x - x[:, None]) % side].astype(float)
    )
    points = plan.points.astype(float)
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
        if gained > 2e-6 * apart[lower, upper]:
            cells, kept = swapped, kept + 1
    return cells.reshape(indices.shape), kept
