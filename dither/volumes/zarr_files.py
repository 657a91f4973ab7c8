"""The files of a stranger's Zarr array: regular ones, of no more bytes than they should have."""

import asyncio
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from zarr.storage import LocalStore

from dither.volumes.decompressed_size import stored
from dither.volumes.zarr_packing import MOST_METADATA, Packing, check_chunk, check_file

if TYPE_CHECKING:
    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype

# What others unpack to stands in their heads, and takes no time to be read.
_COUNTED = ("bz2", "gzip", "lzma", "zlib")


class CheckedFiles(LocalStore):
    """A folder to be read, whose links may lead anywhere and whose chunks may hold anything.

    A library would read /dev/zero until memory ends, wait for who writes into a pipe, and take what
    cannot be opened as a chunk for one that was left out.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root, read_only=True)
        self.packing: Packing | None = None

    async def get(
        self,
        key: str,
        prototype: "BufferPrototype | None" = None,
        byte_range: "ByteRequest | None" = None,
    ) -> "Buffer | None":
        """What a file holds; None where there is none, and nothing else in its place.

        Raises:
            OSError: it is no file, or cannot be read.
            ValueError: it has too many bytes, packed or unpacked.
        """
        _check(self.root, key, self.packing)
        found = await super().get(key, prototype, byte_range)
        if found is None or self.packing is None:
            return found
        data = found.as_numpy_array().data
        if self.packing.unpacks in _COUNTED:
            again = await asyncio.to_thread(_checked, self.packing, data, byte_range)
        else:
            again = _checked(self.packing, data, byte_range)
        return found if again is None else found.from_bytes(again)


def _checked(packing: Packing, data: memoryview, byte_range: "ByteRequest | None") -> bytes | None:
    """Refuse what unpacks to too much; other bytes that say the same, where they are there anyway."""
    if byte_range is None:
        again = None
        if packing.unpacks is not None and not packing.index_bytes:
            again = stored(packing.unpacks, data, packing.most)
        if again is None:
            check_file(packing, data)
        return again
    start = getattr(byte_range, "start", None)
    # A range is a chunk in a shard, or the shard's index.
    if start is not None and start >= packing.index_bytes * packing.index_first:
        check_chunk(packing, data)
    return None


def _check(root: Path, key: str, packing: Packing | None) -> None:
    """Refuse what is no file, or of another length than it can have."""
    try:
        status = (root / key).stat()
    except FileNotFoundError:
        if (root / key).is_symlink():
            raise ValueError(f"{key} is a link that leads nowhere") from None
        return
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"{key} is no file")
    if status.st_size > (MOST_METADATA if packing is None else packing.most_in_file):
        raise ValueError(f"{key} has {status.st_size} bytes, which are too many")
    if packing is not None and status.st_size < max(1, packing.index_bytes):
        raise ValueError(f"{key} has {status.st_size} bytes, which are too few")
