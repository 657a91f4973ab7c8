"""Safe access to the files of a Zarr array: regular files only, and no larger than expected."""

import asyncio
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from zarr.storage import LocalStore

from dither.volumes.decompressed_size import COUNTED_CODECS
from dither.volumes.zarr_codecs import MAX_METADATA_BYTES, ChunkCodecs

if TYPE_CHECKING:
    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype


class CheckedFiles(LocalStore):
    """A read-only folder whose links and chunks are not trusted.

    The library alone would read /dev/zero until memory ends, wait for a pipe, and treat a chunk that
    cannot be opened as one that was left out.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root, read_only=True)
        self.codecs: ChunkCodecs | None = None  # set once the metadata has been read

    async def get(
        self,
        key: str,
        prototype: "BufferPrototype | None" = None,
        byte_range: "ByteRequest | None" = None,
    ) -> "Buffer | None":
        """Return the content of a file, or None if there is none.

        Raises:
            OSError: it cannot be read.
            ValueError: it is not a regular file, or has too many bytes, compressed or decompressed.
        """
        _check_file_size(self.root, key, self.codecs)
        found = await super().get(key, prototype, byte_range)
        if found is not None and self.codecs is not None:
            data = found.as_numpy_array().data
            if self.codecs.codec in COUNTED_CODECS:
                await asyncio.to_thread(_check_content, self.codecs, data, byte_range)
            else:  # reading headers takes less time than another thread would
                _check_content(self.codecs, data, byte_range)
        return found


def _check_content(codecs: ChunkCodecs, data: memoryview, byte_range: "ByteRequest | None") -> None:
    """Refuse a chunk that decompresses to too much, in its own file, in a shard or as part of one."""
    if byte_range is None:
        codecs.check_file(data)
        return
    start = getattr(byte_range, "start", None)
    # A range is a chunk of a shard, or the shard's index.
    if start is not None and start >= codecs.index_bytes * codecs.index_first:
        codecs.check_chunk(data)


def _check_file_size(root: Path, key: str, codecs: ChunkCodecs | None) -> None:
    """Refuse what is not a regular file, or too long or too short."""
    try:
        status = (root / key).stat()
    except FileNotFoundError:
        if (root / key).is_symlink():
            raise ValueError(f"{key} is a link that leads nowhere") from None
        return
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"{key} is no file")
    if status.st_size > (MAX_METADATA_BYTES if codecs is None else codecs.max_file_bytes):
        raise ValueError(f"{key} has {status.st_size} bytes, which are too many")
    if codecs is not None and status.st_size < max(1, codecs.index_bytes):
        raise ValueError(f"{key} has {status.st_size} bytes, which are too few")
