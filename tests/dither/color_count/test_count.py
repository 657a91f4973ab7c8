import numpy as np
import pytest

import dither.color_count.count
from dither.color_count.count import count_colors, optimized_counts
from dither.color_count.curve import COLOR_COUNTS, ColorCount
from dither.errors import InputError
from dither.metrics import blurred_error
from dither.optimizer.optimize import optimize_palette
from dither.palettes.palette import Palette

pytest.importorskip("jax")
pytest.importorskip("numba")

TWO = Palette.from_hex("000000 ffffff")


def known(enough: int) -> list[ColorCount]:
    return [ColorCount(each, 0.9 if each >= enough else 1.1, 1, TWO) for each in COLOR_COUNTS]


@pytest.mark.parametrize("enough", [*COLOR_COUNTS, 300])
def test_bisection_finds_the_first_that_is_enough(photo: np.ndarray, enough: int) -> None:
    assert count_colors(photo, known=known(enough)) == min(enough, 256)


def test_a_larger_sample_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    tried = []

    def optimized(sample, colors, options, *, in_full: bool) -> ColorCount:
        tried.append((len(sample.picture) * sample.picture.shape[1], colors, in_full))
        return ColorCount(colors, 8 / colors, 1, TWO)

    monkeypatch.setattr(dither.color_count.count, "_optimized", optimized)
    assert count_colors(image, known=known(4)) == 8
    assert tried == [(300 * 300, count, True) for count in (3, 4, 6, 8)]
    assert count_colors(image, known=known(12)) == 8


@pytest.mark.slow
def test_the_optimizer_keeps_what_is_promised(photo: np.ndarray) -> None:
    number = count_colors(photo)
    assert 6 <= number <= 16
    assert blurred_error(photo, optimize_palette(photo, number).picture) <= 1
    fewer = COLOR_COUNTS[COLOR_COUNTS.index(number) - 2]
    assert blurred_error(photo, optimize_palette(photo, fewer).picture) > 1


def test_kept_colours_and_devices_are_taken_into_account(photo: np.ndarray) -> None:
    keep = Palette.from_hex("000000 ffffff ff00ff")
    options = {"keep": keep, "device_levels": (16, 16, 16)}
    found = list(optimized_counts(photo, [2, 3, 4], **options))
    assert [each.colors for each in found] == [4]
    assert (found[0].palette.colors % 17 == 0).all()
    assert set(keep.hex) <= set(found[0].palette.hex)


def test_what_cannot_be_is_refused(photo: np.ndarray) -> None:
    with pytest.raises(InputError, match="threshold is 0"):
        count_colors(photo, threshold=0)
    with pytest.raises(InputError, match="keep has 256 colours"):
        count_colors(photo, keep=np.zeros((256, 3), np.uint8))
    with pytest.raises(InputError, match="no pixels"):
        count_colors(photo[:0])
