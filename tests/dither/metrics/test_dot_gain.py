import math

import numpy as np
import pytest

from dither.errors import InputError
from dither.matrix.classical import bayer
from dither.metrics.dot_gain import DotGain, LaserSpot, printed_coverage, tone_curve


def _area(cells: list[tuple[int, int]], diameter: float) -> float:
    ink = np.zeros((9, 9), bool)
    for cell in cells:
        ink[cell] = True
    return float(printed_coverage(ink, DotGain(diameter, 0)).sum())


@pytest.mark.parametrize("diameter", [1.0, 1.5, 2.4])
def test_areas_are_those_of_discs_that_overlap(diameter: float) -> None:
    radius = diameter / 2
    disc = math.pi * radius**2
    assert _area([(4, 4)], diameter) == pytest.approx(disc, rel=0.03)
    # The area that two circles with centres 1 apart have in common.
    lens = 0.0
    if diameter > 1:
        lens = 2 * radius**2 * math.acos(1 / diameter) - math.sqrt(radius**2 - 0.25)
    assert _area([(4, 4), (4, 5)], diameter) == pytest.approx(2 * disc - lens, rel=0.03)
    # Dots at the border of a tile continue at the opposite one.
    assert _area([(0, 0)], diameter) == pytest.approx(_area([(4, 4)], diameter))


def test_solid_areas_have_no_holes_from_the_diagonal_on() -> None:
    solid = np.ones((4, 4), bool)
    assert printed_coverage(solid, DotGain(1.42, 0)).min() == 1
    assert printed_coverage(solid, DotGain(1.2, 0)).max() < 1
    assert printed_coverage(~solid, DotGain(3, 0.2)).max() == 0


def test_the_spread_is_that_of_the_diameters() -> None:
    ink = np.zeros((120, 120), bool)
    ink[2::5, 2::5] = True
    covered = printed_coverage(ink, DotGain(1.6, 0.1), seed=1)
    areas = covered.reshape(24, 5, 24, 5).sum(axis=(1, 3))
    # d (pi r^2) = 2 pi r dr.
    assert areas.std() == pytest.approx(2 * math.pi * 0.8 * 0.08, rel=0.1)


def test_single_pixels_gain_more_than_clusters() -> None:
    shares, single = tone_curve(bayer(8, 8).ranks, DotGain(1.6, 0), points=9)
    assert shares.tolist() == [k / 8 for k in range(9)]
    assert (single[0], single[-1]) == (0, 1)
    halves = np.arange(64).reshape(8, 8)
    _, cluster = tone_curve(halves, DotGain(1.6, 0), points=9)
    assert single[4] > cluster[4] + 0.1 > 0.6


def test_toner_sticks_where_the_spots_add_up_to_the_threshold() -> None:
    # A spot's exposure is above the threshold within sigma sqrt(2 log(peak / threshold)).
    printer = LaserSpot(0.6, 0.2, 0)
    dot = np.zeros((9, 9), bool)
    dot[4, 4] = True
    square = 2 * 0.36 * math.log(1 / (2 * math.pi * 0.36 * 0.2))
    assert printed_coverage(dot, printer).sum() == pytest.approx(math.pi * square, rel=0.04)
    # Beyond its peak nothing is printed, but solid areas are, up to their edge at a half.
    assert printed_coverage(dot, LaserSpot(0.6, 0.5, 0)).sum() == 0
    half = np.arange(16) < 8
    covered = printed_coverage(half[None].repeat(16, 0), LaserSpot(0.6, 0.5, 0))
    assert covered.mean() == pytest.approx(0.5, abs=0.01)
    assert printed_coverage(dot, printer.scaled(1.2)).sum() > printed_coverage(dot, printer).sum()


def test_numbers_out_of_range_are_one_sentence() -> None:
    with pytest.raises(InputError, match="diameter is 5"):
        DotGain(diameter=5)
    with pytest.raises(InputError, match="spread is -1"):
        DotGain(spread=-1)
    with pytest.raises(InputError, match="sigma is 9; it must be from"):
        LaserSpot(sigma=9)
