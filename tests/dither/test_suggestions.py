import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.palettes.named import palette_names
from dither.suggestions import close_names, did_you_mean, one_slip_apart, wrong_ending


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("gameboy", "game-boy"),
        ("Game Boy", "game-boy"),
        ("game_boy", "game-boy"),
        ("game-girl", "game-boy"),
        ("pico8", "pico-8"),
        ("zx", None),
        ("spectrum", "zx-spectrum"),
        ("acep", "acep-7"),
        ("holiday", None),
    ],
)
def test_the_closest_name_is_first(word: str, first: str | None) -> None:
    assert next(iter(close_names(word, palette_names())), None) == first


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=8))
def test_suggestions_are_names(word: str, names: list[str]) -> None:
    found = close_names(word, names)
    assert len(found) <= 3
    assert set(found) <= set(names)
    assert did_you_mean(word, names, "give a name").lower().endswith("give a name")


def test_every_name_suggests_itself() -> None:
    for name in palette_names():
        assert close_names(name, palette_names())[0] == name


def test_the_question_lists_all_close_names() -> None:
    assert (
        did_you_mean("bayer", ["bayer-4x4", "bayer-8x8"], "give a name")
        == "did you mean 'bayer-4x4' or 'bayer-8x8'? Give a name"
    )
    assert did_you_mean("x", ["bayer"], "give a name") == "give a name"


@pytest.mark.parametrize(
    ("ending", "close"), [(".pgn", "'.png'"), (".PNGG", "'.png'"), (".gfi", "'.gif'")]
)
def test_a_mistyped_ending_is_recognised(ending: str, close: str) -> None:
    sentence = wrong_ending(ending, [".png", ".gif"])
    assert sentence == f"did you mean {close}? The ending must be one of .png, .gif"


def test_no_ending_has_no_close_one() -> None:
    assert wrong_ending("", [".png", ".gif"]) == "the ending must be one of .png, .gif"


@pytest.mark.parametrize("name", [".png", ".tiff"])
def test_one_slip_is_found_and_two_are_not(name: str) -> None:
    places = range(len(name))
    slips = {name[:place] + name[place + 1 :] for place in places}
    slips |= {f"{name[:place]}x{name[place:]}" for place in range(len(name) + 1)}
    slips |= {f"{name[:place]}x{name[place + 1 :]}" for place in places}
    swapped = [name[:at] + name[at + 1] + name[at] + name[at + 2 :] for at in places[:-1]]
    assert all(one_slip_apart(word, name) for word in (slips | set(swapped)) - {name})
    assert not any(
        one_slip_apart(word, name) for word in (name, "", name + "xx", ".xxf"[: len(name)])
    )
