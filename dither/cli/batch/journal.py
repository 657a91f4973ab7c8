"""What a batch has done, kept in a file beside its results, so that the same command goes on.

A result is done while three things are as they were: the input (path, size and time of change), the
options, and the result itself (size and time of change). The journal also tells whose a file is: a
result that it knows nothing of, or that was changed since, is somebody's work and is not replaced
unasked.
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
# Longer lines were never written here.
_LONGEST_LINE = 1 << 16


class Stamp(NamedTuple):
    """What tells, without reading it, that a file is as it was.

    Attributes:
        size: in bytes.
        changed: the time of its last change, in nanoseconds since 1970.
    """

    size: int
    changed: int

    @classmethod
    def of(cls, path: Path | str) -> "Stamp":
        """The stamp of a file, or of what a link leads to.

        Raises:
            OSError: there is none.
        """
        found = Path(path).stat()
        return cls(found.st_size, found.st_mtime_ns)


class Origin(NamedTuple):
    """All that a result is made from.

    Attributes:
        source: the absolute path of the input.
        stamp: the input's.
        options: a fingerprint of how it is made.
    """

    source: str
    stamp: Stamp
    options: str


class Entry(NamedTuple):
    """One result.

    Attributes:
        origin: what it is made from.
        made: its stamp, or None while it is made.
    """

    origin: Origin
    made: Stamp | None


class Journal:
    """What is known of the results in one folder, and a line more for each that is begun or made.

    Args:
        entries: by the result's path in the folder.
        file: the end of which takes the lines.
    """

    def __init__(self, entries: dict[str, Entry], file: IO[str]) -> None:
        self._entries = entries
        self._file = file

    def is_done(self, name: str, origin: Origin, found: Stamp | None) -> bool:
        """Whether a result that is found so is what the origin makes."""
        entry = self._entries.get(name)
        return entry is not None and found is not None and entry == Entry(origin, found)

    def is_ours(self, name: str, source: str, found: Stamp) -> bool:
        """Whether a result that is found so was made, or begun, by a batch from that input."""
        entry = self._entries.get(name)
        return entry is not None and entry.origin.source == source and entry.made in (None, found)

    def begin(self, name: str, origin: Origin) -> None:
        """Tell that a result is about to be made: from now on it is the batch's own."""
        self._write(name, Entry(origin, None))

    def end(self, name: str, origin: Origin, made: Stamp) -> None:
        """Tell that a result is in its place."""
        self._write(name, Entry(origin, made))

    def _write(self, name: str, entry: Entry) -> None:
        self._entries[name] = entry
        try:
            self._file.write(_line(name, entry))
            self._file.flush()
        except OSError as error:
            raise InputError(f"cannot keep {self._file.name}: {error.strerror or error}") from error


@contextlib.contextmanager
def open_journal(folder: Path) -> Iterator[Journal]:
    """The journal of a folder, open; lines that a crash left in pieces are left out.

    Nobody else opens it meanwhile. One that holds nothing at the end is removed.

    Args:
        folder: where the results are.

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
            # One line for each result, whatever happened in how many runs.
            with atomic_write(path) as fresh:
                fresh.writelines(_line(*item).encode() for item in entries.items())
            file = path.open("a", encoding="ascii")
        except OSError as error:
            raise InputError(f"cannot keep {path}: {error.strerror or error}") from error
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
        # A damaged file may have no ends of lines.
        for line in iter(lambda: file.readline(_LONGEST_LINE), b""):
            entries.update(_read(line))
    return entries


def _line(name: str, entry: Entry) -> str:
    origin, made = entry
    values = [name, origin.source, *origin.stamp, origin.options, *(made or ())]
    return json.dumps(values) + "\n"


def _read(line: bytes) -> dict[str, Entry]:
    """The entry of a line, or nothing."""
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
