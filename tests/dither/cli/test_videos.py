"""Videos as inputs and outputs of commands, as typed; PyAV alone makes and reads them."""

import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence
from video_files import decoded, encoded

import dither
from dither.images.animation import Animation, write_animation
from dither.images.raster_image import RasterImage

COUNT = 8
Y, X = np.mgrid[:24, :32]
FRAMES = [
    np.stack([X * 8, Y * 10, np.full_like(X, 30 * number)], axis=2).astype(np.uint8)
    for number in range(COUNT)
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the working folder with clip.mkv, the same clip.png, and frames/."""
    (tmp_path / "clip.mkv").write_bytes(encoded(FRAMES))
    clip = Animation(tuple(map(RasterImage, FRAMES)), (83, 84, 83, 83, 84, 83, 83, 84), plays=0)
    write_animation(tmp_path / "clip.png", clip)
    (tmp_path / "frames").mkdir()
    for number, frame in enumerate(FRAMES):
        Image.fromarray(frame).save(tmp_path / "frames" / f"{number}.png")
    return tmp_path


def pictures(path: Path) -> list[np.ndarray]:
    if path.suffix not in (".gif", ".png"):
        return decoded(path.read_bytes())[0]
    with Image.open(path) as clip:
        return [np.asarray(each.convert("RGB")) for each in ImageSequence.Iterator(clip)]


def assert_equal(found: list[np.ndarray], wanted: list[np.ndarray]) -> None:
    assert len(found) == len(wanted) > 1
    assert all((one == other).all() for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "webm", "gif", "png"])
def test_frames_run_on_through_the_matrix(run: Callable, folder: Path, ending: str) -> None:
    words = "--bits 1 --matrix blue-16x64x64"
    report = json.loads(run(f"dither ordered clip.mkv -o out.{ending} {words} --json").stdout)
    matrix = dither.load_matrix("blue-16x64x64")
    wanted = [
        dither.requantize(frame, matrix, levels=2, phase=(number, 0, 0))
        for number, frame in enumerate(FRAMES)
    ]
    assert_equal(pictures(folder / f"out.{ending}"), wanted)
    assert report["images"][0]["frames"] == COUNT


@pytest.mark.parametrize(
    "words", ["diffuse --palette game-boy", "ordered --levels rgb332", "diffuse --colors 4"]
)
@pytest.mark.parametrize("source", ["clip.mkv", "frames"])
def test_a_video_is_dithered_as_an_animation(
    run: Callable, folder: Path, words: str, source: str
) -> None:
    run(f"dither {words.replace(' ', ' clip.png -o wanted.png ', 1)}")
    rate = "--fps 12" if source == "frames" else ""
    run(f"dither {words.replace(' ', f' {source} -o out.mkv {rate} ', 1)}")
    assert_equal(pictures(folder / "out.mkv"), pictures(folder / "wanted.png"))


@pytest.mark.slow
def test_optimize_shares_one_palette(run: Callable, folder: Path) -> None:
    run("dither optimize clip.png -o wanted.gif --colors 4")
    run("dither optimize clip.mkv -o out.webm --colors 4")
    assert_equal(pictures(folder / "out.webm"), pictures(folder / "wanted.gif"))


@pytest.mark.usefixtures("folder")
def test_the_rate_is_kept_and_changed(run: Callable, tmp_path: Path) -> None:
    run("dither ordered clip.mkv -o same.mp4 --bits 1")
    _, times = decoded((tmp_path / "same.mp4").read_bytes())
    assert max(abs(t - Fraction(k, 12)) for k, t in enumerate(times)) < Fraction(1, 900)
    run("dither ordered clip.mkv -o half.mp4 --bits 1 --fps 6")
    run("dither ordered clip.mkv -o half.gif --bits 1 --fps 6")
    found, times = decoded((tmp_path / "half.mp4").read_bytes())
    assert times == [Fraction(number, 6) for number in range(COUNT // 2)]
    assert_equal(found, pictures(tmp_path / "half.gif"))
    with Image.open(tmp_path / "half.gif") as clip:
        delays = [each.info["duration"] for each in ImageSequence.Iterator(clip)]
    assert sum(delays) in (660, 670)


def test_a_video_becomes_numbered_images(run: Callable, folder: Path) -> None:
    run("dither ordered clip.mkv --output-dir parts --name {stem}-{frame}.png --bits 1")
    run("dither ordered clip.mkv -o whole.mkv --bits 1")
    names = sorted((folder / "parts").iterdir())
    assert [each.name for each in names] == [f"clip-{number:04}.png" for number in range(1, 9)]
    parts = [np.asarray(Image.open(each).convert("RGB")) for each in names]
    assert_equal(parts, pictures(folder / "whole.mkv"))


def test_scale_and_resize(run: Callable, folder: Path) -> None:
    run("dither ordered clip.mkv -o out.mp4 --bits 1 --resize 15x11 --scale 3")
    found = pictures(folder / "out.mp4")
    assert found[0].shape == (33, 45, 3)
    assert (found[0] == found[0][::3, ::3].repeat(3, axis=0).repeat(3, axis=1)).all()


def test_standard_output_takes_a_video(run: Callable, folder: Path) -> None:
    run("sh -c 'dither ordered clip.mkv -o - --format webm --bits 1 > piped.webm'")
    run("dither ordered clip.mkv -o named.webm --bits 1")
    assert_equal(pictures(folder / "piped.webm"), pictures(folder / "named.webm"))


def test_transparent_pixels_of_frames_become_white(run: Callable, folder: Path) -> None:
    Image.new("RGBA", (32, 24), (0, 0, 0, 0)).save(folder / "frames" / "3.png")
    said = run("dither ordered frames -o out.mp4 --fps 12 --bits 1").stderr
    assert ".mp4 holds no alpha" in said
    assert (pictures(folder / "out.mp4")[3] == 255).all()


def test_a_still_image_is_the_first_frame(run: Callable, folder: Path) -> None:
    said = run("dither ordered clip.mkv -o still.bmp --bits 1").stderr
    assert "clip.mkv has 8 frames; still.bmp holds the first" in said
    found = np.asarray(Image.open(folder / "still.bmp").convert("RGB"))
    matrix = dither.load_matrix("blue-64x64")
    assert (found == dither.requantize(FRAMES[0], matrix, levels=2)).all()


@pytest.mark.usefixtures("folder")
def test_a_video_without_a_command_gets_a_suggestion(refused: Callable) -> None:
    assert "dither ordered clip.mkv -o clip-dithered.mp4 --bits 1" in refused("dither clip.mkv")


def test_sound_is_left_out_with_a_note(run: Callable, folder: Path) -> None:
    (folder / "loud.mkv").write_bytes(encoded(FRAMES, sound=True))
    assert (
        "loud.mkv has sound, which is left out"
        in run("dither ordered loud.mkv -o out.mp4 --bits 1").stderr
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("cut.mkv -o out.mp4", "cut.mkv is damaged: it is shorter than it states"),
        ("text.mp4 -o out.mp4", "text.mp4 is not a video in MP4, MOV, Matroska, WebM or AVI"),
        ("none.mp4 -o out.mp4", "cannot read none.mp4: there is no such file"),
        ("clip.mkv -o out.avi", "cannot write out.avi"),
        ("frames/1.png -o out.mp4", "the input states none; give --fps"),
        ("clip.mkv -o out.mp4 --loop 2", "--loop is for .gif, .png and .webp"),
        ("clip.mkv -o out.mp4 --max-pixels 6000", "about 8 frames and 6144 pixels, more than 6000"),
        ("clip.mkv -o out.gif --scale 64 --max-pixels 9999", "more than 9999; --max-pixels raises"),
        (
            "clip.mkv -o out.mp4 --auto-contrast 1 --max-pixels 6000",
            "needed all at once, and have more than 6000 pixels",
        ),
        (
            "clip.mkv -o out.mp4 --video-codec compatible --resize 31x23",
            "would be 31x23, and --video-codec compatible needs even sides",
        ),
        ("clip.mkv -o out.mp4 --compression lzw", "--compression is for .tif"),
        ("clip.mkv -o out --recursive", "--recursive takes one folder"),
    ],
)
def test_what_does_not_work_is_one_sentence(
    refused: Callable, folder: Path, words: str, sentence: str
) -> None:
    (folder / "cut.mkv").write_bytes((folder / "clip.mkv").read_bytes()[:-200])
    (folder / "text.mp4").write_text("no video, but a text")
    before = sorted(folder.rglob("*"))
    assert sentence in refused(f"dither ordered {words} --bits 1")
    assert sorted(folder.rglob("*")) == before


@pytest.mark.usefixtures("folder")
def test_many_levels_need_more_bits_than_a_video_has(refused: Callable) -> None:
    said = refused("dither ordered clip.mkv -o out.mp4 --levels 300")
    assert "a video has 8 bits per sample" in said


@pytest.mark.parametrize("words", ["clip.mkv -o out.gif", "clip.png -o out.mp4"])
@pytest.mark.usefixtures("folder")
def test_without_pyav_one_sentence_names_the_extra(
    refused: Callable, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    said = refused(f"dither ordered {words} --bits 1")
    assert "needs av: pip install 'bluenoise-dither[video]'" in said


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            "ordered big.mkv -o o.gif --bits 1 --memory 16MB",
            "because .gif output needs all its frames",
        ),
        (
            "ordered big.mkv -o o.mp4 --colors 4 --memory 16MB",
            "because --colors needs all its frames",
        ),
        (
            "ordered renamed -o o.gif --bits 1",
            "diffuse and optimize read videos, from files whose",
        ),
        (
            "compare big.mkv big.mkv",
            "diffuse and optimize read videos, from files whose",
        ),
        ("ordered videos -o out --recursive --bits 1", "Skipped 1 video (give its name, without"),
    ],
)
def test_videos_that_are_not_taken_are_refused(
    tmp_path: Path, refused: Callable[..., str], command: str, words: str
) -> None:
    frames = [np.full((360, 480, 3), 20 * number, np.uint8) for number in range(COUNT)]
    content = encoded(frames)
    (tmp_path / "big.mkv").write_bytes(content)
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "big.mkv").write_bytes(content)
    (tmp_path / "renamed").write_bytes(content)
    assert words in refused(f"dither {command}")
    assert not list(tmp_path.glob("o*"))


def test_a_video_that_is_streamed_needs_one_frame(tmp_path: Path, run: Callable) -> None:
    frames = [np.full((360, 480, 3), 20 * number, np.uint8) for number in range(COUNT)]
    (tmp_path / "big.mkv").write_bytes(encoded(frames))
    run("dither ordered big.mkv -o o.mkv --bits 1 --memory 16MB")
    assert len(pictures(tmp_path / "o.mkv")) == COUNT
