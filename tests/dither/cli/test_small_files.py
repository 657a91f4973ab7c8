import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.cli.result_files import packing_note
from dither.metrics.look import look

pytest.importorskip("numba")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, photo: np.ndarray) -> Path:
    noise = np.random.default_rng(0).integers(-9, 10, photo.shape)
    noisy = np.clip(photo + noise, 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(tmp_path / "photo.png")
    clear = np.dstack([noisy, np.full(noisy.shape[:2], 255, np.uint8)])
    clear[:20, :20, 3] = 0
    Image.fromarray(clear).save(tmp_path / "clear.png")
    clear[:20, :20, 3] = 100
    Image.fromarray(clear).save(tmp_path / "shade.png")
    frames = [Image.fromarray(frame) for frame in (noisy, noisy[::-1])]
    frames[0].save(tmp_path / "clip.gif", save_all=True, append_images=frames[1:])
    return tmp_path


@pytest.mark.parametrize("suffix", [".png", ".gif", ".webp"])
def test_files_keep_to_the_limit(folder: Path, run: Run, suffix: str) -> None:
    run(f"dither optimize photo.png -o full{suffix} --rate 0.3")
    most = (folder / f"full{suffix}").stat().st_size
    done = run(f"dither optimize photo.png -o small{suffix} --max-bytes {most} --json")
    report = json.loads(done.stdout)
    (entry,) = report["images"]
    assert entry["bytes"] == (folder / f"small{suffix}").stat().st_size <= most
    original, shown = (
        np.array(Image.open(folder / name).convert("RGB"))
        for name in ("photo.png", f"small{suffix}")
    )
    assert entry["look"] == pytest.approx(look(original, shown), abs=0.01)


def test_transparent_pixels_and_enlarged_ones_count(folder: Path, run: Run) -> None:
    run("dither optimize clear.png -o small.png --max-bytes 5k --scale 2 --colors 12")
    assert (folder / "small.png").stat().st_size <= 5000
    shown = np.array(Image.open(folder / "small.png").convert("RGBA"))
    assert (shown[:40, :40, 3] == 0).all()
    assert (shown[40:, 40:, 3] == 255).all()


@pytest.mark.parametrize("options", ["--rate 1", "--rate 0.05", "--rate 1 --palette pico-8"])
def test_transparent_pixels_of_a_gif_stay_so(folder: Path, run: Run, options: str) -> None:
    run(f"dither optimize clear.png -o small.gif {options}")
    shown = np.array(Image.open(folder / "small.gif").convert("RGBA"))
    assert (shown[:20, :20, 3] == 0).all()
    assert (shown[20:, 20:, 3] == 255).all()
    original = np.array(Image.open(folder / "clear.png").convert("RGB"))
    error = np.abs(shown[20:, 20:, :3].astype(float).mean((0, 1)) - original[20:, 20:].mean((0, 1)))
    assert error.max() < (40 if "palette" in options else 5)


def test_a_plot_shows_other_rates(folder: Path, run: Run, refused: Callable) -> None:
    pytest.importorskip("matplotlib")
    done = run("dither optimize photo.png -o small.png --rate 0.5 --plot curve.svg --json")
    (entry,) = json.loads(done.stdout)["images"]
    sizes, looks = zip(*entry["curve"], strict=True)
    assert [entry["bytes"], entry["look"]] in entry["curve"]
    assert len(sizes) == 7
    assert sizes[0] < entry["bytes"] < sizes[-1]
    assert list(looks) == sorted(looks)
    assert b"<svg" in (folder / "curve.svg").read_bytes()
    command = "dither optimize photo.png -o other.png"
    assert "with --max-bytes, --look or --rate" in refused(f"{command} --colors 4 --plot a.png")
    assert "the ending must be one of .png" in refused(f"{command} --rate 1 --plot a.txt")
    assert "would be drawn over" in refused(f"{command} --rate 1 --plot photo.png --force")
    assert "would be drawn over" in refused(f"{command} --rate 1 --plot other.png")
    assert "not of a clip" in refused("dither optimize clip.gif -o o.gif --rate 1 --plot a.png")


def test_a_clip_keeps_to_the_limit(folder: Path, run: Run) -> None:
    run("dither optimize clip.gif -o full.gif --rate 0.3")
    most = 3 * (folder / "full.gif").stat().st_size // 4
    done = run(f"dither optimize clip.gif -o small.gif --max-bytes {most} --json")
    (entry,) = json.loads(done.stdout)["images"]
    assert entry["bytes"] == (folder / "small.gif").stat().st_size <= most
    with Image.open(folder / "small.gif") as clip, Image.open(folder / "clip.gif") as original:
        frames = clip.n_frames  # pyright: ignore[reportAttributeAccessIssue]
        assert (frames, clip.size) == (2, original.size)
        shown = []
        for picture in (original, clip):
            picture.seek(1)
            shown.append(np.array(picture.convert("RGB")))
    assert look(*shown) > entry["look"] - 10


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("photo.png -o x.png --rate 1 --look 50", "choose one of --max-bytes, --look and --rate"),
        ("photo.png -o x.png --max-bytes few", "--max-bytes is 'few'; it must be a size such as"),
        ("photo.png -o x.png --max-bytes 20", "--max-bytes is '20'; it must be from 100 to 1G"),
        ("photo.png -o x.png --max-bytes 100", "photo.png: the image does not fit in 100 bytes"),
        ("photo.png -o x.png --look 101", "--look"),
        ("photo.png -o x.png --rate 0", "--rate"),
        ("photo.png -o x.png --rate 1 --preset clean", "--preset has no effect with --rate"),
        ("photo.png -o x.png --rate 1 --colors auto", "choose the number of colours themselves"),
        ("photo.png -o x.png --rate 1 --colors 9 -p game-boy", "choose exactly one of --palette"),
        ("clip.gif -o x.png --rate 1", "--max-bytes, --look and --rate write clips as .gif"),
        ("clip.gif -o x.gif --rate 1 --colors 256", "has at most 255 colours, not 256"),
        (
            "shade.png -o x.png --rate 1 -p game-boy",
            "shade.png: the colours of --palette have no partial transparency",
        ),
        (
            "photo.png -o x.tif --max-bytes 9k",
            "are for .png, .gif and .webp; .tif files do not get",
        ),
        ("photo.png -o x.bmp --look 50", "are for .png, .gif and .webp; .bmp files do not get"),
        (". -o x --recursive --rate 1", "take images, not folders"),
    ],
)
def test_unusable_options_are_refused(
    folder: Path, refused: Callable[..., str], options: str, words: str
) -> None:
    assert words in refused(f"dither optimize {options}")
    assert not list(folder.glob("x*"))


@pytest.mark.parametrize(
    ("look", "hinted"), [(39.94, True), (39.96, False), (40.0, False), (-31.8, True)]
)
def test_a_coarse_look_suggests_fewer_pixels(look: float, hinted: bool) -> None:
    note = packing_note({"bytes": 1234, "colors": 9, "look": look})
    assert note.startswith(f": 1,234 bytes, 9 colours, look {look:.1f}")
    assert ("a smaller --resize" in note) == hinted
