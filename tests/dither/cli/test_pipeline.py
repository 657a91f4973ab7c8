"""The way of one image from the command to the pixels."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import numpy as np
import PIL
import pytest
from PIL import Image

import dither
from dither.cli.choices import FitChoice, RotateChoice
from dither.cli.job import Job
from dither.errors import InputError
from dither.images.animation import Animation, read_animation, write_animation
from dither.images.indexed_files import read_indexed
from dither.images.io import read_image
from dither.images.raster_image import RasterImage
from dither.palettes.files import read_colors
from dither.preparation.adjustments import Preparation, adjusted
from dither.preparation.fit import Sides

PACKAGES = (str(Path(dither.__file__).parent),)


def _own_functions(frame: FrameType | None) -> list[str]:
    """The names of our functions on the stack, from the command to `frame`."""
    names: list[str] = []
    while frame is not None:
        # Python 3.11 has a frame for each comprehension, later ones have none.
        if frame.f_code.co_filename.startswith(PACKAGES) and "comp>" not in frame.f_code.co_name:
            names.append(frame.f_code.co_name)
            if frame.f_code.co_filename.endswith("commands/ordered.py") and names[-1] == "ordered":
                return names[::-1]
        frame = frame.f_back
    return []


def test_few_frames_lie_between_the_command_and_the_pixels(
    run: Callable, tmp_path: Path, photo: np.ndarray
) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.jpg")
    longest: list[str] = []

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal longest
        if event == "call" and "ordered" in Path(frame.f_code.co_filename).parts:
            names = _own_functions(frame)
            if "for_each_tile" in names and len(names) > len(longest):
                longest = names

    sys.setprofile(profile)
    try:
        run("dither ordered photo.jpg -o out.png --bits 1")
    finally:
        sys.setprofile(None)
    assert longest[0] == "ordered"
    assert longest.index("for_each_tile") < len(longest) - 1
    # Two more than for a whole image: which of the two ways is taken, and the bands of rows.
    assert len(longest) <= 10, longest


LOADED = """
import sys
from dither.cli import main
sys.argv = ["dither", "ordered", "photo.jpg", "-o", "out.png", "--bits", "1"]
try:
    main()
finally:
    print(*sys.modules)
"""


def test_one_image_loads_no_code_for_batches_and_volumes(tmp_path: Path, photo: np.ndarray) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.jpg")
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (tmp_path / "out.png").exists()
    loaded = done.stdout.split()
    assert "dither.ordered.levels" in loaded
    unwanted = ("dither.cli.batch", "dither.cli.volumes", "dither.volumes", "dither.optimizer")
    assert [name for name in loaded if name.startswith(unwanted)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ordered --bits 1 --light linear", "ordered --bits 1 --mix-in linear"),
        ("ordered -p c64 --mix two", "ordered -p c64 --mixture-size 2"),
        ("ordered -p c64 --candidates 5", "ordered -p c64 --mixture-size 5"),
        ("ordered -p c64 --mix many", "ordered -p c64 --mixture-size 32"),
        (
            "diffuse -b 1 --noise 0.5 --light=linear",
            "diffuse -b 1 --threshold-noise 0.5 --mix-in linear",
        ),
        (
            "optimize -p game-boy --pixels draws",
            "optimize -p game-boy --pixels random",
        ),
    ],
)
def test_former_spellings_do_the_same(
    run: Callable, tmp_path: Path, photo: np.ndarray, old: str, new: str
) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    for name, words in (("old", old), ("new", new)):
        command, options = words.split(" ", 1)
        run(f"dither {command} photo.png -o {name}.png {options}")
    assert (tmp_path / "old.png").read_bytes() == (tmp_path / "new.png").read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("ordered -p c64 --mixture-size 1", "--mixture-size is 1; it must be from 2 to 64"),
        ("ordered -p c64 --mixture-size 4 --mix two", "--mix has no effect with --mixture-size"),
        ("ordered -b 1 --mixture-size 4", "--mixture-size has no effect without --palette"),
        ("ordered -b 1 --jobs 2", "--jobs has no effect without --recursive"),
    ],
)
def test_new_spellings_are_checked(refused: Callable, options: str, words: str) -> None:
    command, rest = options.split(" ", 1)
    assert words in refused(f"dither {command} photo.png -o out.png {rest}")


def test_zero_threads_are_one_per_processor(
    run: Callable, tmp_path: Path, photo: np.ndarray
) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    for command in ("ordered", "diffuse --raster"):
        run(f"dither {command} photo.png -o one.png --bits 1 --force")
        run(f"dither {command} photo.png -o all.png --bits 1 --force --threads 0")
        assert (tmp_path / "one.png").read_bytes() == (tmp_path / "all.png").read_bytes()


# Not sorted, without white, and with a colour that no pixel takes.
INKS = ["#c02030", "#f0f0e0", "#101010", "#2040a0", "#00ff00", "#808080"]
MANY = ["#fe01ff", *INKS]


@pytest.mark.parametrize("command", ["ordered", "diffuse", "optimize"])
@pytest.mark.parametrize("ending", ["png", "gif", "bmp", "tif"])
def test_pixel_values_are_indices_of_the_palette(
    run: Callable, tmp_path: Path, photo: np.ndarray, command: str, ending: str
) -> None:
    gray = photo[:24, :32] // 255 * 255
    Image.fromarray(gray).save(tmp_path / "photo.png")
    colors = [[int(item[i : i + 2], 16) for i in (1, 3, 5)] for item in MANY]
    shared = f"-p '{' '.join(MANY)}' --scale 2"
    run(f"dither {command} photo.png -o out.{ending} {shared}")
    run(f"dither {command} photo.png -o out.webp {shared}")
    indices, table = read_indexed(tmp_path / f"out.{ending}")
    assert table[:, :3].tolist() == colors
    assert len(np.unique(indices)) < len(colors)
    shown = dither.read_image(tmp_path / "out.webp").color
    assert (table[indices][..., :3] == shown).all()
    # The written image is a palette file: the same command takes it as such.
    run(f"dither {command} photo.png -o again.{ending} -p out.{ending} --scale 2")
    again = (tmp_path / f"again.{ending}").read_bytes()
    assert again == (tmp_path / f"out.{ending}").read_bytes()


@pytest.mark.parametrize("ending", ["gif", "png"])
def test_frames_share_the_palette_and_transparency_follows_it(
    run: Callable, tmp_path: Path, photo: np.ndarray, ending: str
) -> None:
    alpha = np.full((20, 30), 255, np.uint8)
    alpha[5:9, 3:] = 0
    parts = [dither.RasterImage(photo[i : i + 20, :30], alpha) for i in (0, 8, 16)]
    write_animation(tmp_path / "clip.webp", Animation(tuple(parts), (40, 50, 60), 0))
    run(f"dither ordered clip.webp -o out.{ending} -p '{' '.join(MANY)}'")
    indices, table = read_indexed(tmp_path / f"out.{ending}")
    assert [f"#{r:02x}{g:02x}{b:02x}" for r, g, b, _ in table[:-1].tolist()] == MANY
    assert table[:, 3].tolist() == [255] * 7 + [0]
    assert ((indices == 7) == (alpha == 0)).all()
    assert len(dither.read_animation(tmp_path / f"out.{ending}").frames) == 3


def test_the_palette_of_an_image_is_written_in_the_order_of_its_indices(
    run: Callable, tmp_path: Path, photo: np.ndarray
) -> None:
    Image.fromarray(photo[:40, :40]).save(tmp_path / "photo.png")
    for ending in ("hex", "png"):
        run(f"dither optimize photo.png -o out.png --colors 5 --force --palette-output p.{ending}")
        colors = read_colors(tmp_path / f"p.{ending}")
        assert read_indexed(tmp_path / "out.png")[1][:, :3].tolist() == colors.tolist()
        assert dither.load_palette(tmp_path / "out.png").colors.tolist() == colors.tolist()


def test_gray_palettes_have_a_table_and_levels_have_none(
    run: Callable, tmp_path: Path, photo: np.ndarray
) -> None:
    Image.fromarray(photo[:40, :40, 0]).save(tmp_path / "photo.png")
    run("dither ordered photo.png -o indexed.png --palette gray-4")
    run("dither ordered photo.png -o levels.png --bits 2")
    header = {name: (tmp_path / name).read_bytes()[24:26] for name in ("indexed.png", "levels.png")}
    assert header["indexed.png"] == bytes([2, 3])
    assert read_indexed(tmp_path / "indexed.png")[1][:, 0].tolist() == [0, 85, 170, 255]
    if int(PIL.__version__.partition(".")[0]) >= 13:
        assert header["levels.png"] == bytes([2, 0])


def test_lost_colours_and_indices_are_said(
    run: Callable, tmp_path: Path, photo: np.ndarray
) -> None:
    Image.fromarray(photo[:20, :30]).save(tmp_path / "photo.png")
    done = run("dither ordered photo.png -o out.pbm -p '#e0e0d0 #101020' --json")
    sentence = "a .pbm holds no colours; #101020 is written as black and #e0e0d0 as white"
    assert f"out.pbm: {sentence}" in done.stderr
    (report,) = json.loads(done.stdout)["images"]
    assert report["notes"] == [f"out.pbm: {sentence}"]
    assert report["shape"] == [20, 30, 3]
    run("dither ordered photo.png -o out.png -p '#e0e0d0 #101020'")
    black = dither.read_image(tmp_path / "out.pbm").color == 0
    assert (black == (read_indexed(tmp_path / "out.png")[0] == 1)).all()
    alpha = np.arange(600, dtype=np.uint16).reshape(20, 30).astype(np.uint8)
    clear = np.dstack([photo[:20, :30], alpha])
    Image.fromarray(clear).save(tmp_path / "clear.png")
    assert "RGBA instead of indices" in run("dither ordered clear.png -o c.png -p web-safe").stderr
    assert "RGBA instead of indices" in run("dither ordered clear.png -o c.tif -p c64").stderr


@pytest.fixture
def photo_file(tmp_path: Path, photo: np.ndarray) -> Path:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    return tmp_path


@pytest.mark.parametrize("command", ["ordered", "diffuse"])
def test_a_size_that_distorts_is_noted(run: Callable, photo_file: Path, command: str) -> None:
    line = f"dither {command} photo.png -o out.png --force -b 1 --json --resize"
    done = run(f"{line} 50x50")
    note = (
        "photo.png is 80x48; 50x50 distorts it. Choose --fit contain (adds bars), cover (cuts off "
        "both ends) or stretch (distorts without this note)"
    )
    assert note in done.stderr
    assert json.loads(done.stdout)["images"][0]["notes"] == [note]
    assert read_image(photo_file / "out.png").color.shape[:2] == (50, 50)
    turned = run(f"{line} 50x50 --rotate 270").stderr
    assert "photo.png is 48x80; 50x50 distorts it" in turned
    for quiet in (
        "50x50 --fit stretch",
        "50x50 --fit cover",
        "50x",
        "x50",
        "61%",
        "50x30",
        "23x14",
    ):
        done = run(f"{line} {quiet}")
        assert "distorts" not in done.stderr
        assert "notes" not in json.loads(done.stdout)["images"][0]
    stretched = read_image(photo_file / "out.png").color
    run(f"{line} 23x14 --fit stretch")
    assert (read_image(photo_file / "out.png").color == stretched).all()


def test_every_preparation_is_what_the_library_does(
    run: Callable, photo_file: Path, photo: np.ndarray
) -> None:
    run(
        "dither ordered photo.png -o out.png -l 7 --resize 40x60 --fit contain --rotate auto "
        "--background 102030 --auto-contrast 1 --exposure 0.5 --shadows 0.4 --highlights -0.3 "
        "--gamma 1.2 --saturation 1.5 --brightness 0.9 --contrast 1.1"
    )
    preparation = Preparation(
        resize=Sides(40, 60),
        fit="contain",
        rotate="auto",
        background="#102030",
        auto_contrast=1,
        exposure=0.5,
        shadows=0.4,
        highlights=-0.3,
        gamma=1.2,
        saturation=1.5,
        brightness=0.9,
        contrast=1.1,
    )
    ready = adjusted(RasterImage(photo), preparation).color
    assert ready.shape == (60, 40, 3)
    assert (read_image(photo_file / "out.png").color == dither.requantize(ready, levels=7)).all()


def test_the_orientation_of_a_camera_comes_before_the_rotation(
    run: Callable, tmp_path: Path, photo: np.ndarray
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    Image.fromarray(photo).save(tmp_path / "camera.png", exif=exif)
    for degrees, turns in ((0, 1), (90, 2), (180, 3), (270, 0)):
        rotate = f"--rotate {degrees}" if degrees else ""
        run(f"dither ordered camera.png -o out.png --force -l 256 {rotate}")
        assert (read_image(tmp_path / "out.png").color == np.rot90(photo, -turns)).all()


def test_a_background_fills_bars_and_transparent_pixels(
    run: Callable, tmp_path: Path, photo: np.ndarray
) -> None:
    alpha = np.where(np.arange(80) < 40, 0, 255).astype(np.uint8) * np.ones((48, 1), np.uint8)
    Image.fromarray(np.dstack([photo, alpha])).save(tmp_path / "clear.png")
    line = (
        "dither ordered clear.png -o out.png --force --resize 80x60 --fit contain -p 000000,ff0000"
    )
    run(line)
    clear = read_image(tmp_path / "out.png").alpha
    assert clear is not None
    assert not clear[:6].any()
    assert not clear[54:].any()
    assert clear[6:54, 40:].all()
    run(f"{line} --background '#ff0000'")
    filled = read_image(tmp_path / "out.png")
    assert filled.alpha is None
    assert (filled.color[:6] == [255, 0, 0]).all()
    assert (filled.color[6:54, :40] == [255, 0, 0]).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--fit cover", "--fit needs a width and a height; give --resize WxH"),
        ("--fit cover --resize 50%", "--fit needs a width and a height; give --resize WxH"),
        ("--rotate auto --resize 50x", "--rotate auto needs a width and a height"),
        ("--fit fill --resize 9x9", "'fill' is not one of 'contain', 'cover', 'stretch'"),
        ("--rotate 45", "'45' is not one of 'auto', '90', '180', '270'"),
        ("--background reddish", "the background is 'reddish'"),
        ("--background #ff000", "the background is '#ff000'; it must be a colour in hexadecimal"),
        ("--exposure 6", "--exposure is 6.0; it must be from -5.0 to 5.0"),
        ("--exposure nan", "--exposure is nan"),
        ("--gamma 0", "--gamma is 0.0; it must be from 0.1 to 10.0"),
        ("--shadows 2", "--shadows is 2.0; it must be from -1 to 1"),
        ("--highlights -1.5", "--highlights is -1.5; it must be from -1 to 1"),
        ("--auto-contrast 50", "--auto-contrast is 50.0; it must be from 0 to 49.0"),
    ],
)
def test_a_preparation_that_cannot_be_is_refused(
    refused: Callable, photo_file: Path, options: str, words: str
) -> None:
    assert words in refused(f"dither ordered photo.png -o out.png -b 1 {options}")
    assert not (photo_file / "out.png").exists()


def test_images_are_fitted_to_a_device_if_wanted_unless_another_size_is_given() -> None:
    frame = Sides(800, 480)
    assert Job([]).preparation_in(frame) == Preparation()
    turned = Job([], rotate=RotateChoice.auto)
    assert turned.preparation_in(frame).fit == "contain"
    turned = Job([], fit=FitChoice.cover, rotate=RotateChoice.auto)
    assert turned.preparation_in(frame) == Preparation(resize=frame, fit="cover", rotate="auto")
    assert Job([], resize="50%").preparation_in(frame) == Preparation(resize=0.5)
    with pytest.raises(InputError, match="--fit needs a width and a height"):
        turned.preparation_in()


def test_a_batch_without_the_size_of_its_frame_is_refused_at_once(
    refused: Callable, photo_file: Path
) -> None:
    assert "--rotate auto needs" in refused(
        "dither ordered . -o new -b 1 --recursive --rotate auto"
    )
    assert not (photo_file / "new").exists()


def test_all_frames_have_one_contrast(run: Callable, tmp_path: Path) -> None:
    frames = [Image.new("L", (8, 8), code) for code in (60, 120, 180)]
    frames[0].save(tmp_path / "in.gif", save_all=True, append_images=frames[1:], duration=50)
    run("dither ordered in.gif -o out.png -l 256 --auto-contrast 0")
    made = [frame.color for frame in read_animation(tmp_path / "out.png").frames]
    light = [((code / 255 + 0.055) / 1.055) ** 2.4 for code in (60, 120, 180)]
    middle = (light[1] - light[0]) / (light[2] - light[0])
    expected = (0, round((1.055 * middle ** (1 / 2.4) - 0.055) * 255), 255)
    for frame, code in zip(made, expected, strict=True):
        assert (frame == code).all()
