"""Volumes at their limits, and volumes that are refused, as the limits page tells them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dither.cli import app
from dither.cli.volumes import memory_of
from dither.errors import InputError


def _array(path: Path, shape: tuple[int, ...], **options: Any) -> Path:
    """A Zarr array without chunks, all fill values, which takes no room."""
    zarr = pytest.importorskip("zarr")
    options = {"chunks": tuple(min(side, 16) for side in shape), "dtype": "u1", **options}
    zarr.create_array(str(path), shape=shape, **options)
    return path


def began(source: Path, **options: Any) -> None:
    """All that comes before the first voxel of a volume."""
    from dither.volumes.block import LevelDither
    from dither.volumes.work import volume_work

    target = source.with_name("out.zarr")
    with volume_work(source, target, LevelDither(levels=2), **options):
        pass


def _metadata(path: Path, size: int) -> None:
    described = _array(path, (4, 4, 4)) / "zarr.json"
    described.write_bytes(described.read_bytes().ljust(size))
    began(path)


def _chunk_bytes(path: Path, size: int, packed: bool) -> None:
    """A chunk of a million bytes that has so many on disk, or unpacked; none fits its samples."""
    numcodecs = pytest.importorskip("numcodecs")
    options = {"zarr_format": 2, "compressors": None if packed else numcodecs.LZ4()}
    _array(path, (100, 100, 100), chunks=(100, 100, 100), **options)
    with (path / "0.0.0").open("wb") as file:
        file.write(size.to_bytes(4, "little"))
        file.truncate(size if packed else 99)
    from dither.volumes.block import Region
    from dither.volumes.zarr_arrays import open_zarr

    try:
        open_zarr(path).read(Region(*[slice(0, 1)] * 3))
    except InputError as error:
        if "too many" in str(error) or "more than its samples" in str(error):
            raise


def _jobs(count: int) -> None:
    try:
        words = f"ordered p.tif -o o.zarr -b 1 --jobs {count} --memory 1TB"
        app(words.split(), standalone_mode=False)
    except InputError as error:
        if "--jobs" in str(error):
            raise


VOLUME_LIMITS: dict[str, Callable[[int, Path], object]] = {
    "voxels of a volume": lambda n, folder: began(_array(folder / "v.zarr", (n, 1, 1))),
    "bytes of `--memory`, minimum": lambda n, folder: (
        memory_of(str(2 * 16_000_000 - n)),  # one beyond the least is one less
        began(_array(folder / "v.zarr", (4, 4)), memory=2 * 16_000_000 - n),
    ),
    "bytes of `--memory`, maximum": lambda n, folder: (
        memory_of(str(n)),
        began(_array(folder / "v.zarr", (4, 4)), memory=n),
    ),
    "processes of `--jobs`": lambda n, _: _jobs(n),
    "channels of a voxel": lambda n, folder: began(_array(folder / "v.zarr", (4, 4, 4, n))),
    "bytes of a Zarr metadata file": lambda n, folder: _metadata(folder / "v.zarr", n),
    "compressed bytes of a chunk of 1,000,000 bytes": lambda n, folder: _chunk_bytes(
        folder / "v.zarr", n, packed=True
    ),
    "decompressed bytes of a chunk of 1,000,000 bytes": lambda n, folder: _chunk_bytes(
        folder / "v.zarr", n, packed=False
    ),
}


def _stack(folder: Path, shape: tuple[int, ...], **options: Any) -> Path:
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(folder / "v.tif", np.zeros(shape, np.uint8), **options)
    return folder / "v.tif"


def _packed_by(folder: Path, *names: str) -> Path:
    """An array whose metadata says so."""
    path = _array(folder / "v.zarr", (4, 4, 4), zarr_format=2)
    described = json.loads((path / ".zarray").read_text())
    described["compressor"], *described["filters"] = [{"id": name} for name in names]
    (path / ".zarray").write_text(json.dumps(described))
    return path


def _group(folder: Path) -> Path:
    pytest.importorskip("zarr").create_group(str(folder / "v.zarr"))
    return folder / "v.zarr"


def _within(folder: Path) -> Path:
    """A link that makes the target's folder one within the source."""
    path = _array(folder / "v.zarr", (4, 4))
    (path / "more").mkdir()
    (folder / "link").symlink_to(path / "more")
    (path / "more" / "v.zarr").symlink_to(path)
    return folder / "link" / "v.zarr"


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a group of Zarr arrays": (_group, "is a group"),
    "samples of another type": (
        lambda folder: _array(folder / "v.zarr", (4, 4), dtype="i2"),
        "holds int16",
    ),
    "a chunk, shard, strip or tile that needs more than `--memory`": (
        lambda folder: _array(folder / "v.zarr", (9, 9, 9), chunks=(999, 999, 999)),
        "unpacks to 997002999 bytes",
    ),
    "chunks compressed twice, or shards within shards": (
        lambda folder: _packed_by(folder, "zlib", "zlib"),
        "packed with zlib, then zlib",
    ),
    "chunks with a codec that can run code, such as pickle": (
        lambda folder: _packed_by(folder, "pickle"),
        "'pickle'",
    ),
    "rotated pages": (
        lambda folder: _stack(folder, (2, 9, 9), extratags=[(274, "H", 1, 6, True)]),
        "its pages are turned",
    ),
    "channels in separate planes": (
        lambda folder: _stack(folder, (3, 9, 9), photometric="rgb", planarconfig="separate"),
        "in planes of their own",
    ),
    "premultiplied alpha": (
        lambda folder: _stack(folder, (9, 9, 4), photometric="rgb", extrasamples=["assocalpha"]),
        "its alpha is multiplied",
    ),
    "an output inside the input, or a folder that holds more than an array": (
        _within,
        "it lies in",
    ),
}
