import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image, ImageSequence

from dither.cli.app import app
from dither.cli.volumes import parse_memory
from dither.errors import InputError
from dither.ordered.levels import requantize
from dither.ordered.palette import dither_to_palette
from dither.palettes.palette import Palette
from dither.volumes.work import MEMORY

tifffile = pytest.importorskip("tifffile")
zarr = pytest.importorskip("zarr")

VOLUME = np.random.default_rng(1).integers(0, 256, (6, 40, 50), np.uint8)


@pytest.fixture
def volumes(tmp_path: Path) -> Path:
    """A folder with the same volume as TIFF and as Zarr."""
    tifffile.imwrite(tmp_path / "in.tif", VOLUME)
    array = zarr.create_array(
        str(tmp_path / "in.zarr"), shape=VOLUME.shape, dtype="u1", chunks=(4, 16, 16)
    )
    array[...] = VOLUME
    return tmp_path


def test_a_stack_is_dithered_with_a_frame_for_each_layer(run: Callable, volumes: Path) -> None:
    done = run("dither ordered in.tif -o out.zarr --bits 1 --matrix blue-16x64x64 --json")
    told = json.loads(done.stdout)
    assert told["levels"] == 2
    assert told["matrix"] == "blue-16x64x64"
    assert told["images"][0]["shape"] == [6, 40, 50]
    assert done.stderr == "in.tif -> out.zarr: 6 x 40 x 50 uint8\n"
    written = zarr.open_array(str(volumes / "out.zarr"), mode="r")[...]
    for layer, image in enumerate(written):
        wanted = requantize(VOLUME[layer], "blue-16x64x64", bits=1, phase=(layer, 0, 0))
        np.testing.assert_array_equal(image, wanted)


def test_materials_are_indices_and_colours(run: Callable, volumes: Path) -> None:
    told = run(
        "dither ordered in.zarr -o out.tif --palette '#000000,#ffffff,#ff0000' --mix two --json "
        "--contrast 1.2 --quiet"
    )
    assert json.loads(told.stdout)["palettes"] == [["#000000", "#ffffff", "#ff0000"]]
    assert told.stderr == ""
    palette = Palette.from_hex("000000 ffffff ff0000")
    with Image.open(volumes / "out.tif") as picture:
        picture.seek(5)
        assert picture.mode == "P"
        shown = np.asarray(picture.convert("RGB"))
    toned = np.clip(np.rint((np.arange(256) - 127.5) * 1.2 + 127.5), 0, 255).astype(np.uint8)
    wanted = dither_to_palette(toned[VOLUME[5]], palette, mix="two")
    assert (shown == palette.colors[wanted]).mean() > 0.99  # halves are rounded to even or not


def test_a_large_image_is_as_one_that_is_read_whole(run: Callable, tmp_path: Path) -> None:
    image = np.tile(VOLUME[0], (50, 170))
    tifffile.imwrite(tmp_path / "large.tif", image, tile=(256, 256))
    assert image.nbytes > 16_000_000
    done = run("dither ordered large.tif -o parts.tif --levels 2 --memory 16MB --json")
    assert json.loads(done.stdout)["images"][0]["shape"] == list(image.shape)
    with Image.open(tmp_path / "parts.tif") as picture:
        assert picture.mode == "1"
        np.testing.assert_array_equal(np.asarray(picture.convert("L")), requantize(image, levels=2))


def test_a_small_image_is_read_whole(volumes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(volumes)
    tifffile.imwrite("small.tif", VOLUME[0])
    app(["ordered", "small.tif", "-o", "whole.tif", "--bits", "1"], standalone_mode=False)
    with Image.open("whole.tif") as picture:
        assert picture.mode == "1"  # as Pillow stores it


def test_what_has_no_effect_or_no_place_is_refused(
    refused: Callable[[str], str], volumes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(volumes)
    Image.fromarray(VOLUME[0]).save(volumes / "photo.png")
    (volumes / "out.tif").write_text("mine")
    for arguments, sentence in {
        "in.zarr -o out.png --bits 1": "a volume is written as .tif, .tiff or .zarr",
        "in.zarr -o out.tif --bits 1": "out.tif exists; give --force",
        "photo.png -o new.zarr --bits 1": "neither a TIFF nor a Zarr array",
        "in.tif -o new.tif --bits 1 --memory much": "--memory is 'much'; it must be a size",
        "in.tif -o new.tif --bits 1 --resize 50%": "--resize is not for volumes",
        "in.tif -o new.tif --bits 1 --fit cover --resize 9x9": "--resize is not for volumes",
        "in.tif -o new.tif --bits 1 --rotate 90": "--rotate is not for volumes",
        "in.tif -o new.tif --bits 1 --background 000000": "--background is not for volumes",
        "in.tif -o new.tif --bits 1 --auto-contrast 0": "--auto-contrast is not for volumes",
        "in.tif -o new.tif --bits 1 --packed msb": "--packed is not for volumes",
        "in.tif -o new.tif --colors 4": "--colors is not for volumes",
        "in.tif in.zarr -o new.tif --bits 1": "is dithered alone",
        "in.zarr --output-dir new --bits 1": "--output-dir is not for volumes",
        "in.tif -o new.tif --bits 1 --max-pixels 99": "--max-pixels raises this limit",
        "in.tif -o new.tif --bits 1 --recursive": "--recursive is not for volumes",
        "in.tif -o new.tif --bits 1 --jobs 2 --scheduler tcp://10.0.0.1:1": "choose one of --jobs",
        "in.tif -o new.tif --bits 1 --gray --saturation 2": "--saturation has no effect with --gray",
    }.items():
        with pytest.raises(InputError) as raised:
            app(["ordered", *arguments.split()], standalone_mode=False)
        assert sentence in str(raised.value), arguments
    assert "exists; give --force" in refused("dither ordered in.zarr -o out.tif --bits 1")
    assert (volumes / "out.tif").read_text() == "mine"
    assert not list(volumes.glob("new*"))


def test_a_stack_that_was_cut_is_not_taken_for_its_first_page(
    refused: Callable[[str], str], tmp_path: Path
) -> None:
    for byteorder in "<>":
        for big in (False, True):
            content = io.BytesIO()
            options = {"tile": (16, 16), "compression": "zlib"}
            tifffile.imwrite(content, VOLUME[:2], byteorder=byteorder, bigtiff=big, **options)
            for cut in (1, 20, 200):
                (tmp_path / "cut.tif").write_bytes(content.getvalue()[:-cut])
                said = refused("dither ordered cut.tif -o out.tif --bits 1")
                assert "cut.tif is damaged" in said
    assert not (tmp_path / "out.tif").exists()


def test_a_stack_does_not_become_the_picture_of_one_layer(volumes: Path) -> None:
    with pytest.raises(InputError, match=r"has 6 pages, and .*first\.png holds one image"):
        app(
            ["ordered", str(volumes / "in.tif"), "-o", str(volumes / "first.png"), "--bits", "1"],
            standalone_mode=False,
        )
    assert not (volumes / "first.png").exists()


def _pages(path: Path) -> list[Image.Image]:
    with Image.open(path) as picture:
        return [page.copy() for page in ImageSequence.Iterator(picture)]


@pytest.mark.parametrize("compression", ["none", "deflate", "lzw", "group4", "zstd"])
def test_black_and_white_stacks_take_1_bit_a_sample(volumes: Path, compression: str) -> None:
    options = ["--compression", compression, "--bits", "1", "--quiet"]
    app(
        ["ordered", str(volumes / "in.tif"), "-o", str(volumes / "o.tif"), *options],
        standalone_mode=False,
    )
    pages = _pages(volumes / "o.tif")
    assert [page.mode for page in pages] == ["1"] * 6
    with tifffile.TiffFile(volumes / "o.tif") as file:
        numbers = {"none": 1, "deflate": 8, "lzw": 5, "group4": 4, "zstd": 50000}
        assert {page.compression for page in file.pages} == {numbers[compression]}
    for layer, page in enumerate(pages):
        wanted = requantize(VOLUME[layer], bits=1, phase=(layer, 0, 0))
        np.testing.assert_array_equal(np.asarray(page.convert("L")), wanted)


@pytest.mark.parametrize(("kind", "number"), [(None, 1), ("zlib", 8), ("predictor", 8)])
def test_the_compression_of_the_source_stays(volumes: Path, kind: str | None, number: int) -> None:
    if kind == "predictor":
        tifffile.imwrite(volumes / "in.tif", VOLUME, compression="zlib", predictor=True)
    else:
        tifffile.imwrite(volumes / "in.tif", VOLUME, compression=kind)
    for options in (["--bits", "1"], ["--levels", "5"], ["--palette", "game-boy"]):
        output = str(volumes / "o.tif")
        app(
            ["ordered", str(volumes / "in.tif"), "-o", output, *options, "--force", "--quiet"],
            standalone_mode=False,
        )
        with tifffile.TiffFile(output) as file:
            assert {page.compression for page in file.pages} == {number}
        assert len(_pages(Path(output))) == 6


def test_deep_colours_become_1_bit(volumes: Path) -> None:
    deep = np.random.default_rng(4).integers(0, 65536, (3, 30, 37, 3), np.uint16)
    tifffile.imwrite(volumes / "deep.tif", deep, photometric="rgb", resolution=(600, 600))
    for options in (["--gray", "--bits", "1"], ["--levels", "300"], ["--bits", "1"]):
        results = []
        for compression in ("none", "deflate", "lzw"):
            arguments = [*options, "--compression", compression, "--force", "--quiet"]
            app(
                ["ordered", str(volumes / "deep.tif"), "-o", str(volumes / "o.tif"), *arguments],
                standalone_mode=False,
            )
            with tifffile.TiffFile(volumes / "o.tif") as file:
                page = file.pages.first
                bits = 1 if "--gray" in options else 16 if "--levels" in options else 8
                assert (page.bitspersample, page.compression) == (
                    bits,
                    {"none": 1, "deflate": 8, "lzw": 5}[compression],
                )
                if compression != "lzw":  # it needs another library
                    results.append(file.asarray())
        assert results[0].shape[:3] == deep.shape[:3]
        np.testing.assert_array_equal(results[0], results[1])


def test_compressions_that_cannot_be_are_refused_before_work(volumes: Path) -> None:
    for output, options, sentence in [
        ("o.tif", ["--levels", "4", "--compression", "group4"], "group4 compresses 1 bit"),
        ("o.zarr", ["--bits", "1", "--compression", "lzw"], "compression is for TIFF"),
    ]:
        with pytest.raises(InputError, match=sentence):
            app(
                ["ordered", str(volumes / "in.tif"), "-o", str(volumes / output), *options],
                standalone_mode=False,
            )
        assert not (volumes / output).exists()


def test_without_the_libraries_one_sentence_names_the_extra(volumes: Path, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "small.tif", VOLUME[0])
    script = (
        "import sys\nsys.modules['tifffile'] = sys.modules['zarr'] = None\n"
        "from dither.cli import main\nsys.argv[0] = 'dither'\nmain()"
    )

    def typed(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", script, "ordered", *arguments, "--bits", "1"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )

    for source, target, library in (
        ("in.tif", "out.tif", "tifffile"),
        ("in.zarr", "out.zarr", "zarr"),
    ):
        done = typed(source, "-o", target)
        assert done.returncode == 2
        assert (
            done.stderr == f"error: this needs {library}: pip install 'bluenoise-dither[scale]'\n"
        )
    assert typed("small.tif", "-o", "out.tif").returncode == 0


_STOPPING = """
import os, sys
from dither.volumes import done_blocks, work
from dither.cli import main
done_blocks._SECONDS = 0
work._SHARE = 4000
count, kind = int(sys.argv[1]), sys.argv[2]
before = work.VolumeWork.do

def do(self, region):
    global count
    count -= 1
    if count < 0:
        if kind == "kill":
            os._exit(9)
        import _thread
        _thread.interrupt_main()
    before(self, region)

work.VolumeWork.do = do
sys.argv = ["dither", *sys.argv[3:]]
main()
"""


@pytest.mark.parametrize("kind", ["kill", "interrupt"])
@pytest.mark.parametrize("target", ["out.tif", "out.zarr"])
@pytest.mark.parametrize("options", [["--bits", "1"], ["--levels", "5"]])
def test_a_stopped_volume_resumes_to_the_same_bytes(
    tmp_path: Path, kind: str, target: str, options: list[str]
) -> None:
    volume = np.resize(VOLUME, (24, 40, 50))
    tifffile.imwrite(tmp_path / "in.tif", volume)
    arguments = ["ordered", "in.tif", *options, "--memory", "16MB", "--threads", "1"]
    arguments += [] if target == "out.zarr" else ["--compression", "deflate"]

    def typed(count: int, *more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", _STOPPING, str(count), kind, *arguments, *more],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )

    whole = typed(10**6, "-o", f"whole-{target}", "--json")
    assert whole.returncode == 0, whole.stderr
    blocks = json.loads(whole.stdout)["images"][0]["blocks"]
    assert blocks > 8
    stopped = typed(5, "-o", target)
    assert stopped.returncode == (9 if kind == "kill" else 130), stopped.stderr
    assert not (tmp_path / target).exists()
    [folder] = tmp_path.glob(".part-*")
    finished = len((folder / "done").read_bytes()) // 8
    assert 3 <= finished < blocks
    if kind == "interrupt":
        assert stopped.stderr == "Stopped. Run the same command to resume.\n"
    assert typed(blocks - finished, "-o", target).returncode == 0
    assert not list(tmp_path.glob(".part-*"))
    if target == "out.tif":
        assert (tmp_path / target).read_bytes() == (tmp_path / f"whole-{target}").read_bytes()
    else:
        found, wanted = (
            zarr.open_array(str(tmp_path / name), mode="r")[...]
            for name in (target, f"whole-{target}")
        )
        np.testing.assert_array_equal(found, wanted)


def test_a_changed_source_begins_anew(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "in.tif", VOLUME)
    arguments = ["ordered", "in.tif", "-o", "out.tif", "--bits", "1"]
    stop = [sys.executable, "-c", _STOPPING, "0", "kill", *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(stop, cwd=tmp_path, env=env).returncode == 9
    tifffile.imwrite(tmp_path / "in.tif", 255 - VOLUME)
    again = [sys.executable, "-m", "dither.cli", *arguments]
    assert subprocess.run(again, cwd=tmp_path, env=env).returncode == 0
    wanted = requantize(255 - VOLUME[0], bits=1)
    found = tifffile.imread(tmp_path / "out.tif")[0] * np.uint8(255)
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_half_done(tmp_path: Path) -> None:
    volume = zarr.create_array(
        str(tmp_path / "in.zarr"), shape=(512, 512, 512), dtype="u1", chunks=(8, 64, 64)
    )
    volume[...] = np.resize(VOLUME, volume.shape)
    command = [sys.executable, "-m", "dither.cli", "ordered", "in.zarr", "-o", "out.zarr"]
    process = subprocess.Popen([*command, "--levels", "200"], cwd=tmp_path, stderr=subprocess.PIPE)
    while not list(tmp_path.glob(".part-*/out.zarr/c/*")) and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    names = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".part-")}
    assert names == {"in.zarr"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("16MB", 16_000_000), ("64 MiB", 1 << 26), ("1.5g", 1_500_000_000), ("20000000", 20_000_000)],
)
def test_sizes_of_memory_are_read(text: str, wanted: int) -> None:
    assert parse_memory(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "0", "15MB", "2000000TB", "-1GB", "1e9", "64iB", "64XB", "nan"]
)
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--memory is "):
        parse_memory(text)


def test_the_usual_memory_is_that_of_the_library() -> None:
    assert parse_memory(None) == MEMORY
