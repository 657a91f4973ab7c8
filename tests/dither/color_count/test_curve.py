import numpy as np
import pytest

from dither.color_count.curve import ColorCount, color_curve, elbow_count
from dither.color_count.picture_sample import PictureSample
from dither.errors import InputError
from dither.images.io import encode_image
from dither.images.raster_image import RasterImage
from dither.metrics import blurred_error
from dither.palettes.palette import Palette

pytest.importorskip("numba")

TWO = Palette.from_hex("000000 ffffff")


def test_more_colours_have_less_error_and_more_bytes(photo: np.ndarray) -> None:
    numbers = [2, 6, 16, 64, 256]
    counts = list(color_curve(photo, numbers))
    assert [count.colors for count in counts] == numbers
    assert all(len(count.palette) <= count.colors for count in counts)
    errors = [count.error for count in counts]
    assert errors == sorted(errors, reverse=True)
    assert counts[-1].png_bytes > 3 * counts[0].png_bytes


def test_figures_are_those_of_the_dithered_picture(photo: np.ndarray) -> None:
    indices = np.random.default_rng(0).integers(0, 2, photo.shape[:2]).astype(np.uint8)
    shown = TWO.colors[indices]
    count = ColorCount.of(2, PictureSample.whole(photo, None), TWO, indices)
    assert count.error == blurred_error(photo, shown)
    assert count.png_bytes == len(encode_image(RasterImage(shown), ".png"))
    part = PictureSample(photo, None, 3 * photo[..., 0].size)
    assert ColorCount.of(2, part, TWO, indices).png_bytes == 3 * count.png_bytes


def test_threads_change_nothing_and_the_same_seed_gives_the_same(photo: np.ndarray) -> None:
    tall = np.concatenate([photo] * 3)
    one, two = (list(color_curve(tall, [3, 12], threads=threads)) for threads in (1, 2))
    assert [each[:3] for each in one] == [each[:3] for each in two]
    assert [each.palette.hex for each in one] == [each.palette.hex for each in two]


def test_masked_pixels_have_no_error(photo: np.ndarray) -> None:
    mask = np.zeros(photo.shape[:2], bool)
    mask[:, 40:] = True
    strange = photo.copy()
    strange[:, 40:] = np.random.default_rng(0).integers(0, 256, (48, 40, 3))
    (masked,) = color_curve(strange, [6], mask=mask)
    (alone,) = color_curve(photo[:, :40], [6])
    assert masked.error == pytest.approx(alone.error, rel=0.25)


@pytest.mark.parametrize("distinct", [1, 2, 5])
def test_a_picture_needs_no_more_colours_than_it_has(distinct: int) -> None:
    rng = np.random.default_rng(distinct)
    colors = rng.integers(0, 256, (distinct, 3)).astype(np.uint8)
    counts = list(color_curve(colors[rng.integers(0, distinct, (20, 30))]))
    assert counts[-1].colors == max(2, distinct)
    assert counts[-1].error < 0.2


def test_the_elbow_is_farthest_below_the_chord() -> None:
    def counts(*pairs: tuple[float, int]) -> list[ColorCount]:
        return [ColorCount(place + 2, *pair, TWO) for place, pair in enumerate(pairs)]

    # Below the chord from (0, 1) to (1, 0), in shares of what there is: 0.3, 0.5 and 0.25.
    found = elbow_count(counts((10, 1000), (6, 1100), (3, 1200), (2.5, 1500), (0, 2000)))
    assert found.colors == 4
    assert elbow_count(counts((5, 100), (5, 300))).colors == 2
    assert elbow_count(counts((5, 100), (2, 100))).colors == 2
    assert elbow_count(counts((5, 100))).colors == 2


def test_what_cannot_be_is_refused(photo: np.ndarray) -> None:
    with pytest.raises(InputError, match="no pixels"):
        color_curve(np.zeros((0, 3), np.uint8))
    with pytest.raises(InputError, match="colors is 1"):
        list(color_curve(photo, [1]))
