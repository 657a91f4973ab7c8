"""A folder of layers is a volume: the frames of the matrix run on from file to file."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import dither
from dither.cli.app import app
from dither.cli.batch.journal import JOURNAL_NAME
from dither.errors import InputError

LAYERS = np.random.default_rng(8).integers(0, 256, (12, 20, 30), np.uint8)
MATRIX = "blue-16x64x64"


def run(*arguments: object) -> None:
    app([*map(str, arguments), "--quiet", "--bits", "1"], standalone_mode=False)


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    folder = tmp_path / "layers"
    (folder / "below").mkdir(parents=True)
    for number, layer in enumerate(LAYERS, start=1):
        Image.fromarray(layer).save(folder / f"layer-{number}.png")
    Image.fromarray(LAYERS[0]).save(folder / "below" / "layer-0.png")
    return folder


def _check(out: Path, order: list[int]) -> None:
    for frame, number in enumerate(order):
        wanted = dither.requantize(LAYERS[number - 1], MATRIX, bits=1, phase=(frame, 0, 0))
        found = dither.read_image(out / f"layer-{number}.png").color
        np.testing.assert_array_equal(found, wanted)


def test_frames_follow_the_natural_order_of_the_names(layers: Path, tmp_path: Path) -> None:
    run("ordered", layers, "-o", tmp_path / "out", "--matrix", MATRIX, "--jobs", 2)
    _check(tmp_path / "out", list(range(1, 13)))
    assert not (tmp_path / "out" / "below").exists()


def test_layers_resume_like_a_batch(layers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("ordered", layers, "-o", out, "--matrix", MATRIX, "--jobs", 1)
    times = {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")}
    (out / "layer-5.png").unlink()
    run("ordered", layers, "-o", out, "--matrix", MATRIX, "--jobs", 1)
    _check(out, list(range(1, 13)))
    changed = [
        path.name for path in out.glob("*.png") if times[path.name] != path.stat().st_mtime_ns
    ]
    assert changed == ["layer-5.png"]
    assert (out / JOURNAL_NAME).exists()


def test_a_missing_layer_moves_the_frames_of_those_after_it(layers: Path, tmp_path: Path) -> None:
    run("ordered", layers, "-o", tmp_path / "out", "--matrix", MATRIX, "--jobs", 1)
    (layers / "layer-2.png").unlink()
    run("ordered", layers, "-o", tmp_path / "out", "--matrix", MATRIX, "--jobs", 1)
    _check(tmp_path / "out", [1, *range(3, 13)])


@pytest.mark.parametrize("command", ["diffuse", "optimize"])
def test_other_commands_say_which_option_takes_a_folder(
    layers: Path, tmp_path: Path, command: str
) -> None:
    with pytest.raises(InputError, match="it is a folder; --recursive takes the images in it"):
        app(
            [command, str(layers), "-o", str(tmp_path / "o"), "--palette", "game-boy"],
            standalone_mode=False,
        )
