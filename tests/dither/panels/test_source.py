"""The C source of a buffer, compiled and run."""

import dataclasses
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from dither.images.c_source import c_name
from dither.panels.buffer import pack_panel
from dither.panels.files import load_panel
from dither.panels.panel import Panel
from dither.panels.source import panel_c_source


def _random(panel: Panel) -> np.ndarray:
    shape = panel.height, panel.width
    return np.random.default_rng(1).integers(0, len(panel.inks), shape)


def _arrays(text: str) -> dict[str, bytes]:
    found = re.findall(r"const uint8_t (\w+)\[(\d+)\] = \{(.*?)\};", text, re.DOTALL)
    arrays = {
        name: bytes(int(each, 16) for each in re.findall("0x[0-9a-f]{2}", body))
        for name, _, body in found
    }
    assert [len(array) for array in arrays.values()] == [int(size) for _, size, _ in found]
    return arrays


@pytest.mark.parametrize(
    ("name", "arrays"),
    [
        ("spectra-6-7.3", ["photo"]),
        ("spectra-6-13.3", ["photo_1", "photo_2"]),
        ("black-white-red-7.5", ["photo_black", "photo_red"]),
        ("game-boy", ["photo"]),
    ],
)
def test_the_arrays_are_the_buffer(name: str, arrays: list[str]) -> None:
    panel = load_panel(name)
    indices = _random(panel)
    found = _arrays(panel_c_source(panel, indices, "photo.h"))
    assert list(found) == arrays
    assert b"".join(found.values()) == pack_panel(panel, indices)


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
@pytest.mark.parametrize("ending", [".h", ".c"])
def test_a_compiler_reads_the_arrays(tmp_path: Path, ending: str) -> None:
    panel = load_panel("black-white-red-2.9")
    indices = _random(panel)
    text = panel_c_source(panel, indices, f"my-photo{ending}")
    (tmp_path / f"my-photo{ending}").write_text(text)
    names = "my_photo_black", "my_photo_red"
    sources = ["main.c"]
    if ending == ".h":
        begin = '#include "my-photo.h"\n' * 2  # the guard makes a second time harmless
    else:
        begin = "#include <stdint.h>\n"
        begin += "".join(f"extern const uint8_t {name}[4736];\n" for name in names)
        sources.append("my-photo.c")
    writes = "".join(f"fwrite({name}, 1, 4736, stdout);" for name in names)
    (tmp_path / "main.c").write_text(
        f"#include <stdio.h>\n{begin}int main(void) {{ {writes} return 0; }}\n"
    )
    command = ["cc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", *sources, "-o", "run"]
    subprocess.run(command, cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "run"], capture_output=True, check=True)
    assert done.stdout == pack_panel(panel, indices)


def test_comments_cannot_be_left() -> None:
    panel = dataclasses.replace(load_panel("playdate"), name="*/ evil ??/ \\\n é /*")
    text = panel_c_source(panel, np.zeros((240, 400), int), "x.h")
    assert text.count("*/") == text.count("/*") == 2
    assert text.isascii()
    assert "\\" not in text


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("photo", "photo"),
        ("a b.c", "a_b_c"),
        ("é", "image"),
        ("", "image"),
        ("-", "image"),
        ("_x", "image__x"),
        ("9", "image_9"),
        ("static", "static_"),
        ("\n*/", "image"),
    ],
)
def test_names_of_arrays(stem: str, name: str) -> None:
    assert c_name(stem) == name
