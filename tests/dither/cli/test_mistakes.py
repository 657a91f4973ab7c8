"""Mistyped commands, names and choices: one sentence that says what is meant."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.images.io import read_image


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("photo.png", "'photo.png' is not a command; to dither it: dither ordered photo.png -o"),
        ("'my photo.JPG'", "dither ordered 'my photo.JPG' -o 'my photo-dithered.png' --bits 1"),
        ("--bits 1 -o out.png a.tif", "'a.tif' is not a command"),
        ("--bits 1 -o b.png ordered a.png", "first: dither ordered --bits 1 -o b.png a.png"),
        ("optimise a.png", "Did you mean 'optimize'?"),
        ("pallettes", "Did you mean 'palettes'?"),
        ("ordered a.png -o b.png --palete c64", "--palette"),
        ("ordered a.png -o b.png --palette gameboy", "did you mean 'game-boy'"),
        ("ordered a.png -o b.png --panel spectra6-7.3", "did you mean 'spectra-6-7.3'"),
        ("diffuse a.png -o b.png --bits 1 --kernel atkinsn", "did you mean 'atkinson'?"),
        ("diffuse a.png -o b.png --bits 1 --method row", "'dots'; did you mean 'rows'?"),
        ("optimize a.png -o b.png --colors 4 --preset smoth", "did you mean 'smooth'?"),
        ("ordered a.png -o b.png --bits 1 --fit containn", "did you mean 'contain'?"),
        (
            "ordered a.png -o b.pgn --bits 1 --packed msb",
            "b.pgn: did you mean '.png'? Leave --packed",
        ),
        ("diffuse a.png -o b.gi --bits 1 --packed lsb", "b.gi: did you mean '.gif'?"),
        ("ordered a.png -o b.mpv --bits 1 --packed msb", "b.mpv: did you mean '.mp4'?"),
        ("ordered a.png -o b.mp4 --bits 1 --packed msb", "b.mp4 should end otherwise"),
    ],
)
def test_close_words_are_suggested(refused: Callable, words: str, sentence: str) -> None:
    assert sentence in refused(f"dither {words}")


def test_close_words_of_bluenoise_are_suggested(refused: Callable) -> None:
    assert "to score the matrix: bluenoise evaluate m.npy" in refused("bluenoise m.npy")
    assert "Did you mean 'evaluate'?" in refused("bluenoise evalute m.npy")
    export = refused("bluenoise export blue-16x16 -o d --format png15")
    assert "no format is named 'png15'; did you mean 'png16'" in export


@pytest.mark.parametrize("package", ["dither", "bluenoise"])
def test_packages_are_commands(package: str) -> None:
    words = [sys.executable, "-m", package, "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "dither" in done.stdout


@pytest.mark.parametrize("command", ["ordered", "diffuse", "optimize"])
def test_a_blank_page_does_not_fail_a_batch(run: Callable, tmp_path: Path, command: str) -> None:
    (tmp_path / "pages").mkdir()
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (20, 30, 3)).astype(np.uint8)).save(
        tmp_path / "pages" / "full.png"
    )
    for name, color in {"white": (255, 255, 255), "black": (0, 0, 0), "red": (200, 0, 0)}.items():
        Image.new("RGB", (20, 30), color).save(tmp_path / "pages" / f"{name}.png")
    Image.new("RGBA", (20, 30), (9, 9, 9, 0)).save(tmp_path / "pages" / "clear.png")
    run(f"dither {command} pages --recursive --output-dir out --colors 4 --jobs 1")
    for name, color in {"white": 255, "black": 0, "red": [200, 0, 0]}.items():
        assert (read_image(tmp_path / "out" / f"{name}.png").color == color).all()


PLAIN = "error: say where the result goes: -o FILE, or --output-dir FOLDER for several files\n"


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("a.png new.png", "-o new.png"),
        ("a.png new.bmp", "-o new.bmp"),
        ("a.png 'my new.png'", "-o 'my new.png'"),
        ("- new.png", "-o new.png"),
        ("a.png new.bin --packed msb", "-o new.bin"),
        ("a.png new.png --packed msb", None),
        ("a.png new", None),
        ("a.png new.jpg", None),
        ("a.png new.xyz", None),
        ("a.png missing/new.png", None),
        ("a.png new.png --loop 1", "-o new.png"),
        ("a.png new.bmp --loop 1", None),
        ("a.png b.png", None),
        ("a.png b.png new.png", None),
        ("missing.png new.png", None),
        ("a.png -", None),
        ("a.png made", "--output-dir made"),
        ("a.png b.png made", "--output-dir made"),
        ("a.png made --loop 1", None),
        ("--recursive photos out", "--output-dir out"),
        ("--recursive photos made", "--output-dir made"),
    ],
)
def test_a_place_without_its_option_is_offered_if_it_would_be_taken(
    refused: Callable, tmp_path: Path, words: str, offered: str | None
) -> None:
    for folder in ("photos", "made"):
        (tmp_path / folder).mkdir()
    for name in ("a", "b", "photos/a"):
        Image.new("L", (4, 4)).save(tmp_path / f"{name}.png")
    sentence = refused(f"dither ordered {words} --bits 1")
    assert sentence.endswith(f": {offered}\n") if offered else sentence == PLAIN


@pytest.mark.parametrize(
    "words", ["photos out.gif", "photos photos", "photos a.png", "a.png out", "photos made out"]
)
def test_a_batch_has_one_folder(refused: Callable, tmp_path: Path, words: str) -> None:
    for folder in ("photos", "made"):
        (tmp_path / folder).mkdir()
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    sentence = refused(f"dither ordered --recursive {words} --bits 1")
    count = len(words.split())
    assert sentence == f"error: --recursive takes one folder of images, not {count} inputs\n"
