"""Public functions take what callers hold: names, lists, arrays, tensors and images of Pillow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import bluenoise
import dither
import dither.diffusion
from dither import InputError
from dither.palettes.palette_like import as_colors, as_palette

RNG = np.random.default_rng(5)
GRAY = RNG.integers(0, 256, (12, 20)).astype(np.uint8)
COLOR = RNG.integers(0, 256, (12, 20, 3)).astype(np.uint8)
GAME_BOY = dither.load_palette("game-boy")
EVERY_FORM = [
    "game-boy",
    Path("game-boy"),
    "#0f380f, #306230 #8bac0f,#9bbc0f",
    ["#0f380f", "#306230", "#8bac0f", "#9bbc0f"],
    GAME_BOY.colors,
    GAME_BOY.colors.astype(np.int64),
    GAME_BOY.colors.tolist(),
    GAME_BOY.colors / 255,
    GAME_BOY.colors.astype(float),
    GAME_BOY.colors.ravel().tolist(),
    np.column_stack([GAME_BOY.colors, np.full(4, 255)]),
]


class Tensor:
    def __init__(self, values: np.ndarray) -> None:
        self._values = values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self._values


def _map(image: Any, palette: Any) -> np.ndarray:
    return dither.map_to_palette(image, palette)


def _volume(image: Any, palette: Any) -> np.ndarray:
    return dither.dither_block(np.asarray(image)[None], (0, 0, 0), dither.PaletteDither(palette))


def _line_art(image: Any, palette: Any) -> np.ndarray:
    mask = dither.line_art_mask(image)
    return dither.keep_line_art(image, mask, palette=palette).picture


TO_PALETTE: dict[str, Callable[[Any, Any], np.ndarray]] = {
    "dither_to_palette": dither.dither_to_palette,
    "map_to_palette": _map,
    "nearest_indices": dither.nearest_indices,
    "PaletteDither": _volume,
    "keep_line_art": _line_art,
    "recolored": lambda image, palette: dither.recolored(
        GAME_BOY.colors[GRAY % 4], palette, "gray-4"
    ),
    "optimize_palette": lambda image, palette: (
        dither.optimize_palette(image, palette=palette, pixels="diffusion").indices
    ),
}


@pytest.mark.parametrize("name", TO_PALETTE)
@pytest.mark.parametrize("form", range(len(EVERY_FORM)))
def test_a_palette_is_taken_in_every_form(name: str, form: int) -> None:
    function = TO_PALETTE[name]
    assert (function(COLOR, EVERY_FORM[form]) == function(COLOR, GAME_BOY)).all()


@pytest.mark.parametrize("name", ["error_diffuse", "riemersma_dither", "dot_diffuse", "requantize"])
def test_diffusion_takes_names_lists_and_panels(name: str) -> None:
    function = getattr(dither.diffusion, name)
    expected = function(COLOR, palette=GAME_BOY)
    for held in (*EVERY_FORM[:4], type("Panel", (), {"palette": GAME_BOY})()):
        assert (function(COLOR, palette=held) == expected).all()
    colors = function(COLOR, palette=GAME_BOY.colors)
    assert (function(COLOR, palette=GAME_BOY.colors.tolist()) == colors).all()


def test_palettes_are_saved_and_kept_in_every_form(tmp_path: Path) -> None:
    for number, held in enumerate(EVERY_FORM):
        dither.save_palette(tmp_path / f"{number}.hex", held)
        assert dither.load_palette(tmp_path / f"{number}.hex").hex == GAME_BOY.hex
        request = dither.optimize_palette(COLOR, 6, keep=held, pixels="diffusion", preset="clean")
        assert set(GAME_BOY.hex) <= set(request.palette.hex)
        break
    (found,) = dither.gap_statistic(GRAY, ["game-boy"], dither.GapConfig(permutations=2, fewest=2))
    assert found.colors == 4
    dither.write_indexed(tmp_path / "i.png", (GRAY % 4).tolist(), GAME_BOY)
    assert dither.read_indexed(tmp_path / "i.png")[1][:, :3].tolist() == GAME_BOY.colors.tolist()


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (None, "palette is None"),
        (7, r"palette must hold colours .* not \(\)"),
        (np.zeros((4, 2), int), r"palette .*\(4, 2\)"),
        (np.array([[0, 0, 0], [np.nan, 1, 1]]), "palette holds floats outside"),
        (np.array([[0, 0, 0], [-1.0, 1, 1]]), "palette holds floats outside"),
        (np.array([[0, 0, 0, 0], [1, 1, 1, 255]]), "palette holds a colour that is not opaque"),
        ({"a": 1}, "palette is {'a': 1}"),
        ("gameboy", "did you mean 'game-boy'"),
        ([[0, 0, 0], [0, 0, 0]], "#000000 appears 2 times"),
    ],
)
def test_what_is_no_palette_is_one_sentence(held: Any, sentence: str) -> None:
    for function in (as_palette, lambda each: dither.dither_to_palette(GRAY, each)):
        with pytest.raises(InputError, match=sentence) as raised:
            function(held)
        assert "\n" not in str(raised.value)


def test_matplotlib_colours_are_taken() -> None:
    shares = np.array([[0, 0, 0, 1], [1, 0.5, 0, 1]])
    assert as_colors(shares).tolist() == [[0, 0, 0], [255, 128, 0]]


TAKES_IMAGES: dict[str, Callable[[Any], Any]] = {
    "requantize": lambda image: dither.requantize(image, bits=1),
    "ordered_dither": lambda image: dither.ordered_dither(image, levels=3),
    "noise_dither": lambda image: dither.noise_dither(image, np.full((4, 4), 0.1), levels=4),
    "dither_to_palette": lambda image: dither.dither_to_palette(image, "c64"),
    "map_to_palette": lambda image: dither.map_to_palette(image, "c64"),
    "nearest_indices": lambda image: dither.nearest_indices(image, "c64"),
    "line_art_mask": dither.line_art_mask,
    "error_diffuse": lambda image: dither.diffusion.error_diffuse(image, levels=2),
    "riemersma_dither": lambda image: dither.diffusion.riemersma_dither(image, levels=2),
    "dot_diffuse": lambda image: dither.diffusion.dot_diffuse(image, levels=2),
    "diffused": lambda image: dither.diffusion.requantize(image, bits=1),
    "k_means": lambda image: dither.k_means(image, 4).colors,
    "median_cut": lambda image: dither.median_cut(image, 4).colors,
    "optimize_palette": lambda image: dither.optimize_palette(image, palette="c64").indices,
    "compare": lambda image: dither.compare(image, COLOR).colors,
    "gap_statistic": lambda image: (
        dither.gap_statistic(image, ["c64"], dither.GapConfig(permutations=2, fewest=2))[0].loss
    ),
}


@pytest.mark.parametrize("name", TAKES_IMAGES)
def test_images_are_taken_in_every_form(name: str) -> None:
    function = TAKES_IMAGES[name]
    expected = function(COLOR)
    held = [Tensor(COLOR), Image.fromarray(COLOR), dither.RasterImage(COLOR), COLOR.tolist()]
    for each in held:
        assert np.array_equal(function(each), expected)


@pytest.mark.parametrize("name", ["requantize", "dither_to_palette", "error_diffuse", "k_means"])
@pytest.mark.parametrize("dtype", ["<f2", ">u2", ">f8"])
def test_images_of_other_depths_are_taken(name: str, dtype: str) -> None:
    scale = np.uint16(257) if "u" in dtype else 1 / 255
    found, expected = (
        np.asarray(TAKES_IMAGES[name](each))
        for each in ((COLOR * scale).astype(dtype), COLOR / np.float32(255))
    )
    assert found.shape == expected.shape


def test_grey_of_16_bits_in_pillows_32_is_taken() -> None:
    deep = GRAY.astype(np.uint16) * np.uint16(257)
    held: Any = Image.fromarray(deep.astype(np.int32))
    assert held.mode == "I"
    assert (dither.requantize(held, bits=1) == dither.requantize(deep, bits=1)).all()


@pytest.mark.parametrize("name", TAKES_IMAGES)
@pytest.mark.parametrize(
    "held",
    [
        None,
        "photo.png",
        7,
        {},
        [["a"]],
        [[0, 256]],
        [[-1, 0]],
        np.zeros((0, 5), np.uint8),
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((4, 4), complex),
        np.zeros((4, 4), np.int64),
        np.zeros((2, 2, 2, 2), np.uint8),
        object(),
    ],
)
def test_what_is_no_image_is_one_sentence(name: str, held: Any) -> None:
    with pytest.raises(InputError, match=r"image|picture") as raised:
        TAKES_IMAGES[name](held)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("ending", ["png", "tif", "webp"])
def test_images_are_written_in_every_form(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    rgba = np.dstack([COLOR, GRAY])
    for held, expected in [
        (COLOR, COLOR),
        (Tensor(COLOR), COLOR),
        (COLOR.tolist(), COLOR),
        (Image.fromarray(COLOR), COLOR),
        (GRAY, GRAY),
        (GRAY[..., None], GRAY),
        (GRAY > 99, np.where(GRAY > 99, 255, 0)),
        (GRAY / 255, GRAY),
        (rgba, rgba),
        (np.dstack([GRAY, GRAY.T.reshape(GRAY.shape)]), None),
    ]:
        dither.write_image(path, held)
        if expected is not None:
            found = np.asarray(dither.read_image(path))
            found = found if found.ndim == np.ndim(expected) else found[..., 0]
            assert (found == expected).all()


@pytest.mark.parametrize(
    "held", [None, "x.png", np.zeros((0, 3)), np.zeros((2, 2, 5), np.uint8), 3]
)
def test_what_cannot_be_written_is_one_sentence(tmp_path: Path, held: Any) -> None:
    with pytest.raises(InputError, match="image") as raised:
        dither.write_image(tmp_path / "out.png", held)
    assert "\n" not in str(raised.value)
    assert not list(tmp_path.iterdir())


def test_clips_hold_arrays_and_images(tmp_path: Path) -> None:
    clip = dither.Animation((GRAY, Image.fromarray(GRAY.T.reshape(12, 20))), (40, 40))  # pyright: ignore
    dither.write_animation(tmp_path / "clip.gif", clip)
    assert len(dither.read_animation(tmp_path / "clip.gif").frames) == 2


def test_bluenoise_takes_names_and_arrays() -> None:
    by_name = bluenoise.evaluate("blue-16x16")
    by_array = bluenoise.evaluate(dither.load_matrix("blue-16x16").ranks.astype(">i8") + 1)
    assert by_name == by_array


def test_levels_devices_and_filters_are_given_by_their_texts() -> None:
    image = np.random.default_rng(0).integers(0, 256, (12, 12, 3), np.uint8)
    codes = dither.ordered_dither(image, levels="rgb565")
    assert np.array_equal(codes, dither.ordered_dither(image, levels=(32, 64, 32)))
    with pytest.raises(InputError, match="levels is 'rgb9'"):
        dither.ordered_dither(image, levels="rgb9")
    by_text, by_value = (
        dither.optimize_palette(image, palette="game-boy", viewing_filter=each).picture
        for each in ("gaussian:2", dither.metrics.Gaussian(2.0))
    )
    assert np.array_equal(by_text, by_value)
    with pytest.raises(InputError, match="a device is rgb888"):
        dither.optimize_palette(image, 4, device_levels="rgb9")
