import numpy as np
import pytest

from bluenoise.methods.swaps import SwapConfig, SwapPlan, step
from bluenoise.values.distance import HALF_SPACES, mean_distance
from bluenoise.values.value_set import ValueSet, value_set
from bluenoise.values.value_swaps import init, plan_swaps
from dither.errors import InputError
from dither.metrics.temporal import SpaceTimeSum, TemporalExponential
from dither.metrics.viewing import Gaussian

OVER_TIME = SpaceTimeSum(Gaussian(1.0), TemporalExponential(0.3), 0.5)


def weighted_distances(plan: SwapPlan, held: ValueSet, indices: np.ndarray) -> float:
    """The sum over pairs of cells of W d, which swaps raise: offset by offset."""
    points = plan.points[indices].astype(float)
    mean, folded = mean_distance(plan.points.astype(float), held.distance), plan.turns[0].folded
    total = 0.0
    for offset in zip(*np.nonzero(folded), strict=True):
        moved = np.roll(points, [-int(each) for each in offset], (0, 1, 2))
        total += folded[offset] * held.distance.between(points, moved).sum() / mean / 2
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
    plan, order = plan_swaps(SwapConfig(viewing, proposals=24, rounds=3), held, shape)
    state = init(shape, 1)
    before = weighted_distances(plan, held, state.indices)
    for _ in range(3):
        state, info = step(plan, state, 1)
        after = weighted_distances(plan, held, state.indices)
        assert info.kept > 0
        assert after > before
        before = after
    each = np.sort(order[state.indices].reshape(shape[0], -1), axis=1)
    assert (each == np.arange(shape[1] * shape[2])).all()


def test_pulls_are_the_gradient_of_the_mean_distance() -> None:
    held = value_set("vec2", 100)
    plan, _ = plan_swaps(SwapConfig(Gaussian(1.0)), held, (1, 10, 10))
    points = plan.points.astype(float)
    scale = plan.turns[0].folded.sum() / mean_distance(points, HALF_SPACES)
    others = np.delete(points, 7, axis=0)
    for axis in range(2):
        moved = np.eye(2)[axis] * 1e-5
        ends = [HALF_SPACES.between(points[7] + sign * moved, others).sum() for sign in (1, -1)]
        assert plan.pulls[7, axis] == pytest.approx(
            scale * (ends[0] - ends[1]) / 2e-5 / 100, rel=0.02
        )


def test_equal_values_are_refused() -> None:
    values = np.ones((16, 2), np.float32)
    with pytest.raises(InputError, match="all values are equal"):
        plan_swaps(
            SwapConfig(Gaussian(1.0)), ValueSet("points", values, values, HALF_SPACES), (1, 4, 4)
        )
