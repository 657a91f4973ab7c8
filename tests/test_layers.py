"""Imports run one way, and using matrices loads none of the heavy libraries that make them."""

import json
import subprocess
import sys

import pytest
from conftest import ROOT

HEAVY = ("jax", "jaxlib", "optax", "numba", "matplotlib", "jinja2", "scipy", "zarr", "tifffile")
# One process runs these in turn. Each must leave its libraries unloaded, and so must all before it.
STATEMENTS = {
    "import dither": (*HEAVY, "numpy", "PIL", "typer", "rich"),
    "dither.requantize": (*HEAVY, "PIL", "typer", "rich"),
    "import bluenoise": (*HEAVY, "PIL", "typer"),
    **{
        f"run({words.split()})": HEAVY
        for words in (
            "dither --help",
            "dither ordered --help",
            "dither colors --help",
            "dither compare --help",
            "dither studio --help",
            "bluenoise --help",
            "bluenoise generate --help",
            "bluenoise evaluate --help",
            "bluenoise export --help",
            "bluenoise report --help",
        )
    },
}
SCRIPT = """
import contextlib, importlib, io, json, sys

def run(words):
    sys.argv = words
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            importlib.import_module(words[0] + ".cli").main()
        except SystemExit as ended:
            assert not ended.code
    assert "Usage" in printed.getvalue()

loaded = {}
for statement in json.load(sys.stdin):
    exec(statement)
    loaded[statement] = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps(loaded))
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    """Top-level modules loaded after each statement."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(list(STATEMENTS)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_heavy_library_is_loaded(loaded: dict[str, list[str]], statement: str) -> None:
    assert not {*loaded[statement]} & {*STATEMENTS[statement]}


def test_requantizing_loads_numpy(loaded: dict[str, list[str]]) -> None:
    assert "numpy" in loaded["dither.requantize"]


@pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="the contract is in the sources")
def test_the_import_contract_is_kept() -> None:
    importlinter = pytest.importorskip(
        "importlinter.cli", reason="a tool of the checks, not of users"
    )
    assert importlinter.lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0
