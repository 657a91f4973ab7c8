"""The page of `dither studio` in browsers: its downloads are what the commands that it shows write."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engines.jobs import PROGRAMS, run_job
from engines.presence import browser_library, program
from pages import text_page
from PIL import Image
from typer.testing import CliRunner

from dither.cli.app import app
from dither.matrix.catalog import save_matrix
from dither.matrix.classical import clustered_dot
from dither.palettes.palette import Palette
from dither.palettes.palette_like import save_palette
from dither.studio import studio_page

pytestmark = pytest.mark.engines
CASES = (
    "one bit",
    "four levels by Bayer",
    "sixteen greys in linear light",
    "a matrix for each channel",
    "a small picture enlarged",
    "a palette by gradient noise",
    "mixtures of two",
    "a panel at its size",
    "pasted colours, one of them changed",
    "colours of the picture",
    "files of one's own",
    "error diffusion to levels",
    "error diffusion to a palette",
    "error diffusion to a panel",
    "a dropped picture with alpha",
    "alpha resized, to a palette",
    "turned to the frame, and cut",
    "turned, with bars",
    "Ostromoukhov with noise",
    "less diffusion, broken up by a matrix",
    "along a curve",
    "by dots, to 332",
    "dithered transparency",
    "a background",
    "line art to levels",
    "line art to a panel, by error diffusion",
    "line art with transparency, resized",
    "a dropped mask",
    "a mask that is resized and turned",
    "a kernel of one's own",
    "a matrix file of channels",
    "the page's own picture",
)


def _picture() -> np.ndarray:
    """(170, 250, 3) uint8: ramps, waves and noise, with a patch of every code of each channel."""
    y, x = np.mgrid[0:170, 0:250]
    waves = [128 + 120 * np.sin(x / a + y / b) for a, b in ((31, 57), (44, -23), (-19, 71))]
    noise = np.random.default_rng(0).normal(0, 6, (170, 250, 3))
    picture = (np.stack(waves, axis=2) + noise).clip(0, 255).astype(np.uint8)
    picture[:16, :] = np.arange(250, dtype=np.uint8)[:, None]
    picture[16:24, :, 1:] = 0
    return picture


# A designer's list, from what Ditherit, Dithermark, Dither Boy and didder do.
TASKS = (
    "see a preview of a large photo at once",
    "choose a palette by its colours",
    "paste a list from Lospec, or its address",
    "take 6 colours from the picture",
    "change a colour, and save the palette for Aseprite",
    "type an exact number beside a slider",
    "make pixel art 90 pixels wide, each pixel four",
    "try the methods of error diffusion",
    "break up worms, and diffuse less",
    "open up the shadows",
    "fit an e-ink panel with bars of a colour",
    "keep the text of a poster sharp",
    "cut out a logo",
    "undo and redo",
    "work by keys alone",
    "reload the page and go on",
    "save a look and use it on another picture",
    "send the settings, as a link and as a file",
    "copy the picture to another program",
    "compare four variants",
    "take a picture with the camera",
    "fill the width of a phone",
    "play an animation, scrub it and save it",
)
BROWSERS = {"chromium": "chromium", "firefox": "firefox-esr"}


@pytest.fixture(scope="module", params=BROWSERS)
def browser(request: pytest.FixtureRequest) -> str:
    """A browser's name."""
    return request.param


@pytest.fixture(scope="module")
def job(browser: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    browser_library("playwright-core")
    browser_library("axe-core")
    job = tmp_path_factory.mktemp(browser)
    (job / "studio.html").write_text(studio_page(), encoding="utf-8")
    picture = _picture()
    Image.fromarray(picture).save(job / "photo.png")
    Image.fromarray(np.tile(picture, (3, 3, 1))).save(job / "large.png")
    alpha = np.random.default_rng(1).integers(0, 256, (60, 90, 1), np.uint8)
    alpha[:20] = 255
    clear = np.concatenate([picture[:60, :90], alpha], axis=2)
    Image.fromarray(clear).save(job / "it's clear.png")
    save_matrix(job / "mine.npy", clustered_dot(5, 20))
    save_palette(job / "mine.gpl", Palette.from_hex("102030 f0e8d0 c04020 4080a0"))
    page = text_page((255, 255, 255), (120, 30, 10)).picture
    Image.fromarray(page).save(job / "page.png")
    veil = np.full((*page.shape[:2], 1), 255, np.uint8)
    veil[:30], veil[200:260, :200] = 0, 90
    Image.fromarray(np.concatenate([page, veil], axis=2)).save(job / "clear page.png")
    y, x = np.mgrid[0:170, 0:250]
    Image.fromarray(
        (255 * (((x - 120) / 90) ** 2 + ((y - 80) / 60) ** 2 > 1)).astype(np.uint8)
    ).save(job / "mask.png")
    (job / "mine.json").write_text(
        '{"weights": [[0, 0, 3], [2, 4.5, 1]], "origin": 1, "divisor": 11}'
    )
    rng = np.random.default_rng(2)
    np.save(job / "channels.npy", rng.random((16, 17, 3)))
    np.save(job / "frames.npy", rng.permutation(3 * 16 * 16).reshape(3, 16, 16))
    frames = [Image.fromarray(picture[y : y + 60, y : y + 80]).quantize(64) for y in (0, 9, 18, 27)]
    frames[0].save(job / "clip.gif", save_all=True, append_images=frames[1:], duration=[60, 90] * 2)
    drive = PROGRAMS / "studio" / "drive.mjs"
    run_job(job, [program("node"), drive, browser, program(BROWSERS[browser])])
    return job


@pytest.fixture(scope="module")
def report(browser: str, job: Path) -> Mapping[str, Any]:
    return json.loads((job / browser / "report.json").read_text(encoding="utf-8"))


def test_the_page_asks_for_nothing_and_complains_of_nothing(report: Mapping[str, Any]) -> None:
    assert report["errors"] == []
    assert [url for url in report["asked"] if not url.startswith(("blob:", "data:"))] == [
        url for url in report["asked"] if url.startswith("file:") and url.endswith("studio.html")
    ]
    assert tuple(report["cases"]) == CASES
    assert tuple(report["tasks"]) == TASKS


def test_a_checker_of_accessibility_finds_no_barrier(report: Mapping[str, Any]) -> None:
    assert report["barriers"] == {"first": [], "variants": [], "animation": []}


@pytest.mark.parametrize("task", TASKS)
def test_a_designer_needs_no_shell(report: Mapping[str, Any], task: str) -> None:
    assert report["tasks"][task] == ""


def test_an_animation_is_what_the_command_writes(
    monkeypatch: pytest.MonkeyPatch, job: Path, report: Mapping[str, Any]
) -> None:
    monkeypatch.chdir(job)
    arguments = shlex.split(report["animation"]["command"])[1:]
    assert CliRunner().invoke(app, [*arguments, "--force"]).exit_code == 0
    with (
        Image.open(job / "clip-dithered.gif") as ours,
        Image.open(report["animation"]["file"]) as own,
    ):
        assert [getattr(each, "n_frames", 1) for each in (own, ours)] == [4, 4]
        assert own.info.get("loop") == ours.info.get("loop")
        for number in range(4):
            ours.seek(number)
            own.seek(number)
            assert own.info["duration"] == ours.info["duration"]
            assert (np.asarray(own.convert("RGB")) == np.asarray(ours.convert("RGB"))).all()


@pytest.mark.parametrize("case_name", CASES)
def test_a_download_is_what_the_command_writes(
    monkeypatch: pytest.MonkeyPatch, job: Path, report: Mapping[str, Any], case_name: str
) -> None:
    case = report["cases"][case_name]
    monkeypatch.chdir(job)
    dither, *arguments = shlex.split(case["command"])
    assert dither == "dither"
    looks = case["asItLooks"]
    preview = ["--preview", "preview.png"] if looks else []
    done = CliRunner().invoke(app, [*arguments, *preview, "--force"])
    assert done.exit_code == 0, (case["command"], done.output, done.exception)
    assert (looks is not None) == ("--panel" in arguments)
    pairs = [(case["suggested"], case["file"])]
    if looks:
        pairs.append(("preview.png", looks))
    for name, download in pairs:
        with Image.open(job / name) as written, Image.open(job / download) as made:
            assert written.size == made.size
            expected, pixels = (np.asarray(image.convert("RGBA")) for image in (written, made))
        assert (pixels == expected).all(), (case["command"], (pixels != expected).any(axis=2).sum())
        assert len(np.unique(pixels.reshape(-1, 4), axis=0)) > 1
