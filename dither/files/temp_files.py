"""Temporary files beside their targets, and the removal of stale ones.

An unfinished file or folder is named `.part-RANDOM`, in the folder of its target. A kill leaves it
behind; once it is a week old, the next process that writes into that folder removes it.
"""

import contextlib
import functools
import shutil
import time
from pathlib import Path

TEMP_PREFIX = ".part-"
# Inside a temporary folder: the former target. After a kill it may be the only copy, so it is kept.
OLD = "old"
STALE_SECONDS = 7 * 24 * 3600


@functools.cache
def remove_stale_temps(folder: Path) -> None:
    """Remove temporary files in `folder` in which nothing changed for a week; once per process."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{TEMP_PREFIX}*"):
            with contextlib.suppress(OSError):  # another process may have removed it
                if not _is_stale(path):
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def _is_stale(path: Path) -> bool:
    # The time of the last status change, because a hard link keeps the file's old modification time.
    newest = time.time() - STALE_SECONDS
    changes = (each.lstat().st_ctime for each in (path, *path.rglob("*")))
    return not (path / OLD).exists() and all(change < newest for change in changes)
