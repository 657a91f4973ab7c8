from fractions import Fraction
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from dither.images.frame_times import durations_at, resampled

RATES = st.fractions(Fraction(1, 10), 100, max_denominator=1001)


@given(RATES, st.integers(1, 300))
def test_durations_do_not_drift(rate: Fraction, count: int) -> None:
    for number, end in enumerate(accumulate(durations_at(rate, count)), start=1):
        assert abs(end - 1000 * number / rate) <= Fraction(1, 2)


@given(RATES, st.lists(st.fractions(0, 2, max_denominator=60), min_size=1, max_size=12))
def test_each_new_frame_is_the_old_one_at_its_middle(
    rate: Fraction, durations: list[Fraction]
) -> None:
    ends = list(accumulate(durations))
    found = list(resampled(enumerate(ends), rate))
    wanted, middle = [], Fraction(1, 2) / rate
    while middle < ends[-1]:
        wanted.append(next(number for number, end in enumerate(ends) if middle < end))
        middle += 1 / rate
    assert found == (wanted or [0])


def test_no_frames_stay_none() -> None:
    assert list(resampled([], Fraction(12))) == []
