"""A full disk, a read-only folder or a kill leaves complete files: the old ones or the new ones."""

import importlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

if sys.platform == "win32":
    pytest.skip("needs fork", allow_module_level=True)

from forked import Forking

from bluenoise.cli import app
from dither.errors import InputError
from dither.matrix.catalog import save_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix

# Commands, and the file that each writes last.
QUICK = {
    "dither ordered photo.png -o out.png --bits 2 --scale 4": "out.png",
    "dither ordered photo.png -o out.gif --bits 1 --scale 4": "out.gif",
    "dither ordered photo.png -o out.tif --bits 1 --scale 4": "out.tif",
    "dither ordered photo.png -o out.bin --bits 1 --gray --packed msb --scale 4": "out.bin",
    "dither ordered photo.png -o o.bin --panel game-boy --resize 160x144 --preview p.png": "o.bin",
    "dither studio -o out.html": "out.html",
    "dither ordered stack.tif -o out.tiff --bits 1": "out.tiff",
    "dither ordered stack.tif -o out.zarr --bits 1": "out.zarr/zarr.json",
    "bluenoise export blue-64x64 -o out --format npy,png16,c,dds": "out/README.md",
}
LONG = {
    "dither diffuse photo.png -o out.png --bits 1 --scale 8": "out.png",
    "dither optimize photo.png -o out.png --colors 3 --palette-output out.gpl": "out.gpl",
    "dither colors photo.png -o out.png": "out.png",
    "dither compare photo.png small.png -o out.html": "out.html",
    "bluenoise generate 16 -o out.npy": "out.npy",
    "bluenoise generate 16 -o new.npy --checkpoint out.npz": "out.npz",
    "bluenoise report small.npy -o out.html --png": "out.png",
}
# Content of the output before; as zarr.json it is not a Zarr group.
OLD = b"{}"


@pytest.fixture(scope="module")
def forking() -> Iterator[Forking]:
    with Forking(
        "dither.cli.app", "bluenoise.cli", "bluenoise.export.folder", "PIL.Image"
    ) as forking:
        yield forking


@pytest.fixture
def folder(tmp_path: Path, photo: np.ndarray) -> Path:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    Image.fromarray(photo // 64 * 85).save(tmp_path / "small.png")
    frames = [Image.fromarray(np.roll(photo, number)) for number in range(3)]
    frames[0].save(tmp_path / "stack.tif", save_all=True, append_images=frames[1:])
    save_matrix(tmp_path / "small.npy", ThresholdMatrix(np.arange(16).reshape(4, 4)))
    return tmp_path


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    "command", [*QUICK, *(pytest.param(each, marks=pytest.mark.slow) for each in LONG)]
)
def test_a_full_disk_is_one_sentence_and_keeps_the_old_file(
    forking: Forking, folder: Path, command: str
) -> None:
    last = folder / (QUICK | LONG)[command]
    if last.suffix != ".npz":  # a foreign checkpoint would be refused
        last.parent.mkdir(exist_ok=True)
        last.write_bytes(OLD)
    before = _files(folder)
    words = [*shlex.split(command), "--force"]
    if command in LONG:  # compile first: the compilation cache is written to files too
        with tempfile.TemporaryDirectory() as elsewhere:
            for name in ("photo.png", "small.png", "small.npy"):
                shutil.copyfile(folder / name, Path(elsewhere) / name)
            assert forking.run(words, Path(elsewhere)).code == 0
    ended = forking.run(words, folder, most_bytes=128)
    assert ended.code == 2, ended.output
    *_, sentence = ended.output.splitlines()
    assert sentence.startswith("error: cannot write ")
    assert "File too large" in sentence
    assert "Traceback" not in ended.output
    assert _files(folder) == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root mounts")
def test_a_disk_that_is_full_indeed(forking: Forking, folder: Path) -> None:
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k", "none", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        (disk / "out.ppm").write_bytes(b"old")
        command = shlex.split("dither ordered photo.png -o disk/out.ppm --bits 2 --force")
        ended = forking.run(command, folder)
        assert ended.code == 2
        place = (disk / "out.ppm").resolve()
        assert ended.output == f"error: cannot write {place}: No space left on device\n"
        assert _files(disk) == {"out.ppm": b"old"}
        command = shlex.split("bluenoise export blue-64x64 -o disk/new --format npy,png16")
        ended = forking.run(command, folder)
        assert (ended.code, ended.output.count("\n")) == (2, 1)
        assert "No space left on device" in ended.output
        assert _files(disk) == {"out.ppm": b"old"}
        assert not (disk / "new").exists()
        (disk / "out.zarr").mkdir()
        (disk / "out.zarr" / "zarr.json").write_bytes(OLD)
        before = _files(disk)
        for target in ("out.zarr", "new.zarr", "new.tif"):
            command = shlex.split(f"dither ordered stack.tif -o disk/{target} --bits 1 --force")
            ended = forking.run(command, folder)
            assert (ended.code, ended.output.count("\n")) == (2, 1), ended.output
            assert "No space left on device" in ended.output
            assert _files(disk) == before
            assert not list(disk.glob(".part-*"))
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for words in ("photo.png -o disk/out.ppm", "stack.tif -o disk/out.zarr"):
            command = shlex.split(f"dither ordered {words} --bits 1 --force")
            ended = forking.run(command, folder)
            assert (ended.code, ended.output.count("\n")) == (2, 1)
            assert "Read-only file system" in ended.output
            assert _files(disk) == before
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_matrix_whose_name_was_taken_is_kept_under_another(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    checkpoint: bool,
) -> None:
    module = importlib.import_module("bluenoise.cli.generate")
    made = ThresholdMatrix(np.arange(64)[::-1].reshape(8, 8))

    def make(sides: object, **options: object) -> ThresholdMatrix:
        for name in ("m.npy", "m-1.npy", "run.npz"):
            Path(name).write_bytes(b"theirs")
        return made

    monkeypatch.setattr(module, "make_matrices", make)
    monkeypatch.chdir(folder)
    words = ["generate", "8", "-o", "m.npy", "--json"]
    sentence = r"^m\.npy was created by another program meanwhile; the matrix is in m-2\.npy$"
    with pytest.raises(InputError, match=sentence):
        app(words + ["--checkpoint", "run.npz"] * checkpoint, standalone_mode=False)
    assert capsys.readouterr().out == ""
    assert (np.load(folder / "m-2.npy") == made.ranks).all()
    assert (folder / "m.npy").read_bytes() == (folder / "m-1.npy").read_bytes() == b"theirs"
    assert (folder / "run.npz").exists() != checkpoint


# Root ignores file modes, so these tests give up that right.
PLAIN = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]


@pytest.mark.skipif(
    os.geteuid() == 0 and not shutil.which(PLAIN[0]),
    reason="needs setpriv",
)
def test_a_folder_that_may_not_be_written_keeps_the_old_file(folder: Path) -> None:
    for place in QUICK.values():
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_bytes(OLD)
    before = _files(folder)
    before_words = PLAIN if os.geteuid() == 0 else []
    folders = [folder, *{(folder / place).parent for place in QUICK.values()}]
    for each in folders:
        each.chmod(0o555)
    try:
        with Forking("dither.cli.app", "bluenoise.cli", before=before_words) as forking:
            for command in QUICK:
                ended = forking.run([*shlex.split(command), "--force"], folder)
                assert ended.code == 2, ended.output
                assert ended.output.startswith("error: cannot write ")
                assert ended.output.endswith("Permission denied\n")
    finally:
        for each in folders:
            each.chmod(0o755)
    assert _files(folder) == before


JOURNAL, LOCK = "out/.dither-batch.jsonl", "out/.dither-batch.lock"
BATCH = " ".join(f"p{number}.png" for number in range(6))
LASTING = {
    "batch": f"dither ordered {BATCH} --output-dir out --bits 1 --force",
    "frames": "bluenoise generate 4x12x12 -o out.npy --checkpoint run.npz",
    "generate": "bluenoise generate 24 -o out.npy --seed 3 --checkpoint run.npz",
    "descent": "bluenoise generate 12 -o out.npy --method spectrum --steps 8000 --checkpoint run.npz",
    "optimize": "dither optimize photo.png small.png --output-dir out --colors 3 --force",
    "folder": "dither ordered photos --output-dir out --bits 1 --recursive --jobs 1",
    "volume": "dither ordered large.tif -o out.zarr --bits 1 --memory 16MB --force",
}
LOADED = {
    "batch": ["PIL.Image"],
    "frames": ["numba"],
    "generate": ["numba"],
    "descent": ["numba", "jax", "optax"],
    "optimize": ["numba", "jax", "optax"],
    "folder": ["PIL.Image"],
    "volume": ["tifffile", "zarr", "dither.volumes.stream"],
}


def _whole(folder: Path, given: dict[str, bytes]) -> dict[str, bytes]:
    """Return the finished outputs; unfinished files, checkpoints, journals and locks may also exist."""
    found = _files(folder)
    assert given.items() <= found.items()
    outputs = {}
    for path in found.keys() - given.keys():
        if path == "run.npz":
            with np.load(folder / path) as checkpoint:
                assert all(checkpoint[name].size for name in checkpoint)
        elif path in (JOURNAL, LOCK) or any(part.startswith(".part-") for part in Path(path).parts):
            continue
        else:
            assert path.startswith("out")
            outputs[path] = found[path]
    return outputs


def _give(folder: Path, photo: np.ndarray, name: str) -> None:
    """Write the additional inputs of a command in LASTING."""
    (folder / "photos" / "more").mkdir(parents=True)
    for number in range(6):
        shifted = Image.fromarray(np.roll(photo, number, 1))
        shifted.save(folder / f"p{number}.png")
        shifted.save(folder / "photos" / ("more" * (number % 2)) / f"{number}.png")
    if name == "volume":  # 30 MB, which do not fit in its 16 MB of memory
        page = np.resize(photo, (1000, 1000))
        pages = [Image.fromarray(np.roll(page, number)) for number in range(30)]
        pages[0].save(folder / "large.tif", save_all=True, append_images=pages[1:])


@pytest.mark.parametrize(
    ("name", "kills"),
    [("batch", 12), *(pytest.param(name, 40, marks=pytest.mark.slow) for name in LASTING)],
)
def test_killed_at_random_moments_and_gone_on_with(
    folder: Path, photo: np.ndarray, name: str, kills: int
) -> None:
    _give(folder, photo, name)
    given = _files(folder)
    entries = set(folder.iterdir())
    command = shlex.split(LASTING[name])
    with Forking(
        "dither.cli.app", "bluenoise.cli", "bluenoise.runs.checkpoint", *LOADED[name]
    ) as forking:

        def whole_run() -> float:
            ended = forking.run(command, folder)
            assert ended.code == 0, ended.output
            return ended.seconds

        def clear() -> None:
            for path in set(folder.iterdir()) - entries:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()

        whole_run()  # compiles
        expected = _whole(folder, given)
        clear()
        longest = whole_run()
        assert _whole(folder, given) == expected
        clear()
        died = resumed = unfinished = 0
        for moment in np.random.default_rng(len(name)).random(10 * kills):
            if died == kills:
                break
            ended = forking.run(command, folder, killed_after=moment * longest)
            died += ended.code == -9
            if ended.code == 0:  # faster than before, on a machine that was busy then
                longest = min(longest, ended.seconds)
            outputs = _whole(folder, given)
            assert outputs.items() <= expected.items()
            unfinished += bool(list(folder.rglob(".part-*")))
            if "out.npy" in outputs:  # its checkpoint may still exist
                clear()
            elif "out.zarr/zarr.json" in outputs:  # renamed as one
                assert outputs == expected
                clear()
            elif moment > 0.5:  # resume from what earlier kills left
                resumed += any((folder / each).exists() for each in ("run.npz", JOURNAL))
                whole_run()
                assert _whole(folder, given) == expected
                assert _files(folder).keys() - {JOURNAL} == (given | expected).keys()
                assert not list(folder.rglob(".part-*"))
                clear()
        assert died == kills
        assert resumed or not ("run.npz" in command or "--recursive" in command)
        assert unfinished or name != "volume"
