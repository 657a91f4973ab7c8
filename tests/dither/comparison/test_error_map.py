import numpy as np
import pytest

from dither.comparison import error_map as module
from dither.comparison.error_map import error_map, map_codes, map_step, map_top
from dither.metrics import blurred_differences


def test_large_maps_are_means_of_squares(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    pair = generator.integers(0, 256, (2, 23, 31)).astype(np.uint8)
    differences = blurred_differences(*pair)
    assert np.array_equal(error_map(*pair), differences)
    monkeypatch.setattr(module, "_MOST_PIXELS", 100)
    step = map_step((23, 31))
    expected = [
        [differences[top : top + step, left : left + step].mean() for left in range(0, 31, step)]
        for top in range(0, 23, step)
    ]
    assert step == 3
    assert error_map(*pair) == pytest.approx(np.array(expected))


def test_one_scale_for_all_with_hardly_anything_beyond_it() -> None:
    quiet, loud = np.full((100, 100), 1.0), np.full((100, 100), 6.5)
    loud[:3, :5] = 90
    assert map_top([quiet]) == 4
    assert map_top([quiet, loud]) == 8
    loud[:3] = 90
    assert map_top([quiet, loud]) == 90


def test_codes_tell_errors_again() -> None:
    errors = np.linspace(0, 12, 200)[None]
    codes = map_codes(errors, 10)
    assert codes[0, 0] == 0
    assert codes.max() == 255
    told = 10 * (codes / 255.0) ** 2
    assert told == pytest.approx(np.minimum(errors, 10), abs=0.04)
