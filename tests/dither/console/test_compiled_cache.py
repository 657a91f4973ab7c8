import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dither.console.compiled_cache import keep_compiled_code
from dither.native.cache import FOLDER_VARIABLE, cache_folder

NAMES = ("JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS")


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the root of all caches; JAX's variables are not set, and are restored afterwards."""
    for name in NAMES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path / "cache"


def test_the_folder_is_made_below_the_users_cache(clean: Path) -> None:
    keep_compiled_code()
    folder = Path(os.environ[NAMES[0]])
    assert folder.is_dir()
    assert folder.parent == cache_folder() == clean / "bluenoise-dither"
    assert os.environ[NAMES[1]] == "0"


def test_a_folder_of_the_users_own_is_kept(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAMES[0], "elsewhere")
    keep_compiled_code()
    assert os.environ[NAMES[0]] == "elsewhere"
    assert not clean.exists()


def test_it_is_beside_the_compiled_loops(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(clean / "all"))
    keep_compiled_code()
    assert Path(os.environ[NAMES[0]]).parent == clean / "all"


def test_nothing_is_set_where_no_folder_can_be_made(clean: Path) -> None:
    clean.write_text("a file is in the way")
    keep_compiled_code()
    assert NAMES[0] not in os.environ


@pytest.mark.parametrize(
    ("system", "part"), [("darwin", "Caches"), ("win32", "Local"), ("linux", ".cache")]
)
def test_each_system_has_its_place(
    clean: Path, monkeypatch: pytest.MonkeyPatch, system: str, part: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert cache_folder().parent.name == part


def test_the_second_run_of_a_command_writes_the_same_bytes_from_the_cache(
    clean: Path, tmp_path: Path, photo: np.ndarray
) -> None:
    Image.fromarray(photo[:48, :48]).save(tmp_path / "in.png")
    written = []
    for name in ("one.png", "two.png"):
        subprocess.run(
            [sys.executable, "-m", "dither.cli", "optimize", "in.png", "-o", name, "--colors", "3"],
            cwd=tmp_path,
            check=True,
            env={**os.environ, "XDG_CACHE_HOME": str(clean)},
        )
        written.append((tmp_path / name).read_bytes())
        entries = sorted(path.name for path in clean.rglob("*-cache"))
        assert entries
    assert written[0] == written[1]


def test_the_second_run_of_making_a_matrix_finds_its_programs(clean: Path, tmp_path: Path) -> None:
    written, entries = [], []
    for name in ("one.npy", "two.npy"):
        words = [*("generate", "8x8", "--method", "anneal", "--steps", "64"), "-o", name, "--quiet"]
        subprocess.run(
            [sys.executable, "-m", "bluenoise.cli", *words],
            cwd=tmp_path,
            check=True,
            env={**os.environ, "XDG_CACHE_HOME": str(clean)},
        )
        written.append((tmp_path / name).read_bytes())
        entries.append(sorted(path.name for path in clean.rglob("*-cache")))
    assert written[0] == written[1]
    assert entries[0] == entries[1] != []
