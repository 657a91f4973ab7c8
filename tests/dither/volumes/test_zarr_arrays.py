import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dither.errors import InputError
from dither.volumes.regions import Region
from dither.volumes.zarr_arrays import check_replaceable, default_chunks, make_zarr, open_zarr

zarr = pytest.importorskip("zarr")
numcodecs = pytest.importorskip("numcodecs")

RNG = np.random.default_rng(1)
VOLUME = RNG.integers(0, 256, (5, 17, 23), np.uint8)
PART = Region(slice(1, 4), slice(3, 9), slice(5, 23))


def _written(path: Path, values: np.ndarray, **options: Any) -> Path:
    options = {"chunks": (2, 8, 8)[-values.ndim :], **options}
    zarr.create_array(str(path), shape=values.shape, dtype=values.dtype, **options)[...] = values
    return path


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("dtype", [np.uint8, ">u2", np.float32, bool])
def test_a_region_is_what_was_written(zarr_format: int, dtype: Any, tmp_path: Path) -> None:
    values = VOLUME.astype(dtype)
    opened = open_zarr(_written(tmp_path / "v.zarr", values, zarr_format=zarr_format))
    assert (opened.shape, opened.grid, opened.flat) == (VOLUME.shape, (2, 8, 8), False)
    np.testing.assert_array_equal(opened.read(PART), values[PART])


def test_shards_are_blocks_of_chunks(tmp_path: Path) -> None:
    opened = open_zarr(_written(tmp_path / "v.zarr", VOLUME, shards=(4, 16, 16)))
    assert (opened.chunks, opened.grid) == ((2, 8, 8), (4, 16, 16))
    np.testing.assert_array_equal(opened.read(PART), VOLUME[PART])


def test_images_and_volumes_are_told_apart_by_their_axes(tmp_path: Path) -> None:
    image, color = VOLUME[0], RNG.integers(0, 256, (9, 8, 3), np.uint8)
    pair = RNG.integers(0, 256, (9, 8, 2), np.uint8)
    shapes = {
        "image": (image, {}, (1, 17, 23), True),
        "colour": (color, {"chunks": (4, 4, 3)}, (1, 9, 8, 3), True),
        "named": (pair, {"chunks": (4, 4, 2), "dimension_names": "yxc"}, (1, 9, 8, 2), True),
        "thin": (pair, {"chunks": (4, 4, 2)}, (9, 8, 2), False),
        "volume": (color[None], {"chunks": (1, 4, 4, 1)}, (1, 9, 8, 3), False),
    }
    for name, (values, options, shape, flat) in shapes.items():
        opened = open_zarr(_written(tmp_path / f"{name}.zarr", values, **options))
        assert (opened.shape, opened.flat) == (shape, flat), name
        every = Region(*(slice(0, side) for side in shape[:3]))
        np.testing.assert_array_equal(opened.read(every), values.reshape(shape))


@pytest.mark.parametrize("shape", [(5, 17, 23), (1, 17, 23), (1, 17, 23, 3), (4, 8, 9, 2)])
def test_what_is_written_is_read_by_the_library(shape: tuple[int, ...], tmp_path: Path) -> None:
    values = RNG.integers(0, 256, shape, np.uint8)
    flat = shape[0] == 1
    about = {"palette": ["#000000", "#ffffff"]}
    path = tmp_path / "v.zarr"
    made = make_zarr(path, shape, values.dtype, (2 - flat, 8, 8), flat=flat, attributes=about)
    made.write(Region(*(slice(0, side) for side in shape[:3])), values)
    array = zarr.open_array(str(path), mode="r")
    np.testing.assert_array_equal(array[...], values[0] if flat else values)
    assert array.attrs["palette"] == about["palette"]
    again = open_zarr(path)
    assert (again.shape, again.flat) == (shape, flat)


@pytest.mark.parametrize(
    "shape", [(5000, 2048, 2048), (1, 100000, 100000), (1, 3, 10**7), (9, 10**7, 2), (1, 1, 1)]
)
def test_default_chunks_are_about_a_mebibyte(shape: tuple[int, int, int]) -> None:
    chunks = default_chunks(shape)
    assert all(1 <= side <= whole for side, whole in zip(chunks, shape, strict=True))
    assert min(np.prod(shape), 1 << 19) <= np.prod(chunks) <= 1 << 20


def test_what_could_run_code_is_not_unpacked(tmp_path: Path) -> None:
    path = _written(tmp_path / "v.zarr", VOLUME, zarr_format=2, compressors=None)
    described = json.loads((path / ".zarray").read_text())
    (path / ".zarray").write_text(json.dumps({**described, "filters": [{"id": "pickle"}]}))
    with pytest.raises(InputError, match="pickle"):
        open_zarr(path)
    (path / ".zarray").write_text(json.dumps({**described, "compressor": {"id": "packbits"}}))
    with pytest.raises(InputError, match="'packbits', which is not allowed"):
        open_zarr(path)


def test_damage_is_one_sentence(tmp_path: Path) -> None:
    path = _written(tmp_path / "v.zarr", VOLUME)
    content = (path / "zarr.json").read_bytes()
    described = json.loads(content)
    for damaged in (
        b"",
        content[:99],
        b"[]",
        b"[" * 100000,
        b"{}",
        json.dumps({**described, "shape": [-1, 2, 3]}).encode(),
        json.dumps({**described, "codecs": []}).encode(),
        json.dumps({**described, "codecs": [{"name": "bytes", "configuration": 3}]}).encode(),
        json.dumps({**described, "zarr_format": 9}).encode(),
    ):
        (path / "zarr.json").write_bytes(damaged)
        with pytest.raises(InputError, match=r"v.zarr.* (is damaged|holds|uses the codec)"):
            open_zarr(path)


def test_damaged_chunks_are_one_sentence(tmp_path: Path) -> None:
    path = _written(tmp_path / "v.zarr", VOLUME)
    (path / "c" / "0" / "0" / "1").write_bytes(b"no chunk")
    with pytest.raises(InputError, match=r"v\.zarr is damaged or cannot be read"):
        open_zarr(path).read(PART)


def test_other_arrays_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        open_zarr(tmp_path / "none.zarr")
    with pytest.raises(InputError, match=r"cannot read s3://bucket/a\.zarr: it is an address"):
        open_zarr(Path("s3://bucket/a.zarr"))
    (tmp_path / "empty.zarr").mkdir()
    with pytest.raises(InputError, match="holds no Zarr array"):
        open_zarr(tmp_path / "empty.zarr")
    group = zarr.create_group(str(tmp_path / "group.zarr"))
    group.create_array("inner", shape=(4, 5, 6), dtype="u1")[...] = 7
    with pytest.raises(InputError, match=r"is a group .* such as .*group.zarr/inner"):
        open_zarr(tmp_path / "group.zarr")
    assert open_zarr(tmp_path / "group.zarr" / "inner").shape == (4, 5, 6)
    with pytest.raises(InputError, match="holds int16"):
        open_zarr(_written(tmp_path / "signed.zarr", VOLUME.astype(np.int16)))
    for shape in ((4,), (0, 4), (2, 2, 2, 2, 2), (4, 4, 4, 9)):
        values = np.zeros(shape, np.uint8)
        chunks = tuple(max(1, side) for side in shape)
        path = _written(tmp_path / f"{len(shape)}-{shape[-1]}.zarr", values, chunks=chunks)
        with pytest.raises(InputError, match="has shape"):
            open_zarr(path)


def _described(path: Path, **changes: Any) -> None:
    file = path / "zarr.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"attributes": 3, "dimension_names": None}, "is damaged"),
        ({"attributes": "c", "dimension_names": None}, "is damaged"),
        (
            {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [0, 8, 8]}}},
            "its chunks have no size",
        ),
        ({"k" * 9999: 1}, "is damaged"),
    ],
)
def test_wicked_metadata_is_one_short_sentence(
    changes: dict[str, Any], told: str, tmp_path: Path
) -> None:
    path = _written(tmp_path / "v.zarr", VOLUME)
    _described(path, **changes)
    with pytest.raises(InputError, match=told) as refused:
        open_zarr(path)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("what", ["empty", "folder", "pipe", "zeros", "dangling", "long", "file"])
@pytest.mark.parametrize("options", [{}, {"chunks": (1, 8, 8), "shards": (2, 8, 8)}])
@pytest.mark.skipif(os.name != "posix", reason="pipes and devices")
def test_what_is_no_chunk_is_not_read_as_one(
    what: str, options: dict[str, Any], tmp_path: Path
) -> None:
    """A library takes some for chunks that were left out, and others until memory ends."""
    path = _written(tmp_path / "v.zarr", VOLUME, **options)
    chunk = path / "c" / "0" / "0" / "1"
    chunk.unlink()
    if what == "folder":
        chunk.mkdir()
    elif what == "pipe":
        os.mkfifo(chunk)
    elif what in ("zeros", "dangling"):
        chunk.symlink_to("/dev/zero" if what == "zeros" else "nowhere")
    elif what == "file":
        shutil.rmtree(path / "c" / "0")
        (path / "c" / "0").write_bytes(b"x")
    else:
        with chunk.open("wb") as file:
            file.truncate((1 << 40) * (what == "long"))
    with pytest.raises(InputError, match=r"v\.zarr is damaged"):
        open_zarr(path).read(PART)


def test_a_missing_chunk_is_the_fill_value(tmp_path: Path) -> None:
    path = _written(tmp_path / "v.zarr", VOLUME, fill_value=7)
    (path / "c" / "0" / "0" / "1").unlink()
    wanted = VOLUME.copy()
    wanted[:2, :8, 8:16] = 7
    np.testing.assert_array_equal(open_zarr(path).read(PART), wanted[PART])


@pytest.mark.parametrize("attribute", [".zattrs", "zarr.json"])
def test_other_metadata_is_a_file_too(attribute: str, tmp_path: Path) -> None:
    path = _written(tmp_path / "v.zarr", VOLUME, zarr_format=2)
    (path / attribute).unlink(missing_ok=True)
    (path / attribute).symlink_to("/dev/zero")
    with pytest.raises(InputError, match="is no file"):
        open_zarr(path)


def test_a_shard_whose_index_lies_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path / "v.zarr", VOLUME, chunks=(1, 8, 8), shards=(2, 8, 8))
    shard = path / "c" / "0" / "0" / "1"
    content = shard.read_bytes()
    for place, number in ((36, 1 << 63), (28, 1 << 40)):  # the index: 2 pairs, and 4 bytes of sum
        shard.write_bytes(content[:-place] + number.to_bytes(8, "little") + content[8 - place :])
        with pytest.raises(InputError, match="is damaged"):
            open_zarr(path).read(PART)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("compressor", ["gzip", "zstd", "blosc"])
def test_shards_are_read_whole_and_in_part(compressor: str, first: bool, tmp_path: Path) -> None:
    from zarr.codecs import BytesCodec, ShardingCodec

    inner = [BytesCodec(), {"name": compressor, "configuration": _OPTIONS[compressor]}]
    sharded = ShardingCodec(
        chunk_shape=(1, 4, 4), codecs=inner, index_location="start" if first else "end"
    )
    array = zarr.create_array(
        str(tmp_path / "v.zarr"),
        shape=VOLUME.shape,
        dtype="u1",
        chunks=(4, 8, 8),
        serializer=sharded,
        compressors=None,
    )
    array[...] = VOLUME
    opened = open_zarr(tmp_path / "v.zarr")
    whole = Region(*(slice(0, side) for side in VOLUME.shape))
    for region in (PART, whole, Region(slice(0, 1), slice(0, 1), slice(0, 1))):
        np.testing.assert_array_equal(opened.read(region), VOLUME[region])


_OPTIONS: dict[str, dict[str, Any]] = {
    "gzip": {"level": 5},
    "zstd": {"level": 0, "checksum": False},
    "blosc": {
        "typesize": 1,
        "cname": "lz4",
        "clevel": 5,
        "shuffle": "shuffle",
        "blocksize": 0,
    },
}


@pytest.mark.parametrize("name", ["GZip", "Zlib"])
def test_large_deflated_chunks_are_unpacked_once(name: str, tmp_path: Path) -> None:
    values = RNG.integers(0, 256, (4, 200, 200), np.uint8)
    packed = {"zarr_format": 2, "compressors": getattr(numcodecs, name)(1)}
    path = _written(tmp_path / "v.zarr", values, chunks=(4, 200, 200), **packed)
    every = Region(*(slice(0, side) for side in values.shape))
    np.testing.assert_array_equal(open_zarr(path).read(every), values)
    chunk = path / "0.0.0"
    content = bytearray(chunk.read_bytes())
    content[-6] ^= 1  # in the check sum
    chunk.write_bytes(content)
    with pytest.raises(InputError, match="is damaged"):
        open_zarr(path).read(every)


def test_a_group_or_more_than_an_array_is_not_replaced(tmp_path: Path) -> None:
    path = _written(tmp_path / "v.zarr", VOLUME)
    check_replaceable(path)
    check_replaceable(_written(tmp_path / "old.zarr", VOLUME, zarr_format=2))
    (path / "letters.txt").write_text("mine")
    with pytest.raises(InputError, match=r"besides an array it holds letters\.txt"):
        check_replaceable(path)
    zarr.create_group(str(tmp_path / "group.zarr")).create_array("0", shape=(4, 5), dtype="u1")
    with pytest.raises(InputError, match="is a group"):
        check_replaceable(tmp_path / "group.zarr")
