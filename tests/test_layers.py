"""Imports run one way, and what only applies matrices stays light."""

import subprocess
import sys

import pytest
from conftest import ROOT

HEAVY = ("jax", "jaxlib", "optax", "numba", "matplotlib", "jinja2", "scipy", "zarr", "tifffile")


def _loaded(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_importing_dither_loads_nothing_heavy() -> None:
    loaded = _loaded("import dither")
    assert not loaded & {*HEAVY, "numpy", "PIL", "typer", "rich"}


def test_requantizing_loads_numpy_and_nothing_heavier() -> None:
    loaded = _loaded("import dither; dither.requantize")
    assert "numpy" in loaded
    assert not loaded & {*HEAVY, "PIL", "typer", "rich"}


def test_importing_bluenoise_loads_no_compiler() -> None:
    assert not _loaded("import bluenoise") & {*HEAVY, "PIL", "typer"}


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("dither", ["--help"]),
        ("dither", ["ordered", "--help"]),
        ("dither", ["colors", "--help"]),
        ("dither", ["compare", "--help"]),
        ("dither", ["studio", "--help"]),
        ("bluenoise", ["--help"]),
        ("bluenoise", ["generate", "--help"]),
        ("bluenoise", ["evaluate", "--help"]),
        ("bluenoise", ["export", "--help"]),
        ("bluenoise", ["report", "--help"]),
    ],
)
def test_commands_load_nothing_heavy(module: str, arguments: list[str]) -> None:
    loaded = _loaded(
        f"from {module}.cli import main\nsys.argv = {[module, *arguments]!r}\n"
        "try: main()\nexcept SystemExit as ended: assert not ended.code"
    )
    assert not loaded & set(HEAVY)


@pytest.mark.skipif(
    not (ROOT / "pyproject.toml").exists(), reason="the contract lies in the sources"
)
def test_the_import_contract_is_kept() -> None:
    importlinter = pytest.importorskip(
        "importlinter.cli", reason="a tool of the checks, not of users"
    )
    assert importlinter.lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0
