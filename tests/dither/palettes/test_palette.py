import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.color import linear_to_srgb, oklab_to_linear
from dither.errors import InputError
from dither.palettes.palette import Palette
from dither.palettes.palette_like import load_palette, save_palette
from dither.palettes.recolored import recolored

COLORS = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=2, max_size=256, unique=True)


def _exact(text: str) -> str:
    """The pattern of the sentence itself."""
    return f"^{text}$"


@given(COLORS)
def test_hexadecimal_comes_back(colors: list[tuple[int, int, int]]) -> None:
    palette = Palette(np.array(colors))
    assert palette.colors.tolist() == [list(color) for color in colors]
    assert Palette.from_hex(",".join(palette.hex)).hex == palette.hex
    assert len(palette) == len(colors)


@pytest.mark.parametrize("text", ["#0f380f 9bbc0f", "0F380F,9BBC0F", " #0f380f ,\n #9bbc0f\t,"])
def test_lists_of_colours_are_read_as_people_write_them(text: str) -> None:
    assert Palette.from_hex(text).colors.tolist() == [[15, 56, 15], [155, 188, 15]]
    assert load_palette(text).hex == ["#0f380f", "#9bbc0f"]


def test_the_colours_are_bytes_and_read_only_and_the_callers_array_stays_its_own() -> None:
    colors = np.array([[0, 0, 0], [255, 0, 9]], np.uint8)
    palette = Palette(colors)
    colors[0] = 7
    assert palette.colors.dtype == np.uint8
    assert palette.colors.tolist() == [[0, 0, 0], [255, 0, 9]]
    assert not palette.colors.flags.writeable


def test_linear_light_and_oklab_are_those_of_the_codes() -> None:
    palette = load_palette("c64")
    codes = np.rint(linear_to_srgb(palette.linear) * 255)
    assert (codes == palette.colors).all()
    assert oklab_to_linear(palette.oklab) == pytest.approx(palette.linear, abs=1e-12)
    assert palette.oklab[1] == pytest.approx([1, 0, 0], abs=1e-7)


@pytest.mark.parametrize(
    ("colors", "sentence"),
    [
        (np.zeros((1, 3), int), r"2 to 256 colours .* not an array of shape \(1, 3\)"),
        (np.zeros((257, 3), int), r"shape \(257, 3\)"),
        (np.zeros((4, 4), int), r"shape \(4, 4\)"),
        (np.zeros(6, int), r"shape \(6,\)"),
        (np.array([[0, 0, 0.5], [1, 1, 1]]), "integer sRGB codes, not float64"),
        (np.array([[True, True, True], [False] * 3]), "integer sRGB codes, not bool"),
        (np.array([[0, 0, 256], [1, 1, 1]]), "from 0 to 255, not 0 to 256"),
        (np.array([[0, -1, 0], [1, 1, 1]]), "from 0 to 255, not -1 to 1"),
        (np.array([[1, 2, 3], [0, 0, 0], [1, 2, 3]]), "once; #010203 appears 2 times"),
    ],
)
def test_what_is_no_palette_is_refused(colors: np.ndarray, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Palette(colors)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("#000000 #fffff", "'#fffff' is not a colour in hexadecimal"),
        ("#", "'#' is not a colour"),
        ("000000", "'000000' holds 1 distinct colour"),
        ("#00ff00 00FF00", "'#00ff00 00FF00' holds 1 distinct colour; a palette holds 2 to 256"),
        ("game-girl", r"'game-girl' is not a palette; did you mean 'game-boy'\? .* game-boy"),
        ("", "'' is not a palette"),
        ("no-such-file.gpl", "cannot read no-such-file.gpl: there is no such file"),
        ("a\0b.hex", "cannot read a\0b.hex: embedded null byte"),
        ("a" * 999 + ".act", "File name too long"),
        ("swatch.jpg", "he ending must be one of .gpl"),
    ],
)
def test_what_names_no_palette_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        load_palette(text)
    assert "\n" not in str(raised.value)


def test_a_file_gives_a_palette_and_its_repeated_colours_are_dropped(tmp_path: Path) -> None:
    file = tmp_path / "mine.hex"
    file.write_text("ff0000\n0000ff\nff0000\n00ff00\n")
    assert load_palette(file).hex == ["#ff0000", "#0000ff", "#00ff00"]
    assert load_palette(str(file)).hex == ["#ff0000", "#0000ff", "#00ff00"]
    file.write_text("ff0000\nff0000\n")
    with pytest.raises(InputError, match="holds 1 distinct colour; a palette holds 2 to 256"):
        load_palette(file)
    file.write_text("".join(f"{number:06x}\n" for number in range(257)))
    with pytest.raises(InputError, match="holds 257 distinct colours"):
        load_palette(file)


def test_saved_palettes_load_again(tmp_path: Path) -> None:
    palette = load_palette("pico-8")
    for ending in ("gpl", "pal", "hex", "act", "png"):
        save_palette(tmp_path / f"p.{ending}", palette)
        assert load_palette(tmp_path / f"p.{ending}").hex == palette.hex
    with pytest.raises(InputError, match=r"p.hex exists"):
        save_palette(tmp_path / "p.hex", palette, replace=False)


def test_indices_are_those_of_a_search_one_by_one() -> None:
    palette = load_palette("web-safe")
    chosen = np.random.default_rng(3).integers(0, 216, (9, 7))
    image = np.array([[palette.colors[index] for index in row] for row in chosen], np.uint8)
    indices = palette.indices(image)
    assert indices.dtype == np.uint8
    assert (indices == chosen).all()
    assert palette.indices(image[:0]).shape == (0, 7)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_colour_that_the_palette_lacks_is_named(color: tuple[int, int, int]) -> None:
    palette = load_palette("cga-16")
    image = np.zeros((3, 3, 3), np.uint8)
    image[1, 2] = color
    if list(color) in palette.colors.tolist():
        assert palette.colors[palette.indices(image)[1, 2]].tolist() == list(color)
    else:
        sentence = "the image holds #{:02x}{:02x}{:02x}, which the palette does not hold"
        with pytest.raises(InputError, match=_exact(sentence.format(*color))):
            palette.indices(image)


def test_recolouring_takes_each_colour_to_that_of_its_index() -> None:
    greens, grays = load_palette("game-boy"), load_palette("gray-4")
    indices = np.random.default_rng(0).integers(0, 4, (5, 6))
    expected = np.repeat(indices[..., None] * 85, 3, axis=2)
    for image in (indices, indices.astype(np.uint8), greens.colors[indices]):
        result = recolored(image, greens, grays)
        assert result.dtype == np.uint8
        assert (result == expected).all()
    there = recolored(greens.colors[indices], greens, grays)
    assert (recolored(there, grays, greens) == greens.colors[indices]).all()


def test_what_cannot_be_recoloured_is_refused() -> None:
    greens, two = load_palette("game-boy"), load_palette("black-white")
    with pytest.raises(InputError, match="of 4 colours cannot be replaced by one of 2"):
        recolored(np.zeros((2, 2), int), greens, two)
    with pytest.raises(InputError, match="from 0 to 1, not 0 to 2"):
        recolored(np.array([[0, 2]]), two, two)
    with pytest.raises(InputError, match="from 0 to 1, not -1 to 0"):
        recolored(np.array([[0, -1]]), two, two)
    with pytest.raises(InputError, match="integers, not float64"):
        recolored(np.zeros((2, 2)), two, two)
    with pytest.raises(InputError, match="holds #808080"):
        recolored(np.full((2, 2, 3), 128, np.uint8), two, two)
    for image in (np.zeros((2, 2, 4), np.uint8), np.zeros((2, 2, 3)), np.zeros(3, np.uint8)):
        with pytest.raises(InputError, match="uint8, not"):
            recolored(image, two, two)


def test_importing_palettes_loads_numpy_and_no_pillow() -> None:
    script = (
        "import sys, dither.palettes.palette_like, dither.palettes.from_image\n"
        "dither.palettes.palette_like.load_palette('c64')\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & {"PIL", "scipy", "numba", "jax", "typer"}


@pytest.mark.parametrize(
    ("colors", "white", "black"),
    [
        (
            "000000 a1a4a5 d0be47 9c484b 3d3b5e 3a5b46",
            1,
            0,
        ),  # grey paper, not the lighter yellow ink
        ("0f380f 306230 8bac0f 9bbc0f", 3, 0),
        ("ffff00 cccccc", 0, 1),
        ("ff0000 0000ff", 0, 1),
    ],
)
def test_white_and_black_are_light_and_dark_entries_with_little_colour(colors, white, black):
    palette = Palette.from_hex(colors)
    assert (palette.white, palette.black) == (white, black)


@pytest.mark.parametrize("given", [{"white": 2}, {"black": 1}, {"white": 0, "black": 1}])
def test_white_and_black_can_be_given(given):
    palette = Palette(np.array([[200, 200, 90], [20, 20, 20], [120, 120, 120]]), **given)
    assert {name: getattr(palette, name) for name in given} == given
    assert palette.oklab[palette.black, 0] < palette.oklab[palette.white, 0]


@pytest.mark.parametrize(
    "given", [{"white": 2}, {"black": 1}, {"white": 1, "black": 1}, {"white": -2}]
)
def test_white_that_is_not_lighter_than_black_is_refused(given):
    with pytest.raises(InputError, match=r"white|black"):
        Palette(np.array([[90, 90, 90], [200, 200, 90], [20, 20, 20]]), **given)


def test_an_unknown_intent_is_refused():
    with pytest.raises(InputError, match="perceptual, relative, absolute or lightness"):
        Palette(np.array([[0, 0, 0], [9, 9, 9]]), intent="saturation")  # pyright: ignore[reportArgumentType]
