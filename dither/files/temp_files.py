"""The names of unfinished files and folders, and the removal of those whose writers were killed.

What is not whole yet is called `.part-MACHINE-PROCESS-RANDOM`, in the folder of its place. One
whose process no longer runs on this machine is nobody's, and goes when the next is written there.
"""

import contextlib
import functools
import os
import re
import shutil
import zlib
from pathlib import Path

# In an unfinished folder, what was in its place before: after a kill perhaps the only one there is.
OLD = "old"

_NAME = re.compile(r"\.part-([0-9a-f]{8})-(\d{1,9})-\w+(-old)?")


def temp_prefix() -> str:
    """What the names of this process's unfinished files begin with.

    Example:
        >>> temp_prefix().startswith(".part-")
        True
    """
    return f".part-{_machine()}-{os.getpid()}-"


@functools.cache
def remove_stale_temps(folder: Path) -> None:
    """Remove what killed processes of this machine left in `folder`, once for each process.

    What others are writing stays, and so does what other machines, or containers, left in a shared
    folder: from here nobody can tell the two apart.
    """
    if os.name != "posix":  # elsewhere asking for a process ends it
        return
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = _NAME.fullmatch(entry.name)
            if name and name[1] == _machine() and not _runs(int(name[2])):
                with contextlib.suppress(OSError):  # another may have been quicker
                    _remove(Path(entry.path))


def _remove(path: Path) -> None:
    if not path.is_dir() or path.is_symlink():
        path.unlink()
    elif not (path / OLD).exists():
        shutil.rmtree(path)


@functools.cache
def _machine() -> str:
    """Eight digits for where process numbers mean the same: a host, or a container on it."""
    host = os.uname().nodename if os.name == "posix" else ""
    with contextlib.suppress(OSError):
        host += os.readlink("/proc/self/ns/pid")  # noqa: PTH115 -- no path, a name
    return f"{zlib.crc32(host.encode()):08x}"


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it runs, and is another person's
        return True
    return True
