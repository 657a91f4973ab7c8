from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise.export.codes import eight_bit_codes, float_thresholds, sixteen_bit_codes
from dither import ordered_dither
from dither.matrix.catalog import load_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix

GREYS = np.arange(256)
COUNTS = (
    1,
    2,
    3,
    5,
    15,
    16,
    17,
    51,
    85,
    128,
    254,
    255,
    256,
    257,
    510,
    1000,
    4080,
    4096,
    65535,
    65536,
)
# A wrong step in the last places, as processors that divide by a reciprocal make.
SLIPS = (1 - 2.0**-22, 1 - 2.0**-23, 1.0, 1 + 2.0**-23, 1 + 2.0**-22)


def _white(count: int) -> np.ndarray:
    """(256, N): v / 255 > (2 r + 1) / 2N without a division."""
    return GREYS[:, None] * 2 * count > (2 * np.arange(count) + 1) * 255


@pytest.mark.parametrize("count", COUNTS)
def test_every_grey_and_rank_is_decided_right(count: int) -> None:
    ranks = np.arange(count)
    wanted = _white(count)
    eight = eight_bit_codes(ranks, count).astype(int)
    sixteen = sixteen_bit_codes(ranks, count).astype(int)
    assert np.array_equal(GREYS[:, None] > eight, wanted)
    assert np.array_equal(GREYS[:, None] * 257 > sixteen, wanted)
    assert np.array_equal(sixteen // 257, eight)
    assert np.array_equal((255 * float_thresholds(ranks, count)).astype(int), eight)


@pytest.mark.parametrize("count", [4096, 65536])
@pytest.mark.parametrize("slip", SLIPS)
def test_floats_that_slip_decide_alike(count: int, slip: float) -> None:
    ranks = np.arange(count)
    wanted = _white(count)
    values = (GREYS / 255).astype(np.float32)[:, None] * np.float32(slip)
    sampled = (sixteen_bit_codes(ranks, count) / 65535).astype(np.float32)
    assert np.array_equal(values > sampled, wanted)
    assert np.array_equal(values > float_thresholds(ranks, count), wanted)
    half_more = ((eight_bit_codes(ranks, count) + 0.5) / 255).astype(np.float32)
    assert np.array_equal(values > half_more, wanted)


def test_floats_that_are_not_kept_away_do_go_wrong() -> None:
    ranks = np.arange(65536)
    plain = ((ranks + 0.5) / 65536).astype(np.float32)
    values = (GREYS / 255).astype(np.float32)[:, None] * np.float32(1 + 2.0**-22)
    assert not np.array_equal(values > plain, _white(65536))


def test_codes_that_are_not_nudged_tie() -> None:
    # 16 ranks of 4096, as rank * 16 + 8; and floor alone.
    assert ((np.arange(4096) * 16 + 8) % 257 == 0).sum() == 16
    assert ((2 * np.arange(4096) + 1) * 65535 // 8192 % 257 == 0).sum() > 0
    assert (sixteen_bit_codes(np.arange(4096), 4096) % 257 != 0).all()


@given(st.integers(1, 1 << 20), st.data())
def test_no_threshold_equals_a_grey(count: int, data: st.DataObject) -> None:
    rank = data.draw(st.integers(0, count - 1))
    threshold = Fraction(2 * rank + 1, 2 * count)
    assert (threshold * 255).denominator > 1
    below = int(threshold * 255)
    ranks = np.array([rank])
    assert eight_bit_codes(ranks, count).tolist() == [below]
    (code,) = sixteen_bit_codes(ranks, count).tolist()
    assert 257 * below < code < 257 * (below + 1)
    assert abs(Fraction(code, 65535) - threshold) <= Fraction(1, 65535)
    (value,) = float_thresholds(ranks, count).tolist()
    assert abs(Fraction(value) - threshold) < Fraction(1, 1 << 19)
    assert below < 255 * value < below + 1


@pytest.mark.parametrize("levels", [2, 3, 5, 16, 17, 128, 256])
def test_the_threshold_decides_for_any_number_of_levels(levels: int) -> None:
    matrix = load_matrix()
    image = np.repeat(GREYS.astype(np.uint8), 64)[:, None].repeat(64, axis=1)
    thresholds = np.tile(sixteen_bit_codes(matrix.ranks, 4096).astype(int) // 257, (256, 1))
    level = (image.astype(int) * (levels - 1) + 254 - thresholds) // 255
    assert np.array_equal(level, ordered_dither(image, matrix, levels=levels))


def test_ranks_come_back_from_codes() -> None:
    ranks = np.arange(4096)
    codes = sixteen_bit_codes(ranks, 4096).astype(float)
    assert np.array_equal(np.rint(codes * 4096 / 65535 - 0.5).astype(int), ranks)
    values = float_thresholds(np.arange(1 << 18), 1 << 18)
    assert np.array_equal(ThresholdMatrix.from_values(values[None]).ranks[0], np.arange(1 << 18))
