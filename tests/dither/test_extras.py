import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

from dither.extras import EXTRA_OF_LIBRARY


@pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="is about the sources")
def test_the_extra_of_a_library_installs_it() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    for library, extra in EXTRA_OF_LIBRARY.items():
        name = "dask[distributed]" if library == "distributed" else library
        assert any(requirement.startswith(name) for requirement in extras[extra]), library


@pytest.mark.parametrize(
    ("command", "missing", "sentence"),
    [
        ("optimize in -o out --colors 2", "jax", "dither optimize needs jax"),
        ("diffuse in -o out --bits 1", "numba", "error diffusion needs numba"),
    ],
)
@pytest.mark.parametrize("jobs", ["", "--jobs 1"])
def test_what_a_batch_lacks_is_told_once_and_before_any_work(
    refused: Callable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    missing: str,
    sentence: str,
    jobs: str,
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        Image.fromarray(np.eye(4, dtype=np.uint8) * 99).save(tmp_path / f"in/{name}.png")
    monkeypatch.setitem(sys.modules, missing, None)
    said = refused(f"dither {command} --recursive {jobs}")
    assert f"{sentence}: pip install 'bluenoise-dither[" in said
    assert not (tmp_path / "out").exists()
