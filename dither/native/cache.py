"""Object files of compiled loops: those made at the installation, and one folder of each user."""

import contextlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path

# Another folder for the files, for example one that all users of a machine or an image may read.
FOLDER_VARIABLE = "DITHER_CACHE_DIR"
_CHECKSUM = hashlib.sha256().digest_size


def installed_folder() -> Path:
    """Return the folder of the loops that the installation has compiled, which may not exist.

    There is one for each version of Python: several can share a clone of the project.
    """
    return Path(__file__).parent / "objects" / str(sys.implementation.cache_tag)


def cache_folder() -> Path:
    """Return the folder of the object files, which may not exist yet."""
    given = os.environ.get(FOLDER_VARIABLE)
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "bluenoise-dither"


def read_installed(name: str, folder: Path | None = None) -> bytes | None:
    """Return the content of a file made at the installation, or None if it is missing or damaged.

    Who can write it can write the Python files next to it, so its owner does not matter.
    """
    try:
        return _checked(((folder or installed_folder()) / name).read_bytes())
    except OSError:
        return None


def read_object(name: str) -> bytes | None:
    """Return the content of a user's file, or None if it is missing, damaged or not the user's own.

    Machine code is run as it is: a file that another user can write is refused, except root's.
    """
    try:
        with (cache_folder() / name).open("rb") as file:
            if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid not in (0, os.getuid()):
                return None
            return _checked(file.read())
    except (OSError, RuntimeError):  # a user without a home folder
        return None


def _checked(data: bytes) -> bytes | None:
    checksum, content = data[:_CHECKSUM], data[_CHECKSUM:]
    return content if hashlib.sha256(content).digest() == checksum else None


def write_object(name: str, content: bytes, into: Path | None = None) -> bool:
    """Write a file, at once or not at all; return whether this was possible.

    Args:
        name: name of the file.
        content: what it holds.
        into: the folder, made if it is missing; the user's by default.
    """
    temporary = None
    try:
        folder = into or cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        Path(temporary).replace(folder / name)
    except (OSError, RuntimeError):
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        return False
    return True
