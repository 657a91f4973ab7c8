import dataclasses
import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage import color, metrics

from dither.color import linear_to_oklab, linear_to_srgb, oklab_to_linear, srgb_to_linear, to_gray
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
from dither.metrics.blur import gaussian_blurred
from dither.metrics.light import linear_lights
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


def _pair(shape: tuple[int, ...], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A soft random picture, and its codes rounded at random to four levels."""
    generator = np.random.default_rng(seed)
    soft = ndimage.gaussian_filter(generator.random(shape), 2, axes=(0, 1))
    soft = (soft - soft.min()) / max(float(np.ptp(soft)), 1e-9)
    rounded = np.floor(soft * 3 + generator.random(shape)).clip(0, 3)
    return np.rint(soft * 255).astype(np.uint8), (rounded * 85).astype(np.uint8)


def _lab_error(first: np.ndarray, second: np.ndarray) -> float:
    return 100 * float(np.sqrt(np.mean(((first - second) ** 2).sum(axis=-1))))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 3), (40, 31), (32, 47, 3)])
@pytest.mark.parametrize("sigma", [0, 0.1, 0.6, 1.5, 2.5, 20])
def test_blur_as_scipy_does(shape: tuple[int, ...], sigma: float) -> None:
    planes = np.random.default_rng(0).random(shape)
    expected = ndimage.gaussian_filter(planes, sigma, mode="reflect", axes=(0, 1))
    assert gaussian_blurred(planes, sigma) == pytest.approx(expected, abs=1e-12)


def test_the_blurs_reach_is_where_scipy_cuts_it_off() -> None:
    planes = np.random.default_rng(0).random((30, 20))
    expected = ndimage.gaussian_filter(planes, 1.5, truncate=5 / 1.5)
    assert gaussian_blurred(planes, 1.5, reach=5 / 1.5) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 60))
def test_the_blur_keeps_the_mean(height: int, width: int, sigma: float) -> None:
    planes = np.random.default_rng(height * 41 + width).random((height, width))
    assert gaussian_blurred(planes, sigma).mean() == pytest.approx(planes.mean())


@pytest.mark.parametrize("sigma", [1.5, 2.5])
def test_blurred_error_by_another_road(sigma: float) -> None:
    pair = _pair((41, 37, 3))
    seen = [
        linear_to_oklab(ndimage.gaussian_filter(srgb_to_linear(image / 255), (sigma, sigma, 0)))
        for image in pair
    ]
    assert blurred_error(*pair, sigma) == pytest.approx(_lab_error(*seen))


def test_grain_by_another_road() -> None:
    pair = _pair((41, 37, 3))
    light = [linear_to_oklab(srgb_to_linear(image / 255))[..., 0] for image in pair]
    fine = [plane - ndimage.gaussian_filter(plane, 1.5) for plane in light]
    assert grain(*pair) == pytest.approx(100 * np.sqrt(np.mean((fine[1] - fine[0]) ** 2)))


def test_scielab_by_another_road() -> None:
    pair = _pair((45, 60, 3))
    opponent = np.array(
        [[0.279, 0.722, -0.107], [-0.449, 0.290, 0.077], [0.086, -0.590, 0.501]]
    )  # fmt: skip
    kernels = [
        {0.0283: 0.921, 0.133: 0.105, 4.336: -0.108},
        {0.0392: 0.531, 0.494: 0.330},
        {0.0536: 0.488, 0.386: 0.371},
    ]
    seen = []
    for image in pair:
        planes = color.rgb2xyz(image) @ opponent.T
        for channel, kernel in enumerate(kernels):
            total = sum(
                weight * ndimage.gaussian_filter(planes[..., channel], 32 * spread / np.sqrt(2))
                for spread, weight in kernel.items()
            )
            planes[..., channel] = total / sum(kernel.values())
        seen.append(color.xyz2lab(planes @ np.linalg.inv(opponent).T))
    expected = color.deltaE_cie76(*seen).mean()
    assert scielab_error(*pair) == pytest.approx(expected, rel=5e-3)


def test_on_even_pictures_scielab_is_cielab() -> None:
    first, second = np.array([200, 30, 90], np.uint8), np.array([190, 60, 70], np.uint8)
    expected = color.deltaE_cie76(color.rgb2lab(first), color.rgb2lab(second))
    even = [np.tile(one, (9, 9, 1)) for one in (first, second)]
    assert scielab_error(*even) == pytest.approx(expected, rel=1e-3)
    assert scielab_error(*even, samples_per_degree=60) == pytest.approx(scielab_error(*even))


def test_fine_patterns_matter_less_from_afar_and_less_in_color_than_in_lightness() -> None:
    checks = np.indices((64, 64)).sum(axis=0) % 2 == 0
    gray = np.full((64, 64), 188, np.uint8)
    near, far = (scielab_error(gray, checks, samples_per_degree=n) for n in (16, 60))
    assert far < near / 5
    share_left = []
    for one, other in (([0.62, 0, 0.08], [0.62, 0, -0.08]), ([0.70, 0, 0], [0.54, 0, 0])):
        errors = []
        for width in (3, 32):
            bars = np.arange(192)[None, :, None] // width % 2 == 0
            light = oklab_to_linear(np.where(bars, one, other)).repeat(64, axis=0)
            even = np.broadcast_to(light.mean(axis=(0, 1)), light.shape)
            errors.append(scielab_error(linear_to_srgb(even), linear_to_srgb(light)))
        share_left.append(errors[0] / errors[1])
    assert share_left[0] < 0.7 * share_left[1]


def _reduced(image: np.ndarray, scale: int) -> np.ndarray:
    """Luma after a box filter in linear light; sides must be multiples of the scale."""
    luminance = srgb_to_linear(image / 255) @ np.array([0.2126, 0.7152, 0.0722])
    height, width = luminance.shape
    boxes = luminance.reshape(height // scale, scale, width // scale, scale)
    gray = boxes.mean(axis=(1, 3))
    return linear_to_srgb(gray)


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_structural_similarity_as_scikit_image_has_it(scale: int) -> None:
    pair = _pair((64, 80, 3))
    expected = metrics.structural_similarity(
        *(_reduced(image, scale) for image in pair),
        data_range=1.0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    assert structural_similarity(*pair, scale=scale) == pytest.approx(expected, abs=1e-9)


def test_multi_scale_similarity_by_another_road() -> None:
    pair = _pair((256, 192, 3))
    expected = 1.0
    for power, weight in enumerate([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]):
        x, y = (_reduced(image, 2**power) for image in pair)

        def mean(plane: np.ndarray) -> np.ndarray:
            inside = slice(5, -5) if min(plane.shape) > 10 else slice(None)
            return ndimage.gaussian_filter(plane, 1.5, radius=5)[inside, inside]

        mx, my = mean(x), mean(y)
        vx, vy, vxy = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
        similarity = (2 * vxy + 9e-4) / (vx + vy + 9e-4)
        if power == 4:
            similarity = similarity * (2 * mx * my + 1e-4) / (mx**2 + my**2 + 1e-4)
        expected *= similarity.mean() ** weight
    assert multi_scale_structural_similarity(*pair) == pytest.approx(expected)


def test_odd_sides_leave_smaller_boxes() -> None:
    # A lone column beside a whole box is a pixel by itself, not half as bright.
    even = np.full((5, 5), 200, np.uint8)
    assert structural_similarity(even, even, scale=2) == 1
    column = np.full((5, 5), 200, np.uint8)
    column[:, 4] = 0
    shown = np.full((3, 3), 200, np.uint8)
    shown[:, 2] = 0
    assert structural_similarity(even, column, scale=2) == pytest.approx(
        structural_similarity(even[:3, :3], shown, scale=1)
    )


def _of_hues(*degrees: float, chroma: float = 0.09) -> np.ndarray:
    """A picture of vertical bars, each of a hue in OKLab, all of one lightness and chroma."""
    angle = np.radians(np.repeat(degrees, 24))
    ab = chroma * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lab = np.insert(ab, 0, 0.65, axis=1)
    return np.tile(linear_to_srgb(oklab_to_linear(lab)).clip(0, 1), (40, 1, 1))


def test_a_hue_turned_to_another_is_lost_and_a_near_one_is_not() -> None:
    picture = _of_hues(45, 165, 285)
    assert lost_hues(picture, picture) == ()
    assert lost_hues(picture, _of_hues(45, 185, 285)) == ()
    assert lost_hues(picture, _of_hues(45, 225, 285)) == (165,)
    # The same hues elsewhere do not help.
    assert lost_hues(picture, _of_hues(165, 285, 45)) == (45, 165, 285)
    assert lost_hues(picture, to_gray(picture)) == (45, 165, 285)
    assert lost_hues(to_gray(picture), picture) == ()


def test_a_hue_lives_on_with_half_its_chroma_and_pale_colors_have_none() -> None:
    picture = _of_hues(45)
    assert lost_hues(picture, _of_hues(45, chroma=0.046)) == ()
    assert lost_hues(picture, _of_hues(45, chroma=0.044)) == (45,)
    assert lost_hues(_of_hues(45, chroma=0.041), np.full((40, 24), 0.6)) == (45,)
    assert lost_hues(_of_hues(45, chroma=0.039), np.full((40, 24), 0.6)) == ()


def test_mixtures_at_edges_are_no_hues() -> None:
    # Between yellow and blue lie colours of other hues once blurred.
    picture, without = _of_hues(105, 255, chroma=0.12), _of_hues(105, 255, chroma=0.12)
    without[:, 24:] = 0.6
    assert lost_hues(picture, without) == (255,)


def test_a_hue_of_few_pixels_does_not_count_and_a_fifth_keeps_one() -> None:
    picture = np.full((100, 100, 3), 0.6)
    picture[:20, :20] = _of_hues(45)[0, 0]
    assert lost_hues(picture, np.full((100, 100), 0.6)) == (45,)
    assert lost_hues(picture, np.full((100, 100), 0.6), least_share=0.06) == ()
    picture[6:] = 0.6
    for columns, lost in ((9, (45,)), (8, ())):
        picture[:, columns:] = 0.6
        assert lost_hues(picture, np.full((100, 100), 0.6), sigma=0) == lost
    picture[:20, :20] = _of_hues(45)[0, 0]
    for columns, lost in ((6, ()), (3, (45,))):
        kept = picture.copy()
        kept[:, columns:] = 0.6
        assert lost_hues(picture, kept, sigma=0) == lost


def test_dots_side_by_side_are_seen_as_their_mixture() -> None:
    dots = np.where(np.indices((40, 40)).sum(axis=0)[..., None] % 2, [255, 0, 0], [0, 255, 0])
    yellow = np.broadcast_to(np.array([188, 188, 0], np.uint8), (40, 40, 3))
    assert lost_hues(yellow, dots.astype(np.uint8)) == ()
    assert lost_hues(yellow, dots.astype(np.uint8), sigma=0) == (105,)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (3, 50), (12, 11), (33, 40)])
@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_any_size_is_measured(shape: tuple[int, int], channels: tuple[int, ...]) -> None:
    original, dithered = _pair((*shape, *channels))
    for measured in (image_errors(original, dithered), image_errors(original, 255 - original)):
        values = list(dataclasses.asdict(measured).values())[:-1]
        assert np.isfinite(values).all()
    same = image_errors(original, original)
    assert (same.blurred_1_5, same.blurred_2_5, same.scielab, same.grain) == (0, 0, 0, 0)
    assert (same.ssim_half, same.ssim_quarter, same.ssim_multi_scale) == (1, 1, 1)
    assert same.lost_hues == ()


def test_all_measures_at_once_are_those_alone_and_fit_in_json() -> None:
    pair = _pair((50, 40, 3))
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
    original, dithered = _pair((20, 30, 3))
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


def test_the_light_of_resamplers_overshoot_is_clipped() -> None:
    first, second = linear_lights(np.array([[-1e-4, 1 + 1e-4]]), np.array([[0, 1.0]]))
    assert np.array_equal(first, second)


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
    with pytest.raises(InputError, match="4 x 5 rows and columns and the dithered picture 5 x 4"):
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
    pair = _pair((30, 41, 3))
    before, after = (
        linear_to_oklab(ndimage.gaussian_filter(srgb_to_linear(each / 255), 2, axes=(0, 1)))
        for each in pair
    )
    expected = 100 * np.linalg.norm(after - before, axis=2)
    found = blurred_differences(*pair, 2)
    assert found == pytest.approx(expected, abs=1e-9)
    assert blurred_error(*pair, 2) == pytest.approx(np.sqrt((expected**2).mean()))
