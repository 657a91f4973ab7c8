"""Each shipped file is what the manifest says, and is rebuilt to the same bytes."""

import hashlib
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, Run

from bluenoise.evaluate import evaluate, mean_evaluation
from bluenoise.value_texture import load_texture
from bluenoise.values.families import FAMILIES, points_of
from bluenoise.values.pair_error import pair_errors
from bluenoise.values.value_set import value_set
from bluenoise.values.views import frame_view
from dither.matrix import catalog
from dither.matrix.catalog import load_channels, shipped_matrices, shipped_textures
from dither.metrics.viewing import Gaussian
from dither.ordered.levels import requantize


# Measuring a million cells takes more than ten seconds.
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name == "blue-1024x1024" else ())
        for name in shipped_matrices()
    ],
)
def test_each_file_is_as_the_manifest_says(name: str) -> None:
    entry = shipped_matrices()[name]
    path = catalog._folder() / entry["file"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
    matrices = load_channels(name)
    assert len(matrices) == entry["channels"]
    assert all(list(matrix.shape) == entry["shape"] for matrix in matrices)
    assert np.load(path).dtype == entry["dtype"]
    measured = mean_evaluation([evaluate(matrix) for matrix in matrices])
    assert measured.energy == pytest.approx(entry["scores"]["energy"], rel=1e-5)


def test_no_file_is_missing_from_the_manifest() -> None:
    files = {path.name for path in catalog._folder().glob("*.npy")}
    entries = [*shipped_matrices().values(), *shipped_textures().values()]
    assert files == {entry["file"] for entry in entries}


@pytest.mark.parametrize("name", shipped_textures())
def test_each_noise_texture_is_as_the_manifest_says(name: str) -> None:
    entry = shipped_textures()[name]
    texture = load_texture(name)
    assert (texture.kind, list(texture.shape)) == (entry["values"], entry["shape"])
    assert np.load(catalog._folder() / entry["file"]).shape[-1] == entry["components"]
    # Every frame holds each value of the space once.
    frame = math.prod(texture.shape[-2:])
    held = {row.tobytes() for row in value_set(texture.kind, frame).values}
    for values in texture.values:
        assert {row.tobytes() for row in values.reshape(frame, -1)} == held
    points, family = points_of(texture), next(iter(FAMILIES[texture.kind].exact.items()))
    frames, height, width = (1, *texture.shape)[-3:]
    view = frame_view((frames, height, width), Gaussian(1.0))
    error = 10 * math.log10(pair_errors(points, [family[1]], [view]).item())
    assert error == pytest.approx(entry["scores"]["error_db"][family[0]]["gaussian:1.0"], abs=1e-3)
    assert error < -5.5


# The large ones take half a minute; the recipes are the same.
QUICK = ("blue-16x16", "blue-32x32", "blue-60x68")
SMALL = [name for name, entry in shipped_matrices().items() if np.prod(entry["shape"]) <= 4096]


def _rebuilt(folder: Path, names: list[str]) -> None:
    script = ROOT / "scripts" / "build_matrices.py"
    subprocess.run(
        [sys.executable, str(script), str(folder), *names], check=True, capture_output=True
    )
    for path in sorted(folder.iterdir()):
        assert path.read_bytes() == (ROOT / "matrices" / path.name).read_bytes(), path.name


@pytest.mark.skipif(not (ROOT / "scripts").exists(), reason="the recipes lie in the sources")
def test_the_library_is_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    names = ["blue-16x16", "blue-32x32"]
    _rebuilt(tmp_path, names)
    assert len(list(tmp_path.iterdir())) == len(names) + 2


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / "scripts").exists(), reason="the recipes lie in the sources")
def test_the_whole_library_is_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    _rebuilt(tmp_path, [])


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in SMALL]
)
def test_the_command_in_the_manifest_makes_the_file(name: str, run: Run, tmp_path: Path) -> None:
    entry = shipped_matrices()[name]
    run(entry["command"])
    assert hashlib.sha256((tmp_path / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


def test_every_shipped_matrix_dithers() -> None:
    for name in shipped_matrices():
        (*frames, height, width) = shipped_matrices()[name]["shape"]
        channels = len(load_channels(name))
        flat = np.full((height, width, channels), 85, np.uint8)
        dithered = [
            requantize(flat, name, bits=1, phase=(frame, 0, 0))
            for frame in range(math.prod(frames))
        ]
        assert np.mean(dithered) == pytest.approx(85, abs=255 / (height * width))


def test_flat_greys_of_8_bits_are_exact_with_4080_cells() -> None:
    for grey in range(256):
        flat = np.full((60, 68), grey, np.uint8)
        assert requantize(flat, "blue-60x68", bits=1).mean() == grey
