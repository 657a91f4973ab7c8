import dataclasses

import numpy as np

from dither.comparison.compare import compare
from dither.comparison.measures import MEASURES
from dither.comparison.table import comparison_table


def test_rows_columns_and_stars() -> None:
    gray = np.full((20, 20), 99, np.uint8)
    near, far = compare(gray, gray + 1), compare(gray, gray + 9)
    text = comparison_table(["near.png", "far.png"], [near, far])
    head, first, second = text.splitlines()
    places = [head.index(measure.short) for measure in MEASURES]
    assert places == sorted(places)
    # Figures end where their headings do.
    for place, measure in zip(places, MEASURES, strict=True):
        shown = measure.shown(measure.value(near))
        assert first[: place + len(measure.short)].endswith(shown)
    assert first.split()[:3] == [
        "near.png",
        f"{near.errors.blurred_1_5:.2f}*",
        f"{near.errors.blurred_2_5:.2f}*",
    ]
    assert second.split()[:2] == ["far.png", f"{far.errors.blurred_1_5:.2f}"]
    assert "*" not in second


def test_long_names_lose_their_beginning() -> None:
    gray = np.zeros((2, 2), np.uint8)
    found = dataclasses.replace(compare(gray, gray), png_bytes=1234567)
    _, line = comparison_table([f"{'a' * 40}/end.png"], [found]).splitlines()
    assert line.startswith("…aaa")
    assert "a/end.png " in line
    assert line.endswith("1,234,567")
