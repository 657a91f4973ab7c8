import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from bluenoise.matrix_set import load_matrix_set, matrix_set_of
from bluenoise.report.provenance import file_provenance, matrix_provenance
from dither.matrix.catalog import save_matrix, shipped_matrices


@pytest.mark.parametrize("name", ["blue-16x16", "blue-64x64-rgb", "blue-16x64x64"])
def test_a_shipped_matrix_is_known_by_its_numbers(name: str) -> None:
    provenance, entry = matrix_provenance(load_matrix_set(name)), shipped_matrices()[name]
    assert provenance == (entry["sha256"], name, entry["seed"], entry["command"])


def test_a_copy_of_a_shipped_matrix_is_known(tmp_path: Path) -> None:
    save_matrix(tmp_path / "copy.npy", load_matrix_set("blue-16x16").matrices[0])
    assert file_provenance(tmp_path / "copy.npy").shipped == "blue-16x16"


@pytest.mark.parametrize("beside", ["mine.json", "mine.npy.json", "manifest.json"])
def test_a_json_file_counts_for_the_same_bytes_only(tmp_path: Path, beside: str) -> None:
    path = tmp_path / "mine.npy"
    np.save(path, np.arange(16).reshape(4, 4))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = {"sha256": digest, "seed": 7, "command": "make it"}
    content = {"mine": entry} if beside == "manifest.json" else entry
    (tmp_path / beside).write_text(json.dumps(content))
    assert file_provenance(path) == (digest, None, 7, "make it")
    np.save(path, np.arange(16)[::-1].reshape(4, 4))
    changed = file_provenance(path)
    assert (changed.seed, changed.command) == (None, None)
    assert changed.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "content", ["", "[" * 100000, "[1, 2]", '{"sha256": 3}', '{"mine": []}', "\udcff", "{" * 9]
)
def test_a_malformed_json_file_is_ignored(tmp_path: Path, content: str) -> None:
    np.save(tmp_path / "mine.npy", np.arange(4).reshape(2, 2))
    (tmp_path / "mine.json").write_bytes(content.encode(errors="surrogateescape"))
    assert file_provenance(tmp_path / "mine.npy").command is None


def test_numbers_without_a_file_have_the_hash_of_the_file_that_would_be_written(
    tmp_path: Path,
) -> None:
    matrix_set = matrix_set_of(np.arange(64).reshape(8, 8))
    save_matrix(tmp_path / "it.npy", matrix_set.matrices[0])
    assert matrix_provenance(matrix_set).sha256 == file_provenance(tmp_path / "it.npy").sha256
