"""Cache folder for the code that JAX compiles: the second run of a command compiles nothing."""

import contextlib
import hashlib
import os
import platform
from pathlib import Path

from dither.native.cache import cache_folder

_PROCESSOR_FILE = Path("/proc/cpuinfo")


def keep_compiled_code() -> None:
    """Set JAX's variables for its compilation cache, unless the user has set them or has no folder.

    JAX reads the variables when it is imported. An entry has about 50 kB; there is one for each program
    and its sizes.
    """
    if "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return
    try:
        folder = cache_folder() / f"jax-{_processor_key()}"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # a user without a home folder
        return
    if not os.access(folder, os.W_OK):
        return
    os.environ["JAX_COMPILATION_CACHE_DIR"] = str(folder)
    # By default only what takes a second or more is kept.
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")


def _processor_key() -> str:
    """Return a key of the processor's instructions: homes are shared by machines that differ."""
    text = f"{platform.machine()} {platform.processor()}"
    # Only to the first such line: the file has one for each of many processors.
    with contextlib.suppress(OSError), _PROCESSOR_FILE.open() as lines:
        found = (line for line in lines if line.startswith(("flags", "Features")))
        text += next(found, "").rstrip("\n")
    return hashlib.sha256(text.encode()).hexdigest()[:12]
