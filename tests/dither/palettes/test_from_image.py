from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image
from scipy.cluster.vq import kmeans2

from dither.color import linear_to_oklab, srgb_to_linear
from dither.errors import InputError
from dither.palettes.from_image import k_means, k_means_of_seeds, median_cut
from dither.palettes.palette import Palette

Made = Callable[[np.ndarray, int], Palette]
BOTH: list[Made] = [median_cut, k_means]


def _oklab(colors: np.ndarray) -> np.ndarray:
    return linear_to_oklab(srgb_to_linear(colors.reshape(-1, 3) / 255))


def _error(points: np.ndarray, centers: np.ndarray) -> float:
    """The mean squared distance of each point to its nearest centre, one by one."""
    return float(np.mean([((centers - point) ** 2).sum(axis=1).min() for point in points]))


def _plain_median_cut(image: np.ndarray, count: int) -> np.ndarray:
    """Heckbert's median cut without a histogram: the most populous box is cut at its median."""
    boxes = [image.reshape(-1, 3).astype(int)]
    while len(boxes) < count:
        box = boxes.pop(max(range(len(boxes)), key=lambda place: len(boxes[place])))
        axis = np.ptp(box, axis=0).argmax()
        box = box[np.argsort(box[:, axis], kind="stable")]
        boxes += [box[: len(box) // 2], box[len(box) // 2 :]]
    return np.array([box.mean(axis=0) for box in boxes])


def _scipy_centers(points: np.ndarray, count: int, seed: int) -> np.ndarray:
    start = np.random.default_rng(seed).choice(np.unique(points, axis=0), count, replace=False)
    return kmeans2(points, start, iter=50, minit="matrix")[0]


@pytest.mark.parametrize(("count", "most"), [(2, 1.02), (8, 1.15), (32, 0.9), (64, 0.95)])
def test_median_cut_is_nearer_than_a_plain_one_and_for_many_colours_than_pillows(
    photo: np.ndarray, count: int, most: float
) -> None:
    palette = median_cut(photo, count)
    assert len(palette) == count
    points = _oklab(photo)
    error = _error(points, palette.oklab)
    assert error < 1.02 * _error(points, _oklab(_plain_median_cut(photo, count)))
    quantized = Image.fromarray(photo).quantize(count, method=Image.Quantize.MEDIANCUT, kmeans=0)
    pillow = np.array(quantized.getpalette("RGB"), np.uint8).reshape(-1, 3)
    assert error < most * _error(points, _oklab(pillow))


@pytest.mark.parametrize("count", [2, 5, 16, 64])
def test_k_means_is_as_near_as_scipy_and_nearer_than_median_cut(
    photo: np.ndarray, count: int
) -> None:
    points = _oklab(photo)
    palette = k_means(photo, count)
    assert len(palette) == count
    error = _error(points, palette.oklab)
    tries = [_scipy_centers(points, count, seed) for seed in range(3)]
    assert error < 1.08 * min(_error(points, centers) for centers in tries)
    assert error < _error(points, median_cut(photo, count).oklab)


def test_each_k_means_colour_is_the_mean_of_the_pixels_nearest_to_it(photo: np.ndarray) -> None:
    palette = k_means(photo, 12)
    points = _oklab(photo)
    nearest = ((points[:, None] - palette.oklab) ** 2).sum(axis=2).argmin(axis=1)
    for color in range(12):
        assert points[nearest == color].mean(axis=0) == pytest.approx(
            palette.oklab[color], abs=4e-3
        )


@pytest.mark.parametrize("seed", range(8))
def test_rare_colours_far_from_the_rest_are_found(seed: int) -> None:
    image = np.random.default_rng(0).integers(127, 130, (64, 64, 3)).astype(np.uint8)
    rare = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]]
    image[10, 20:28] = np.repeat(rare, 2, axis=0)
    assert [color for color in k_means(image, 5, seed=seed).colors.tolist() if color in rare] == (
        sorted(rare, key=lambda color: _oklab(np.array(color))[0, 0])
    )


def test_median_cut_gives_no_colour_that_no_pixel_takes() -> None:
    for seed in range(40):
        image = np.random.default_rng(seed).integers(0, 256, (11, 11, 3)).astype(np.uint8)
        colors = median_cut(image, 119).colors.astype(int)
        distances = ((image.reshape(-1, 1, 3) - colors) ** 2).sum(axis=2)
        assert (distances == distances.min(axis=1, keepdims=True)).any(axis=0).all()


def test_many_colours_are_gathered_without_loss_to_the_eye() -> None:
    y, x = np.mgrid[0:250, 0:250]
    image = np.stack([x, y, (x * y) // 250], axis=2).astype(np.uint8)
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 1 << 15
    points = _oklab(image)[::97]
    palette = k_means(image, 16)
    assert len(palette) == 16
    centers = _scipy_centers(_oklab(image), 16, seed=1)
    assert _error(points, palette.oklab) < 1.08 * _error(points, centers)


def test_the_seed_decides_and_the_place_of_pixels_does_not(photo: np.ndarray) -> None:
    first = k_means(photo, 9, seed=4)
    assert k_means(photo, 9, seed=4).hex == first.hex
    assert k_means(photo[::-1, ::-1], 9, seed=4).hex == first.hex
    assert any(k_means(photo, 9, seed=seed).hex != first.hex for seed in range(3))


@pytest.mark.parametrize("made", BOTH)
def test_few_colours_are_returned_as_they_are(made: Made) -> None:
    image = np.array([[[255, 255, 255], [3, 4, 5]], [[3, 4, 6], [255, 0, 0]]], np.uint8)
    for count in (4, 5, 256):
        assert made(image, count).hex == ["#030405", "#030406", "#ff0000", "#ffffff"]


@given(
    image=npst.arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(2, 6), st.just(3))),
    count=st.integers(2, 256),
)
def test_there_are_never_more_colours_than_asked_for_or_than_the_image_has(
    image: np.ndarray, count: int
) -> None:
    own = {tuple(color) for color in image.reshape(-1, 3).tolist()}
    for made in BOTH:
        if len(own) == 1:
            with pytest.raises(InputError, match="one colour only"):
                made(image, count)
            continue
        palette = made(image, count)
        assert 2 <= len(palette) <= min(count, len(own))
        assert (np.diff(palette.oklab[:, 0]) > -1e-8).all()
        if count >= len(own):
            assert {tuple(color) for color in palette.colors.tolist()} == own


@pytest.mark.parametrize("made", BOTH)
def test_what_makes_no_palette_is_refused(photo: np.ndarray, made: Made) -> None:
    for count in (1, 257, -3):
        with pytest.raises(InputError, match="whole number from 2 to 256"):
            made(photo, count)
    for image, words in (
        (photo[:0], "no pixels"),
        (photo[..., :2], "1 or 3 channels"),
        (photo.astype(np.int64), "must be uint8"),
    ):
        with pytest.raises(InputError, match=words):
            made(image, 4)
    with pytest.raises(InputError, match="seed is -1"):
        k_means(photo, 4, seed=-1)
    for chroma in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InputError, match=f"chroma is {chroma}; it must be above 0"):
            k_means(photo, 4, chroma=chroma)


def test_differences_of_chroma_count_as_much_as_asked_for() -> None:
    light, dark = np.array([150, 140, 140], np.uint8), np.array([120, 110, 110], np.uint8)
    green = np.array([-14, 8, -10], np.int8)
    four = np.stack([light, dark, light + green, dark + green]).astype(np.uint8)
    image = np.repeat(four, 30, axis=0).reshape(1, -1, 3)
    for chroma, apart in ((1.0, True), (4.0, False)):
        (first, second) = k_means(image, 2, chroma=chroma).oklab
        by_lightness = abs(first[0] - second[0]) > np.hypot(*(first - second)[1:])
        assert by_lightness == apart


def test_many_colours_of_a_narrow_range_are_clustered_too() -> None:
    # More colours than are clustered one by one, in few coarse bins.
    codes = np.arange(1 << 16)
    image = np.stack([codes >> 10, codes >> 4 & 63, codes & 15], axis=1).astype(np.uint8)
    palette = k_means(image.reshape(256, 256, 3), 256)
    assert 200 < len(palette) <= 256
    assert palette.colors.max() < 64


def test_several_seeds_give_the_palette_of_each(photo: np.ndarray) -> None:
    several = k_means_of_seeds(photo, 6, [3, 0])
    assert [each.hex for each in several] == [k_means(photo, 6, seed=seed).hex for seed in (3, 0)]
