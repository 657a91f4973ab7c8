"""Tests of the README: its commands and its Python run as printed, and its links lead somewhere."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

import dither

README = ROOT / "README.md"
# The slowest commands, because JAX compiles for them: run by scripts/test --all only.
SLOW = re.compile(r"dither (colors|optimize clip)")
pytestmark = pytest.mark.skipif(not README.exists(), reason="the README is not in the wheel")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def _commands() -> list[str]:
    lines = [line for block in _blocks("sh") for line in block.splitlines() if line]
    return [line for line in lines if not line.startswith("pip install")]


@pytest.mark.parametrize("scope", ["quick", pytest.param("all", marks=pytest.mark.slow)])
def test_every_command_runs(run: Callable, tmp_path: Path, photo, scope: str) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.jpg")
    first, *others = (Image.fromarray(photo[:, ::step]).resize((80, 48)) for step in (1, 2, -1))
    first.save(tmp_path / "clip.gif", save_all=True, append_images=others, duration=40, loop=0)
    ran = [command for command in _commands() if not command.startswith("scripts/")]
    assert len(ran) == 25
    for command in ran:
        if scope == "all" or not SLOW.match(command):
            run(command)
    missing = set() if scope == "all" else {"how-many.png", "still.gif"}
    assert missing | {path.name for path in tmp_path.iterdir()} == {
        "photo.jpg",
        "clip.gif",
        "one-bit.gif",
        "panel.bin",
        "rows.bin",
        "seen.png",
        "pixels.png",
        "best.png",
        "best.gpl",
        "compare.html",
        "how-many.png",
        "still.gif",
        "studio.html",
        "dithered",
        "one-bit.png",
        "e-ink.png",
        "mine.npy",
        "spectrum.npy",
        "frames.npy",
        "game-boy.png",
        "panel.png",
        "colours.npy",
        "colours.png",
        "textures",
        "report.html",
        "report.png",
        "again.gif",
        "frames",
    }


def test_the_extras_to_install_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    named = re.findall(r"\.\[([\w,]+)\]", README.read_text(encoding="utf-8"))
    assert named
    assert {extra for group in named for extra in group.split(",")} <= set(extras)


def test_every_link_leads_to_a_file_or_heading() -> None:
    text = re.sub(r"```.*?```", "", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert len(targets) > 20
    for target in targets:
        path, _, anchor = target.partition("#")
        assert (ROOT / path).exists() if path else anchor in anchors, target


def test_the_numbers_of_matrices_palettes_and_panels_are_right() -> None:
    text = README.read_text(encoding="utf-8")
    assert "Sixteen matrices and ten noise textures are included" in text
    assert "lists 23 built-in palettes" in text
    assert "lists 32 panels" in text
    assert (len(dither.shipped_matrices()), len(dither.palette_names())) == (16, 23)
    assert len(dither.shipped_textures()) == 10
    assert len(dither.panel_names()) == 32


def test_two_colours_make_as_many_shades_as_stated() -> None:
    text = " ".join(README.read_text(encoding="utf-8").split())
    assert (
        "become 251 different shades with the default matrix, and 256 with `blue-256x256`" in text
    )
    palette = dither.Palette.from_hex("000000 ffffff")
    for name, shades in ("blue-64x64", 251), ("blue-256x256", 256):
        matrix = dither.load_matrix(name)
        grays = (np.full(matrix.shape, code, np.uint8) for code in range(256))
        means = {dither.dither_to_palette(gray, palette, matrix).mean() for gray in grays}
        assert len(means) == shades


def test_the_python_runs(tmp_path: Path, photo) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.jpg")
    (script,) = _blocks("python")
    assert len(script.strip().splitlines()) <= 10
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "two-bits.png").exists()


@pytest.mark.skipif(
    Path(sys.prefix) != ROOT / ".venv", reason="scripts/demo would create an environment first"
)
@pytest.mark.parametrize("own_photo", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_the_demonstration_draws_its_sheet(tmp_path: Path, photo, own_photo: bool) -> None:
    # scripts/test is the other command: it runs this test.
    assert [command for command in _commands() if command.startswith("scripts/")] == [
        "scripts/demo",
        "scripts/test",
    ]
    sheet = ROOT / "demo" / "contact-sheet.png"
    sheet.unlink(missing_ok=True)
    Image.fromarray(photo).save(tmp_path / "my photo.png")
    done = subprocess.run(
        [str(ROOT / "scripts" / "demo"), *[str(tmp_path / "my photo.png")] * own_photo],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert str(sheet) in done.stderr
    with Image.open(sheet) as picture:
        assert min(picture.size) > 200


@pytest.mark.slow
def test_the_figures_are_those_of_this_code() -> None:
    from bluenoise.evaluate import baselines, evaluate
    from bluenoise.generate import generate

    text = README.read_text(encoding="utf-8")
    made = baselines((64, 64))
    rows = {
        "(white noise)": made["white noise"],
        "(Bayer)": made["Bayer"],
        "anneal": generate((64, 64), method="anneal"),
        "spectrum": generate((64, 64), method="spectrum"),
        "void-and-cluster": made["void-and-cluster"],
        "blue, the default": generate((64, 64)),
    }
    for label, matrix in rows.items():
        match = re.search(rf"^\| {re.escape(label)} \|(.*)\|$", text, re.MULTILINE)
        assert match, label
        *energies, anisotropy = match[1].split("|")
        evaluation = evaluate(matrix)
        for figure, energy in zip(energies, evaluation.energy.values(), strict=True):
            assert float(figure) == pytest.approx(energy, rel=0.03), label
        assert float(anisotropy.split()[0]) == pytest.approx(evaluation.anisotropy_db, abs=0.1)
