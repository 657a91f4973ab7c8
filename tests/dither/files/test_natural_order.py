import random

from hypothesis import given
from hypothesis import strategies as st

from dither.files.natural_order import natural_key


@given(st.lists(st.integers(0, 10**6), unique=True), st.text("ab_ .", max_size=3))
def test_numbers_are_in_order(numbers: list[int], stem: str) -> None:
    names = [f"{stem}{number}.png" for number in numbers]
    random.Random(0).shuffle(names)
    ordered = sorted(names, key=natural_key)
    assert ordered == [f"{stem}{number}.png" for number in sorted(numbers)]


def test_zeros_and_capitals_do_not_decide() -> None:
    names = ["F010", "f9", "f0011", "f", "g1", "7"]
    assert sorted(names, key=natural_key) == ["7", "f", "f9", "F010", "f0011", "g1"]
