import dataclasses
import json
from collections.abc import Callable

import numpy as np
import pytest
from metric_pictures import random_pair
from scipy import ndimage

from dither.color import linear_to_oklab, srgb_to_linear
from dither.errors import InputError
from dither.metrics import (
    blurred_differences,
    blurred_error,
    grain,
    image_errors,
    lost_hues,
    multi_scale_structural_similarity,
    scielab_error,
    structural_similarity,
)
from dither.samples import level_values

Measure = Callable[[np.ndarray, np.ndarray], object]
MEASURES: list[Measure] = [
    blurred_error,
    grain,
    image_errors,
    lost_hues,
    multi_scale_structural_similarity,
    scielab_error,
    structural_similarity,
]


def _lab_error(first: np.ndarray, second: np.ndarray) -> float:
    return 100 * float(np.sqrt(np.mean(((first - second) ** 2).sum(axis=-1))))


@pytest.mark.parametrize("sigma", [1.5, 2.5])
def test_blurred_error_by_another_road(sigma: float) -> None:
    pair = random_pair((41, 37, 3))
    seen = [
        linear_to_oklab(ndimage.gaussian_filter(srgb_to_linear(image / 255), (sigma, sigma, 0)))
        for image in pair
    ]
    assert blurred_error(*pair, sigma) == pytest.approx(_lab_error(*seen))


def test_grain_by_another_road() -> None:
    pair = random_pair((41, 37, 3))
    light = [linear_to_oklab(srgb_to_linear(image / 255))[..., 0] for image in pair]
    fine = [plane - ndimage.gaussian_filter(plane, 1.5) for plane in light]
    assert grain(*pair) == pytest.approx(100 * np.sqrt(np.mean((fine[1] - fine[0]) ** 2)))


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (3, 50), (12, 11), (33, 40)])
@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_any_size_is_measured(shape: tuple[int, int], channels: tuple[int, ...]) -> None:
    original, dithered = random_pair((*shape, *channels))
    for measured in (image_errors(original, dithered), image_errors(original, 255 - original)):
        values = list(dataclasses.asdict(measured).values())[:-1]
        assert np.isfinite(values).all()
    same = image_errors(original, original)
    assert (same.blurred_1_5, same.blurred_2_5, same.scielab, same.grain) == (0, 0, 0, 0)
    assert (same.ssim_half, same.ssim_quarter, same.ssim_multi_scale) == (1, 1, 1)
    assert same.lost_hues == ()


def test_all_measures_at_once_are_those_alone_and_fit_in_json() -> None:
    pair = random_pair((50, 40, 3))
    assert json.loads(json.dumps(dataclasses.asdict(image_errors(*pair)))) == {
        "blurred_1_5": blurred_error(*pair, 1.5),
        "blurred_2_5": blurred_error(*pair, 2.5),
        "scielab": scielab_error(*pair),
        "grain": grain(*pair),
        "ssim_half": structural_similarity(*pair, scale=2),
        "ssim_quarter": structural_similarity(*pair, scale=4),
        "ssim_multi_scale": multi_scale_structural_similarity(*pair),
        "lost_hues": list(lost_hues(*pair)),
    }


def test_the_type_of_the_codes_does_not_matter() -> None:
    original, dithered = random_pair((20, 30, 3))
    expected = image_errors(original, dithered)
    deep = (original.astype(np.uint16) * 257).astype(">u2")
    assert image_errors(deep, dithered / 255) == expected
    values = level_values(2, np.dtype(np.uint8))
    bits = original[..., 0] > 99
    assert image_errors(original, bits) == image_errors(
        original, np.stack([values[bits.astype(int)]] * 3, axis=2)
    )
    gray = original[..., 0]
    assert blurred_error(gray, gray[..., None] // 2) == blurred_error(
        gray, np.stack([gray // 2] * 3, 2)
    )


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 5), np.uint8),
        np.zeros((5, 0, 3), np.uint8),
        np.zeros((5, 5, 2), np.uint8),
        np.zeros((5, 5, 4), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((5, 5), np.int64),
        np.full((5, 5), np.nan),
        np.full((5, 5), 255.0),
    ],
)
def test_what_is_no_picture_is_one_sentence(measure: Measure, image: np.ndarray) -> None:
    for pair in ((image, image), (np.zeros((5, 5), np.uint8), image)):
        with pytest.raises(InputError) as told:
            measure(*pair)
        assert "\n" not in str(told.value)


@pytest.mark.parametrize("measure", MEASURES)
def test_two_sizes_are_refused(measure: Measure) -> None:
    with pytest.raises(InputError, match="original has 5x4 pixels and the dithered picture 4x5"):
        measure(np.zeros((4, 5), np.uint8), np.zeros((5, 4, 3), np.uint8))


@pytest.mark.parametrize(
    ("measure", "options"),
    [
        (blurred_error, {"sigma": -1}),
        (blurred_error, {"sigma": float("nan")}),
        (blurred_error, {"sigma": 1e9}),
        (scielab_error, {"samples_per_degree": 0}),
        (structural_similarity, {"scale": 0}),
        (structural_similarity, {"scale": 1.5}),
        (lost_hues, {"sectors": 2}),
        (lost_hues, {"least_share": 0}),
        (lost_hues, {"sigma": -1}),
    ],
)
def test_numbers_out_of_range_are_one_sentence(
    measure: Callable[..., object], options: dict[str, float]
) -> None:
    gray = np.zeros((4, 4), np.uint8)
    with pytest.raises(InputError, match=next(iter(options))):
        measure(gray, gray, **options)


def test_the_map_of_differences_is_that_of_scipys_blur_and_its_mean_square_the_error() -> None:
    pair = random_pair((30, 41, 3))
    before, after = (
        linear_to_oklab(ndimage.gaussian_filter(srgb_to_linear(each / 255), 2, axes=(0, 1)))
        for each in pair
    )
    expected = 100 * np.linalg.norm(after - before, axis=2)
    found = blurred_differences(*pair, 2)
    assert found == pytest.approx(expected, abs=1e-9)
    assert blurred_error(*pair, 2) == pytest.approx(np.sqrt((expected**2).mean()))
