"""Images to a clip, and a clip to images, as typed."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from dither.images.animation import Animation, write_animation
from dither.images.raster_image import RasterImage

COUNT = 11


def frame(number: int) -> np.ndarray:
    y, x = np.mgrid[:16, :20]
    return np.stack([x * 12, y * 15, np.full_like(x, number * 23)], axis=2).astype(np.uint8)


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """Return a folder of frame0.png to frame10.png, of which shells list frame10 before frame2."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(COUNT):
        Image.fromarray(frame(number)).save(folder / f"frame{number}.png")
    return folder


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Return an animated GIF-like input of the same frames."""
    images = tuple(RasterImage(frame(number)) for number in range(COUNT))
    path = tmp_path / "whole.png"
    write_animation(path, Animation(images, (80,) * COUNT, plays=0))
    return path


def shown(path: Path) -> list[np.ndarray]:
    with Image.open(path) as clip:
        return [np.asarray(each.convert("RGB")) for each in ImageSequence.Iterator(clip)]


NAMES = " ".join(f"frames/frame{number}.png" for number in (0, 1, 10, *range(2, 10)))


@pytest.mark.parametrize("ending", ["gif", "png", "webp"])
@pytest.mark.parametrize(
    "words", ["ordered --bits 1 --matrix blue-16x64x64", "diffuse --colors 4", "ordered -l rgb332"]
)
@pytest.mark.usefixtures("frames", "whole")
def test_a_clip_of_images_is_that_of_an_animation(
    run: Callable, tmp_path: Path, words: str, ending: str
) -> None:
    command, *options = words.split()
    rest = " ".join(options)
    run(f"dither {command} {NAMES} -o out.{ending} --fps 12 {rest}")
    run(f"dither {command} whole.png -o wanted.{ending} {rest}")
    found, wanted = shown(tmp_path / f"out.{ending}"), shown(tmp_path / f"wanted.{ending}")
    assert len(found) == len(wanted) > 1
    assert all((one == other).all() for one, other in zip(found, wanted, strict=True))


@pytest.mark.slow
@pytest.mark.usefixtures("frames", "whole")
def test_optimize_shares_one_palette(run: Callable, tmp_path: Path) -> None:
    made = run(f"dither optimize {NAMES} -o out.gif --fps 12 --colors 4 --json").stdout
    report = json.loads(made)
    assert len(report["palettes"]) == 1
    assert report["images"][0]["inputs"][2] == "frames/frame2.png"
    run("dither optimize whole.png -o wanted.gif --colors 4")
    found, wanted = shown(tmp_path / "out.gif"), shown(tmp_path / "wanted.gif")
    assert all((one == other).all() for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("rate", "hundredths"),
    [
        ("12", [8, 9, 8, 8, 9, 8, 8, 9, 8, 8, 9]),
        ("100", [1] * COUNT),
        ("0.1", [1000] * COUNT),
        ("30", [3, 4, 3, 3, 4, 3, 3, 4, 3, 3, 4]),
    ],
)
@pytest.mark.usefixtures("frames")
def test_delays_of_a_gif_add_up(
    run: Callable, tmp_path: Path, rate: str, hundredths: list[int]
) -> None:
    said = run(f"dither ordered frames -o out.gif --fps {rate} --bits 1").stderr
    assert ("choose up to 50" in said) == (rate == "100")
    with Image.open(tmp_path / "out.gif") as clip:
        found = [each.info["duration"] // 10 for each in ImageSequence.Iterator(clip)]
    assert found == hundredths


@pytest.mark.usefixtures("frames")
def test_a_folder_is_its_images(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "frames" / "notes.txt").write_text("no image")
    (tmp_path / "frames" / ".hidden.png").write_text("no image")
    run("dither ordered frames -o folder.gif --fps 10 --bits 1")
    run(f"dither ordered {NAMES} -o files.gif --fps 10 --bits 1")
    assert (tmp_path / "folder.gif").read_bytes() == (tmp_path / "files.gif").read_bytes()


@pytest.mark.usefixtures("frames")
def test_plays(run: Callable, tmp_path: Path) -> None:
    run("dither ordered frames -o endless.webp --fps 10 --bits 1")
    run("dither ordered endless.webp -o thrice.png --loop 3 --bits 1")
    run("dither ordered thrice.png -o same.webp --fps 10 --bits 1")
    for name, plays in {"endless.webp": 0, "thrice.png": 3, "same.webp": 3}.items():
        with Image.open(tmp_path / name) as clip:
            assert clip.info["loop"] == plays


def test_a_clip_keeps_its_length_at_another_rate(run: Callable, tmp_path: Path) -> None:
    pictures = tuple(RasterImage(np.full((4, 4), code, np.uint8)) for code in (0, 255, 0, 255))
    write_animation(tmp_path / "in.gif", Animation(pictures, (100, 300, 100, 500), plays=0))
    run("dither ordered in.gif -o out.gif --fps 5 --bits 1")
    with Image.open(tmp_path / "out.gif") as clip:
        found = [
            (int(np.asarray(each.convert("L"))[0, 0]), each.info["duration"])
            for each in ImageSequence.Iterator(clip)
        ]
    assert found == [(255, 200), (255, 200), (255, 200), (255, 200), (255, 200)]


@pytest.mark.usefixtures("frames")
def test_grey_and_clear_images_are_frames(run: Callable, tmp_path: Path) -> None:
    Image.new("L", (20, 16), 255).save(tmp_path / "frames" / "frame2.png")
    Image.new("RGBA", (20, 16), (255, 255, 255, 0)).save(tmp_path / "frames" / "frame3.png")
    run("dither ordered frames -o out.gif --fps 10 --bits 1")
    with Image.open(tmp_path / "out.gif") as clip:
        found = [np.asarray(each.convert("RGBA")) for each in ImageSequence.Iterator(clip)]
    assert (found[2] == 255).all()
    assert (found[3][..., 3] == 0).all()
    assert (found[4][..., 3] == 255).all()


@pytest.mark.parametrize("ending", ["png", "bmp", "bin"])
@pytest.mark.usefixtures("whole")
def test_a_clip_becomes_numbered_images(run: Callable, tmp_path: Path, ending: str) -> None:
    packed = "--packed msb --gray" if ending == "bin" else ""
    run(f"dither ordered whole.png -o whole.gif --bits 1 {packed and '--gray'}")
    words = f"--output-dir parts --name {{stem}}-{{frame}}.{ending} --bits 1 {packed}"
    report = json.loads(run(f"dither ordered whole.png {words} --json").stdout)
    names = [f"whole-{number:04}.{ending}" for number in range(1, COUNT + 1)]
    assert sorted(each.name for each in (tmp_path / "parts").iterdir()) == names
    assert report["images"][0]["outputs"] == [f"parts/{name}" for name in names]
    for name, wanted in zip(names, shown(tmp_path / "whole.gif"), strict=True):
        if packed:
            bits = np.frombuffer((tmp_path / "parts" / name).read_bytes(), np.uint8)
            found = np.unpackbits(bits.reshape(16, -1), axis=1)[:, :20] * 255
            assert (found == wanted[..., 0]).all()
        else:
            (found,) = shown(tmp_path / "parts" / name)
            assert (found == wanted).all()


def test_pages_become_images(run: Callable, tmp_path: Path) -> None:
    pages = [Image.fromarray(frame(number)) for number in range(3)]
    pages[0].save(tmp_path / "stack.tif", save_all=True, append_images=pages[1:])
    run("dither diffuse stack.tif --output-dir parts --name {frame}.png --bits 1")
    assert len(list((tmp_path / "parts").iterdir())) == 3
    run("dither diffuse stack.tif -o clip.gif --fps 4 --bits 1")
    assert len(shown(tmp_path / "clip.gif")) == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("frames/frame1.png frames/frame2.png -o out.gif", "or --fps 12 for a clip of them"),
        ("frames -o out.gif", "--fps 12 makes one clip of them"),
        ("frames -o out.tif --fps 12", "--fps is for clips, which out.tif does not hold"),
        ("frames --output-dir out --fps 12", "--fps makes one clip, and out is a folder"),
        ("frames -o out --recursive --fps 12", "--fps has no effect with --recursive"),
        ("frames -o out --recursive --name {frame}.png", "except with --recursive"),
        ("frames -o out.gif --fps 0.05", "0.1"),
        ("frames -o out.gif --fps 101", "100"),
        ("frames/frame1.png -o out.bmp --loop 3", "--loop is for clips, which out.bmp does not"),
        ("empty -o out.gif --fps 12", "empty holds no images for the frames"),
        ("frames small.png -o out.gif --fps 9", "small.png is 4x4 and frames/frame0.png is 20x16"),
        ("frames deep.png -o out.gif --fps 9", "the frames of a clip need one depth"),
        ("whole.png frames -o out.gif --fps 9", "whole.png has 11 frames; several files make a"),
        ("frames -o out.gif --fps 9 --max-pixels 3000", "3520 pixels, more than 3000; --max-pix"),
        ("frames/frame1.png frames/frame2.png -o frames/frame1.png --fps 9 --force", "is one of"),
        ("whole.png --output-dir . --name {frame}.png --force -b 1 --loop 2", "--loop makes one"),
    ],
)
@pytest.mark.usefixtures("frames", "whole")
def test_what_makes_no_clip_is_one_sentence(
    refused: Callable, tmp_path: Path, words: str, sentence: str
) -> None:
    (tmp_path / "empty").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "small.png")
    Image.fromarray(np.zeros((16, 20), np.uint16)).save(tmp_path / "deep.png")
    before = sorted(tmp_path.rglob("*"))
    bits = "" if "-b 1" in words else "--bits 1"
    assert sentence in refused(f"dither ordered {words} {bits}")
    assert sorted(tmp_path.rglob("*")) == before
