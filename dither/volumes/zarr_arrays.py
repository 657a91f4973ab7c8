"""Volumes in Zarr arrays, of format 2 and 3: chunks in a folder, by the library zarr."""

import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dither.errors import InputError
from dither.volumes.block import Region
from dither.volumes.zarr_packing import MOST_METADATA, packing_of

if TYPE_CHECKING:
    import zarr

_META_FILES = ("zarr.json", ".zarray", ".zgroup")
# Metadata and other hidden files, and chunks by the names that both formats give them.
_OF_AN_ARRAY = re.compile(r"zarr\.json|\..*|c|(c\.)?\d+(\.\d+)*", re.DOTALL)
# Letters of a library's reason, which may repeat all that is in the file.
_MOST_REASON = 300
_TYPES = ("bool", "uint8", "uint16", "float32", "float64")
# Sides of the pieces that are stored where nothing else suggests some: about a mebibyte.
_PIECE_VOXELS = 1 << 20
# Axes whose last one holds channels, though there are but three.
_CHANNEL_NAMES = ("c", "channel", "channels", "s", "rgb", "rgba")


@dataclass(frozen=True, eq=False)
class ZarrVolume:
    """An array of (Y, X), (Y, X, C), (Z, Y, X) or (Z, Y, X, C), seen as one with layers.

    Attributes:
        array: as the library opens it.
        shape: (Z, Y, X) or (Z, Y, X, C); Z is 1 of an image.
        dtype: of the samples.
        chunks: layers, rows and columns of a chunk.
        grid: those of a shard of several chunks, where there are shards, else of a chunk.
        flat: whether the array itself has no layers.
        piece_bytes: that a shard or else a chunk unpacks to, with what lies beyond the array's ends.
    """

    array: "zarr.Array[Any]"
    shape: tuple[int, ...]
    dtype: np.dtype
    chunks: tuple[int, int, int]
    grid: tuple[int, int, int]
    flat: bool
    piece_bytes: int

    def read(self, region: Region) -> np.ndarray:
        """The samples of a region.

        Raises:
            InputError: a chunk is damaged.
        """
        try:
            part = np.asarray(self.array[self._place(region)])
        except MemoryError:
            raise
        except Exception as error:  # every codec has errors of its own
            raise _damaged(getattr(self.array.store, "root", "the array"), error) from error
        return part[None] if self.flat else part

    def write(self, region: Region, values: np.ndarray) -> None:
        """Store the samples of a region, which holds whole pieces of the grid.

        Raises:
            InputError: the array is gone: who asked for the work has given it up.
        """
        root = getattr(self.array.store, "root", None)
        if root is not None and not is_zarr(root):  # a chunk would make the folder anew
            raise InputError(f"cannot write {root}: the array is gone")
        self.array[self._place(region)] = values[0] if self.flat else values

    def _place(self, region: Region) -> tuple[slice, ...]:
        return region[1:] if self.flat else tuple(region)


def is_zarr(path: Path | str) -> bool:
    """Whether `path` is a folder that holds a Zarr array or group."""
    return any((Path(path) / name).is_file() for name in _META_FILES)


def check_replaceable(path: Path | str) -> None:
    """Refuse to have a folder replaced that is more than one array.

    Raises:
        InputError: that is so.
    """
    path = Path(path)
    _check_metadata(path)
    others = [each.name for each in path.iterdir() if not _OF_AN_ARRAY.fullmatch(each.name)]
    if others:
        raise InputError(f"cannot write {path}: beside an array it holds {min(others)}")


def open_zarr(path: Path | str) -> ZarrVolume:
    """A Zarr array, to be read.

    Three axes are (Z, Y, X), unless the last has 3 or 4 elements or a name such as "c": then they are
    (Y, X, C).

    Raises:
        InputError: there is no such array, or it holds anything but samples of an image or a volume.
    """
    path = Path(path)
    _check_metadata(path)
    import zarr

    from dither.volumes.zarr_files import CheckedFiles

    try:
        files = CheckedFiles(path)
        array = zarr.open_array(files, mode="r")
        shape, dtype = tuple(map(int, array.shape)), np.dtype(array.dtype)
        described: dict[str, Any] = dict(array.metadata.to_dict())
        names = described.get("dimension_names") or array.attrs.get("_ARRAY_DIMENSIONS")
        if not all((*array.chunks, *(array.shards or ()))):
            raise ValueError("its chunks have no size")
        if dtype.name in _TYPES:
            files.packing = packing_of(path, described, dtype.itemsize, array.chunks, array.shards)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # strangers' metadata fails in as many ways as there are
        raise _damaged(path, error) from error
    if files.packing is None:
        raise InputError(f"{path} holds {dtype}; samples of type {', '.join(_TYPES)} are dithered")
    named = isinstance(names, list | tuple) and str(list(names)[-1:]).strip("[]'\"").lower()
    colored = len(shape) == 4 or (
        len(shape) == 3 and (shape[2] in (3, 4) or named in _CHANNEL_NAMES)
    )
    if len(shape) - colored not in (2, 3) or not all(shape) or (colored and shape[-1] > 4):
        raise InputError(
            f"{path} has shape {shape}; an image has (Y, X), a volume (Z, Y, X), and either at most 4 "
            "channels as the last axis"
        )
    flat = len(shape) - colored == 2
    whole, first = ((1, *shape), (1,)) if flat else (shape, ())
    chunks = _three((*first, *array.chunks), whole)
    stored = array.shards or array.chunks
    grid = _three((*first, *stored), whole)
    piece = math.prod(stored) * dtype.itemsize
    return ZarrVolume(array, whole, dtype, chunks, grid, flat, piece)


def make_zarr(
    path: Path | str,
    shape: tuple[int, ...],
    dtype: np.dtype,
    chunks: tuple[int, int, int],
    *,
    flat: bool,
    about: dict[str, Any] | None = None,
) -> ZarrVolume:
    """A new Zarr array, to be written.

    Args:
        path: where there is nothing yet.
        shape: (Z, Y, X) or (Z, Y, X, C).
        dtype: of the samples.
        chunks: layers, rows and columns of each.
        flat: whether the array has no layers, of which there is but one.
        about: attributes of the array.
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
        attributes=about,
        # A chunk of black is stored as any other: that there are all tells that nothing is missing.
        config={"write_empty_chunks": True},
    )
    piece = math.prod(sides) * dtype.itemsize
    return ZarrVolume(array, shape, dtype, chunks, chunks, flat, piece)


def usual_chunks(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Sides of chunks of about a mebibyte voxels, flatter than wide, as layers are printed one by one.

    Example:
        >>> usual_chunks((5000, 2048, 2048)), usual_chunks((1, 2048, 100))
        ((16, 256, 256), (1, 2048, 100))
    """
    layers = min(shape[0], 16)
    room = _PIECE_VOXELS // layers
    columns = min(shape[2], max(int(room**0.5), room // shape[1]))
    return layers, min(shape[1], max(1, room // columns)), columns


def _damaged(path: Path | str, error: Exception) -> InputError:
    reason = " ".join(str(error).split())[:_MOST_REASON] or type(error).__name__
    return InputError(f"{path} is damaged or cannot be read: {reason}")


def _three(sides: tuple[int, ...], whole: tuple[int, ...]) -> tuple[int, int, int]:
    """Layers, rows and columns of a chunk, none more than there are."""
    layers, rows, columns = (min(pair) for pair in list(zip(sides, whole, strict=True))[:3])
    return layers, rows, columns


def _check_metadata(path: Path) -> None:
    """Refuse what is no single array before a library follows what it says."""
    if not path.exists():
        raise InputError(f"cannot read {path}: there is no such file or folder")
    if not is_zarr(path):
        raise InputError(f"{path} holds no Zarr array: it has no zarr.json, .zarray or .zgroup")
    for name in _META_FILES:
        file = path / name
        if not file.is_file():
            continue
        if file.stat().st_size > MOST_METADATA:
            raise InputError(f"{file} has more than {MOST_METADATA} bytes of metadata")
        try:
            found = json.loads(file.read_bytes())
        except (ValueError, RecursionError, OSError) as error:
            raise InputError(f"{file} is damaged or cannot be read") from error
        if name == ".zgroup" or (isinstance(found, dict) and found.get("node_type") == "group"):
            raise InputError(f"{path} is a group of Zarr arrays; name one of them{_members(path)}")


def _members(path: Path) -> str:
    inner = sorted(each.name for each in os.scandir(path) if is_zarr(each.path))[:5]
    return f", such as {path / inner[0]}" if inner else ""
