"""Volumes with false metadata."""

import itertools
import json
import struct
from collections.abc import Iterator
from typing import Any

from abuse.images import TAGS, tiff
from abuse.whole_volumes import CLOSELY, Files, in_folder, whole_arrays, whole_stacks

# What no one should say, or only at another place.
_WICKED: tuple[Any, ...] = (
    None, True, 0, -1, 1, 7, 1 << 31, 1 << 63, 1 << 70, 1.5, float("nan"), float("inf"), -0.0, 1e308,
    "", "x", "NaN", "0x1", "../", "\0", "é\x1b[31m\n", [], {}, [[]], [0], [1, "x"], {"name": 3},
    {"configuration": {}},
)  # fmt: skip


def lying() -> Iterator[tuple[str, str, Files, Files | None]]:
    """Yield volumes with each value of the metadata replaced, and with consistent lies."""
    arrays = whole_arrays()
    for name, file in CLOSELY.items():
        whole = in_folder(arrays[name])
        described = json.loads(arrays[name][file])
        for path in _paths(described):
            label = "-".join(map(str, path))
            for number, value in enumerate(_WICKED):
                data = json.dumps(_with(described, path, value)).encode()
                yield f"{name}/{label}/{number}", "in.zarr", whole | {f"in.zarr/{file}": data}, None
            data = json.dumps(_with(described, path)).encode()
            yield f"{name}/{label}/missing", "in.zarr", whole | {f"in.zarr/{file}": data}, None
        for number, text in enumerate(_texts(described)):
            changed = whole | {f"in.zarr/{file}": text}
            yield f"{name}/text-{number}", "in.zarr", changed, None
    for name, file, number, changes in _lies():
        described = {**json.loads(arrays[name][file]), **changes}
        changed = in_folder(arrays[name]) | {f"in.zarr/{file}": json.dumps(described).encode()}
        yield f"{name}/lie-{number}", "in.zarr", changed, None
    deep = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    for attributes in (deep, b"[" * 10_000, b"[]", b"3", b'{"_ARRAY_DIMENSIONS": 3}', b"\xff",
                       b'{"_ARRAY_DIMENSIONS": ["z", 5, {}]}', b'{"a": NaN}', b""):  # fmt: skip
        changed = in_folder(arrays["old"]) | {"in.zarr/.zattrs": attributes}
        yield f"old/attributes-{attributes[:40]!r}", "in.zarr", changed, None
    for number, data in enumerate(_lying_stacks()):
        yield f"tiff-lie/{number}", "in.tif", {"in.tif": data}, None


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each value in nested lists and objects."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths(each, (*path, key))


def _with(value: Any, path: tuple[Any, ...], *new: Any) -> Any:
    """Return nested lists and objects with one value replaced or removed."""
    copied = json.loads(json.dumps(value))
    place = copied
    for key in path[:-1]:
        place = place[key]
    if new:
        place[path[-1]] = new[0]
    else:
        del place[path[-1]]
    return copied


def _texts(described: dict[str, Any]) -> Iterator[bytes]:
    """Yield metadata that is broken or unusual JSON."""
    whole = json.dumps(described)
    deep = "[" * 10_000 + "]" * 10_000
    yield from (b"", b"{}", b"[]", b"null", b"3", b'"x"', b"\xff\xfe" + whole.encode("utf-16-le"))
    yield from (b"\xef\xbb\xbf" + whole.encode(), whole.encode() * 2, b"[" * 10_000, deep.encode())
    yield (whole[:-1] + f', "attributes": {deep}}}').encode()
    yield (whole[:-1] + ', "shape": [1, 1, 1]}').encode()
    yield (whole[:-1] + ', "shape": [' + "9" * 5000 + ", 4, 4]}").encode()
    yield (whole[:-1] + ', "fill_value": ' + "9" * 400 + "}").encode()
    yield (whole[:-1] + ', "dimension_names": ["\\ud800", "y", "x"]}').encode()
    yield whole.encode() + b" " * (1 << 24)
    yield whole.replace("{", '{"' + "k" * 100_000 + '": 1, ', 1).encode()


def _lies() -> Iterator[tuple[str, str, int, dict[str, Any]]]:
    """Yield lies of several values: array, file, number, and the changes."""
    number = itertools.count()

    def grid(*sides: Any) -> dict[str, Any]:
        return {"name": "regular", "configuration": {"chunk_shape": sides}}

    new: list[dict[str, Any]] = [
        {"shape": [1 << 20] * 3, "chunk_grid": grid(1, 1, 1)},
        {"shape": [16, 16, 16], "chunk_grid": grid(1, 1, 1)},
        {"shape": [60, 60, 1], "chunk_grid": grid(1, 1, 1)},
        {"chunk_grid": grid(1 << 31, 1 << 31, 1 << 31)},
        {"chunk_grid": grid(1 << 10, 1 << 10, 1 << 11)},
        {"chunk_grid": grid(5, 12, 14, 1)},
        {"chunk_grid": grid()},
        {"chunk_grid": {"name": "rectangular", "configuration": {"chunk_shape": [[2, 3], 8, 8]}}},
        {"shape": []},
        {"shape": [1] * 32, "chunk_grid": grid(*[1] * 32)},
        {"shape": [1] * 5000, "chunk_grid": grid(*[1] * 5000)},
        {"storage_transformers": [{"name": "x", "configuration": {}}]},
        {"extension": {"name": "x", "must_understand": True}},
        {"extension": {"name": "x", "must_understand": False}},
        {"node_type": "group"},
        {"consolidated_metadata": {"kind": "inline", "must_understand": False, "metadata": {}}},
        {"chunk_key_encoding": {"name": "v2", "configuration": {"separator": "."}}},
        {"chunk_key_encoding": {"name": "default", "configuration": {"separator": "../"}}},
        {"chunk_key_encoding": {"name": "default", "configuration": {"separator": "/../../"}}},
        {"chunk_key_encoding": {"name": "../../x", "configuration": {}}},
        {"dimension_names": [3, {}, []]},
        {"dimension_names": ["z", None, "c" * 10_000]},
        {"dimension_names": "zyx"},
    ]
    new += [
        {"fill_value": value} for value in ("NaN", "Infinity", "AA==", 300, -1, 0.5, [], "0xff")
    ]
    kinds = ("float16", "float32", "float64", "int8", "int64", "uint32", "complex64", "r8", "r16",
             "string", "bytes", "variable_length_bytes", "object", "struct", "numpy.datetime64",
             {"name": "fixed_length_utf32", "configuration": {"length_bytes": 1 << 30}},
             {"name": "null_terminated_bytes", "configuration": {"length_bytes": 4}})  # fmt: skip
    new += [{"data_type": kind} for kind in kinds]
    new += [{"data_type": "float32", "fill_value": value} for value in ("NaN", "-Infinity", 1e300)]
    codecs = ("pickle", "numcodecs.pickle", "msgpack2", "json2", "vlen-utf8", "os.system", "zfpy",
              "numcodecs.json2", "numcodecs.quantize", "builtins.eval", "../zstd", "")  # fmt: skip
    plain = {"name": "bytes", "configuration": {"endian": "little"}}
    new += [{"codecs": [plain, {"name": name, "configuration": {}}]} for name in codecs]
    zstd = {"name": "zstd", "configuration": {"level": 0, "checksum": False}}
    shards = {"name": "sharding_indexed"}
    inner = {"chunk_shape": [1, 4, 4], "codecs": [plain], "index_codecs": [plain]}
    turned = {"name": "transpose", "configuration": {"order": [2, 1, 0]}}
    new += [
        {"codecs": [plain, *[zstd] * count]} for count in (0, 2, 50, 2000)
    ] + [
        {"codecs": each}
        for each in (
            [], [zstd], [zstd, plain], [plain, plain], [turned, plain, zstd], ["bytes", "zstd"],
            [{"name": "transpose", "configuration": {"order": [0, 0, 9]}}, plain],
            [{**shards, "configuration": inner}],
            [{**shards, "configuration": inner | {"index_location": "start"}}],
            [{**shards, "configuration": inner | {"chunk_shape": [0, 0, 0]}}],
            [{**shards, "configuration": inner | {"chunk_shape": [1, 1, 1]}}, zstd],
            [{**shards, "configuration": inner | {"index_codecs": [plain, zstd]}}],
            [{**shards, "configuration": inner | {"codecs": [{**shards, "configuration": inner}]}}],
            [plain, {"name": "numcodecs.lzma", "configuration": {"format": 3, "filters": [{}]}}],
            [plain, {"name": "numcodecs.delta", "configuration": {"dtype": "|O"}}],
        )
    ]  # fmt: skip
    for changes in new:
        yield "zstd", "zarr.json", next(number), changes
    old: list[dict[str, Any]] = [
        {"compressor": {"id": name}}
        for name in (
            "pickle",
            "msgpack2",
            "json2",
            "vlen-utf8",
            "categorize",
            "packbits",
            "eval",
            3,
        )
    ]
    filters = ("pickle", "categorize", "astype", "zlib", "fletcher32")
    old += [{"filters": [{"id": name}]} for name in filters]
    old += [
        {"filters": [{"id": "delta", "dtype": kind, "astype": other}]}
        for kind in ("|O", "|S1000000000", "<U99999", "|V9", "<f8", "[('a', 'u1')]", "")
        for other in ("|u1", kind)
    ]
    kinds = ("|O", "|S9", "<U9", "<M8[s]", "<c8", "|V5", "<f2", ">f4", "", 3, [["a", "|u1"]],
             [["a", "|O"]], "|u99", "u1", "|b1")  # fmt: skip
    old += [{"dtype": kind} for kind in kinds]
    old += [{"order": value} for value in ("F", "A", 3)]
    old += [{"dimension_separator": value} for value in ("/", "../", "", 3, None)]
    old += [{"zarr_format": value} for value in (1, 3, "2", 2.0)]
    old += [{"fill_value": value} for value in (None, "NaN", 300, "AA==", "!", [], True)]
    old += [{"shape": [1 << 20] * 3}, {"chunks": [1 << 20] * 3}, {"chunks": [1, 1, 1]}]
    old += [{"compressor": {"id": "zlib"}, "filters": [{"id": "zlib"}] * 3}]
    for changes in old:
        yield "old", ".zarray", next(number), changes


def _lying_stacks() -> Iterator[bytes]:
    """Yield TIFFs with false pages and offsets."""
    tags = TAGS | {256: (4, 1, 4), 257: (4, 1, 4)}
    one = tiff(tags)
    first = struct.unpack_from("<I", one, 4)[0]
    count = struct.unpack_from("<H", one, first)[0]
    end = first + 2 + 12 * count
    yield one[:end] + struct.pack("<I", first) + one[end + 4 :]  # the next page is this one
    yield one[:end] + struct.pack("<I", 8) + one[end + 4 :]
    yield one[:end] + struct.pack("<I", len(one) - 2) + one[end + 4 :]
    pages = 100_000
    body = one[first:end]
    head = one[:first]
    step = len(body) + 4
    yield (
        head
        + b"".join(
            body + struct.pack("<I", first + step * (page + 1) if page < pages - 1 else 0)
            for page in range(pages)
        )
        + one[end + 4 :]
    )
    two = head + body + struct.pack("<I", first + step)
    four, three = (struct.pack("<HHII", 256, 4, 1, width) for width in (4, 3))
    yield two + body.replace(four, three) + bytes(4)
    yield two + body + struct.pack("<I", first)  # a circle of two pages
    for tag, value in (
        (256, (4, 1, 0)), (256, (4, 1, 1 << 31)), (257, (4, 1, 0xFFFFFFFF)), (257, (16, 1, 1)),
        (258, (3, 1, 0)), (258, (3, 1, 64)), (259, (3, 1, 34892)), (259, (3, 1, 50000)),
        (259, (3, 1, 7)), (262, (3, 1, 3)), (262, (3, 1, 8)), (273, (4, 1, 0xFFFFFFF0)),
        (273, (4, 0xFFFFFF, 8)), (277, (3, 1, 0)), (277, (3, 1, 65535)), (278, (4, 1, 0)),
        (278, (4, 1, 0xFFFFFFFF)), (279, (4, 1, 0)), (279, (4, 1, 0xFFFFFFFF)), (284, (3, 1, 2)),
        (322, (4, 1, 0)), (322, (4, 1, 16)), (324, (4, 1, 8)), (338, (3, 1, 2)), (339, (3, 1, 3)),
        (339, (3, 1, 6)), (274, (3, 1, 6)), (32997, (4, 1, 9)), (270, (2, 99, 8)),
        (34675, (7, 1 << 30, 0)),
    ):  # fmt: skip
        changed = tags | {tag: value}
        page = tiff(changed)
        yield page
        start = struct.unpack_from("<I", page, 4)[0]
        inner = page[start : start + 2 + 12 * len(changed)]
        again = page[:start] + inner + struct.pack("<I", start + len(inner) + 4) + inner + bytes(4)
        yield again
    big = bytearray(whole_stacks()["big"])
    for place in (8, 16, 24, 40, 60):
        for value in (0xFFFFFFFFFFFFFFFF, 1 << 63, len(big), 1 << 40, 8):
            changed = bytearray(big)
            changed[place : place + 8] = struct.pack("<Q", value)
            yield bytes(changed)
    description = b'{"shape": [100000, 9, 12]}'
    yield whole_stacks()["plain"].replace(b'{"shape": [3, 9, 12]}', description[:21])
    for told in (b'{"shape": [9, 9, 12]}', b'{"shape": [0, 9, 12]}', b'{"shape": [-3, 9, 1]}'):
        yield whole_stacks()["plain"].replace(b'{"shape": [3, 9, 12]}', told)
    yield b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 65535) + bytes(65535 * 12)
    yield b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 0) + bytes(4)
    yield b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + struct.pack("<Q", 1 << 60) + bytes(99)
