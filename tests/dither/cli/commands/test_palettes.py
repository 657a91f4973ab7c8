"""`dither palettes` as typed, and --palette in the forms that people use."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.palettes.named import palette_names
from dither.palettes.palette_like import load_palette

GREENS = ["#0f380f", "#306230", "#8bac0f", "#9bbc0f"]


def test_the_list_has_a_line_for_each_palette(run: Callable) -> None:
    lines = run("dither palettes").stdout.splitlines()
    assert [line.split()[0] for line in lines] == palette_names()
    assert lines[0].split()[1:] == ["4", "colours", *GREENS]


def test_one_palette_is_shown(run: Callable) -> None:
    lines = run("dither palettes game-boy").stdout.splitlines()
    assert [line.split() for line in lines] == [[str(i), code] for i, code in enumerate(GREENS)]
    report = json.loads(run("dither palettes 'black, tomato' --json").stdout)
    assert report == {"palette": "black, tomato", "colors": ["#000000", "#ff6347"], "output": None}


def test_terminals_get_swatches(run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"FORCE_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = run("dither palettes game-boy").stdout
    assert "\x1b[48;2;15;56;15m      \x1b[0m  #0f380f" in shown
    assert "\x1b[48;2;155;188;15m  \x1b[0m" in run("dither palettes").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[48" not in run("dither palettes game-boy").stdout


@pytest.mark.parametrize("ending", ["gpl", "pal", "hex", "act", "aco", "ase", "txt", "png"])
def test_a_palette_is_saved(run: Callable, refused: Callable, tmp_path: Path, ending: str) -> None:
    (tmp_path / "p.json").write_text(json.dumps({"colors": [code[1:] for code in GREENS]}))
    run(f"dither palettes p.json -o saved.{ending}")
    assert load_palette(tmp_path / f"saved.{ending}").hex == GREENS
    assert "exists" in refused(f"dither palettes c64 -o saved.{ending}")
    run(f"dither palettes c64 -o saved.{ending} --force")
    assert len(load_palette(tmp_path / f"saved.{ending}")) == 16


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("gameboy", "'gameboy' is not a palette; did you mean 'game-boy'"),
        ("-o p.gpl", "--output saves one palette; name it"),
        ("c64 -o p.aseprite", "are only read; Aseprite opens .gpl"),
        ("lospec:sweetie-16", "save https://lospec.com/palette-list/sweetie-16.hex"),
        (
            "https://lospec.com/palette-list/sweetie-16",
            "/palette-list/sweetie-16.hex and give the path",
        ),
        (
            "https://lospec.com/palette-list/sweetie-16.hex",
            "https://lospec.com/palette-list/sweetie-16.hex: it is an address",
        ),
        (
            "https://a.org/p",
            "cannot read https://a.org/p: it is an address, and only files are read",
        ),
        ("https://a.org/p.hex", "https://a.org/p.hex: it is an address, and only files are read"),
        ("file:///a/p.hex", "cannot read file:///a/p.hex: give the path without file://"),
        ("missing.gpl", "cannot read missing.gpl: there is no such file"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(refused: Callable, words: str, sentence: str) -> None:
    assert sentence in refused(f"dither palettes {words}")


@pytest.mark.parametrize("palette", ["#000,#FFF", "black white", "'#000' '#fff' '#000'", "000 fff"])
def test_lists_of_colours_are_palettes_of_all_commands(
    run: Callable, tmp_path: Path, palette: str
) -> None:
    Image.fromarray(np.full((8, 8), 99, np.uint8)).save(tmp_path / "gray.png")
    run(f'dither ordered gray.png -o out.png --palette "{palette}"')
    with Image.open(tmp_path / "out.png") as picture:
        assert set(np.unique(np.asarray(picture.convert("L")))) == {0, 255}


def test_backgrounds_and_kept_colours_are_named(run: Callable, tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    run("dither ordered clear.png -o out.png --bits 1 --background white")
    with Image.open(tmp_path / "out.png") as picture:
        assert np.unique(np.asarray(picture.convert("L"))).tolist() == [255]
