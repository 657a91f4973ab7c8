import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.differentiable.sampling import matrix_sampled, sampled
from dither.errors import InputError
from dither.matrix.catalog import load_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.blur import gaussian_blurred

MIXTURES = st.lists(st.floats(0, 1), min_size=1, max_size=6).filter(lambda some: sum(some) > 0.1)
LUMINANCES = np.array([0.2126, 0.7152, 0.0722])


def _rows(some: list[float]) -> np.ndarray:
    return np.array(some) / sum(some)


@given(MIXTURES, st.integers(0, 1 << 40))
def test_each_color_is_drawn_as_often_as_it_is_probable(some: list[float], seed: int) -> None:
    mixture = _rows(some)
    drawn = sampled(mixture[None], bins=np.zeros((64, 64), int), seed=seed)
    shares = np.bincount(drawn.ravel(), minlength=len(mixture)) / drawn.size
    # Six standard deviations of the binomial, and the pieces' rounding.
    assert (abs(shares - mixture) <= 6 * np.sqrt(mixture * (1 - mixture) / drawn.size) + 1e-6).all()
    assert (shares[mixture == 0] == 0).all()


@given(MIXTURES, st.integers(0, 3))
def test_a_flat_patch_has_each_boundary_where_the_matrix_can_put_it(
    some: list[float], seed: int
) -> None:
    mixture = _rows(some)
    generator = np.random.default_rng(seed)
    matrix = ThresholdMatrix(generator.permutation(63).reshape(7, 9))
    palette = generator.random((len(mixture), 3))
    taken = matrix_sampled(np.broadcast_to(mixture, (7, 9, len(mixture))), palette, matrix)
    order = np.argsort(palette @ LUMINANCES)
    counts = np.bincount(taken.ravel(), minlength=len(mixture))[order]
    assert (abs(np.cumsum(counts) - 63 * np.cumsum(mixture[order])) <= 0.5 + 1e-6).all()


@given(st.integers(0, 1 << 32), st.integers(1, 5), st.integers(1, 7), st.integers(1, 4))
def test_pixels_and_bins_and_a_plain_loop_agree(
    seed: int, height: int, width: int, colors: int
) -> None:
    generator = np.random.default_rng(seed)
    mixtures = generator.dirichlet(np.full(colors, 0.4), size=height * width)
    bins = generator.integers(0, len(mixtures), (height, width))
    palette = generator.random((colors, 3))
    matrix = ThresholdMatrix(generator.permutation(24).reshape(2, 3, 4))
    phase = (1, int(generator.integers(3)), 2)
    taken = matrix_sampled(mixtures, palette, matrix, bins=bins, phase=phase)
    assert (taken == matrix_sampled(mixtures[bins], palette, matrix, phase=phase)).all()
    assert (sampled(mixtures, bins=bins, seed=seed) == sampled(mixtures[bins], seed=seed)).all()
    order = sorted(range(colors), key=lambda color: palette[color] @ LUMINANCES)
    for y, x in np.ndindex(height, width):
        rank = matrix.ranks[1, (y + phase[1]) % 3, (x + phase[2]) % 4]
        ends = list(itertools.accumulate(mixtures[bins[y, x], color] for color in order))
        piece = next(i for i, end in enumerate([*ends[:-1], np.inf]) if (rank + 0.5) / 24 < end)
        assert taken[y, x] == order[piece]


def test_a_big_picture_of_bins_goes_on_where_a_block_ends() -> None:
    mixtures = np.random.default_rng(4).dirichlet(np.ones(5), size=300).astype(np.float32)
    bins = np.random.default_rng(5).integers(0, 300, (700, 500)).astype(np.int32)
    matrix, palette = load_matrix("blue-64x64"), np.eye(5)[:, :3]
    taken = matrix_sampled(mixtures, palette, matrix, bins=bins)
    below = matrix_sampled(mixtures, palette, matrix, bins=bins[600:], phase=(0, 600, 0))
    assert (taken[600:] == below).all()
    drawn = sampled(mixtures, bins=bins)
    assert (drawn == sampled(mixtures[bins])).all()
    assert (drawn[300:] != drawn[:400]).any()
    shares = np.bincount(drawn.ravel(), minlength=5) / drawn.size
    assert np.allclose(shares, mixtures[bins].mean(axis=(0, 1)), atol=0.005)


def test_blue_noise_is_nearer_after_the_blur_than_independent_draws() -> None:
    ramp = np.linspace(0, 1, 128)[None].repeat(128, axis=0)
    mixtures = np.stack([1 - ramp, ramp], axis=2)
    palette = np.array([[0.0] * 3, [1.0] * 3])
    errors = [
        ((gaussian_blurred(taken - ramp, 1.5)) ** 2).mean()
        for taken in (
            matrix_sampled(mixtures, palette, load_matrix("blue-64x64")),
            sampled(mixtures, seed=1),
        )
    ]
    assert errors[0] < 0.2 * errors[1]


def test_the_seed_decides() -> None:
    halves = np.full((40, 40, 2), 0.5)
    assert (sampled(halves, seed=1) == sampled(halves, seed=1)).all()
    assert (sampled(halves, seed=1) != sampled(halves, seed=2)).any()


@pytest.mark.parametrize(
    ("probabilities", "bins", "message"),
    [
        (np.ones((4, 1)), None, "without bins"),
        (np.ones((2, 2, 1)), np.zeros((2, 2), int), "with bins"),
        (np.ones((0, 2, 1)), None, "without bins"),
        (np.full((2, 2, 300), 1 / 300), None, "300 colours"),
        (np.full((2, 2, 2), 0.4), None, "add up to 1"),
        (np.full((1, 2), np.nan), np.zeros((2, 2), int), "add up to 1"),
        (np.array([[1.5, -0.5]]), np.zeros((2, 2), int), "-0.5"),
        (np.ones((2, 1)), np.full((2, 2), 2), "0 to 1, not 2 to 2"),
        (np.ones((2, 1)), np.full((2, 2), -1), "not -1"),
        (np.ones((2, 1)), np.zeros((2, 2)), "integers"),
    ],
)
def test_what_is_no_mixture_is_refused(probabilities: Any, bins: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        sampled(probabilities, bins=bins)
    with pytest.raises(InputError, match=message):
        matrix_sampled(probabilities, np.zeros((1, 3)), ThresholdMatrix(np.array([[0]])), bins=bins)


def test_a_seed_or_palette_out_of_range_is_refused() -> None:
    with pytest.raises(InputError, match="seed is -1"):
        sampled(np.ones((1, 1, 1)), seed=-1)
    with pytest.raises(InputError, match="as many in the palette"):
        matrix_sampled(np.ones((1, 1, 1)), np.eye(3), ThresholdMatrix(np.array([[0]])))
