"""Each shipped file is what the manifest says, and is rebuilt to the same bytes."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from bluenoise.evaluate import evaluate
from dither import matrix as catalogue
from dither.matrix import load_matrix, shipped_matrices


@pytest.mark.parametrize("name", shipped_matrices())
def test_each_file_is_as_the_manifest_says(name: str) -> None:
    entry = shipped_matrices()[name]
    path = catalogue._folder() / entry["file"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
    matrix = load_matrix(name)
    assert list(matrix.shape) == entry["shape"]
    assert np.load(path).dtype == entry["dtype"]
    assert evaluate(matrix).energy == pytest.approx(entry["scores"]["energy"], rel=1e-5)


def test_no_file_is_missing_from_the_manifest() -> None:
    files = {path.name for path in catalogue._folder().glob("*.npy")}
    assert files == {entry["file"] for entry in shipped_matrices().values()}


@pytest.mark.skipif(not (ROOT / "scripts").exists(), reason="the recipes lie in the sources")
def test_the_library_is_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "build_matrices.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, capture_output=True)
    for path in [*(ROOT / "matrices").glob("*.npy"), ROOT / "matrices" / "manifest.json"]:
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("name", shipped_matrices())
def test_the_command_in_the_manifest_makes_the_file(name: str, run, tmp_path: Path) -> None:
    entry = shipped_matrices()[name]
    run(entry["command"])
    assert hashlib.sha256((tmp_path / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
