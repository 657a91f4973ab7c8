"""The loops are compiled while the project is installed, and an installation never fails for them."""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba", reason="an extra of its own")

from dither.native import listed

_ROOT = Path(__file__).parent.parent
_HOOK = _ROOT / "scripts" / "compile_at_installation.py"
_FOLDER = f"dither/native/objects/{sys.implementation.cache_tag}"
_QUICK = "interpolate"

# The wheel is built without scripts, and tested without them.
pytestmark = pytest.mark.skipif(not _HOOK.exists(), reason="needs the checkout")

_USE = """
import sys, numpy as np
from dither.gamut.device_link_loop import interpolate
out = np.zeros((5, 3), np.uint16)
interpolate(np.zeros((5, 3), np.uint16), np.full(37060, 7, np.uint64), out)
print("numba" in sys.modules)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what a build reads, with one loop on the list."""
    folder = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", "objects")
    for name in ("bluenoise", "dither", "matrices", "scripts"):
        shutil.copytree(_ROOT / name, folder / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(_ROOT / name, folder)
    loops = [each for each in listed.listed_loops() if each.name == _QUICK]
    (folder / "dither/native/loops.txt").write_text(listed.list_text(loops), "utf-8")
    return folder


def _build(checkout: Path, kind: str = "wheel", **environment: str) -> tuple[Path, str]:
    """Return the wheel that pip would install, and what the build says."""
    output = checkout.parent / "output"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    usual = {name: value for name, value in os.environ.items() if name != "DITHER_COMPILE_FOR"}
    given = {**usual, "DITHER_CACHE_DIR": str(checkout.parent / "cache"), **environment}
    program = f"import hatchling.build as b, sys; b.build_{kind}(sys.argv[1])"
    command = [sys.executable, "-c", program, str(output)]
    done = subprocess.run(command, cwd=checkout, env=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = output.iterdir()
    return wheel, done.stdout + done.stderr


def _names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if name.endswith(".o")]


def test_a_wheel_has_the_loops_and_needs_no_compiler(checkout: Path, tmp_path: Path) -> None:
    wheel, _ = _build(checkout)
    (name,) = _names(wheel)
    assert name.startswith(f"{_FOLDER}/{_QUICK}-")
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    assert not wheel.name.endswith("-any.whl")
    assert sys.platform == "darwin" or wheel.name.endswith(f"{platform}.whl")
    # The checkout stays as it was.
    assert not (checkout / "dither/native/objects").exists()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    cache = tmp_path / "new"
    given = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "DITHER_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", _USE], cwd=tmp_path, env=given, capture_output=True, text=True
    )
    assert done.stdout == "False\n", done.stderr
    assert not cache.exists()


def test_an_editable_installation_has_them_in_the_checkout(checkout: Path) -> None:
    wheel, _ = _build(checkout, "editable")
    assert _names(wheel) == []
    (file,) = (checkout / _FOLDER).iterdir()
    # They are never part of a wheel, which has its own.
    wheel, _ = _build(checkout, DITHER_COMPILE_FOR="none")
    assert _names(wheel) == []
    assert file.name.startswith(f"{_QUICK}-")


def test_without_the_loops_a_wheel_is_for_every_system(checkout: Path) -> None:
    wheel, said = _build(checkout, DITHER_COMPILE_FOR="none")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert _names(wheel) == []
    assert said == ""


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"DITHER_COMPILE_FOR": "pentium"}, "choose host, generic"),
        ({"NUMBA_DISABLE_JIT": "1"}, "Error"),
    ],
)
def test_a_build_goes_on_if_compiling_fails(
    environment: dict[str, str], reason: str, checkout: Path
) -> None:
    wheel, said = _build(checkout, **environment)
    assert wheel.name.endswith("-py3-none-any.whl")
    (line,) = said.splitlines()
    assert line.startswith("Loops will be compiled when they are first used: ")
    assert reason in line


def _hook() -> Any:
    spec = importlib.util.spec_from_file_location("compile_at_installation", _HOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_numba_is_asked_for_where_it_has_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = _hook()
    compile_loops = hook.CompileLoops("", {}, None, None, "", "wheel")
    monkeypatch.delenv(hook.VARIABLE, raising=False)
    monkeypatch.setattr(hook, "numba_has_a_wheel", lambda: True)
    assert [each.partition(">")[0] for each in compile_loops.dependencies()] == [
        "lazy-loader",
        "numba",
        "numpy",
    ]
    monkeypatch.setattr(hook, "numba_has_a_wheel", lambda: False)
    assert compile_loops.dependencies() == []
    monkeypatch.setattr(hook, "numba_has_a_wheel", lambda: True)
    monkeypatch.setenv(hook.VARIABLE, "none")
    assert compile_loops.dependencies() == []


@pytest.mark.parametrize(
    ("system", "machine", "version", "wheel"),
    [
        ("Linux", "x86_64", (3, 11), True),
        ("Darwin", "arm64", (3, 14), True),
        ("Darwin", "x86_64", (3, 12), False),
        ("Windows", "AMD64", (3, 12), True),
        ("Windows", "AMD64", (3, 15), False),
        ("Linux", "riscv64", (3, 12), False),
        ("FreeBSD", "x86_64", (3, 12), False),
    ],
)
def test_systems_that_numba_has_wheels_for(
    system: str,
    machine: str,
    version: tuple[int, int],
    wheel: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hook = _hook()
    monkeypatch.setattr(hook.platform, "system", lambda: system)
    monkeypatch.setattr(hook.platform, "machine", lambda: machine)
    monkeypatch.setattr(hook.platform, "libc_ver", lambda: ("glibc", "2.36"))
    monkeypatch.setattr(hook.sys, "version_info", (*version, 0))
    monkeypatch.setattr(hook.sysconfig, "get_config_var", lambda _: None)
    assert hook.numba_has_a_wheel() is wheel
    monkeypatch.setattr(hook.platform, "libc_ver", lambda: ("", ""))
    assert hook.numba_has_a_wheel() is (wheel and system != "Linux")
