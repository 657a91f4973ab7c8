import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mixture_reference import candidates

from dither.color import srgb_to_linear
from dither.errors import InputError
from dither.matrix.catalog import load_matrix
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered import palette as module
from dither.ordered.levels import ordered_dither
from dither.ordered.mixture_tables import candidate_table, pair_table
from dither.ordered.palette import Mix, dither_to_palette
from dither.palettes.from_image import k_means
from dither.palettes.named import palette_names
from dither.palettes.palette import Palette
from dither.palettes.palette_like import load_palette


@given(
    st.tuples(st.integers(1, 9), st.integers(1, 40)),
    st.sampled_from(["uint8", "uint16", "float64", "bool"]),
    st.sampled_from([2, 3]),
    st.tuples(st.integers(-3, 3), st.integers(-9, 9), st.integers(-9, 9)),
)
def test_each_pixel_takes_its_cells_candidate(size, dtype: str, dimensions: int, phase) -> None:
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 256, (*size, 3), np.uint8)
    if dimensions == 2:
        codes = codes[..., 0]
    image = {
        "uint8": codes,
        "uint16": codes.astype(np.uint16) * 257,
        "float64": codes / 255,
        "bool": codes > 99,
    }[dtype]
    if dtype == "bool":
        codes = np.where(image, 255, 0).astype(np.uint8)
    matrix = ThresholdMatrix(rng.permutation(2 * 6 * 8).reshape(2, 6, 8))
    palette = load_palette("cga-16")
    common = {"matrix": matrix, "phase": phase, "intent": "absolute"}
    indices = dither_to_palette(image, palette, candidates=5, **common)
    pairs = dither_to_palette(image, palette, mix="two", **common)
    assert indices.shape == pairs.shape == size
    table = candidate_table(palette, "absolute", 5, "linear", 1.0)
    two, shares = pair_table(palette, "absolute", "linear")
    own = palette.colors.tolist()
    # The place in the grid is that of ordered dithering to 33 levels, elsewhere in the matrix.
    frame, row, column = phase
    places = ordered_dither(codes, matrix, levels=33, phase=(frame, row - 3, column - 4))
    for y, x in np.ndindex(*size):
        color = np.broadcast_to(codes[y, x], 3).tolist()
        if color in own:
            assert indices[y, x] == pairs[y, x] == own.index(color)
            continue
        rank = int(matrix.ranks[frame % 2, (y + row) % 6, (x + column) % 8])
        place = tuple(np.broadcast_to(places[y, x], 3))
        assert indices[y, x] == table[(*place, rank * 5 // 96)]
        lighter = int(shares[place]) > (2 * rank + 1) * 65535 // (2 * 96)
        assert pairs[y, x] == two[(*place, int(lighter))]


@pytest.mark.parametrize("mix", ["two", "many"])
def test_compiled_and_plain_loops_agree(monkeypatch: pytest.MonkeyPatch, mix: Mix) -> None:
    pytest.importorskip("numba")
    image = np.random.default_rng(0).integers(0, 256, (301, 450, 3), np.uint8)
    palette = load_palette("pico-8")
    image[:50] = palette.colors[image[:50, :, 0] % 16]
    plain = dither_to_palette(image, palette, "blue-60x68", mix=mix)
    monkeypatch.setattr(module, "_COMPILED_PIXELS", 1)
    monkeypatch.delattr(module, f"_pick_of_{mix}")
    assert (dither_to_palette(image, palette, "blue-60x68", mix=mix) == plain).all()
    strided = np.asfortranarray(image)
    assert (dither_to_palette(strided, palette, "blue-60x68", mix=mix) == plain).all()


@pytest.mark.parametrize("hue", [(120, 40, 200), (128, 128, 128), (250, 230, 20), (3, 100, 90)])
def test_the_mean_of_the_light_is_kept_within_the_gamut(hue: tuple[int, int, int]) -> None:
    palette = Palette.from_hex("000000 ffffff ff0000 00ff00 0000ff ffff00 ff00ff 00ffff")
    image = np.full((64, 64, 3), hue, np.uint8)
    light = palette.linear[dither_to_palette(image, palette, candidates=64)].mean(axis=(0, 1))
    assert light == pytest.approx(srgb_to_linear(np.array(hue) / 255), abs=0.015)
    codes = palette.colors[dither_to_palette(image, palette, candidates=64, light="encoded")]
    assert codes.mean(axis=(0, 1)) == pytest.approx(hue, abs=10.5)


@pytest.mark.parametrize(
    "name",
    # web-safe has 216 colours; smaller palettes check the same in the default run.
    [
        pytest.param(name, marks=[pytest.mark.slow] * (name == "web-safe"))
        for name in palette_names()
    ],
)
def test_a_picture_of_the_palettes_own_colours_stays(name: str) -> None:
    palette = load_palette(name)
    indices = np.random.default_rng(0).integers(0, len(palette), (140, 150))
    image = palette.colors[indices]
    assert (dither_to_palette(image, palette, intent="absolute") == indices).all()
    # One pixel of another colour does not change the rest.
    image[3, 5] ^= 1
    for mix in ("two", "many"):
        found = dither_to_palette(image, palette, mix=mix, intent="absolute")
        assert (found != indices).sum() <= 1


def test_saturated_colours_of_the_palette_stay_under_every_intent() -> None:
    palette = load_palette("inky-spectra-6")
    saturated = np.flatnonzero(np.hypot(*palette.oklab[:, 1:].T) > 0.05)
    assert len(saturated) == 4
    indices = np.random.default_rng(0).choice(saturated, (14, 15))
    for intent in ("perceptual", "relative"):
        for mix in ("two", "many"):
            found = dither_to_palette(palette.colors[indices], palette, mix=mix, intent=intent)
            assert (found == indices).all()


def test_two_colours_are_as_fine_as_the_matrix() -> None:
    # Code 10 has 0.3 % of white's light, 12 of 4096 cells.
    image = np.full((64, 64), 10, np.uint8)
    palette = load_palette("black-white")
    light = srgb_to_linear(np.array(10 / 255))
    assert dither_to_palette(image, palette).mean() == pytest.approx(light, abs=1e-3)
    assert dither_to_palette(image, palette, mix="many").mean() == 0


def test_a_mixture_of_two_has_less_grain(photo: np.ndarray) -> None:
    palette = k_means(photo, 16)
    grain = {}
    for mix in ("two", "many"):
        lightness = palette.oklab[dither_to_palette(photo, palette, mix=mix), 0]
        grain[mix] = np.square(np.diff(lightness, axis=0)).mean()
    assert grain["two"] < grain["many"]


def test_one_candidate_is_the_nearest_colour() -> None:
    palette = load_palette("zx-spectrum")
    image = np.full((8, 8, 3), (255, 0, 0), np.uint8)
    (nearest,) = candidates(srgb_to_linear(image[0, 0] / 255), palette, 1, 1.0)
    assert palette.hex[nearest] in ("#d80000", "#ff0000")
    assert (dither_to_palette(image, palette, candidates=1) == nearest).all()


def test_ramps_have_no_bands() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 4096, axis=1)
    palette = load_palette("black-white")
    rows = [
        dither_to_palette(ramp[v : v + 1].reshape(64, 64), palette, candidates=64).mean()
        for v in range(0, 256, 3)
    ]
    expected = srgb_to_linear(np.arange(0, 256, 3) / 255)
    # Between two nodes the mean follows a straight line.
    assert rows == pytest.approx(expected, abs=0.012)
    assert (np.diff(rows) > -0.01).all()
    # The darkest greys have less light than one candidate of 64.
    assert len(set(rows)) > 70


@pytest.mark.parametrize(
    ("image", "options", "sentence"),
    [
        (np.zeros((2, 2, 4), np.uint8), {}, "1 or 3 channels; this one has 4"),
        (np.zeros((2, 2, 3), np.int32), {}, "not int32"),
        (np.full((2, 2, 3), np.nan), {}, "nan"),
        (np.zeros((2, 2, 3), np.uint8), {"candidates": 0}, "candidates is 0"),
        (np.zeros((2, 2, 3), np.uint8), {"candidates": 65}, "candidates is 65"),
        (np.zeros((2, 2, 3), np.uint8), {"strength": -1}, "strength is -1"),
        (np.zeros((2, 2, 3), np.uint8), {"mix": "three"}, "mix is 'three'"),
        (np.zeros((2, 2, 3), np.uint8), {"light": "dim"}, "'dim'"),
        (np.zeros((2, 2, 3), np.uint8), {"matrix": "green"}, "'green'"),
    ],
)
def test_bad_input_is_one_sentence(image: np.ndarray, options: dict, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        dither_to_palette(image, load_palette("game-boy"), **options)


def test_frames_and_shapes_of_matrices() -> None:
    image = np.full((10, 12), 90, np.uint8)
    palette = load_palette("black-white")
    frames = [dither_to_palette(image, palette, "blue-16x64x64", phase=(t, 0, 0)) for t in (0, 1)]
    assert (frames[0] != frames[1]).any()
    assert dither_to_palette(image, palette, white_noise(3, 5)).shape == (10, 12)
    assert load_matrix("blue-16x64x64").shape == (16, 64, 64)
