"""Compile the loops while a wheel or an editable installation is built, so that no first run has to.

Hatchling calls `CompileLoops`. DITHER_COMPILE_FOR names the processor that the loops are compiled for:
this machine's (host, the default), one of those in `dither.native.processor.NAMED`, such as x86-64-v3,
for a wheel that others install, or none. Without its loops an installation works as well: each is then
compiled when it is first used.
"""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VARIABLE = "DITHER_COMPILE_FOR"
FOLDER = Path("dither/native/objects")
# numba has wheels for these. Elsewhere pip would try to build it, and the installation would fail.
_NEWEST_PYTHON = (3, 14)
_MACHINES = {
    "Linux": ("x86_64", "aarch64"),
    "Darwin": ("arm64",),
    "Windows": ("AMD64",),
}
# A build that hangs must end; on two processors it takes half a minute.
_SECONDS = 600


class CompileLoops(BuildHookInterface[Any]):
    """Add the object files of the loops to a wheel, or to the checkout if it is editable."""

    PLUGIN_NAME = "custom"
    _made: Path | None = None

    def dependencies(self) -> list[str]:
        """Return what compiling needs; not JAX."""
        if _processor() == "none" or not numba_has_a_wheel():
            return []
        return ["lazy-loader>=0.6", "numba>=0.60", "numpy>=1.26"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and add the files; print a line if this is impossible, and go on."""
        if _processor() == "none":
            return
        tag = str(sys.implementation.cache_tag)
        if version == "editable":
            folder = Path(self.root) / FOLDER / tag
        else:
            self._made = Path(tempfile.mkdtemp())
            folder = self._made
        error = compiled(Path(self.root), folder, _processor())
        if error:
            self.app.display_warning(f"Loops will be compiled when they are first used: {error}")
        if version != "editable" and any(folder.glob("*.o")):
            build_data["force_include"][str(folder)] = (FOLDER / tag).as_posix()
            build_data["pure_python"] = False
            build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if self._made is not None:
            shutil.rmtree(self._made, ignore_errors=True)


def compiled(root: Path, folder: Path, processor: str) -> str:
    """Compile the loops of a checkout into a folder; return "" or, in one line, what went wrong.

    Another process does it: whatever fails in a compiler, the installation goes on.
    """
    command = [sys.executable, "-m", "dither.native", "--into", str(folder)]
    try:
        done = subprocess.run(
            [*command, "--processor", processor],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"the compiler ended with status {done.returncode}"


def numba_has_a_wheel() -> bool:
    """Return whether numba has a wheel for this Python on this system."""
    usual = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
    linked = platform.system() != "Linux" or platform.libc_ver()[0] == "glibc"
    there = platform.machine() in _MACHINES.get(platform.system(), ())
    return usual and linked and there and sys.version_info[:2] <= _NEWEST_PYTHON


def _processor() -> str:
    return os.environ.get(VARIABLE, "host")
