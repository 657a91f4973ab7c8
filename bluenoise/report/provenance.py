"""Provenance of a matrix: the hash of its file, and the seed and command that made it, if known."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bluenoise.matrix_set import MatrixSet, shipped_entry
from dither.errors import InputError

# Larger JSON files are no manifests.
_MAX_BYTES = 1 << 22
_MAX_COMMAND = 4096


class Provenance(NamedTuple):
    """Origin of a matrix.

    Attributes:
        sha256: of its .npy file, hexadecimal.
        shipped: its name among the shipped matrices, or None.
        seed: the seed it was made with, or None.
        command: the command that made it, or None.
    """

    sha256: str
    shipped: str | None = None
    seed: int | None = None
    command: str | None = None


def matrix_provenance(matrix_set: MatrixSet) -> Provenance:
    """Return the provenance of a matrix in memory, hashed as `bluenoise generate` would write it.

    Example:
        >>> from bluenoise.matrix_set import load_matrix_set
        >>> matrix_provenance(load_matrix_set("blue-64x64")).shipped
        'blue-64x64'
    """
    return _shipped(hashlib.sha256(matrix_set.npy()).hexdigest())


def file_provenance(path: Path | str) -> Provenance:
    """Return the provenance of a .npy file, from the shipped matrices or a JSON file next to it.

    Next to `mine.npy`, it reads `mine.json` and `mine.npy.json`, such as `bluenoise generate --json`
    prints, and `manifest.json`, as for the shipped matrices. Entries with another sha256 are ignored.

    Raises:
        InputError: the file cannot be read.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    found = _shipped(digest)
    if found.shipped:
        return found
    for entry in _adjacent_entries(path):
        recorded = _from_entry(digest, entry)
        if entry.get("sha256") == digest and recorded != found:
            return recorded
    return found


def _shipped(digest: str) -> Provenance:
    found = shipped_entry(digest)
    if found is None:
        return Provenance(digest)
    return _from_entry(digest, found[1])._replace(shipped=found[0])


def _from_entry(digest: str, entry: dict[str, Any]) -> Provenance:
    """Return seed and command of a manifest entry; values of a wrong type are ignored."""
    seed, command = entry.get("seed"), entry.get("command")
    return Provenance(
        digest,
        seed=seed if isinstance(seed, int) else None,
        command=command if isinstance(command, str) and len(command) < _MAX_COMMAND else None,
    )


def _adjacent_entries(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of JSON files next to a matrix; unreadable files are skipped."""
    for name in (f"{path.stem}.json", f"{path.name}.json", "manifest.json"):
        try:
            manifest = path.with_name(name)
            if not manifest.is_file() or manifest.stat().st_size > _MAX_BYTES:
                continue
            content = json.loads(manifest.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(content, dict):
            yield from (each for each in (*content.values(), content) if isinstance(each, dict))
