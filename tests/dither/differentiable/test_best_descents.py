import numpy as np
import pytest

from dither.color import srgb_to_linear
from dither.differentiable.best_descents import descend_best
from dither.differentiable.config import DescentConfig
from dither.differentiable.descent import Descended, descend


@pytest.fixture
def points(photo: np.ndarray) -> np.ndarray:
    """(N, 3) linear light of a small picture."""
    return srgb_to_linear((photo[::2, ::3][:24, :24] // 32 * 32).reshape(-1, 3) / 255)


@pytest.fixture
def firsts() -> list[np.ndarray]:
    return [np.random.default_rng(seed).random((5, 3)) ** 2 for seed in range(4)]


def _same(first: Descended, second: Descended) -> bool:
    return all(one.tobytes() == other.tobytes() for one, other in zip(first, second, strict=True))


def test_one_start_is_a_plain_descent(points: np.ndarray, firsts: list[np.ndarray]) -> None:
    config, weights = DescentConfig(steps=230), np.arange(1.0, 577)
    learned = np.array([True, False, True, True, True])
    alone = descend(points, weights, firsts[0], config, learned=learned)
    (best,) = descend_best(points, weights, firsts[:1], config, learned=learned, kept=2)
    assert _same(alone, best)


@pytest.mark.parametrize(("steps", "kept"), [(1, 1), (2, 2), (400, 1), (400, 3)])
def test_the_best_is_the_whole_descent_of_one_start_and_ends_near_the_best_of_all(
    points: np.ndarray, firsts: list[np.ndarray], steps: int, kept: int
) -> None:
    config, weights = DescentConfig(steps=steps), np.ones(576)
    every = [descend(points, weights, first, config) for first in firsts]
    told: list[float] = []
    best, *others = descend_best(
        *(points, weights, firsts, config),
        kept=kept,
        threads=2,
        on_progress=lambda share, _: told.append(share),
    )
    assert len(others) == kept - 1
    for found in (best, *others):
        assert any(_same(found, each) for each in every)
        assert best.trace[-1] <= found.trace[-1]
    losses = sorted(float(each.trace[-1]) for each in every)
    assert best.trace[-1] <= losses[1]
    assert told == sorted(told)
    assert told[-1] == 1


def test_the_result_does_not_depend_on_threads(
    points: np.ndarray, firsts: list[np.ndarray]
) -> None:
    config, weights = DescentConfig(steps=120), np.ones(576)
    (one,), (two,) = (
        descend_best(points, weights, firsts, config, threads=threads) for threads in (1, 2)
    )
    assert _same(one, two)
