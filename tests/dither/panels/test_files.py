"""Files of panels: the shipped ones, and hostile ones, which are refused in one sentence."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dither.color import linear_to_oklab, srgb_to_linear
from dither.errors import InputError
from dither.palettes.palette_like import load_palette
from dither.panels.files import load_panel, panel_names

GOOD = """
size = [16, 8]
ppi = 100
inks = [
    { name = "black", look = "#101010", pure = "#000000", code = 0 },
    { name = "white", look = "#DCDCDC", pure = "#ffffff", code = 1 },
    { name = "red", look = "#790900", pure = "#ff0000", code = 3 },
]
"""


def _load(folder: Path, text: str | bytes):
    path = folder / "mine.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_panel(path)


@pytest.mark.parametrize("name", panel_names())
def test_shipped_panels_say_all_that_is_needed(name: str) -> None:
    panel = load_panel(name)
    assert panel.name == name
    assert panel.title
    assert panel.source
    assert panel.looks
    white, black = panel.inks[panel.white], panel.inks[panel.black]
    assert (white.name, black.name) == ("white", "black")
    # An ink named after a colour looks more like it than the driver's white and black do.
    looks = linear_to_oklab(srgb_to_linear(panel.palette.colors / 255))
    assert looks[:, 0].argmin() == panel.black
    # A panel of that many inches has this diagonal in pixels.
    inches = name.rsplit("-", 1)[-1]
    if inches.replace(".", "").isdecimal() and "." in inches:
        diagonal = (panel.width**2 + panel.height**2) ** 0.5
        assert diagonal / float(inches) == pytest.approx(panel.ppi, rel=0.02)


def test_there_are_the_kinds_that_people_ask_for() -> None:
    codes = {name: [ink.code for ink in load_panel(name).inks] for name in panel_names()}
    assert codes["spectra-6-7.3"] == codes["spectra-6-13.3"] == [(0,), (1,), (2,), (3,), (5,), (6,)]
    assert codes["acep-7-5.65"] == [(code,) for code in range(7)]
    assert codes["black-white-yellow-red-4.2"] == [(code,) for code in range(4)]
    assert codes["gray-16-9.7"] == [(code,) for code in range(16)]
    assert len(codes["gray-8-inkplate-10"]) == 8


def test_looks_are_those_of_the_named_palettes_with_the_same_source() -> None:
    for panel, palette in (
        ("inky-impression-7.3", "inky-spectra-6"),
        ("acep-7-5.65", "inky-acep-7"),
    ):
        assert load_panel(panel).palette.hex == load_palette(palette).hex
    assert sorted(load_panel("game-boy").palette.hex) == sorted(load_palette("game-boy").hex)
    pure = [ink.pure for ink in load_panel("acep-7-7.3").inks]
    assert pure == load_palette("acep-7").hex


def test_a_small_file_is_a_panel(tmp_path: Path) -> None:
    panel = _load(tmp_path, GOOD)
    assert (panel.name, panel.width, panel.height, panel.distance_cm) == ("mine", 16, 8, 40)
    assert panel.inks[1].look == "#dcdcdc"
    assert panel.packing.bits == 2
    assert (panel.white, panel.black) == (1, 0)


def test_a_file_can_be_based_on_a_shipped_panel(tmp_path: Path) -> None:
    panel = _load(tmp_path, 'base = "spectra-6-13.3"\nppi = 151\ndistance_cm = 80.5')
    shipped = load_panel("spectra-6-13.3")
    assert (panel.ppi, panel.distance_cm) == (151, 80.5)
    assert (panel.inks, panel.packing) == (shipped.inks, shipped.packing)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it has no size"),
        ("size = [16, 8]\nppi = 3", "it has no inks"),
        ("size = 16", "it has no ppi"),
        ("sise = [16, 8]", "has the key 'sise'; the possible keys are base, title"),
        (GOOD.replace("[16, 8]", "[16]"), "size must be a list of two numbers"),
        (GOOD.replace("[16, 8]", "[16, 99999]"), "height is 99999"),
        (GOOD.replace("[16, 8]", f"[16, {'9' * 5000}]"), "not valid TOML|more than 64 bits"),
        (GOOD.replace("100", "inf"), "ppi is inf"),
        (GOOD.replace("100", "1979-05-27"), r"ppi is datetime\.date"),
        (GOOD.replace("code = 3", "code = 300"), "'red' is 300; .* from 0 to 255"),
        (GOOD.replace("code = 3", "code = -1"), "'red' is -1"),
        (GOOD.replace("code = 3", "code = []"), "'red' has 0 numbers"),
        (GOOD.replace("code = 3", "code = [[1]]"), r"'red' is \[1\]"),
        (GOOD.replace(", code = 3", ""), "ink 3 has no code"),
        (GOOD.replace("code = 3", "code = 3, x = 1"), "ink 3 has the key 'x'"),
        (GOOD.replace('"red"', "3"), "name is 3"),
        (GOOD.replace('"red"', '"*/ evil"'), "name is"),
        ("size = [1, 1]\nppi = 50\ninks = 3", "inks must be a list of tables"),
        (GOOD + 'white = "blue"', "white is 'blue'; it must be the name of an ink: black, white"),
        (GOOD + 'black = ["red"]', "black is"),
        (GOOD + "packing = 3", "packing must be a table"),
        (GOOD + "[packing]\nbits = 1", "'red' is 3; .* from 0 to 1"),
        (GOOD + "[packing]\nplanes = 2", "planes must be a list"),
        (GOOD + "[packing]\nplanes = [1]", "a plane is 1"),
        (GOOD + "[packing]\nparts = 3", "parts must be a list of two numbers"),
        (GOOD + "[packing]\nsplit = 2", "packing has the key 'split'"),
        ('base = "nothing"', "base is 'nothing'; it must be a name"),
        ("base = 3", "base is '3'"),
        ("size = [", "not valid TOML"),
        ("a = " + "[" * 20000, "nested too deeply|not valid TOML"),
        (b"\xff\xfe", "not a text in UTF-8"),
        ("#" * 70000, "more than 65536 bytes"),
    ],
)
def test_wrong_files_are_one_sentence(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        _load(tmp_path, text)
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", ["spectra", "", "x.png", "../panels/game-boy", "game-boy\0"])
def test_other_names_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"is not a panel: .*[Gg]ive a name"):
        load_panel(text)


def test_missing_files_are_refused() -> None:
    with pytest.raises(InputError, match="there is no such file"):
        load_panel("missing.toml")


KEYS = ["base", "title", "source", "looks", "measured", "size", "ppi", "distance_cm"]
KEYS += ["white", "black", "inks", "packing"]
PACKING_KEYS = ["bits", "order", "planes", "parts", "interleave", "row_bytes", "rotation"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if value is None:
        return "{ a = 1 }"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(each):08x}" for each in value) + '"'
    return repr(value)


def _load_or_one_sentence(folder: Path, text: str) -> None:
    sentence = ""
    try:
        _load(folder, text)
    except InputError as error:
        sentence = str(error)
    assert "\n" not in sentence


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    key=st.sampled_from(
        [
            "base",
            "title",
            "source",
            "looks",
            "measured",
            "size",
            "ppi",
            "distance_cm",
            "white",
            "black",
            "inks",
            "packing",
        ]
    ),
    value=VALUES,
)
def test_no_value_of_a_key_ends_in_a_traceback(tmp_path: Path, key: str, value: object) -> None:
    lines = GOOD.replace("size =", f"{key} = {_toml(value)}\nsize =", 1)
    if key in ("size", "ppi"):
        lines = lines.replace("size = [16, 8]" if key == "size" else "ppi = 100", "")
    _load_or_one_sentence(tmp_path, lines)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    key=st.sampled_from(PACKING_KEYS),
    value=VALUES,
)
def test_no_value_of_the_packing_ends_in_a_traceback(
    tmp_path: Path, key: str, value: object
) -> None:
    _load_or_one_sentence(tmp_path, f"{GOOD}[packing]\n{key} = {_toml(value)}")
