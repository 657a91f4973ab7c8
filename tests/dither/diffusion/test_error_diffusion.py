import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from diffusion_reference import EIGHT_COLORS, random_image, reference_codes
from hypothesis import given
from hypothesis import strategies as st

from dither.color import srgb_to_linear
from dither.diffusion import (
    ATKINSON,
    DIFFUSION_KERNELS,
    FLOYD_STEINBERG,
    JARVIS_JUDICE_NINKE,
    DiffusionKernel,
    error_diffuse,
    requantize,
)
from dither.diffusion.error_diffusion import row_diffusion
from dither.errors import InputError
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix

pytest.importorskip("numba", reason="an extra of its own")

VARIATIONS: list[dict[str, Any]] = [{}, {"noise": 0.5}, {"matrix": "blue-16x16"}]

TARGETS: list[dict[str, Any]] = [{"levels": 2}, {"levels": 3}, {"palette": EIGHT_COLORS}]

# Errors that go far ahead and far to both sides, in shares that are no round numbers.
WIDE = DiffusionKernel(
    ((0,) * 8 + (1, 0, 2, 0, 1, 0, 3), (5,) + (0,) * 13 + (4,), (0,) * 15, (1,) * 15),
    origin=7,
    divisor=31.7,
)


@pytest.mark.parametrize("serpentine", [True, False])
@pytest.mark.parametrize(
    "kernel", [*DIFFUSION_KERNELS.values(), WIDE], ids=[*DIFFUSION_KERNELS, "wide"]
)
def test_every_kernel_matches_the_reference(kernel: DiffusionKernel, serpentine: bool) -> None:
    gray, color = random_image((70, 23)), random_image((35, 13, 3), seed=1)
    for levels in (2, 5):
        expected = reference_codes(gray, kernel, levels=levels, serpentine=serpentine)
        codes = error_diffuse(gray, kernel=kernel, levels=levels, serpentine=serpentine)
        assert (codes == expected).all()
    for count in (5, 16, 40):
        palette = random_image((count, 3), seed=count)
        expected = reference_codes(
            color, kernel, palette=palette, serpentine=serpentine, clamp="range"
        )
        codes = error_diffuse(color, kernel=kernel, palette=palette, serpentine=serpentine)
        assert (codes == expected).all()


@given(
    height=st.integers(1, 40),
    width=st.integers(1, 12),
    channels=st.sampled_from([None, 1, 3, 4]),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    levels=st.sampled_from([2, 3, 7, 256, 300]),
    name=st.sampled_from(sorted(DIFFUSION_KERNELS)),
    serpentine=st.booleans(),
    light=st.sampled_from(["encoded", "linear"]),
    clamp=st.sampled_from(["none", "range"]),
    noise=st.sampled_from([0.0, 0.3, 1.0]),
    cells=st.sampled_from([None, (1, 2), (3, 5)]),
    seed=st.integers(0, 1 << 40),
)
def test_any_image_to_levels_matches_the_reference(
    height: int,
    width: int,
    channels: int | None,
    dtype: Any,
    levels: int,
    name: str,
    serpentine: bool,
    light: Any,
    clamp: Any,
    noise: float,
    cells: tuple[int, int] | None,
    seed: int,
) -> None:
    shape = (height, width) if channels is None else (height, width, channels)
    image = random_image(shape, dtype, seed)
    matrix = None if cells is None else white_noise(*cells, seed=seed)
    common: dict[str, Any] = {
        "levels": levels,
        "serpentine": serpentine,
        "light": light,
        "clamp": clamp,
        "noise": noise,
        "strength": 0.7,
        "seed": seed,
    }
    ranks = None if matrix is None else matrix.ranks
    expected = reference_codes(image, DIFFUSION_KERNELS[name], ranks=ranks, **common)
    codes = error_diffuse(image, kernel=name, matrix=matrix, **common)
    assert codes.dtype == (np.uint8 if levels <= 256 else np.uint16)
    assert codes.shape == image.shape
    assert (codes == expected).all()


@given(
    height=st.integers(1, 40),
    width=st.integers(1, 8),
    gray=st.booleans(),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    count=st.sampled_from([1, 2, 3, 16, 17, 60]),
    spread=st.sampled_from([4, 80, 255]),
    name=st.sampled_from(["floyd-steinberg", "atkinson", "stucki", "simple-2d"]),
    serpentine=st.booleans(),
    light=st.sampled_from(["encoded", "linear"]),
    clamp=st.sampled_from(["none", "range"]),
    noise=st.sampled_from([0.0, 0.0, 0.8]),
    cells=st.sampled_from([None, None, (3, 5)]),
    seed=st.integers(0, 1 << 40),
)
def test_any_image_to_a_palette_matches_the_reference(
    height: int,
    width: int,
    gray: bool,
    dtype: Any,
    count: int,
    spread: int,
    name: str,
    serpentine: bool,
    light: Any,
    clamp: Any,
    noise: float,
    cells: tuple[int, int] | None,
    seed: int,
) -> None:
    image = random_image((height, width) if gray else (height, width, 3), dtype, seed)
    # A narrow palette has equal colours, and none near most of the image: errors pile up.
    palette = (random_image((count, 3), seed=seed) % spread).astype(np.uint8)
    matrix = None if cells is None else white_noise(*cells, seed=seed)
    common: dict[str, Any] = {
        "palette": palette,
        "serpentine": serpentine,
        "light": light,
        "clamp": clamp,
        "noise": noise,
        "strength": 1.0,
        "seed": seed,
    }
    ranks = None if matrix is None else matrix.ranks
    expected = reference_codes(image, DIFFUSION_KERNELS[name], ranks=ranks, **common)
    codes = error_diffuse(image, kernel=name, matrix=matrix, **common)
    assert codes.dtype == np.uint8
    assert (codes == expected).all()


@pytest.mark.parametrize(
    ("channels", "options"),
    [
        ((), {"levels": 2}),
        ((), {"levels": 2, "kernel": JARVIS_JUDICE_NINKE}),
        ((), {"levels": 4}),
        ((), {"levels": 2, "noise": 0.4}),
        ((3,), {"palette": EIGHT_COLORS}),
        ((3,), {"palette": random_image((50, 3))}),
    ],
)
def test_long_rows_agree_with_the_serial_loop_for_any_number_of_threads(
    channels: tuple[int, ...], options: dict[str, Any]
) -> None:
    image = random_image((150, 2600, *channels))
    alone = error_diffuse(image, serpentine=False, **options)
    for threads in (0, 2, 3, 7):
        codes = error_diffuse(image, serpentine=False, threads=threads, **options)
        assert (codes == alone).all()
    floats = error_diffuse(image / 255, serpentine=False, threads=2, **options)
    assert (floats == alone).all()
    if "palette" not in options and "noise" not in options:
        small = image[:34, :280]
        kernel = options.pop("kernel", FLOYD_STEINBERG)
        expected = reference_codes(small, kernel, serpentine=False, **options)
        codes = error_diffuse(small, kernel=kernel, serpentine=False, **options)
        assert (codes == expected).all()


@pytest.mark.parametrize("light", ["encoded", "linear"])
def test_floats_agree_with_the_same_values_in_16_bits(light: Any) -> None:
    deep = random_image((40, 30, 3), np.uint16)
    expected = error_diffuse(deep, levels=2, light=light)
    assert (error_diffuse(deep / 65535, levels=2, light=light) == expected).all()
    expected = error_diffuse(deep, palette=EIGHT_COLORS, light=light)
    assert (error_diffuse(deep / 65535, palette=EIGHT_COLORS, light=light) == expected).all()


@pytest.mark.parametrize("serpentine", [True, False])
@pytest.mark.parametrize("light", ["encoded", "linear"])
@pytest.mark.parametrize("name", [name for name in DIFFUSION_KERNELS if name != "atkinson"])
def test_a_flat_patch_keeps_its_mean(name: str, light: Any, serpentine: bool) -> None:
    for value in (20, 77, 128, 200):
        for options in VARIATIONS:
            flat = np.full((128, 128), value, np.uint8)
            shown = requantize(
                flat, levels=2, kernel=name, light=light, serpentine=serpentine, **options
            )
            wanted = flat[0, 0] / 255
            if light == "linear":
                wanted = float(srgb_to_linear(wanted))
            # What leaves the image at its edges is lost: two rows and columns' worth of half a step.
            assert abs((shown / 255).mean() - wanted) <= 2 / 128


def test_atkinson_loses_detail_in_light_tones() -> None:
    light = np.full((64, 64), 240, np.uint8)
    assert error_diffuse(light, kernel=ATKINSON).mean() > 240 / 255 + 0.02


@pytest.mark.parametrize("serpentine", [True, False])
@pytest.mark.parametrize("light", ["encoded", "linear"])
@pytest.mark.parametrize("options", [{}, {"noise": 1.0}, {"matrix": "blue-16x16", "strength": 1.0}])
def test_black_and_white_stay_free_of_dots(options: dict, light: Any, serpentine: bool) -> None:
    common: dict[str, Any] = {"serpentine": serpentine, "light": light, **options}
    for kernel in DIFFUSION_KERNELS.values():
        for levels in (2, 3, 256):
            for value in (0, 255):
                flat = np.full((40, 40), value, np.uint8)
                shown = requantize(flat, levels=levels, kernel=kernel, **common)
                assert (shown == value).all()
    # Nor does any colour of a palette change.
    palette = random_image((30, 3))
    for index, color in enumerate(palette):
        flat = np.broadcast_to(color, (34, 9, 3))
        assert (error_diffuse(flat, palette=palette, **common) == index).all()


def test_the_first_row_is_the_same_in_both_scans_with_noise() -> None:
    palette = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [255] * 3], np.uint8)
    row = np.random.default_rng(0).integers(0, 256, (1, 40, 3), np.uint8)
    serpentine, raster = (
        error_diffuse(row, palette=palette, noise=0.8, seed=3, serpentine=each)
        for each in (True, False)
    )
    np.testing.assert_array_equal(serpentine, raster)


def test_noise_and_matrices_break_up_the_pattern_of_a_mid_grey() -> None:
    flat = np.full((64, 64), 128, np.uint8)
    plain = error_diffuse(flat)
    # Nearly a checkerboard: almost no two neighbours are equal.
    assert (plain[:, 1:] == plain[:, :-1]).mean() < 0.05
    variations: list[dict[str, Any]] = [{"noise": 0.8}, {"matrix": "blue-64x64", "strength": 0.8}]
    for options in variations:
        broken = error_diffuse(flat, **options)
        assert (broken[:, 1:] == broken[:, :-1]).mean() > 0.1
    assert (error_diffuse(flat, noise=0.8, seed=1) != error_diffuse(flat, noise=0.8, seed=2)).any()


def test_levels_are_not_clipped_and_palettes_are_unless_told() -> None:
    image = random_image((40, 40, 3))
    targets: list[tuple[dict[str, Any], Any]] = [
        ({"levels": 2}, "none"),
        ({"palette": EIGHT_COLORS[:4]}, "range"),
    ]
    for options, default in targets:
        plain = error_diffuse(image, **options)
        other: Any = "range" if default == "none" else "none"
        assert (error_diffuse(image, clamp=default, **options) == plain).all()
        assert (error_diffuse(image, clamp=other, **options) != plain).any()


def test_linear_light_chooses_the_nearest_in_light() -> None:
    # 187.5 codes of 255 are half of white's light.
    image = np.array([[187], [188]], np.uint8)
    assert error_diffuse(image[:1], light="linear").item() == 0
    assert error_diffuse(image[1:], light="linear").item() == 1
    assert error_diffuse(image[:1], light="encoded").item() == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (1, 4, 3)])
@pytest.mark.parametrize("serpentine", [True, False])
def test_tiny_images_pass(shape: tuple[int, ...], serpentine: bool) -> None:
    for kernel in ("floyd-steinberg", "stevenson-arce"):
        for dtype in (np.uint8, np.float32):
            image = np.ones(shape, dtype)
            codes = error_diffuse(image, kernel=kernel, serpentine=serpentine, threads=2)
            assert codes.shape == shape
            codes = error_diffuse(image, palette=EIGHT_COLORS, kernel=kernel, serpentine=serpentine)
            assert codes.shape == shape[:2]


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (4, 4, 0), (0, 4, 3)])
def test_images_without_pixels_are_refused(shape: tuple[int, ...]) -> None:
    targets: tuple[dict[str, Any], ...] = ({"levels": 2}, {"palette": EIGHT_COLORS})
    for options in targets:
        with pytest.raises(InputError, match="image has no pixels: its shape is"):
            error_diffuse(np.ones(shape, np.uint8), **options)


@pytest.mark.parametrize("serpentine", [True, False])
def test_order_in_memory_strides_bytes_and_protection_make_no_difference(
    photo: np.ndarray, serpentine: bool
) -> None:
    deep = photo.astype(np.uint16) * 257
    strided = np.repeat(np.asfortranarray(deep), 2, axis=1)[:, ::2]
    protected = deep.copy()
    protected.flags.writeable = False
    for options in TARGETS:
        expected = error_diffuse(deep, serpentine=serpentine, **options)
        for same in (strided, protected, deep.astype(">u2"), deep[::-1, ::-1][::-1, ::-1]):
            codes = error_diffuse(same, serpentine=serpentine, **options)
            assert (codes == expected).all()


def test_requantize_shows_the_codes_at_full_range(photo: np.ndarray) -> None:
    assert (requantize(photo, bits=8) == photo).all()
    assert np.unique(requantize(photo, levels=3)).tolist() == [0, 128, 255]
    for dtype in (np.uint8, np.uint16, np.float32, np.float64):
        assert requantize(np.zeros((3, 4), dtype), bits=2).dtype == dtype
    assert requantize(np.ones((3, 4), bool), bits=1).tolist() == [[255] * 4] * 3
    assert requantize(photo, bits=10).dtype == np.uint16
    colors = requantize(photo, palette=EIGHT_COLORS)
    assert (colors == EIGHT_COLORS[error_diffuse(photo, palette=EIGHT_COLORS)]).all()


def test_alpha_is_untouched(photo: np.ndarray) -> None:
    alpha = np.maximum(photo[..., 1:2], 1)  # fully transparent pixels: test_hidden.py
    for color in (photo, photo[..., :1]):
        shown = requantize(np.concatenate([color, alpha], axis=2), bits=1)
        assert (shown[..., -1:] == alpha).all()
        assert (shown[..., :-1] == requantize(color, bits=1)).all()


def test_a_palette_may_be_any_object_with_colors(photo: np.ndarray) -> None:
    class Flag:
        colors = EIGHT_COLORS

    expected = error_diffuse(photo, palette=EIGHT_COLORS)
    assert (error_diffuse(photo, palette=Flag()) == expected).all()


def test_a_gray_image_to_a_palette_is_a_colour_of_three_equal_channels(photo: np.ndarray) -> None:
    gray = photo[..., 0]
    expected = error_diffuse(np.stack([gray] * 3, axis=2), palette=EIGHT_COLORS)
    assert (error_diffuse(gray, palette=EIGHT_COLORS) == expected).all()
    assert (error_diffuse(gray[..., None], palette=EIGHT_COLORS) == expected).all()


@pytest.mark.parametrize(
    ("image", "options", "sentence"),
    [
        (np.zeros(4, np.uint8), {}, "shape"),
        (np.zeros((2, 2), np.int32), {}, "not int32"),
        (np.full((2, 2), np.nan, np.float32), {}, "nan"),
        (np.array([[0.5, np.inf]]), {}, "inf"),
        (np.zeros((2, 2), np.uint8), {"levels": 1}, "levels is 1; it must be a whole number"),
        (np.zeros((2, 2), np.uint8), {"levels": 70000}, "levels is 70000"),
        (np.zeros((2, 2), np.uint8), {"light": "dim"}, "'dim'"),
        (np.zeros((2, 2), np.uint8), {"clamp": "hard"}, "'hard'"),
        (np.zeros((2, 2), np.uint8), {"noise": 1.5}, "noise is 1.5; it must be from 0 to 1"),
        (np.zeros((2, 2), np.uint8), {"noise": np.nan}, "noise is nan"),
        (np.zeros((2, 2), np.uint8), {"strength": -1}, "strength is -1"),
        (np.zeros((2, 2), np.uint8), {"seed": -1}, "seed is -1"),
        (np.zeros((2, 2), np.uint8), {"threads": -1}, "threads is -1"),
        (np.zeros((2, 2), np.uint8), {"kernel": "floyd"}, "no kernel is named 'floyd'"),
        (np.zeros((2, 2), np.uint8), {"matrix": "green"}, "'green'"),
        (np.zeros((2, 2), np.uint8), {"levels": 2, "palette": EIGHT_COLORS}, "either"),
        (np.zeros((2, 2), np.uint8), {"palette": np.zeros((2, 4), np.uint8)}, "not opaque"),
        (np.zeros((2, 2), np.uint8), {"palette": np.full((2, 3), 256.0)}, "floats outside"),
        (np.zeros((2, 2), np.uint8), {"palette": np.zeros((0, 3), np.uint8)}, "not 0"),
        (np.zeros((2, 2), np.uint8), {"palette": np.zeros((257, 3), np.uint8)}, "not 257"),
        (np.zeros((2, 2, 4), np.uint8), {"palette": EIGHT_COLORS}, "this one has 4"),
    ],
)
def test_bad_input_is_one_sentence(image: np.ndarray, options: dict, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        error_diffuse(image, **options)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "options", [{}, {"bits": 1, "levels": 2}, {"bits": 17}, {"bits": 1, "palette": EIGHT_COLORS}]
)
def test_levels_are_given_in_one_way(options: dict) -> None:
    with pytest.raises(InputError):
        requantize(np.zeros((2, 2), np.uint8), **options)


def test_a_kernel_without_weights_drops_every_error() -> None:
    image = random_image((40, 9))
    for serpentine in (True, False):
        codes = error_diffuse(image, kernel=DiffusionKernel(((0,),), 0), serpentine=serpentine)
        assert (codes == (image > 127)).all()


def _run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("serpentine", [False, True])
def test_the_amount_scales_every_share(serpentine: bool) -> None:
    image = np.random.default_rng(3).integers(0, 256, (40, 50), np.uint8)
    half = DiffusionKernel(((0, 0, 7), (3, 5, 1)), origin=1, divisor=32)
    found = error_diffuse(image, serpentine=serpentine, amount=0.5)
    assert (found == error_diffuse(image, serpentine=serpentine, kernel=half)).all()
    for kernel in ("stucki", "ostromoukhov"):
        nothing = error_diffuse(image, serpentine=serpentine, kernel=kernel, amount=0)
        assert (nothing == (image > 127)).all()
    with pytest.raises(InputError, match=r"amount is 1\.5; it must be from 0 to 1"):
        error_diffuse(image, amount=1.5)


def test_without_numba_one_sentence_tells_what_to_install() -> None:
    said = _run(
        "import sys; sys.modules['numba'] = None\n"
        "import numpy as np\n"
        "from dither.diffusion import error_diffuse\n"
        "from dither.errors import InputError\n"
        "try: error_diffuse(np.zeros((2, 2), np.uint8))\n"
        "except InputError as error: print(error)"
    )
    assert said == "error diffusion needs numba: pip install 'bluenoise-dither[diffuse]'"


def test_importing_loads_no_compiler() -> None:
    loaded = _run("import dither.diffusion, sys; print(*sys.modules)").split()
    assert "numpy" in loaded
    assert not {"numba", "llvmlite", "PIL", "scipy"} & set(loaded)


def test_a_matrix_of_one_cell_changes_nothing() -> None:
    image = random_image((30, 30))
    matrix = ThresholdMatrix(np.zeros((1, 1), np.int64))
    assert (error_diffuse(image, matrix=matrix) == error_diffuse(image)).all()


@pytest.mark.parametrize(
    "options",
    [
        {"levels": 2},
        {"levels": 5, "noise": 0.3, "seed": 9},
        {"levels": 3, "kernel": "ostromoukhov"},
        {"levels": 2, "matrix": "blue-64x64"},
        {"levels": 2, "serpentine": False},
        {"levels": 4, "serpentine": False, "threads": 2},
        {"palette": EIGHT_COLORS},
        {"palette": EIGHT_COLORS, "kernel": "sierra", "noise": 0.1},
        {"palette": EIGHT_COLORS, "serpentine": False},
        {"palette": EIGHT_COLORS, "serpentine": False, "threads": 3, "kernel": "stucki"},
    ],
)
def test_bands_of_rows_are_the_whole(options: dict) -> None:
    image = np.random.default_rng(5).integers(0, 256, (64 * 4 + 11, 50, 3), np.uint8)
    whole = error_diffuse(image, **options)
    for cuts in ((64,), (128, 192), (64, 128, 192, 256)):
        diffuse = row_diffusion(**options)
        parts = [diffuse(band) for band in np.split(image, cuts)]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("serpentine", [True, False])
def test_levels_of_each_channel(serpentine: bool) -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    found = error_diffuse(image, levels=(32, 64, 2), serpentine=serpentine)
    for channel, count in enumerate((32, 64, 2)):
        alone = error_diffuse(image[..., channel], levels=count, serpentine=serpentine)
        assert (found[..., channel] == alone).all()
    picture = requantize(image, levels=(32, 64, 2))
    assert len(np.unique(picture[..., 2])) == 2
    with pytest.raises(InputError, match="levels has 2 numbers"):
        error_diffuse(image, levels=(2, 2))
