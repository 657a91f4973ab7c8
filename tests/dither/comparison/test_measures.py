import dataclasses

import numpy as np
import pytest

from dither.comparison.compare import Comparison, compare
from dither.comparison.measures import MEASURES, best_indices, hue_name
from dither.metrics import ImageErrors

NAMED = {measure.short: measure for measure in MEASURES}


def _found(**changes: float) -> Comparison:
    same = np.zeros((2, 2), np.uint8)
    found = compare(same, same)
    own = {name: value for name, value in changes.items() if hasattr(found, name)}
    errors = {name: value for name, value in changes.items() if name not in own}
    return dataclasses.replace(found, errors=dataclasses.replace(found.errors, **errors), **own)


def test_each_figure_has_a_column_of_its_own() -> None:
    fields = [field.name for field in dataclasses.fields(ImageErrors)][:-1]
    figures = {name: 10.0 + place for place, name in enumerate(fields)}
    found = _found(**figures, colors=3, png_bytes=12345, look=77)
    found = dataclasses.replace(
        found, errors=dataclasses.replace(found.errors, lost_hues=(15.0, 45.0))
    )
    values = [measure.value(found) for measure in MEASURES]
    assert values == [*figures.values(), 77, 2, 3, 12345]
    assert NAMED["PNG bytes"].shown(12345) == "12,345"


def test_the_best_is_lowest_or_highest_or_nobody() -> None:
    found = [_found(blurred_1_5=value, ssim_half=value, colors=value) for value in (2, 1, 3)]
    assert best_indices(NAMED["B1.5"], found) == {1}
    assert best_indices(NAMED["S2"], found) == {2}
    assert best_indices(NAMED["Colours"], found) == frozenset()


def test_those_that_read_alike_share_a_place_and_all_alike_have_none() -> None:
    alike = [_found(grain=value) for value in (1.001, 1.004, 2)]
    assert best_indices(NAMED["Grain"], alike) == {0, 1}
    assert best_indices(NAMED["Grain"], alike[:2]) == frozenset()
    assert best_indices(NAMED["Grain"], alike[:1]) == frozenset()


@pytest.mark.parametrize(
    ("degrees", "name"),
    [(30, "red"), (110, "yellow"), (140, "green"), (195, "cyan"), (265, "blue"), (330, "magenta")],
)
def test_hues_have_the_names_that_lost_hues_gives_them(degrees: float, name: str) -> None:
    assert hue_name(degrees) == name
    assert hue_name(0) == hue_name(360) == "pink"
