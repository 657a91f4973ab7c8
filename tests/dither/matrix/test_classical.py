import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage

from dither.errors import InputError
from dither.matrix.classical import (
    bayer,
    clustered_dot,
    interleaved_gradient_noise,
    playstation,
    r2_sequence,
    white_noise,
)
from dither.matrix.threshold_matrix import ThresholdMatrix, is_permutation
from dither.metrics.spectrum import power_spectrum


def test_the_smallest_screen_is_the_table_of_the_textbooks() -> None:
    assert clustered_dot(4, 0).ranks.tolist() == [
        [12, 5, 6, 13],
        [4, 0, 1, 7],
        [11, 3, 2, 8],
        [15, 10, 9, 14],
    ]


@pytest.mark.parametrize(
    ("size", "angle", "side", "dots"),
    [
        (4, 0, 4, 1),
        (6, 0, 6, 1),
        (8, 0, 8, 1),
        (4, 45, 6, 2),
        (6, 45, 8, 2),
        (8, 45, 12, 2),
        (8, 15, 34, 17),
        (8, 75, 34, 17),
        (8, -15, 34, 17),
        (5, 27, 10, 5),
    ],
)
def test_screens_have_one_connected_dot_per_cell_and_then_one_hole(
    size: int, angle: float, side: int, dots: int
) -> None:
    ranks = clustered_dot(size, angle).ranks.astype(int)
    assert ranks.shape == (side, side)
    assert is_permutation(ranks)
    for share in (0.1, 0.15, 0.22):  # nearer to the middle, dots begin to touch
        assert _clusters(ranks < share * ranks.size) == dots
        assert _clusters(ranks >= (1 - share) * ranks.size) == dots


def _clusters(on: np.ndarray) -> int:
    """Connected regions of a pattern on the torus, by the sides of pixels."""
    tiled = np.tile(on, (3, 3))
    labels = np.empty(tiled.shape, np.int32)
    ndimage.label(tiled, output=labels)
    # A region of the torus appears once for each shift; name it by where it begins, modulo the tile.
    starts = set()
    for place in ndimage.find_objects(labels):
        y, x = (axis.start for axis in place)
        if min(y, x) > 0 and all(axis.stop < len(tiled) for axis in place):
            starts.add((y % len(on), x % len(on)))
    return len(starts)


@pytest.mark.parametrize(("size", "angle"), [(8, 15), (5, 27), (8, 45), (12, 72), (6, 0)])
def test_cells_of_a_screen_are_alike_but_for_turns(size: int, angle: float) -> None:
    ranks = clustered_dot(size, angle).ranks.astype(int)
    a, b = (round(size * turn(math.radians(angle))) for turn in (math.cos, math.sin))
    dots = ranks.size // (a * a + b * b)
    level = ranks // dots
    for shift in ((b, a), (a, -b)):
        assert (np.roll(level, shift, axis=(0, 1)) == level).all()
    assert (np.bincount(level.ravel()) == dots).all()


@pytest.mark.parametrize(("size", "angle", "dots"), [(8, 15, 17), (5, 27, 5), (12, 72, 137)])
def test_dots_of_a_tile_take_turns_by_the_golden_ratio(size: int, angle: float, dots: int) -> None:
    ranks = clustered_dot(size, angle).ranks.astype(int)
    a, b = (round(size * turn(math.radians(angle))) for turn in (math.cos, math.sin))
    met = [int(ranks[step * a % len(ranks), -step * b % len(ranks)]) for step in range(dots)]
    phases = [turn * (1 + math.sqrt(5)) / 2 % 1 for turn in range(dots)]
    golden = [sorted(phases).index(phase) for phase in phases]
    start = golden.index(met[0] % dots)
    assert [rank % dots for rank in met] == golden[start:] + golden[:start]


def test_of_equal_pixels_those_near_the_dot_come_first() -> None:
    ranks = clustered_dot(4, 45).ranks
    # Midway between two dots, where the spot function is 0 as it is at the rim of each dot.
    saddles = sorted(ranks[[1, 1, 4, 4], [1, 4, 1, 4]].tolist())
    assert saddles == [24, 25, 26, 27]


def test_a_tilted_screen_has_the_frequency_of_its_grid() -> None:
    half = clustered_dot(8, 15).ranks < 34 * 34 // 2
    spectrum = abs(np.fft.fft2(half - half.mean()))
    y, x = np.unravel_index(spectrum.argmax(), spectrum.shape)
    vertical, horizontal = np.fft.fftfreq(34)[[y, x]]
    assert 1 / np.hypot(vertical, horizontal) == pytest.approx(8, abs=0.5)
    angle = np.degrees(np.arctan2(vertical, horizontal)) % 90
    assert min(abs(angle - 14.04), abs(angle - 75.96)) < 0.1


def test_black_and_white_of_a_screen_mirror_each_other_in_area() -> None:
    spot = clustered_dot(8, 0).ranks.astype(int)
    shifted = np.roll(spot, (4, 4), axis=(0, 1))
    assert abs(spot + shifted - 63).max() < 16  # ties alone are not mirrored


@pytest.mark.parametrize(("size", "angle"), [(1, 0), (33, 0), (4, math.nan), (4, math.inf)])
def test_impossible_screens_are_refused(size: int, angle: float) -> None:
    with pytest.raises(InputError, match="it must be a"):
        clustered_dot(size, angle)


def test_the_playstation_matrix_rounds_every_code_as_the_gpu_does() -> None:
    offsets = [[-4, 0, -3, 1], [2, -2, 3, -1], [-3, 1, -4, 0], [3, -1, 2, -2]]
    by_rank = np.argsort(playstation().ranks, axis=None)
    for code in range(256):
        levels = [[min(max(code + add, 0), 255) >> 3 for add in row] for row in offsets]
        assert (np.diff(np.ravel(levels)[by_rank]) <= 0).all()


def test_the_playstation_matrix_is_bayers_from_light_to_dark_without_its_last_bit() -> None:
    assert (playstation().ranks // 2 == 7 - bayer(4, 4).ranks // 2).all()


@pytest.mark.parametrize("noise", [interleaved_gradient_noise, r2_sequence])
def test_windows_are_permutations_of_any_shape(
    noise: Callable[[int, int], ThresholdMatrix],
) -> None:
    assert noise(5, 9).shape == (5, 9)
    assert is_permutation(noise(64, 48).ranks)
    assert noise(1, 1).ranks.tolist() == [[0]]
    for height, width in ((0, 4), (4, 4097)):
        with pytest.raises(InputError, match="from 1 to 4096"):
            noise(height, width)


def test_gradient_noise_and_r2_rank_their_formulas_pixel_by_pixel() -> None:
    gradient = {
        (y, x): math.fmod(52.9829189 * math.fmod(0.06711056 * x + 0.00583715 * y, 1), 1)
        for y in range(7)
        for x in range(11)
    }
    plastic = ((9 + math.sqrt(69)) / 18) ** (1 / 3) + ((9 - math.sqrt(69)) / 18) ** (1 / 3)
    folded = {}
    for y, x in gradient:
        phase = math.fmod(x / plastic + y / plastic**2, 1)
        folded[y, x] = 2 * phase if phase < 0.5 else 2 - 2 * phase
    for matrix, values in ((interleaved_gradient_noise, gradient), (r2_sequence, folded)):
        order = sorted(values, key=values.__getitem__)
        ranks = matrix(7, 11).ranks
        assert [int(ranks[place]) for place in order] == list(range(77))


def test_gradient_noise_spreads_each_neighbourhood_over_all_thresholds() -> None:
    thresholds = interleaved_gradient_noise(64, 64).thresholds
    windows = np.lib.stride_tricks.sliding_window_view(thresholds, (3, 3)).reshape(-1, 9)
    gaps = np.diff(np.sort(windows, axis=1), axis=1)
    assert windows.min(axis=1).max() < 0.25
    assert windows.max(axis=1).min() > 0.75
    assert gaps.max() < 0.3


def test_r2_has_little_power_at_low_frequencies() -> None:
    spectrum = power_spectrum(r2_sequence(64, 64).ranks)
    assert spectrum[1:8].mean() < 0.1


def test_bayer_is_the_recursion() -> None:
    eight = bayer(8, 8).ranks
    assert eight[:2, :2].tolist() == [[0, 32], [48, 16]]
    assert eight[0].tolist() == [0, 32, 8, 40, 2, 34, 10, 42]
    assert (bayer(8, 8).ranks[4:, 4:] == eight[:4, :4] + 1).all()
    assert is_permutation(bayer(4, 16).ranks)
    with pytest.raises(InputError, match="powers of two, not 12"):
        bayer(12, 8)


def test_white_noise_is_white() -> None:
    spectrum = power_spectrum(white_noise(64, 64).ranks)
    assert spectrum[1:].mean() == pytest.approx(1, abs=0.05)
    assert (white_noise(8, 8).ranks != white_noise(8, 8, seed=1).ranks).any()
