import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.color_count.curve import ColorCount
from dither.color_count.gap_statistic import gap_statistic
from dither.color_count.picture_sample import PictureSample
from dither.palettes.from_image import k_means, median_cut

FLAG = np.array([[[255, 0, 0], [255, 255, 255], [0, 0, 255]]], np.uint8).repeat(9, 0).repeat(6, 1)
RAMP = np.arange(12, dtype=np.uint8).repeat(4)[None, :, None].repeat(20, 0).repeat(3, 2) * 23


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder but for a flag of three colours, and files that cannot be used."""
    Image.fromarray(FLAG).save(tmp_path / "flag.png")
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "there.svg").write_text("mine")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("flag.png -o x.txt", "cannot draw x.txt: the ending must be one of .png, .svg, .pdf"),
        ("flag.png -o there.svg", "there.svg exists; give --force"),
        ("flag.png -o flag.png --force", "would be drawn over the image"),
        ("flag.png -o nowhere/x.png", "the folder nowhere does not exist"),
        ("flag.png --permutations 1", "--permutations is 1; it must be from 2 to 10,000"),
        ("flag.png --seed -1", "--seed is -1"),
        ("flag.png --palettes best", "'best'"),
        ("flag.png --max-pixels 10", "--max-pixels raises this limit"),
        ("text.png", "text.png is not an image"),
        ("missing.png", "missing.png"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    refused: Callable, folder: Path, options: str, words: str
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert words in refused(f"dither colors {options}")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.slow
def test_figures_and_plot_of_a_flag(run: Callable, folder: Path) -> None:
    done = run("dither colors flag.png --json -o there.svg --force --palettes median-cut --seed 3")
    assert "flag.png -> there.svg" in done.stderr
    told = json.loads(done.stdout)
    assert [each["colors"] for each in told["counts"]] == [2, 3]
    assert told["chosen"]["hardly_visible"] == told["optimized"]["colors"] == 3
    assert told["optimized"]["error"] == 0
    palettes = [median_cut(FLAG, count) for count in (2, 3)]
    for each, found in zip(told["gap"], gap_statistic(FLAG, palettes, seed=3), strict=True):
        assert each["loss"] == found.loss
        assert each["gap"] == found.gap
        assert each["permutations"] == len(found.null_losses)
    assert "<svg" in (folder / "there.svg").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_table_is_the_same_for_any_threads_and_nothing_is_written(
    run: Callable, folder: Path
) -> None:
    one, two = (
        run(f"dither colors flag.png --quiet --permutations 5 --threads {threads}")
        for threads in (1, 2)
    )
    assert one.stdout == two.stdout
    assert one.stderr == ""
    assert "32768" in one.stdout
    first, *_, last = one.stdout.splitlines()
    assert first == "3 colours: the smallest palette whose error is barely visible"
    assert "dither optimize flag.png -o flag-3.png --colors 3" in one.stdout
    assert "does not count visible colours" in one.stdout
    assert last.startswith("Largest gap: ")
    assert max(map(len, one.stdout.splitlines())) <= 100
    assert len(list(folder.iterdir())) == 3


def test_fewer_colours_than_the_picture_has_may_be_enough(
    run: Callable, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The optimizer, which compiles for long, is played: from four colours on nothing is seen."""

    def played(
        sample: PictureSample, colors: int, options: object, **_: object
    ) -> tuple[ColorCount, None]:
        palette = k_means(RAMP, colors)
        return ColorCount(colors, float(colors < 4) * 9, 10 * colors, palette), None

    monkeypatch.setattr("dither.color_count.count._optimized", played)
    # The real error of k-means says that four colours are hopeless.
    monkeypatch.setattr("dither.color_count.count._LEAST_RATIO", 0.0)
    Image.fromarray(RAMP).save(folder / "ramp.png")
    told = json.loads(run("dither colors ramp.png --json --permutations 2").stdout)
    assert told["chosen"]["hardly_visible"] == told["optimized"]["colors"] == 4
    assert told["counts"][-1]["colors"] == 12


@pytest.mark.slow
def test_a_noisy_ramp_needs_fewer_colours_than_it_has(run: Callable, folder: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 12, RAMP.shape[:2], np.uint8)
    Image.fromarray(RAMP // 2 + noise[..., None]).save(folder / "ramp.png")
    told = json.loads(run("dither colors ramp.png --json --permutations 2").stdout)
    assert told["optimized"]["colors"] == told["chosen"]["hardly_visible"]
    assert told["optimized"]["colors"] < told["counts"][-1]["colors"] <= 256
    assert told["optimized"]["error"] <= 1
