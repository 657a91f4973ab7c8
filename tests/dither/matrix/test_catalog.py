import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.errors import InputError
from dither.matrix import catalog
from dither.matrix.catalog import load_channels, load_matrix, save_matrix, shipped_matrices
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import ThresholdMatrix, channel_thresholds


def test_a_file_comes_back(tmp_path: Path) -> None:
    matrix = white_noise(6, 9, seed=2)
    save_matrix(tmp_path / "m.npy", matrix)
    assert (np.load(tmp_path / "m.npy") == matrix.ranks).all()
    assert (load_matrix(tmp_path / "m.npy").ranks == matrix.ranks).all()


def test_files_of_others_may_hold_any_integer_type_and_order(tmp_path: Path) -> None:
    ranks = np.asfortranarray(np.random.default_rng(0).permutation(20).reshape(4, 5))
    for dtype in (np.uint8, np.uint16, np.uint32, np.int32, np.int64):
        np.save(tmp_path / "m.npy", ranks.astype(dtype, order="F"))
        assert (load_matrix(tmp_path / "m.npy").ranks == ranks).all()


def test_frames_come_first(tmp_path: Path) -> None:
    ranks = np.random.default_rng(0).permutation(60).reshape(3, 4, 5)
    save_matrix(tmp_path / "m.npy", ThresholdMatrix(ranks))
    matrix = load_matrix(tmp_path / "m.npy")
    assert matrix.shape == (3, 4, 5)
    assert (matrix.planes == ranks).all()
    assert white_noise(4, 5).planes.shape == (1, 4, 5)


@given(st.integers(2, 4), st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
def test_channels_come_back(channels: int, height: int, width: int, seed: int) -> None:
    matrices = [white_noise(height, width, seed + channel) for channel in range(channels)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.npy"
        np.save(path, channel_thresholds(matrices))
        loaded = load_channels(path)
        assert len(loaded) == channels
        assert all((a.ranks == b.ranks).all() for a, b in zip(loaded, matrices, strict=True))
        with pytest.raises(InputError, match=f"{channels} channels; one matrix"):
            load_matrix(path)


def test_other_values_are_taken_by_their_order(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(size=(8, 8, 3))
    np.save(tmp_path / "m.npy", noise)
    found = load_channels(tmp_path / "m.npy")
    expected = [ThresholdMatrix.from_values(noise[..., channel]) for channel in range(3)]
    assert [each.ranks.tolist() for each in found] == [each.ranks.tolist() for each in expected]


def test_one_value_and_unknown_names_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.zeros((2, 2)))
    with pytest.raises(InputError, match=r"m\.npy: all 4 values of the matrix are 0.0: no order"):
        load_matrix(tmp_path / "m.npy")
    with pytest.raises(InputError, match="blue-64x64"):
        load_matrix("red-64x64")


@pytest.mark.parametrize("dtype", ["i1", ">u2", ">i4", ">i8", ">u8", "f2", ">f4", "f8"])
def test_files_of_any_type_and_byte_order_are_taken(tmp_path: Path, dtype: str) -> None:
    ranks = np.random.default_rng(0).permutation(20).reshape(4, 5)
    np.save(tmp_path / "m.npy", (ranks + 1).astype(dtype)[..., None])
    assert (load_matrix(tmp_path / "m.npy").ranks == ranks).all()


def test_a_noise_texture_is_named_as_one() -> None:
    with pytest.raises(InputError, match="vec2-128x128 is a noise texture for renderers"):
        load_matrix("vec2-128x128")


def test_the_manifest_speaks_json() -> None:
    assert json.loads(json.dumps(shipped_matrices())) == shipped_matrices()


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of some of the shipped matrices, which the catalogue reads instead."""
    for name in ("manifest.json", "textures.json", "blue-16x16.npy", "blue-32x32.npy"):
        shutil.copyfile(catalog._folder() / name, tmp_path / name)
    read = catalog._shipped_channels, catalog._manifest
    for each in read:
        each.cache_clear()
    monkeypatch.setattr(catalog, "_folder", lambda: tmp_path)
    yield tmp_path
    for each in read:
        each.cache_clear()


def test_a_shipped_matrix_that_was_changed_is_refused(shipped: Path) -> None:
    path = shipped / "blue-16x16.npy"
    ranks = np.load(path)
    assert (load_matrix("blue-16x16").ranks == ranks).all()
    catalog._shipped_channels.cache_clear()
    ranks[0, :2] = ranks[0, 1::-1]  # still a permutation
    np.save(path, ranks)
    with pytest.raises(InputError, match=r"blue-16x16\.npy is damaged.*install .* again"):
        load_matrix("blue-16x16")
    assert load_matrix("blue-32x32").shape == (32, 32)
    # Named as a file it is anybody's matrix.
    assert (load_matrix(path).ranks == ranks).all()
    path.unlink()
    with pytest.raises(InputError, match=r"cannot read .*blue-16x16\.npy: No such.*install"):
        load_matrix("blue-16x16")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"blue-16x16": 3}', '{"blue-16x16": {}}', None]
)
def test_a_damaged_manifest_is_one_sentence(shipped: Path, content: str | None) -> None:
    path = shipped / "manifest.json"
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=r"manifest\.json is missing or damaged"):
        load_matrix("blue-16x16")
