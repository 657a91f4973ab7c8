"""Journal of a batch: a file beside the results that lets the same command resume.

A result is up to date as long as three things are unchanged: the input (path, size and modification
time), the options, and the result itself (size and modification time). The journal also tells the
batch's own files from others: a result that it does not list, or that was changed since, is not
overwritten without --force.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from dither.cli.batch.lock import only_batch
from dither.errors import InputError
from dither.files.atomic import atomic_write

JOURNAL_NAME = ".dither-batch.jsonl"
# Longer lines are damage.
_MAX_LINE = 1 << 16


class Stamp(NamedTuple):
    """Size and modification time of a file, which tell without reading it whether it changed.

    Attributes:
        size: in bytes.
        changed: modification time in nanoseconds since 1970.
    """

    size: int
    changed: int

    @classmethod
    def of(cls, path: Path | str) -> "Stamp":
        """Return the stamp of a file, or of the target of a link.

        Raises:
            OSError: there is no file.
        """
        found = Path(path).stat()
        return cls(found.st_size, found.st_mtime_ns)


class Origin(NamedTuple):
    """Everything a result is made from.

    Attributes:
        source: absolute path of the input.
        stamp: stamp of the input.
        options: fingerprint of the options.
    """

    source: str
    stamp: Stamp
    options: str


class Entry(NamedTuple):
    """One result.

    Attributes:
        origin: the input and options.
        made: stamp of the result, or None while it is being made.
    """

    origin: Origin
    made: Stamp | None


class Journal:
    """The results in one folder; each change appends a line to the file.

    Args:
        entries: entries by the path of the result in the folder.
        file: open for appending.
    """

    def __init__(self, entries: dict[str, Entry], file: IO[str]) -> None:
        self._entries = entries
        self._file = file

    def is_done(self, name: str, origin: Origin, found: Stamp | None) -> bool:
        """Tell whether the result found with that stamp is up to date."""
        entry = self._entries.get(name)
        return entry is not None and found is not None and entry == Entry(origin, found)

    def is_ours(self, name: str, source: str, found: Stamp) -> bool:
        """Tell whether a batch made, or began, the result found with that stamp from that input."""
        entry = self._entries.get(name)
        return entry is not None and entry.origin.source == source and entry.made in (None, found)

    def begin(self, name: str, origin: Origin) -> None:
        """Record that a result is about to be made: from now on the batch may overwrite it."""
        self._write(name, Entry(origin, None))

    def end(self, name: str, origin: Origin, made: Stamp) -> None:
        """Record that a result is complete."""
        self._write(name, Entry(origin, made))

    def _write(self, name: str, entry: Entry) -> None:
        self._entries[name] = entry
        try:
            self._file.write(_line(name, entry))
            self._file.flush()
        except OSError as error:
            raise InputError(
                f"cannot write {self._file.name}: {error.strerror or error}"
            ) from error


@contextlib.contextmanager
def open_journal(folder: Path) -> Iterator[Journal]:
    """Open the journal of a folder under its lock; damaged lines are ignored.

    A journal without entries is removed at the end.

    Args:
        folder: folder of the results.

    Raises:
        InputError: the journal cannot be read or written, or another batch is at work in the folder.

    Example:
        >>> import tempfile
        >>> above = tempfile.TemporaryDirectory()
        >>> origin = Origin("/photos/a.jpg", Stamp(size=3, changed=1), options="")
        >>> with open_journal(Path(above.name)) as journal:
        ...     journal.end("a.png", origin, Stamp(size=5, changed=2))
        >>> with open_journal(Path(above.name)) as journal:
        ...     journal.is_done("a.png", origin, Stamp(size=5, changed=2))
        True
        >>> above.cleanup()
    """
    path = folder / JOURNAL_NAME
    with only_batch(folder):
        try:
            entries = _read_all(path)
            # One line per result, however many runs there were.
            with atomic_write(path) as fresh:
                fresh.writelines(_line(*item).encode() for item in entries.items())
            file = path.open("a", encoding="ascii")
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror or error}") from error
        try:
            yield Journal(entries, file)
        finally:
            file.close()
            if not entries:
                path.unlink(missing_ok=True)


def _read_all(path: Path) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    if not path.exists():
        return entries
    if not path.is_file():
        raise InputError(f"{path} is not the journal of a batch; remove it")
    with path.open("rb") as file:
        # A damaged file may have no line ends.
        for line in iter(lambda: file.readline(_MAX_LINE), b""):
            entries.update(_read(line))
    return entries


def _line(name: str, entry: Entry) -> str:
    origin, made = entry
    values = [name, origin.source, *origin.stamp, origin.options, *(made or ())]
    return json.dumps(values) + "\n"


def _read(line: bytes) -> dict[str, Entry]:
    """Return the entry of a line, or nothing if it is damaged."""
    try:
        name, source, size, changed, options, *made = json.loads(line)
    except (ValueError, TypeError, RecursionError):
        return {}
    texts, numbers = (name, source, options), (size, changed, *made)
    if len(made) not in (0, 2) or not all(isinstance(text, str) for text in texts):
        return {}
    if not all(type(number) is int for number in numbers):
        return {}
    origin = Origin(source, Stamp(size, changed), options)
    return {name: Entry(origin, Stamp(*made) if made else None)}
