"""Tests of the documentation: its commands run as printed, and generated pages are up to date."""

import dataclasses
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import typer
from conftest import ROOT
from PIL import Image
from test_public_surface import SURFACE
from typer.testing import CliRunner

import bluenoise.cli
import dither
import dither.cli.app

DOCS = ROOT / "docs"
pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not in the wheel")


def _blocks(page: str, language: str = "sh") -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def paste(tmp_path: Path, photo: np.ndarray) -> Callable[[str], str]:
    """Return a function that runs a block in a shell, in a folder with a photo.jpg and a clip.gif."""
    Image.fromarray(photo).save(tmp_path / "photo.jpg")
    first, *others = (Image.fromarray(photo[:, ::step]).resize((80, 48)) for step in (1, 2, -1))
    first.save(tmp_path / "clip.gif", save_all=True, append_images=others, duration=40, loop=0)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def pasted(block: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        return done.stdout

    return pasted


def _runs(page: str, paste: Callable[[str], str], *, without: str = "pip install") -> None:
    blocks = [b for b in _blocks(page) if without not in b and "pip install" not in b]
    assert blocks
    for block in blocks:
        paste(block)


def test_the_start_page_runs(paste: Callable[[str], str], tmp_path: Path) -> None:
    # The block that makes a matrix is slow; the README's test runs the same command.
    _runs("start.md", paste, without="mine.npy")
    (script,) = _blocks("start.md", "python")
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True)
    made = {path.name for path in tmp_path.iterdir()}
    assert {"one-bit.png", "true-light.png", "game-boy.png", "textures", "two-bits.png"} <= made
    with Image.open(tmp_path / "game-boy.png") as picture:
        assert picture.size == (640, 384)
    text = (DOCS / "start.md").read_text(encoding="utf-8")
    for name in re.findall(r"`(blue-64x64\.\S+)`", text):
        assert (tmp_path / "textures" / name).exists(), name


@pytest.mark.parametrize("scope", ["quick", pytest.param("all", marks=pytest.mark.slow)])
def test_the_tour_runs(
    paste: Callable[[str], str], run: Callable, tmp_path: Path, scope: str
) -> None:
    # JAX compiles for a second for each of these.
    slow = re.compile(r"dither (colors|optimize clip)")
    for block in _blocks("tour.md"):
        for command in block.splitlines():
            if scope == "all" or not slow.match(command):
                run(command)
    missing = set() if scope == "all" else {"how-many.png", "still.gif"}
    assert missing | {path.name for path in tmp_path.iterdir()} == {
        *("photo.jpg", "clip.gif", "e-ink.png", "c64.png", "game-boy.png", "panel.bin"),
        *("best.png", "best.gpl", "still.gif", "how-many.png", "compare.html", "studio.html"),
        *("one-bit.gif", "rows.bin", "pixels.png", "dithered", "frames", "again.gif"),
        *("mine.npy", "spectrum.npy", "frames.npy", "colours.npy", "colours.png"),
        *("textures", "report.html", "report.png"),
    }


def test_the_tour_counts_palettes_and_panels() -> None:
    text = (DOCS / "tour.md").read_text(encoding="utf-8")
    assert f"lists {len(dither.palette_names())} built-in palettes" in text
    assert f"lists {len(dither.panel_names())} panels" in text


def test_two_colours_make_as_many_shades_as_stated() -> None:
    text = " ".join((DOCS / "tour.md").read_text(encoding="utf-8").split())
    assert (
        "become 251 different shades with the default matrix, and 256 with `blue-256x256`" in text
    )
    palette = dither.Palette.from_hex("000000 ffffff")
    for name, shades in ("blue-64x64", 251), ("blue-256x256", 256):
        matrix = dither.load_matrix(name)
        grays = (np.full(matrix.shape, code, np.uint8) for code in range(256))
        means = {dither.dither_to_palette(gray, palette, matrix).mean() for gray in grays}
        assert len(means) == shades


def test_the_paths_of_the_first_page_end_in_finished_files(
    paste: Callable[[str], str], tmp_path: Path
) -> None:
    # The path for the web needs JAX: see the next test.
    _runs("index.md", paste, without="--max-bytes")
    assert (tmp_path / "frame.bin").stat().st_size == 192_000
    assert "[192000] = {" in (tmp_path / "frame.h").read_text()
    palette = dither.load_palette("pico-8")
    with Image.open(tmp_path / "title.png") as title:
        assert (title.mode, title.size) == ("P", (128, 128))
        stored = np.array((title.getpalette() or [])[: 3 * len(palette)])
        np.testing.assert_array_equal(stored, palette.colors.ravel())
    with Image.open(tmp_path / "print.tif") as sheet:
        assert (sheet.mode, sheet.width, sheet.info["compression"]) == ("1", 1181, "group4")
        assert sheet.info["dpi"] == (300, 300)
    assert (tmp_path / "receipt.escpos").read_bytes()[:4] == b"\x1dv0\x00"
    guide = (tmp_path / "textures" / "README.md").read_text(encoding="utf-8")
    engines = re.findall(r"^## (.*)$", guide, re.MULTILINE)
    assert len(engines) >= 7


@pytest.mark.slow
def test_the_path_for_the_web_ends_in_a_page(paste: Callable[[str], str], tmp_path: Path) -> None:
    (block,) = (each for each in _blocks("index.md") if "--max-bytes" in each)
    paste(block)
    assert (tmp_path / "small.png").stat().st_size <= 60_000
    (source,) = re.findall(r'<img src="([^"]+)"', (tmp_path / "page.html").read_text())
    assert (tmp_path / source).exists()


@pytest.mark.slow
def test_the_whole_start_page_runs(paste: Callable[[str], str], tmp_path: Path) -> None:
    _runs("start.md", paste)
    assert (tmp_path / "my-textures" / "mine.rg8.png").exists()


@pytest.mark.slow
def test_the_choices_run(paste: Callable[[str], str]) -> None:
    _runs("choose.md", paste)


@pytest.mark.slow
def test_the_page_on_many_files_runs(paste: Callable[[str], str], tmp_path: Path) -> None:
    _runs("machines.md", paste)
    assert (tmp_path / "dithered/trip/one.png").exists()


@pytest.mark.slow
def test_the_page_on_small_pictures_runs(paste: Callable[[str], str], tmp_path: Path) -> None:
    _runs("small-pictures.md", paste)
    assert (tmp_path / "small.png").stat().st_size <= 60_000


@pytest.mark.slow
def test_the_recipes_run(paste: Callable[[str], str], tmp_path: Path) -> None:
    inks = np.random.default_rng(0).integers(0, 256, (40, 60, 4), np.uint8)
    Image.fromarray(inks, "CMYK").save(tmp_path / "cmyk.tif")
    _runs("recipes.md", paste)
    assert {path.name for path in (tmp_path / "printed").glob("*.png")} == {
        "001.png",
        "002.png",
        "003.png",
        "004.png",
    }
    with Image.open(tmp_path / "printed.tif") as printed:
        printed.seek(299)
        assert (printed.mode, printed.size) == ("P", (200, 120))
    assert (tmp_path / "e-ink.bin").stat().st_size == 800 * 600 // 2
    assert (tmp_path / "frame.bin").stat().st_size == 800 * 480 // 2
    with Image.open(tmp_path / "receipt.png") as receipt:
        assert receipt.width == 384  # the page says 48 bytes per row
    assert (tmp_path / "receipt.escpos").stat().st_size > 48 * receipt.height
    with Image.open(tmp_path / "film-1.tif") as cyan:
        assert cyan.size == (60, 40)
    planes = np.fromfile(tmp_path / "films.bin", np.uint8).reshape(3, -1, 150)
    for plane, name in zip(planes, ("teal", "orange", "black"), strict=True):
        with Image.open(tmp_path / f"film-{name}.tif") as film:
            assert (film.mode, film.width, film.info["dpi"]) == ("1", 1200, (300, 300))
            np.testing.assert_array_equal(np.unpackbits(plane, axis=1), ~np.asarray(film))


def test_the_panels_page_runs(paste: Callable[[str], str], tmp_path: Path) -> None:
    _runs("panels.md", paste, without="dither optimize")
    for name in ("frame.bin", "upright.bin"):
        assert (tmp_path / name).stat().st_size == 800 * 480 // 2
    assert (tmp_path / "mine.bin").stat().st_size == 640 * 384 // 8
    assert "[192000] = {" in (tmp_path / "frame.h").read_text()
    with Image.open(tmp_path / "seen.png") as seen, Image.open(tmp_path / "frame.png") as driver:
        assert seen.size == driver.size == (800, 480)
        assert sorted((driver.getpalette() or [])[:18]) == [0] * 10 + [255] * 8
    charts, read_back, checked = _blocks("panels.md", "python")
    for script in (checked, charts):
        subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True
        )
    panel = dither.load_panel("spectra-6-7.3")
    red = dither.unpack_panel(panel, (tmp_path / "ink-red.bin").read_bytes())
    assert {panel.inks[number].name for number in np.unique(red)} == {"red"}
    # A photo of the chart, here without errors, gives back the colours of the inks.
    chart = dither.unpack_panel(panel, (tmp_path / "ink-chart.bin").read_bytes())
    dither.write_image(tmp_path / "chart.png", panel.palette.colors[chart])
    done = subprocess.run(
        [sys.executable, "-c", read_back], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [f"{ink.name} {ink.look}" for ink in panel.inks]


@pytest.mark.slow
def test_the_whole_panels_page_runs(paste: Callable[[str], str], tmp_path: Path) -> None:
    _runs("panels.md", paste)
    assert (tmp_path / "page.bin").stat().st_size == 800 * 480 // 2


def test_the_panel_described_on_the_panels_page_is_valid(tmp_path: Path) -> None:
    (text,) = _blocks("panels.md", "toml")
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    panel = dither.load_panel(tmp_path / "own.toml")
    assert (panel.title, panel.measured, panel.width) == ("My frame", True, 800)
    assert [ink.code for ink in panel.inks] == [(0,), (1,), (2,), (3,), (5,), (6,)]


def test_the_panels_page_lists_all_keys_of_a_panel_and_the_number_of_panels() -> None:
    text = (DOCS / "panels.md").read_text(encoding="utf-8")
    assert f"lists {len(dither.panel_names())} panels" in text
    table = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| `.*$", text, re.MULTILINE))))
    fields = {each.name for each in dataclasses.fields(dither.Panel)} - {"name", "width", "height"}
    fields |= {each.name for each in dataclasses.fields(dither.PanelPacking)}
    assert fields <= table


def test_the_page_on_noise_textures_runs(paste: Callable[[str], str], tmp_path: Path) -> None:
    _runs("noise-textures.md", paste)
    assert np.load(tmp_path / "vectors.npy").shape == (1, 16, 16, 2)


@pytest.mark.slow
def test_the_page_on_losses_runs(paste: Callable[[str], str], tmp_path: Path) -> None:
    losses, script = _blocks("losses.md", "python")
    (tmp_path / "losses.py").write_text(losses, encoding="utf-8")
    _runs("losses.md", paste)
    assert np.load(tmp_path / "skin.npy").shape == (16, 16)
    command = [sys.executable, "-c", script]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.slow
def test_the_page_on_differentiable_dithering_runs(
    paste: Callable[[str], str], tmp_path: Path
) -> None:
    (loss,) = _blocks("differentiable.md", "python")
    (tmp_path / "edges.py").write_text(loss, encoding="utf-8")
    _runs("differentiable.md", paste)
    for name, colors in (("three", 3), ("seen", 2), ("both", 4)):
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert len(picture.convert("RGB").getcolors() or []) <= colors
    paste("dither optimize photo.jpg -o mine.png --colors 4 --resize 40x --steps 20"
          " --loss blurred --loss edges.py:edges,0.1")  # fmt: skip


@pytest.mark.slow
def test_the_page_on_green_noise_runs(paste: Callable[[str], str], tmp_path: Path) -> None:
    _runs("green-noise.md", paste)
    (script,) = _blocks("green-noise.md", "python")
    script = script.replace("2400", "240")  # a narrow print takes less time
    script += "assert set(np.unique(print_out)) == {0, 1}"
    command = [sys.executable, "-c", script]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    with Image.open(tmp_path / "laser.tif") as sheet:
        assert (sheet.mode, sheet.width, sheet.info["dpi"]) == ("1", 240, (600, 600))


def test_the_page_on_clips_runs(paste: Callable[[str], str], tmp_path: Path) -> None:
    _runs("clips.md", paste)
    for name in ("one-bit.gif", "one-bit.webp"):
        with Image.open(tmp_path / name) as clip:
            assert (getattr(clip, "n_frames", 1), clip.size) == (3, (80, 48))
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == [
        f"clip-000{number}.png" for number in (1, 2, 3)
    ]


def test_a_receipt_is_black_where_bits_are_set(run: Callable, tmp_path: Path) -> None:
    Image.new("L", (384, 1), 0).save(tmp_path / "photo.jpg", quality=100)
    (command,) = (
        line
        for block in _blocks("recipes.md")
        for line in block.splitlines()
        if "receipt.escpos" in line
    )
    run(command)
    assert (tmp_path / "receipt.escpos").read_bytes()[8:] == b"\xff" * 48


@pytest.mark.parametrize(
    ("page", "module"),
    [
        ("dither", "dither"),
        ("diffusion", "dither.diffusion"),
        ("metrics", "dither.metrics"),
        ("differentiable", "dither.differentiable"),
        ("bluenoise", "bluenoise"),
    ],
)
def test_the_reference_holds_every_public_name(page: str, module: str) -> None:
    text = (DOCS / "api" / f"{page}.md").read_text(encoding="utf-8")
    listed = re.findall(rf"^::: {re.escape(module)}\.(\w+)$", text, re.MULTILINE)
    assert sorted(listed) == sorted(SURFACE[importlib.import_module(module)].split())


def _documented_code() -> tuple[list[str], list[str]]:
    """Return the lines of the README's and docs' shell blocks, and the code in their text."""
    lines, inline = [], []
    for page in (ROOT / "README.md", *sorted(DOCS.glob("*.md"))):
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        text = re.sub(r"</?(span|code)>", lambda tag: "`" if "code" in tag[0] else "", text)
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        lines += [line for block in blocks for line in block.splitlines()]
        text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
        inline += [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", text)]
    return lines, inline


def _is_listed(option: str, help_page: str) -> bool:
    return re.search(rf"(^|[ ,/]){option}\b(?!-)", help_page) is not None


@pytest.fixture(scope="module")
def help_pages() -> dict[tuple[str, str], str]:
    """Return the help of each command, by program and command."""
    pages = {}
    for program, app in (("bluenoise", bluenoise.cli.app), ("dither", dither.cli.app.app)):
        for name in typer.main.get_command(app).commands:  # pyright: ignore
            pages[program, name] = CliRunner().invoke(app, [name, "--help"]).output
    return pages


def test_every_option_in_a_documented_command_is_in_its_help(
    help_pages: dict[tuple[str, str], str],
) -> None:
    lines, inline = _documented_code()
    documented = set()
    for command in re.findall(r"\b(?:dither|bluenoise) [a-z][^|;&\n]*", "\n".join(lines + inline)):
        program, name, *words = command.split()
        if (program, name) in help_pages:
            options = {word.partition("=")[0] for word in words if re.match("--[a-z]", word)}
            documented |= {(program, name, option) for option in options}
    assert len(documented) > 40
    unlisted = {
        (program, name, option)
        for program, name, option in documented
        if not _is_listed(option, help_pages[program, name])
    }
    assert unlisted == set()


def test_every_option_named_in_the_text_is_in_the_help_of_a_command(
    help_pages: dict[tuple[str, str], str],
) -> None:
    _, inline = _documented_code()
    named = {
        option
        for code in inline
        if not code.startswith("scripts/")
        for option in re.findall(r"--[a-z][a-z-]+", code)
    }
    assert len(named) > 30
    listed = " ".join(help_pages.values())
    assert {option for option in named if not _is_listed(option, listed)} == set()


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_gallery_is_what_its_script_writes() -> None:
    gallery = _script("build_gallery")
    pictures = DOCS / "gallery"
    assert (DOCS / "gallery.md").read_text(encoding="utf-8") == gallery.page(pictures)
    names = {figure.name for section in gallery.SECTIONS for figure in section.figures}
    assert {path.name for path in pictures.iterdir()} == names
    assert sum(path.stat().st_size for path in pictures.iterdir()) < 1_500_000


def test_a_picture_of_the_gallery_is_what_its_command_writes(run: Callable, tmp_path: Path) -> None:
    sections = _script("build_gallery").SECTIONS
    figures = {figure.name: figure for section in sections for figure in section.figures}
    drawing = DOCS / "gallery" / "evening.png"
    (tmp_path / drawing.name).write_bytes(drawing.read_bytes())
    for name in ("evening-game-boy.png", "evening-2-bit.png", "evening-spectra-6-7.3.png"):
        (command,) = figures[name].commands
        run(command)
        _same_pixels(tmp_path / name, DOCS / "gallery" / name)


def test_a_picture_of_the_sheet_of_intents_is_what_its_command_writes(
    run: Callable, tmp_path: Path
) -> None:
    script = _script("draw_intents")
    (tmp_path / "colours.png").write_bytes((DOCS / "gallery" / "colours.png").read_bytes())
    for row, column in ((0, 1), (3, 0)):
        target, intent = list(script.TARGETS)[row], script.INTENTS[column]
        run(" ".join([*script.command(target, intent, "shown.png"), "--force"]))
        left, top = script.corner(row, column)
        with Image.open(DOCS / "gallery" / "intents.png") as sheet:
            box = (left, top, left + script.WIDTH, top + script.HEIGHT)
            sheet.crop(box).save(tmp_path / "cell.png")
        _same_pixels(tmp_path / "shown.png", tmp_path / "cell.png")


@pytest.mark.slow
def test_the_gallery_can_be_built_again(tmp_path: Path) -> None:
    script = str(ROOT / "scripts" / "build_gallery.py")
    subprocess.run([sys.executable, script, str(tmp_path)], check=True, capture_output=True)
    for path in sorted((DOCS / "gallery").iterdir()):
        # Optimised pictures depend on how the processor rounds.
        if "optimized" not in path.name and "spectrum.png" not in path.name:
            _same_pixels(tmp_path / "gallery" / path.name, path)
    assert (tmp_path / "gallery.md").read_text() == (DOCS / "gallery.md").read_text()


def _same_pixels(found: Path, wanted: Path) -> None:
    with Image.open(found) as one, Image.open(wanted) as other:
        assert one.size == other.size
        np.testing.assert_array_equal(np.array(one.convert("RGB")), np.array(other.convert("RGB")))


def test_the_map_of_the_code_is_what_its_script_writes() -> None:
    """The map lists each room and module with its docstring's first line, and the import order."""
    text = (DOCS / "house.md").read_text(encoding="utf-8")
    assert text == _script("write_house").page(text), "run: python scripts/write_house.py"


def test_the_map_of_the_code_names_files_that_exist() -> None:
    text = (DOCS / "house.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:bluenoise|dither|tests|scripts)/[\w/.]*)`", text)
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.skipif(not (ROOT / ".github").exists(), reason=".github is only in the repository")
def test_the_files_for_contributors_agree_with_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / ".github/CITATION.cff").read_text(encoding="utf-8")
    assert f'version: "{project["version"]}"' in citation
    assert f"## {project['version']} - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    (tested,) = re.findall(r"^ +python: \[(.*)\]$", workflow, re.MULTILINE)
    named = [each.rpartition(" :: ")[2] for each in project["classifiers"] if " :: 3." in each]
    assert re.findall(r'"([\d.]+)"', tested) == named
