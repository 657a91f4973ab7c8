"""Tests of the README: its commands and its Python run as printed, and its links lead somewhere."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from PIL import Image

import dither

README = ROOT / "README.md"
pytestmark = pytest.mark.skipif(not README.exists(), reason="the README is not in the wheel")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def _commands() -> list[str]:
    lines = [line for block in _blocks("sh") for line in block.splitlines() if line]
    return [line for line in lines if not line.startswith("pip install")]


def test_every_command_runs(run: Callable, tmp_path: Path, photo) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.jpg")
    ran = [command for command in _commands() if not command.startswith("scripts/")]
    assert len(ran) == 8
    for command in ran:
        run(command)
    assert {path.name for path in tmp_path.iterdir()} == {
        "photo.jpg",
        "one-bit.png",
        "panel.png",
        "panel-seen.png",
        "game-boy.png",
        "best.png",
        "compare.html",
        "mine.npy",
        "textures",
    }


def test_the_extras_to_install_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    named = re.findall(r"\.\[([\w,]+)\]", README.read_text(encoding="utf-8"))
    assert named
    assert {extra for group in named for extra in group.split(",")} <= set(extras)


def _anchors(path: Path) -> set[str]:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_every_link_leads_to_a_file_or_heading() -> None:
    targets = re.findall(r"\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert len(targets) > 20
    for target in targets:
        path, _, anchor = target.partition("#")
        page = ROOT / path if path else README
        assert page.exists(), target
        assert not anchor or anchor in _anchors(page), target


def test_the_numbers_of_matrices_and_textures_are_right() -> None:
    text = README.read_text(encoding="utf-8")
    assert "Seventeen matrices and ten noise textures are included" in text
    assert (len(dither.shipped_matrices()), len(dither.shipped_textures())) == (17, 10)


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


def _table(path: Path) -> dict[str, tuple[list[float], list[str]]]:
    """Return the energies, and the other columns, of the rows of a table of matrices."""
    text = path.read_text(encoding="utf-8").partition("<!-- matrices, written by")[2]
    rows = re.findall(r"^\| ([a-z(][^|]*) \|(.*)\|$", text.partition("<!-- end")[0], re.MULTILINE)
    cells = {name.strip(): [each.strip() for each in row.split("|")] for name, row in rows}
    return {name: ([float(each) for each in row[:5]], row[5:]) for name, row in cells.items()}


@pytest.mark.skipif(not (ROOT / "docs").exists(), reason="the docs are not in the wheel")
def test_claims_hold_at_every_row_of_the_one_table_of_matrices() -> None:
    """The README has rows of the comparisons' table; sentences name the filters that they mean."""
    readme, page = _table(README), _table(ROOT / "docs" / "comparisons.md")
    assert len(readme) == 6
    assert {name: row[0] for name, row in readme.items()} == {
        name: page[name][0] for name in readme
    }
    reference = page["void-and-cluster"][0]
    filters = ("1.0", "1.5", "2.0", "3.0", "Näsänen")
    for path in (README, ROOT / "docs" / "comparisons.md"):
        text = path.read_text(encoding="utf-8")
        for name, claim in re.findall(
            r"^- \*\*(\w+)\*\* against void-and-cluster: (.*)\.$", text, re.M
        ):
            lower, _, higher = claim.partition("; higher by ")
            for title, ours, theirs in zip(filters, page[name][0], reference, strict=True):
                assert (f"at {title}" in lower) == (ours < theirs)
                assert (f"at {title}" in higher) == (ours >= theirs)
    # "less visible than void-and-cluster's from most viewing distances"
    assert sum(ours < theirs for ours, theirs in zip(page["blue"][0], reference, strict=True)) >= 3
    # "within 4 % of void-and-cluster's energy up close and is below it from a distance"
    ratios = [ours / theirs for ours, theirs in zip(page["anneal"][0], reference, strict=True)]
    assert max(ratios[:2]) < 1.045
    assert max(ratios[2:]) < 1
    # "That costs 10 dB"
    assert 9.5 < float(page["spectrum"][1][0]) < 10.5


@pytest.mark.slow
def test_the_figures_are_those_of_this_code() -> None:
    from bluenoise.evaluate import baselines, evaluate
    from bluenoise.generate import generate

    made = baselines((64, 64))
    rows = {
        "(white noise)": made["white noise"],
        "(Bayer)": made["Bayer"],
        "anneal": generate((64, 64), method="anneal"),
        "spectrum": generate((64, 64), method="spectrum"),
        "void-and-cluster": made["void-and-cluster"],
        "blue": generate((64, 64)),
    }
    table = _table(README)
    assert list(table.keys()) == [*list(rows)[:2], "spectrum", "void-and-cluster", "anneal", "blue"]
    for label, matrix in rows.items():
        # Seeds of white noise differ most.
        spread = 0.1 if "white" in label else 0.04
        assert table[label][0] == pytest.approx(list(evaluate(matrix).energy.values()), rel=spread)
