"""Where a matrix comes from: the hash of its file, and the seed and command that are known of it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bluenoise.matrix_set import MatrixSet
from dither.errors import InputError
from dither.matrix.catalog import shipped_matrices

# A neighbour of more bytes is no manifest of matrices.
_MOST_BYTES = 1 << 22


class Origin(NamedTuple):
    """What is known of a matrix beside its numbers.

    Attributes:
        sha256: of its .npy file, in hexadecimal digits.
        shipped: its name among the shipped matrices, or None.
        seed: that it was made with, or None.
        command: that made it, or None.
    """

    sha256: str
    shipped: str | None = None
    seed: int | None = None
    command: str | None = None


def origin_of(subject: MatrixSet) -> Origin:
    """Of numbers without a file: the hash is that of the file that `bluenoise generate` would write.

    Example:
        >>> from bluenoise.matrix_set import load_matrix_set
        >>> origin_of(load_matrix_set("blue-64x64")).shipped
        'blue-64x64'
    """
    return _known(hashlib.sha256(subject.npy()).hexdigest(), shipped_matrices())


def file_origin(path: Path | str) -> Origin:
    """Of a .npy file: what the shipped matrices, or JSON files beside it, tell of the same bytes.

    Beside `mine.npy` are looked for `manifest.json`, like that of the shipped matrices, and `mine.json`
    or `mine.npy.json`, such as `bluenoise generate --json` prints. They count where their sha256 is the
    file's.

    Raises:
        InputError: the file cannot be read.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    found = _known(digest, shipped_matrices())
    if found.shipped:
        return found
    for entries in _neighbours(path):
        told = _known(digest, entries)
        if told.seed is not None or told.command is not None:
            return told._replace(shipped=None)
    return found


def _known(digest: str, entries: dict[str, Any]) -> Origin:
    """What entries of a manifest tell of these bytes; what is of the wrong type is not told."""
    for name, entry in entries.items():
        if isinstance(entry, dict) and entry.get("sha256") == digest:
            seed, command = entry.get("seed"), entry.get("command")
            return Origin(
                digest,
                name,
                seed if isinstance(seed, int) else None,
                command if isinstance(command, str) and len(command) < 4096 else None,
            )
    return Origin(digest)


def _neighbours(path: Path) -> Iterator[dict[str, Any]]:
    for name in (f"{path.stem}.json", f"{path.name}.json", "manifest.json"):
        try:
            beside = path.with_name(name)
            if not beside.is_file() or beside.stat().st_size > _MOST_BYTES:
                continue
            content = json.loads(beside.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue  # a neighbour that tells nothing is no fault of the matrix
        if isinstance(content, dict):
            yield {**content, name: content}
