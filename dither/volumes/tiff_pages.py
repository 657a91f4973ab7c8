"""Offsets of the pages of a TIFF file: a chain in which each page points to the next.

The format is that of "TIFF, Revision 6.0" (Aldus, 1992), and of BigTIFF (a mailing list of Adobe and
others, 2004), which has 64-bit offsets.
"""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Pages with more entries are refused by the library, too.
_MAX_ENTRIES = 4096


def page_offsets(path: Path | str) -> Iterator[int]:
    """Yield the offset of each page; the last may lie beyond the end of a damaged file.

    Raises:
        ValueError: the pages form a circle, which the library would follow without an end.
        OSError: the file cannot be read.
    """
    with Path(path).open("rb") as file:
        magic = file.read(4)
        if magic not in MAGIC:
            return
        order: Literal["little", "big"] = "little" if magic[:2] == b"II" else "big"
        offset_bytes, count_bytes, entry_bytes = (8, 8, 20) if b"+" in magic else (4, 2, 12)

        def number(size: int) -> int:
            return int.from_bytes(file.read(size), order)

        if offset_bytes == 8:
            file.seek(4, os.SEEK_CUR)
        size, seen = os.fstat(file.fileno()).st_size, set[int]()
        while offset := number(offset_bytes):
            if offset in seen:
                raise ValueError(f"its pages lead round in a circle, back to byte {offset}")
            seen.add(offset)
            yield offset
            file.seek(min(offset, size))
            count = number(count_bytes)
            if count > _MAX_ENTRIES:
                return
            file.seek(count * entry_bytes, os.SEEK_CUR)


def has_several_pages(path: Path | str) -> bool:
    """Return whether a TIFF, even a damaged one, has a second page.

    Raises:
        OSError: it cannot be read.
    """
    return len(list(itertools.islice(page_offsets(path), 2))) > 1
