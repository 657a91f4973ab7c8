"""Where the pages of a TIFF file begin: a chain, each of whose links tells of the next.

The format is that of "TIFF, Revision 6.0" (Aldus, 1992), and of BigTIFF (Adobe's and others' mailing
list, 2004) with 64 bits for 32.
"""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Pages with more are refused by the library, too.
_MOST_ENTRIES = 4096


def page_offsets(path: Path | str) -> Iterator[int]:
    """The place of each page, as far as the file tells; the last may lie beyond its end.

    A library that follows pages which lead round in a circle does so without an end.

    Raises:
        ValueError: they do.
        OSError: the file cannot be read.
    """
    with Path(path).open("rb") as file:
        magic = file.read(4)
        if magic not in MAGIC:
            return
        order: Literal["little", "big"] = "little" if magic[:2] == b"II" else "big"
        place_bytes, count_bytes, entry_bytes = (8, 8, 20) if b"+" in magic else (4, 2, 12)

        def number(size: int) -> int:
            return int.from_bytes(file.read(size), order)

        if place_bytes == 8:
            file.seek(4, os.SEEK_CUR)
        size, seen = os.fstat(file.fileno()).st_size, set[int]()
        while place := number(place_bytes):
            if place in seen:
                raise ValueError(f"its pages lead round in a circle, back to byte {place}")
            seen.add(place)
            yield place
            file.seek(min(place, size))
            count = number(count_bytes)
            if count > _MOST_ENTRIES:
                return
            file.seek(count * entry_bytes, os.SEEK_CUR)


def has_several_pages(path: Path | str) -> bool:
    """Whether a TIFF, whole or damaged, says after its first page that there are more.

    Raises:
        OSError: it cannot be read.
    """
    return len(list(itertools.islice(page_offsets(path), 2))) > 1
