import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from dither.color import linear_to_oklab, srgb_to_linear
from dither.diffusion import error_diffuse
from dither.errors import InputError
from dither.gamut.device_link import map_to_palette
from dither.metrics import blurred_error, grain
from dither.metrics.viewing import Gaussian
from dither.optimizer.config import OptimizeConfig, SearchConfig
from dither.optimizer.optimize import optimize_palette
from dither.palettes.from_image import k_means
from dither.palettes.palette import Palette
from dither.palettes.palette_like import load_palette
from dither.samples import eight_bit_colors

pytest.importorskip("jax")
pytest.importorskip("numba")

QUICK = OptimizeConfig(0.02, SearchConfig(), rounds=2, steps=300)


@pytest.mark.parametrize("colors", [2, 4, pytest.param(16, marks=pytest.mark.slow)])
def test_the_error_is_far_below_that_of_diffusion(photo: np.ndarray, colors: int) -> None:
    found = optimize_palette(photo, colors)
    assert found.indices.shape == photo.shape[:2]
    assert found.indices.dtype == np.uint8
    assert len(found.palette) <= colors
    assert found.usage.sum() == pytest.approx(1)
    assert (found.picture == found.palette.colors[found.indices]).all()
    assert found.trace[-1] < found.trace[0]
    plain = k_means(photo, colors)
    diffused = plain.colors[error_diffuse(photo, palette=plain.colors)]
    assert blurred_error(photo, found.picture) < 0.8 * blurred_error(photo, diffused)


@pytest.mark.slow
def test_presets_trade_error_for_grain(photo: np.ndarray) -> None:
    pictures = {
        preset: optimize_palette(photo, 8, preset=preset).picture
        for preset in ("smooth", "balanced", "clean")
    }
    errors = [blurred_error(photo, picture) for picture in pictures.values()]
    grains = [grain(photo, picture) for picture in pictures.values()]
    assert errors == sorted(errors)
    assert grains == sorted(grains, reverse=True)


def test_the_same_bytes_for_any_threads(photo: np.ndarray) -> None:
    tall = np.concatenate([photo] * 3)
    one = optimize_palette(tall, 5, preset=QUICK)
    two = optimize_palette(tall, 5, preset=QUICK, threads=2)
    assert (one.indices == two.indices).all()
    assert one.palette.hex == two.palette.hex


@pytest.mark.parametrize("distinct", [1, 2, 5, 16])
def test_few_colours_are_returned_exactly(distinct: int) -> None:
    rng = np.random.default_rng(distinct)
    colors = np.unique(rng.integers(0, 256, (distinct, 3)), axis=0).astype(np.uint8)
    picture = colors[rng.integers(0, len(colors), (30, 40))]
    found = optimize_palette(picture, 16)
    assert (found.picture == picture).all()
    assert len(found.trace) == 0


def test_a_pixel_and_a_line_pass() -> None:
    assert (optimize_palette(np.array([[[3, 2, 1]]], np.uint8)).picture == [3, 2, 1]).all()
    line = np.arange(200, dtype=np.uint8)[None]
    assert optimize_palette(line, 3, preset=QUICK).indices.shape == (1, 200)
    assert optimize_palette(line.T, 3, preset=QUICK).indices.shape == (200, 1)


def test_a_given_palette_is_not_changed(photo: np.ndarray) -> None:
    palette = Palette.from_hex("ffffff 000000 c02020 2040c0")
    found = optimize_palette(photo, palette=palette, intent="absolute")
    assert sorted(found.palette.hex) == sorted(palette.hex)
    diffused = palette.colors[error_diffuse(photo, palette=palette.colors)]
    assert blurred_error(photo, found.picture) < blurred_error(photo, diffused)


def test_kept_colours_are_there_and_others_are_learned(photo: np.ndarray) -> None:
    keep = Palette.from_hex("000000 ffffff")
    found = optimize_palette(photo, 6, keep=keep, preset=QUICK)
    assert {"#000000", "#ffffff"} <= set(found.palette.hex)
    assert 3 <= len(found.palette) <= 6


def test_learned_colours_are_those_of_the_device(photo: np.ndarray) -> None:
    found = optimize_palette(photo, 6, device_levels=(16, 16, 16), preset=QUICK)
    assert (found.palette.colors % 17 == 0).all()


def test_flat_areas_that_a_colour_hits_stay_flat() -> None:
    picture = np.empty((96, 128, 3), np.uint8)
    picture[:, :64] = [40, 90, 160]
    ramp = np.linspace(60, 250, 64).astype(np.uint8)
    picture[:, 64:] = np.stack([ramp, ramp, ramp // 2], axis=-1)
    found = optimize_palette(picture, 6)
    assert (found.picture[8:-8, 4:56] == [40, 90, 160]).all()


def test_a_rare_hue_survives() -> None:
    rng = np.random.default_rng(0)
    picture = np.full((100, 100, 3), [90, 140, 90], np.uint8)
    picture[:, 50:] = [120, 130, 80]
    picture[40:50, 10:20] = [200, 30, 160]  # 1 % of the picture
    picture = np.clip(picture + rng.integers(-9, 10, picture.shape), 0, 255).astype(np.uint8)
    found = optimize_palette(picture, 8).picture[41:49, 11:19].astype(int)
    assert found[..., 0].mean() > found[..., 1].mean() + 90


def test_pixels_by_search_are_best_and_at_random_worst(photo: np.ndarray) -> None:
    palette = optimize_palette(photo, 6, preset=QUICK).palette
    errors = [
        blurred_error(photo, optimize_palette(photo, palette=palette, pixels=way).picture)
        for way in ("search", "diffusion", "matrix", "random")
    ]
    assert errors == sorted(errors)
    assert errors[-1] > 1.2 * errors[-2]


@pytest.mark.slow
def test_equal_pixels_of_equal_cells_are_drawn_alike_by_the_matrix() -> None:
    rng = np.random.default_rng(0)
    tile = rng.integers(0, 256, (64, 64, 3), np.uint8)
    wide = np.concatenate([tile, tile], axis=1)
    indices = optimize_palette(wide, 5, preset=QUICK, pixels="matrix").indices
    assert (indices[:, :64] == indices[:, 64:]).all()


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.float64])
def test_types_do_not_matter(photo: np.ndarray, dtype: type) -> None:
    other = photo.astype(dtype) * 257 if dtype == np.uint16 else (photo / 255).astype(dtype)
    expected = optimize_palette(photo, 4, preset=QUICK)
    assert (optimize_palette(other, 4, preset=QUICK).picture == expected.picture).all()


def test_grey_pictures_are_pictures(photo: np.ndarray) -> None:
    found = optimize_palette(photo[..., 0], 4, preset=QUICK)
    assert found.picture.shape == (*photo.shape[:2], 3)


def test_progress_rises_to_one(photo: np.ndarray) -> None:
    shares: list[float] = []
    optimize_palette(photo, 4, preset=QUICK, on_progress=lambda share, what: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"colors": 0}, "colors is 0; it must be a whole number from 2 to 256"),
        ({"colors": 1}, "colors is 1"),
        ({"colors": 257}, "colors is 257"),
        ({"colors": 2.5}, "colors is 2.5"),
        ({"preset": "best"}, "preset is 'best'"),
        ({"colors": 4, "palette": Palette.from_hex("000000 ffffff")}, "either a palette, or"),
        ({"colors": 2, "keep": Palette.from_hex("000000 ffffff")}, "keep has 2 of 2 colours"),
        ({"pixels": "dots"}, "pixels is 'dots'"),
        ({"device_levels": (1, 2, 3)}, "device_levels is"),
    ],
)
def test_options_that_cannot_be_are_one_sentence(
    photo: np.ndarray, options: dict, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        optimize_palette(photo, **options)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((0, 5, 3), np.uint8), "no pixels"),
        (np.full((2, 2, 3), np.nan), "nan"),
        (np.zeros((2, 2, 4), np.uint8), "channels"),
    ],
)
def test_pictures_that_cannot_be_are_one_sentence(image: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        optimize_palette(image)


def test_more_starts_find_what_one_misses() -> None:
    # Nine flat colours for eight: from some first palettes two of them end as one.
    rng = np.random.default_rng(5)
    flats = rng.integers(0, 256, (9, 3)).astype(np.uint8)
    picture = flats[np.sort(rng.integers(0, 9, 48 * 8)).reshape(48, 8)].repeat(8, axis=1)
    one, four = (
        optimize_palette(picture, 8, preset=OptimizeConfig(0.015, steps=300, starts=starts))
        for starts in (1, 4)
    )
    assert four.trace[-1] <= one.trace[-1]


@pytest.mark.parametrize("missing", ["jax", "numba"])
def test_a_missing_library_names_the_extra(
    photo: np.ndarray, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(InputError, match=rf"needs {missing}: pip install .*\[optimize\]"):
        optimize_palette(photo, 4)


def test_a_given_palette_needs_no_jax() -> None:
    script = """
import subprocess
import sys
sys.modules["jax"] = None
import numpy as np
import dither
ramp = np.linspace(0, 255, 32 * 32).astype(np.uint8).reshape(32, 32)
gray = dither.load_palette("gray-4")
print(len(np.unique(dither.optimize_palette(ramp, palette=gray).indices)))
print(len(dither.optimize_frames([ramp, ramp], palette=gray)))
try:
    dither.optimize_palette(ramp, palette=gray, pixels="matrix")
except dither.InputError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "4",
        "2",
        "optimizing a palette needs jax: pip install 'bluenoise-dither[optimize]'",
    ]


def test_zero_threads_are_one_per_processor(photo: np.ndarray) -> None:
    options: dict[str, Any] = {"palette": Palette.from_hex("000000 ff8000 ffffff")}
    one, all_ = (optimize_palette(photo, threads=threads, **options) for threads in (1, 0))
    assert (one.indices == all_.indices).all()
    with pytest.raises(InputError, match="threads is -1"):
        optimize_palette(photo, 4, threads=-1)


@pytest.mark.parametrize("options", [{"steps": 0}, {"variance": -1}, {"rounds": 0}, {"starts": 0}])
def test_configs_out_of_range_are_one_sentence(options: dict) -> None:
    with pytest.raises(InputError, match=f"{next(iter(options))} is"):
        OptimizeConfig(**options)


@pytest.mark.parametrize("color", [(128, 128, 128), (0, 255, 255), (255, 180, 190), (110, 70, 40)])
@pytest.mark.parametrize("name", ["black-white-red", "spectra-6", "inky-spectra-6", "pico-8"])
def test_flat_colours_have_the_mean_that_they_are_mapped_to(
    name: str, color: tuple[int, int, int]
) -> None:
    palette = load_palette(name)
    flat = np.broadcast_to(np.array(color, np.uint8), (96, 96, 3)).copy()
    wanted = map_to_palette(flat, palette)[0, 0] / 65535
    found = optimize_palette(flat, palette=palette)
    mean = palette.linear[found.indices].mean(axis=(0, 1))
    difference = linear_to_oklab(mean) - linear_to_oklab(srgb_to_linear(wanted))
    assert np.linalg.norm(difference) < 0.021


def test_dark_and_light_greys_do_not_vanish() -> None:
    palette = load_palette("black-white")
    for gray, least, most in ((24, 0.002, 0.02), (245, 0.85, 0.97)):
        found = optimize_palette(np.full((96, 96), gray, np.uint8), palette=palette)
        assert least < found.indices.mean() < most


def test_white_and_black_have_no_dots_beside_a_photo(photo: np.ndarray) -> None:
    palette = load_palette("inky-spectra-6")
    picture = np.concatenate([np.full_like(photo, 255), photo, np.zeros_like(photo)])
    for intent in ("perceptual", "relative"):
        found = optimize_palette(picture, palette=palette, intent=intent).indices
        assert (found[: len(photo)] == palette.white).all()
        assert (found[-len(photo) :] == palette.black).all()


def test_a_wider_viewing_filter_lowers_the_error_from_farther_away(photo: np.ndarray) -> None:
    palette = load_palette("pico-8")
    near, far = (
        optimize_palette(photo, palette=palette, viewing_filter=Gaussian(sigma)).picture
        for sigma in (0.8, 2.3)
    )
    mapped = eight_bit_colors(map_to_palette(photo, palette))
    assert blurred_error(mapped, far, 2.3) < blurred_error(mapped, near, 2.3)
    assert grain(mapped, near) < 1.5 * grain(mapped, far)
