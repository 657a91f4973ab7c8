"""Small correct Zarr arrays of both formats, and TIFF stacks."""

import functools
import io
import math
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from abuse.cases import Content

META = ("zarr.json", ".zarray", ".zattrs")
# Of these every sign is cut and every value replaced.
CLOSELY = {"zstd": "zarr.json", "shards": "zarr.json", "old-filter": ".zarray"}
Files = Mapping[str, Content]


def _samples(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Return compressible ramps with some noise."""
    values = np.arange(math.prod(shape)).reshape(shape) // 3 % 200
    values += np.random.default_rng(1).integers(0, 30, shape)
    values = values / 255 if np.dtype(dtype).kind == "f" else values
    return (values % 2 if dtype == "?" else values).astype(dtype)


@functools.cache
def whole_arrays() -> dict[str, dict[str, bytes]]:
    """Return arrays of both formats by name: the files in the folder of each."""
    import numcodecs
    import zarr
    from zarr.codecs import BloscCodec, GzipCodec

    new: dict[str, Any] = {"zarr_format": 3, "dtype": "u1", "shape": (5, 12, 14)}
    new["chunks"] = (2, 8, 8)
    old = new | {"zarr_format": 2}
    flat = {"shape": (12, 14), "chunks": (8, 8)}
    described: dict[str, dict[str, Any]] = {
        "zstd": new | {"attributes": {"a": [1, {"b": "c"}]}, "dimension_names": "zyx"},
        "gzip": new | flat | {"dtype": "u2", "compressors": GzipCodec()},
        "blosc": new | {"dtype": "f4", "compressors": BloscCodec()},
        "plain": new | {"dtype": "?", "compressors": None, "fill_value": True},
        "shards": new | {"chunks": (2, 4, 4), "shards": (4, 8, 8)},
        "color": new | {"shape": (12, 14, 3), "chunks": (8, 8, 3)},
        "alpha": new | {"shape": (3, 6, 7, 4), "chunks": (2, 4, 4, 4)},
        "old": old | {"compressors": numcodecs.Blosc(), "attributes": {"a": "b"}},
        "old-zlib": old | flat | {"compressors": numcodecs.Zlib()},
        "old-plain": old | {"compressors": None, "dtype": ">u2"},
        "old-nested": old
        | {"compressors": numcodecs.Zstd(), "chunk_key_encoding": {"name": "v2", "separator": "/"}},
        "old-filter": old | {"filters": [numcodecs.Delta("u1")], "compressors": numcodecs.BZ2()},
        "old-lzma": old | {"compressors": numcodecs.LZMA(), "shape": (12, 14, 3)},
        "old-lz4": old | {"compressors": numcodecs.LZ4(), "dtype": "f8"},
    }
    arrays = {}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, options in described.items():
            path = Path(folder) / name
            array = zarr.create_array(str(path), **options)
            array[...] = _samples(options["shape"], options["dtype"])
            arrays[name] = {
                str(each.relative_to(path)): each.read_bytes()
                for each in sorted(path.rglob("*"))
                if each.is_file()
            }
    return arrays


@functools.cache
def whole_stacks() -> dict[str, bytes]:
    """Return TIFFs of several pages, and one with a single page, by name."""
    import tifffile

    stacks = {}
    described: tuple[tuple[str, tuple[int, ...], str, dict[str, Any]], ...] = (
        ("plain", (3, 9, 12), "u1", {}),
        ("big", (3, 9, 12), "u2", {"bigtiff": True}),
        ("other-order", (2, 9, 12), "u2", {"byteorder": ">"}),
        ("strips", (2, 20, 12), "u1", {"rowsperstrip": 8, "compression": "zlib"}),
        ("tiles", (2, 40, 36), "u1", {"tile": (16, 16), "compression": "zlib"}),
        ("color", (2, 9, 12, 3), "u1", {"photometric": "rgb"}),
        ("real", (2, 9, 12), "f4", {"compression": "zlib"}),
        ("image", (20, 12), "u1", {"rowsperstrip": 8}),
    )
    for name, shape, dtype, options in described:
        stream = io.BytesIO()
        options = {"photometric": "minisblack", **options}
        tifffile.imwrite(stream, _samples(shape, dtype), **options)
        stacks[name] = stream.getvalue()
    return stacks


def in_folder(files: Files, name: str = "in.zarr") -> dict[str, Content]:
    return {f"{name}/{key}": content for key, content in files.items()}


def chunks_of(array: Files) -> list[str]:
    return [name for name in array if name not in META]
