from dataclasses import replace

import numpy as np
import pytest

from dither.color import linear_to_srgb, srgb_to_linear
from dither.optimizer.config import OptimizeConfig
from dither.optimizer.gamut_target import gamut_target
from dither.optimizer.learned_palette import LearnedPalette, learn_palette

pytest.importorskip("jax")
pytest.importorskip("numba")

QUICK = OptimizeConfig(steps=300, rounds=2)


def learned(
    picture: np.ndarray,
    firsts: list[np.ndarray],
    may_move: np.ndarray | None = None,
    config: OptimizeConfig = QUICK,
) -> LearnedPalette:
    count = len(firsts[0])
    return learn_palette(
        gamut_target(picture, count, sigma=1.5),
        firsts,
        np.ones(count, bool) if may_move is None else may_move,
        config,
    )


def test_a_learned_palette_spans_more_than_its_start(photo: np.ndarray) -> None:
    start = np.full((4, 3), 0.4) + np.random.default_rng(0).random((4, 3)) * 0.05
    found = learned(photo, [start], config=replace(QUICK, steps=500))
    assert np.ptp(found.palette, axis=0).max() > 5 * np.ptp(start, axis=0).max()
    assert found.trace[-1] < found.trace[0] / 4


def test_colours_that_may_not_move_stay(photo: np.ndarray) -> None:
    start = np.array([[0.0, 0, 0], [0.5, 0.1, 0.1], [0.9, 0.9, 0.8]])
    found = learned(photo, [start], np.array([False, True, False]))
    assert (found.palette[[0, 2]] == start[[0, 2]]).all()
    assert np.abs(found.palette[1] - start[1]).max() > 0.01


def test_the_better_start_wins(photo: np.ndarray) -> None:
    good = np.array([[0.01, 0.01, 0.01], [0.9, 0.9, 0.9], [0.5, 0.1, 0.05], [0.1, 0.3, 0.6]])
    bad = np.full((4, 3), 0.2) + np.eye(4, 3) * 1e-3
    # With one step nothing is learned, and only what the pixels look like tells the two apart.
    config = OptimizeConfig(steps=1, rounds=1)
    both = learned(photo, [bad, good], config=config).palette
    alone = learned(photo, [good], config=config).palette
    assert np.abs(np.sort(both, axis=0) - np.sort(alone, axis=0)).max() < 1e-6


@pytest.mark.slow
def test_a_ramp_keeps_even_greys_where_a_descent_would_not() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 40, axis=1).repeat(3, axis=2)
    even = srgb_to_linear(np.linspace(2, 253, 64)[:, None].repeat(3, axis=1) / 255)
    found = learned(ramp, [even], config=OptimizeConfig(steps=300, rounds=1))
    steps = np.diff(np.sort(linear_to_srgb(found.palette)[:, 1]) * 255)
    assert steps.max() < 8


def test_tiles_of_a_large_picture_leave_the_pixels_to_others() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (1100, 1000, 3)).astype(np.uint8)
    found = learned(picture, [np.eye(3)], config=OptimizeConfig(steps=1, rounds=1))
    assert found.indices is None
