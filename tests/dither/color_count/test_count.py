from collections.abc import Callable

import numpy as np
import pytest

import dither.color_count.count
from dither.color_count.count import count_colors, optimized_counts, smallest_palette
from dither.color_count.curve import COLOR_COUNTS, ColorCount
from dither.errors import InputError
from dither.metrics import blurred_error
from dither.optimizer.optimize import optimize_palette
from dither.palettes.palette import Palette

pytest.importorskip("jax")
pytest.importorskip("numba")

TWO = Palette.from_hex("000000 ffffff")


def known(errors: Callable[[int], float]) -> list[ColorCount]:
    return [ColorCount(each, errors(each), 1, TWO) for each in COLOR_COUNTS]


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, bool]]:
    """Pixels, colours and whether in full of each optimization, whose error becomes 8 / colours."""
    calls = []

    def optimized(sample, colors, options, *, in_full: bool = False) -> tuple[ColorCount, str]:
        calls.append((len(sample.picture) * sample.picture.shape[1], colors, in_full))
        return ColorCount(colors, 8 / colors, 1, TWO), f"in {colors} colours"

    monkeypatch.setattr(dither.color_count.count, "_optimized", optimized)
    return calls


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)


@pytest.mark.parametrize("guessed", COLOR_COUNTS)
def test_any_guess_leads_to_the_same_number(tried: list, guessed: int) -> None:
    # A guess is enough if 0.62 of the error of k-means is at most 1, and hopeless from 2 on.
    found = smallest_palette(
        noise(300, 300), known=known(lambda count: 1.3 if count >= guessed else 1.9)
    )
    assert found.measured.colors == 8
    assert found.result == "in 8 colours"
    assert {(300 * 300, 6, True), (300 * 300, 8, True)} <= set(tried)
    # All numbers from the guess to the result and the one before it, each once.
    places = sorted([COLOR_COUNTS.index(guessed), 3, 4])
    assert sorted(colors for _, colors, _ in tried) == list(
        COLOR_COUNTS[places[0] : places[-1] + 1]
    )


def test_a_good_guess_takes_one_optimization_if_fewer_colours_are_hopeless(tried: list) -> None:
    assert count_colors(noise(300, 300), known=known(lambda count: 10 / count)) == 8
    assert tried == [(300 * 300, 8, True), (300 * 300, 6, True)]
    tried.clear()
    steep = known(lambda count: 1.0 if count >= 8 else 2.5)
    assert count_colors(noise(300, 300), known=steep) == 8
    assert tried == [(300 * 300, 8, True)]


def test_large_images_are_measured_on_a_sample(tried: list) -> None:
    found = smallest_palette(noise(800, 800), known=known(lambda count: 10 / count))
    assert found.measured.colors == 8
    assert found.result is None
    assert tried == [(1 << 18, 8, True), (1 << 18, 6, True)]


def test_what_no_number_reaches_has_256_colours(tried: list) -> None:
    assert count_colors(noise(300, 300), threshold=0.01, known=known(lambda count: 9.0)) == 256
    assert [colors for _, colors, _ in tried] == [256]


def test_other_pixels_are_guessed_by_shortened_descents(tried: list) -> None:
    options = {"pixels": "matrix", "known": known(lambda count: 0.0)}
    assert count_colors(noise(300, 300), **options) == 8
    assert [(colors, full) for _, colors, full in tried if full] == [(8, True), (6, True)]
    assert not all(full for *_, full in tried)


@pytest.mark.slow
def test_the_optimizer_keeps_what_is_promised(photo: np.ndarray) -> None:
    found = smallest_palette(photo)
    number = found.measured.colors
    assert 6 <= number <= 16
    alone = optimize_palette(photo, number)
    assert found.result is not None
    assert (found.result.indices == alone.indices).all()
    assert found.measured.error == blurred_error(photo, alone.picture) <= 1
    fewer = COLOR_COUNTS[COLOR_COUNTS.index(number) - 1]
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
