"""Volumes in Zarr arrays of formats 2 and 3, read and written by the library zarr."""

import dataclasses
import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dither.errors import InputError
from dither.files.safe_open import refuse_address
from dither.volumes.damage import damaged
from dither.volumes.regions import Region
from dither.volumes.zarr_codecs import MAX_METADATA_BYTES, chunk_codecs

if TYPE_CHECKING:
    import zarr

_META_FILES = ("zarr.json", ".zarray", ".zgroup")
# Metadata and other hidden files, and the names that both formats give to chunks.
_OF_AN_ARRAY = re.compile(r"zarr\.json|\..*|c|(c\.)?\d+(\.\d+)*", re.DOTALL)
_TYPES = ("bool", "uint8", "uint16", "float32", "float64")
# Voxels of a chunk that `default_chunks` makes: about a mebibyte.
_CHUNK_VOXELS = 1 << 20
# Names of a last axis that holds channels, where there are only three axes.
_CHANNEL_NAMES = ("c", "channel", "channels", "s", "rgb", "rgba")


@dataclass(frozen=True, eq=False)
class ZarrVolume:
    """An array of (Y, X), (Y, X, C), (Z, Y, X) or (Z, Y, X, C), seen as one with layers.

    Attributes:
        array: as the library opens it.
        shape: (Z, Y, X) or (Z, Y, X, C); Z is 1 for an image.
        dtype: of the samples.
        chunks: layers, rows and columns of a chunk.
        grid: layers, rows and columns of a shard of chunks, or of a chunk where there are no shards.
        flat: whether the array itself has no layers.
        piece_bytes: decoded size of a shard, or of a chunk, including what exceeds the array's shape.
    """

    array: "zarr.Array[Any]"
    shape: tuple[int, ...]
    dtype: np.dtype
    chunks: tuple[int, int, int]
    grid: tuple[int, int, int]
    flat: bool
    piece_bytes: int

    def read(self, region: Region) -> np.ndarray:
        """Read the samples of a region.

        Raises:
            InputError: a chunk is damaged.
        """
        try:
            part = np.asarray(self.array[self._index(region)])
        except MemoryError:
            raise
        except Exception as error:  # each codec has errors of its own
            raise damaged(getattr(self.array.store, "root", "the array"), error) from error
        return part[None] if self.flat else part

    def write(self, region: Region, values: np.ndarray) -> None:
        """Write the samples of a region made of whole pieces of the grid.

        Raises:
            InputError: the array is gone, because the work was given up elsewhere.
        """
        root = getattr(self.array.store, "root", None)
        if root is not None and not is_zarr(root):  # else the library would make the folder again
            raise InputError(f"cannot write {root}: the array is gone")
        self.array[self._index(region)] = values[0] if self.flat else values

    def _index(self, region: Region) -> tuple[slice, ...]:
        return region[1:] if self.flat else tuple(region)


def is_zarr(path: Path | str) -> bool:
    """Return whether `path` is a folder that holds a Zarr array or group."""
    return any((Path(path) / name).is_file() for name in _META_FILES)


def check_replaceable(path: Path | str) -> None:
    """Refuse to replace a folder that holds more than one array.

    Raises:
        InputError: the folder is a group, or holds other files.
    """
    path = Path(path)
    _check_metadata(path)
    others = [each.name for each in path.iterdir() if not _OF_AN_ARRAY.fullmatch(each.name)]
    if others:
        raise InputError(f"cannot write {path}: besides an array it holds {min(others)}")


def open_zarr(path: Path | str) -> ZarrVolume:
    """Open a Zarr array for reading.

    Three axes are (Z, Y, X), unless the last has 3 or 4 elements or a name such as "c": then they are
    (Y, X, C).

    Raises:
        InputError: there is no such array, or it does not hold samples of an image or a volume.
    """
    path = Path(path)
    _check_metadata(path)
    import zarr

    from dither.volumes.zarr_files import CheckedFiles

    try:
        files = CheckedFiles(path)
        array = zarr.open_array(files, mode="r")
        shape, dtype = tuple(map(int, array.shape)), np.dtype(array.dtype)
        metadata: dict[str, Any] = dict(array.metadata.to_dict())
        names = metadata.get("dimension_names") or array.attrs.get("_ARRAY_DIMENSIONS")
        if not all((*array.chunks, *(array.shards or ()))):
            raise ValueError("its chunks have no size")
        if dtype.name in _TYPES:
            files.codecs = chunk_codecs(path, metadata, dtype.itemsize, array.chunks, array.shards)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # metadata can be wrong in many ways
        raise damaged(path, error) from error
    if files.codecs is None:
        raise InputError(f"{path} holds {dtype}; it must hold {', '.join(_TYPES)}")
    last_name = isinstance(names, list | tuple) and str(list(names)[-1:]).strip("[]'\"").lower()
    colored = len(shape) == 4 or (
        len(shape) == 3 and (shape[2] in (3, 4) or last_name in _CHANNEL_NAMES)
    )
    if len(shape) - colored not in (2, 3) or not all(shape) or (colored and shape[-1] > 4):
        raise InputError(
            f"{path} has shape {shape}; an image has (Y, X), a volume (Z, Y, X), and either at most 4 "
            "channels as the last axis"
        )
    flat = len(shape) - colored == 2
    whole = (1, *shape) if flat else shape
    stored = array.shards or array.chunks

    def layers_rows_columns(sides: tuple[int, ...]) -> tuple[int, int, int]:
        return tuple(map(min, (1, *sides) if flat else sides, whole))[:3]  # type: ignore[return-value]

    return ZarrVolume(
        array=array,
        shape=whole,
        dtype=dtype,
        chunks=layers_rows_columns(array.chunks),
        grid=layers_rows_columns(stored),
        flat=flat,
        piece_bytes=math.prod(stored) * dtype.itemsize,
    )


def make_zarr(
    path: Path | str,
    shape: tuple[int, ...],
    dtype: np.dtype,
    chunks: tuple[int, int, int],
    *,
    flat: bool,
    attributes: dict[str, Any] | None = None,
) -> ZarrVolume:
    """Make a Zarr array for writing.

    Args:
        path: must not exist.
        shape: (Z, Y, X) or (Z, Y, X, C).
        dtype: of the samples.
        chunks: layers, rows and columns of a chunk.
        flat: leave out the axis of layers; `shape` has one layer.
        attributes: of the array.
    """
    import zarr

    sides = (*chunks, *shape[3:])
    names = ["z", "y", "x", "c"][: len(shape)]
    array = zarr.create_array(
        str(path),
        shape=shape[1:] if flat else shape,
        chunks=sides[1:] if flat else sides,
        dtype=dtype,
        fill_value=0,
        dimension_names=names[1:] if flat else names,
        attributes=attributes,
        # Chunks of zeros are stored too, so that a missing chunk shows that something went wrong.
        config={"write_empty_chunks": True},
    )
    piece_bytes = math.prod(sides) * dtype.itemsize
    return ZarrVolume(array, shape, dtype, chunks, chunks, flat, piece_bytes)


def reopened_zarr(volume: ZarrVolume, path: Path | str) -> ZarrVolume:
    """Return a new array's description for an array of the same layout at another path.

    Args:
        volume: from `make_zarr`.
        path: the other array, whose metadata is that of `volume`.
    """
    import zarr

    return dataclasses.replace(volume, array=zarr.open_array(str(path), mode="r+"))


def default_chunks(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Return sides of chunks of about 2^20 voxels, with few layers, which are printed one by one.

    Example:
        >>> default_chunks((5000, 2048, 2048)), default_chunks((1, 2048, 100))
        ((16, 256, 256), (1, 2048, 100))
    """
    layers = min(shape[0], 16)
    room = _CHUNK_VOXELS // layers
    columns = min(shape[2], max(int(room**0.5), room // shape[1]))
    return layers, min(shape[1], max(1, room // columns)), columns


def _check_metadata(path: Path) -> None:
    """Refuse what is not a single array, before a library follows its metadata."""
    if not path.exists():
        refuse_address(str(path))
        raise InputError(f"cannot read {path}: there is no such file or folder")
    if not is_zarr(path):
        raise InputError(f"{path} holds no Zarr array: it has no zarr.json, .zarray or .zgroup")
    for name in _META_FILES:
        file = path / name
        if not file.is_file():
            continue
        if file.stat().st_size > MAX_METADATA_BYTES:
            raise InputError(f"{file} has more than {MAX_METADATA_BYTES} bytes of metadata")
        try:
            found = json.loads(file.read_bytes())
        except (ValueError, RecursionError, OSError) as error:
            raise InputError(f"{file} is damaged or cannot be read") from error
        if name == ".zgroup" or (isinstance(found, dict) and found.get("node_type") == "group"):
            members = sorted(each.name for each in os.scandir(path) if is_zarr(each.path))
            example = f", such as {path / members[0]}" if members else ""
            raise InputError(f"{path} is a group of Zarr arrays; name one of them{example}")
