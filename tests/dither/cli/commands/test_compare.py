import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import dither


@pytest.fixture
def folder(tmp_path: Path, photo: np.ndarray) -> Path:
    """An original, what became of it, and files that cannot be used."""
    Image.fromarray(photo).save(tmp_path / "photo.png")
    for name, bits in (("one.png", 1), ("two.png", 2)):
        dither.write_image(tmp_path / name, dither.RasterImage(dither.requantize(photo, bits=bits)))
    Image.fromarray(photo[:40]).save(tmp_path / "small.png")
    Image.fromarray(np.full(photo.shape[:2], np.nan, np.float32)).save(tmp_path / "nan.tif")
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "there.html").write_text("mine")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("photo.png", "Missing argument 'DITHERED'"),
        (
            "photo.png one.png small.png -o page.html",
            "a page shows pictures of one size, and the dithered ones differ",
        ),
        ("photo.png one.png text.png", "text.png is not an image"),
        ("photo.png missing.png", "cannot read missing.png: there is no such file"),
        ("photo.png nan.tif", "float images hold 0 to 1"),
        ("photo.png there.html -o there.html --force", "written over the picture there.html"),
        ("photo.png one.png -o page.txt", "a page must end in .html, .htm"),
        ("photo.png one.png -o there.html", "there.html exists; give --force"),
        ("photo.png one.png --max-pixels 99", "--max-pixels raises this limit"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    refused: Callable, folder: Path, options: str, words: str
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert words in refused(f"dither compare {options}")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_table_for_people_and_json_for_scripts(
    run: Callable, folder: Path, photo: np.ndarray
) -> None:
    table = run("dither compare photo.png one.png two.png")
    head, *rows = table.stdout.splitlines()
    assert head.split()[:2] == ["B1.5", "B2.5"]
    assert [row.split()[0] for row in rows] == ["one.png", "two.png"]
    assert "best at 1" in table.stderr
    told = json.loads(run("dither compare photo.png one.png two.png --json --quiet").stdout)
    assert (told["original"], told["output"], told["shape"]) == ("photo.png", None, [48, 80, 3])
    for entry, row, bits in zip(told["images"], rows, (1, 2), strict=True):
        found = dither.compare(photo, dither.requantize(photo, bits=bits))
        size = (folder / row.split()[0]).stat().st_size
        expected = json.loads(
            json.dumps(dataclasses.asdict(dataclasses.replace(found, file_bytes=size)))
        )
        assert entry == {"input": row.split()[0], **expected}
        assert row.split()[1].strip("*") == f"{found.errors.blurred_1_5:.2f}"


def test_a_page_replaces_only_what_it_may(run: Callable, folder: Path) -> None:
    done = run("dither compare photo.png one.png two.png -o there.html --force")
    assert done.stdout == ""
    assert done.stderr == "photo.png and 2 dithered -> there.html\n"
    page = (folder / "there.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 5
    assert "<title>photo.png, dithered</title>" in page


def test_clips_and_clear_pictures_are_said_to_be(run: Callable, folder: Path, photo) -> None:
    first, second = (Image.fromarray(each) for each in (photo, 255 - photo))
    first.save(folder / "clip.png", save_all=True, append_images=[second], duration=40)
    clear = Image.fromarray(photo)
    alpha = np.full(photo.shape[:2], 255, np.uint8)
    alpha[:9] = 0
    clear.putalpha(Image.fromarray(alpha))
    clear.save(folder / "clear.png")
    white = np.where(alpha[..., None], photo, 255).astype(np.uint8)
    done = run("dither compare photo.png clip.png clear.png --json")
    assert "clip.png has 2 frames; the first is compared" in done.stderr
    assert "clear.png is transparent; it is compared over white" in done.stderr
    same, over = json.loads(done.stdout)["images"]
    assert same["errors"]["blurred_1_5"] == 0
    assert over["errors"]["blurred_1_5"] == dither.compare(photo, white).errors.blurred_1_5
    assert over["look"] <= dither.compare(photo, white).look


def test_the_look_counts_partial_alpha_that_was_lost(run: Callable, tmp_path: Path) -> None:
    shade = np.full((64, 64, 4), 255, np.uint8)
    shade[..., 3] = np.arange(64) * 4
    lost = shade.copy()
    lost[..., 3] = np.where(shade[..., 3] < 128, 0, 255)
    Image.fromarray(shade).save(tmp_path / "shade.png")
    Image.fromarray(shade).save(tmp_path / "same.webp", lossless=True, exact=True)
    dither.write_image(tmp_path / "lost.gif", dither.RasterImage(lost[..., :3], lost[..., 3]))
    done = run("dither compare shade.png same.webp lost.gif --json")
    same, found = json.loads(done.stdout)["images"]
    assert same["look"] == 100
    # Over white, there is nothing to see.
    assert found["errors"]["blurred_1_5"] == 0
    assert found["look"] < 50
    assert found["look"] == dither.compare(shade, lost).look
    run("dither ordered shade.png -o dots.png --bits 1 --alpha dither")
    dots = json.loads(run("dither compare shade.png dots.png --json").stdout)["images"][0]["look"]
    assert found["look"] < dots < 100


def test_an_original_of_another_size_is_resized(run: Callable, folder: Path) -> None:
    run("dither ordered photo.png -o half.png --bits 1 --resize 50%")
    done = run("dither compare photo.png half.png one.png small.png --json")
    assert "photo.png is 80x48; it is resized to 40x24 for comparison\n" in done.stderr
    assert "resized to 80x40 for comparison, which distorts it" in done.stderr
    found = json.loads(done.stdout)
    assert found["shape"] == [48, 80, 3]
    half, one, _ = found["images"]
    run("dither compare photo.png half.png -o page.html")
    assert "40 \N{MULTIPLICATION SIGN} 24 pixels" in (folder / "page.html").read_text()
    alone = json.loads(run("dither compare photo.png one.png --json").stdout)["images"]
    assert [one] == alone
    assert half["errors"]["blurred_1_5"] > 0


def test_the_bytes_of_the_files_are_shown(run: Callable, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    for name in ("a.png", "b.jpg"):
        Image.fromarray(noise).save(tmp_path / name)
    found = json.loads(run("dither compare a.png b.jpg a.png --json").stdout)["images"]
    assert [each["file_bytes"] for each in found] == [
        (tmp_path / name).stat().st_size for name in ("b.jpg", "a.png")
    ]
    assert "File bytes" in run("dither compare a.png b.jpg").stdout
