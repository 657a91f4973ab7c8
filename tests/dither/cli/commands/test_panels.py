"""`dither panels`, and --panel of the commands that dither, as typed."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.images.animation import read_animation
from dither.panels.buffer import pack_panel, unpack_panel
from dither.panels.files import load_panel, panel_names
from dither.panels.source import panel_c_source

SMALL = 'base = "spectra-6-13.3"\nsize = [24, 10]\npacking = { bits = 4, parts = [12, 10] }\n'


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, photo: np.ndarray) -> None:
    Image.fromarray(photo[:20, :48]).resize((24, 10)).save(tmp_path / "photo.png")
    Image.fromarray(photo[:20, :30]).save(tmp_path / "other.png")
    (tmp_path / "small.toml").write_text(SMALL)


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_the_list_has_a_line_for_each_panel(run: Callable) -> None:
    lines = run("dither panels").stdout.splitlines()
    assert [line.split()[0] for line in lines] == panel_names()
    (line,) = (line for line in lines if line.startswith("spectra-6-7.3 "))
    assert re.search("800x480 +127 ppi +measured  black=0, .*, blue=5, green=6$", line)
    (line,) = (line for line in lines if line.startswith("black-white-red-7.5 "))
    assert line.endswith("black=0/0, white=1/0, red=1/1")


def test_the_list_as_json_has_all_values(run: Callable) -> None:
    found = json.loads(run("dither panels --json").stdout)["panels"]
    assert list(found) == panel_names()
    entry = found["spectra-6-13.3"]
    assert (entry["width"], entry["height"], entry["ppi"]) == (1200, 1600, 150)
    assert (entry["white"], entry["black"]) == ("white", "black")
    assert entry["packing"]["parts"] == [600, 1600]
    blue = {"name": "blue", "look": "#00458b", "pure": "#0000ff", "code": [5]}
    assert entry["inks"][4] == {**blue, "reflectance": pytest.approx(0.061, abs=0.001)}
    assert entry["viewing_filter"] == "nasanen:150dpi,60cm"
    assert entry["bytes"] == 960000


def test_one_panel_is_shown(run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("dither panels spectra-6-7.3").stdout.splitlines()
    assert shown[0] == "spectra-6-7.3: E Ink Spectra 6, 7.3 inches"
    assert shown[1] == "800x480 pixels, 127 ppi, 160x96 mm, seen from 40 cm"
    assert shown[2] == "buffer of 192000 bytes: 4 bits a pixel, msb first"
    # #b9cacd: 0.2126 * 0.4851 + 0.7152 * 0.5906 + 0.0722 * 0.6105 by the formula of sRGB.
    assert "white   #b9cacd  reflects  57.0%  code 1, driver #ffffff, shows white" in shown
    gray = run("dither panels gray-4-4.2").stdout
    assert "contrast unlimited" in gray
    inks = [line for line in gray.splitlines() if "  reflects " in line]
    assert "reflects 100.0%" in "".join(inks)
    assert len({line.index("  code ") for line in inks}) == 1
    assert "24x10 pixels" in run("dither panels small.toml").stdout
    found = json.loads(run("dither panels spectra-6-7.3 --json").stdout)["panels"]
    assert list(found) == ["spectra-6-7.3"]
    for name, value in {"FORCE_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[48;2;202;184;0m" in run("dither panels spectra-6-7.3").stdout


def test_an_unknown_panel_is_one_sentence(refused: Callable) -> None:
    assert "did you mean 'spectra-6-7.3'" in refused("dither panels spectra-6-73")


COMMANDS = ["ordered", "diffuse", "optimize"]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_ending_holds_the_same_picture(run: Callable, tmp_path: Path, command: str) -> None:
    panel = load_panel(tmp_path / "small.toml")
    start = f"dither {command} photo.png --panel small.toml"
    run(f"{start} -o pure.png --preview seen.png")
    looks = _pixels(tmp_path / "seen.png")
    indices = panel.palette.indices(looks)
    assert len(np.unique(indices)) > 2
    assert (_pixels(tmp_path / "pure.png") == panel.pure[indices]).all()
    for name in ("out.bin", "out.raw", "out.dat"):
        run(f"{start} -o {name}")
        assert (tmp_path / name).read_bytes() == pack_panel(panel, indices)
    for name in ("title.h", "title.c"):
        run(f"{start} -o {name}")
        assert (tmp_path / name).read_text() == panel_c_source(panel, indices, name)
    run(f"{start} -o pure.bmp")
    assert (_pixels(tmp_path / "pure.bmp") == panel.pure[indices]).all()


def test_dithering_is_to_the_looks(run: Callable, tmp_path: Path) -> None:
    panel = load_panel("spectra-6-7.3")
    run("dither ordered other.png -o seen.png --palette " + ",".join(panel.palette.hex))
    run("dither ordered other.png -o pure.png --panel spectra-6-7.3")
    indices = panel.palette.indices(_pixels(tmp_path / "seen.png"))
    assert (_pixels(tmp_path / "pure.png") == panel.pure[indices]).all()


def test_the_report_has_the_packing(run: Callable, tmp_path: Path) -> None:
    done = run(
        "dither ordered photo.png -o out.bin --panel small.toml --preview seen.gif "
        "--resize 24x10 --json"
    )
    found = json.loads(done.stdout)
    assert found["panel"] == "small"
    (entry,) = found["images"]
    assert entry["codes"] == {"black": [0], "white": [1], "yellow": [2]} | {
        "red": [3],
        "blue": [5],
        "green": [6],
    }
    expected = {"shape": [10, 24], "bytes": 120, "bits": 4, "order": "msb", "planes": ["pixels"]}
    expected |= {"parts": [2, 12, 10], "row_bytes": 6, "preview": "seen.gif", "panel": "small"}
    assert expected.items() <= entry.items()
    assert "photo.png -> out.bin: 24x10 pixels for small, 120 bytes" in done.stderr
    assert (tmp_path / "seen.gif").exists()


def test_packed_and_scale(run: Callable, tmp_path: Path) -> None:
    panel = load_panel(tmp_path / "small.toml")
    run("dither ordered photo.png -o out.bin --panel small.toml --resize 12x5 --scale 2")
    run("dither ordered photo.png -o small --panel small.toml --resize 12x5 --scale 2 --packed msb")
    buffer = (tmp_path / "out.bin").read_bytes()
    assert (tmp_path / "small").read_bytes() == buffer
    indices = unpack_panel(panel, buffer)
    assert (indices[::2, ::2] == indices[1::2, 1::2]).all()


def test_standard_output(tmp_path: Path) -> None:
    start = [sys.executable, "-m", "dither.cli", "ordered", "photo.png", "-o", "-"]
    start += ["--panel", "small.toml", "--resize", "24x10"]
    wanted = {"bin": 120, "h": None, "png": None}
    for ending, size in wanted.items():
        done = subprocess.run(
            [*start, "--format", ending], cwd=tmp_path, capture_output=True, check=True
        )
        assert size is None or len(done.stdout) == size
        if ending == "h":
            assert b"static const uint8_t image_1[60]" in done.stdout


def test_several_images_and_a_folder(run: Callable, tmp_path: Path) -> None:
    panel = load_panel(tmp_path / "small.toml")
    start = "dither ordered --panel small.toml --resize 24x10"
    run(f"{start} photo.png other.png --output-dir out --name {{stem}}.bin")
    assert [path.stat().st_size for path in sorted((tmp_path / "out").iterdir())] == [120, 120]
    (tmp_path / "in").mkdir()
    (tmp_path / "photo.png").rename(tmp_path / "in" / "photo.png")
    run(f"{start} in -o all --recursive --name {{stem}}.h --jobs 1")
    indices = unpack_panel(panel, (tmp_path / "out" / "photo.bin").read_bytes())
    assert (tmp_path / "all" / "photo.h").read_text() == panel_c_source(panel, indices, "photo.h")
    assert (
        "0 dithered, 1 already"
        in run(f"{start} in -o all --recursive --name {{stem}}.h --jobs 1").stderr
    )
    # Another panel makes other results.
    (tmp_path / "small.toml").write_text(SMALL.replace("packing", "ppi = 151\npacking"))
    assert (
        "1 dithered, 0 already"
        in run(f"{start} in -o all --recursive --name {{stem}}.h --jobs 1").stderr
    )


def test_an_animation_stays_one(run: Callable, tmp_path: Path, photo: np.ndarray) -> None:
    first, *others = (Image.fromarray(photo[:10, :24] // step) for step in (1, 2))
    first.save(tmp_path / "clip.gif", save_all=True, append_images=others, duration=40)
    run("dither ordered clip.gif -o out.gif --panel small.toml --preview seen.png")
    assert len(read_animation(tmp_path / "out.gif").frames) == 2
    assert len(read_animation(tmp_path / "seen.png").frames) == 2
    done = run("dither ordered clip.gif -o out.bin --panel small.toml")
    assert "clip.gif has 2 frames; out.bin holds the first" in done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("other.png -o out.bin --panel small.toml", "other.png: the picture has 30x20 pixels, and"),
        (
            "other.png -o out.h --panel small.toml",
            "holds 24x10; give --fit contain, --fit cover or",
        ),
        ("photo.png -o out.bin --panel none", "'none' is not a panel: give a name"),
        ("photo.png -o out.bin --panel none.toml", "cannot read none.toml: there is no such file"),
        ("photo.png -o out.jpg --panel small.toml", "JPEG would blur"),
        ("photo.png -o out --panel small.toml", "cannot write out: the ending must be one of"),
        ("photo.png -o x.png --panel small.toml --packed msb", "x.png should end otherwise"),
        ("photo.png -o x.bin --panel small.toml --packed lsb", "so choose --packed msb"),
        ("photo.png -o x.bin --panel small.toml -p c64", "choose exactly one of --"),
        ("photo.png -o x.png -p c64 --preview p.png", "--preview has no effect without --panel"),
        ("photo.png -o x.png --panel small.toml --preview x.png", "would both be written as x.png"),
        ("photo.png -o x.png --panel small.toml --preview x.bin", "cannot write x.bin: the ending"),
        ("photo.png -o x.png --panel small.toml --preview -", "cannot write -: the ending"),
        (
            "photo.png other.png --output-dir o --panel small.toml --preview p.png",
            "--preview shows one image, and there are 2",
        ),
        (
            "clear.png -o out.bin --panel small.toml --alpha keep",
            "the buffer of a panel holds no alpha",
        ),
        ("photo.png -o x.pgn --panel small.toml", "x.pgn: did you mean '.png'"),
        ("photo.png -o x.xbm --panel small.toml", "cannot write x.xbm: did you mean '.bmp'"),
        ("photo.png -o x.escpos --panel small.toml", "cannot write x.escpos: the ending must be"),
        ("photo.png -o x.epd --panel small.toml", "of .png, .tif, .tiff, .bmp, .gif, .webp, .pbm,"),
        ("photo.png -o x.xbn -p c64", "cannot write x.xbn: did you mean '.xbm'"),
        ("photo.png -o x.mp5 -p c64", "cannot write x.mp5: did you mean"),
        ("photo.png -o x.png --panel bad.toml", "bad.toml: ppi is 0; it must be a number from 20"),
    ],
)
def test_what_is_refused_leaves_nothing(
    refused: Callable, tmp_path: Path, options: str, words: str
) -> None:
    (tmp_path / "bad.toml").write_text(SMALL.replace("packing", "ppi = 0\npacking"))
    Image.fromarray(np.full((10, 24, 4), 99, np.uint8)).save(tmp_path / "clear.png")
    before = sorted(tmp_path.iterdir())
    for command in COMMANDS:
        sentence = refused(f"dither {command} {options}")
        assert words in sentence, command
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_buffer_is_the_same_in_any_file_and_on_standard_output(
    run: Callable, tmp_path: Path, command: str
) -> None:
    run(f"dither {command} photo.png -o a.bin --panel small.toml")
    for ending in ("epd", "prn", "img"):
        run(f"dither {command} photo.png -o a.{ending} --panel small.toml --packed msb")
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / "a.bin").read_bytes()
    words = f"{command} photo.png -o - --panel small.toml --packed msb"
    done = subprocess.run(
        [sys.executable, "-m", "dither", *words.split()], cwd=tmp_path, capture_output=True
    )
    assert (done.returncode, done.stdout) == (0, (tmp_path / "a.bin").read_bytes()), done.stderr


def test_folders_have_no_preview_and_volumes_no_panel(refused: Callable, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    command = "dither ordered in -o out --recursive --panel small.toml --preview p.png"
    assert "--preview has no effect with --recursive" in refused(command)
    frames = [Image.fromarray(np.full((8, 8), 9, np.uint8))] * 3
    frames[0].save(tmp_path / "stack.tif", save_all=True, append_images=frames[1:])
    command = "dither ordered stack.tif -o out.tif --panel small.toml"
    assert "--panel is not for volumes" in refused(command)
