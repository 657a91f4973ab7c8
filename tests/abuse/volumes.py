"""Volumes that are damaged, or lie, or unpack to more than there is: Zarr arrays and stacks in TIFF."""

import bz2
import contextlib
import functools
import gzip
import importlib.util
import io
import itertools
import json
import lzma
import math
import struct
import tempfile
import warnings
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from abuse.cases import FOLDER, PIPE, Case, Content, Link
from abuse.damage import cuts, flips, stretches
from abuse.images import TAGS, tiff

SEED = 9
# Of a process that has loaded all it needs, and works in 16 MB; a bomb's gigabyte stands out.
MOST = 500 << 20
# Lies about sizes would fill the disk, as the truth would.
COMMANDS = (
    "dither ordered {} -o out.zarr -b 1 --memory 16MB --max-pixels 1000000",
    "dither ordered {} -o out.tif -b 2 --json --max-pixels 1000000",
    "dither ordered {} -o out.zarr -p game-boy --json --max-pixels 1000000",
    "dither ordered {} -o out.tif -l 3 --gray --memory 16MB --max-pixels 1000000",
    "dither ordered {} -o out.tif -p game-boy --contrast 1.2 --max-pixels 1000000",
)
# Of these every sign is cut and every value replaced.
_CLOSELY = {"zstd": "zarr.json", "shards": "zarr.json", "old-filter": ".zarray"}
META = ("zarr.json", ".zarray", ".zattrs")
_MISSING = any(importlib.util.find_spec(name) is None for name in ("zarr", "tifffile"))
Files = Mapping[str, Content]


def cases(beside: Files, *, bombs: bool = True) -> Iterator[Case]:
    """All cases, each in a folder with `beside` in it; none where the libraries are missing."""
    if _MISSING:
        return
    number = itertools.count()

    def case(label: str, source: str, files: Files, **more: Any) -> Case:
        words = _words(more.pop("command", COMMANDS[next(number) % len(COMMANDS)]), source)
        output = more.pop("output", words[words.index("-o") + 1])
        if more.get("intact") is not None:
            more["intact"] = {**beside, **more["intact"]}
        return Case(f"volume/{label}", words, {**beside, **files}, output, most=MOST, **more)

    for label, source, files, intact in (*_damaged(), *_lying()):
        yield case(label, source, files, intact=intact)
    for label, source, files, refused in _places():
        yield case(label, source, files, refused=refused)
    for label, command, files, output, refused in _targets():
        yield case(label, "", files, command=command, output=output, refused=refused)
    if bombs:
        for label, source, files in _bombs():
            for place, command in enumerate(COMMANDS[:3]):
                yield case(f"{label}/{place}", source, files, command=command)


def is_whole(name: str, written: Mapping[str, bytes]) -> bool:
    """Whether all chunks are there of an array that a command has written."""
    try:
        described = json.loads(written[f"{name}/zarr.json"])
    except (KeyError, ValueError):
        return False
    sides = described["chunk_grid"]["configuration"]["chunk_shape"]
    wanted = math.prod(
        -(-whole // side) for whole, side in zip(described["shape"], sides, strict=True)
    )
    found = [each for each in written if each.startswith(f"{name}/c/") and written[each]]
    return len(found) == wanted


def warming(folder: Path) -> Iterator[tuple[str, ...]]:
    """Commands that load all that volumes need, and the files that they read in `folder`."""
    if _MISSING:
        return
    for key, content in _folder(whole_arrays()["zstd"]).items():
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(content)
    (folder / "in.tif").write_bytes(whole_stacks()["plain"])
    yield _words(COMMANDS[0], "in.zarr")
    yield _words(COMMANDS[1], "in.tif")


def _words(command: str, source: str) -> tuple[str, ...]:
    return tuple(source if word == "{}" else word for word in command.split())


def _samples(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Ramps, which are packed to less, and some noise."""
    values = np.arange(math.prod(shape)).reshape(shape) // 3 % 200
    values += np.random.default_rng(1).integers(0, 30, shape)
    values = values / 255 if np.dtype(dtype).kind == "f" else values
    return (values % 2 if dtype == "?" else values).astype(dtype)


@functools.cache
def whole_arrays() -> dict[str, dict[str, bytes]]:
    """Arrays of both formats, by a name: the files in the folder of each."""
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
    """TIFFs of several pages, and one of a page, by a name."""
    import tifffile

    stacks = {}
    for name, shape, dtype, options in (
        ("plain", (3, 9, 12), "u1", {}),
        ("big", (3, 9, 12), "u2", {"bigtiff": True}),
        ("other-order", (2, 9, 12), "u2", {"byteorder": ">"}),
        ("strips", (2, 20, 12), "u1", {"rowsperstrip": 8, "compression": "zlib"}),
        ("tiles", (2, 40, 36), "u1", {"tile": (16, 16), "compression": "zlib"}),
        ("color", (2, 9, 12, 3), "u1", {"photometric": "rgb"}),
        ("real", (2, 9, 12), "f4", {"compression": "zlib"}),
        ("image", (20, 12), "u1", {"rowsperstrip": 8}),
    ):
        stream = io.BytesIO()
        tifffile.imwrite(stream, _samples(shape, dtype), **options)
        stacks[name] = stream.getvalue()
    return stacks


def _folder(files: Files, name: str = "in.zarr") -> dict[str, Content]:
    return {f"{name}/{key}": content for key, content in files.items()}


def _chunks(array: Files) -> list[str]:
    return [name for name in array if name not in META]


def _damaged() -> Iterator[tuple[str, str, Files, Files | None]]:
    """Label, source, files, and for what is cut what it was: files cut, their bits flipped, lost."""
    for name, array in whole_arrays().items():
        whole = _folder(array)
        yield f"{name}/whole", "in.zarr", whole, whole
        for file in (*(each for each in META if each in array), *_chunks(array)[:2]):
            data, meta = array[file], file in META
            ending = "json" if meta else "chunk"
            step = 1 if name in _CLOSELY else 7
            places = list(_structure(data))[::step] if meta else range(0, len(data), 11 * step)
            for place in {*places, len(data) - 1}:
                changed = whole | {f"in.zarr/{file}": data[:place]}
                yield f"{name}/{file}/cut-{place}", "in.zarr", changed, whole
            for label, flipped in flips(data, ending, 25 if meta else 12, SEED):
                changed = whole | {f"in.zarr/{file}": flipped}
                yield f"{name}/{file}/{label}", "in.zarr", changed, None
            for label, stretched in stretches(data, 12 if meta else 6, SEED):
                changed = whole | {f"in.zarr/{file}": stretched}
                yield f"{name}/{file}/{label}", "in.zarr", changed, None
            lost = {key: content for key, content in whole.items() if key != f"in.zarr/{file}"}
            yield f"{name}/{file}/lost", "in.zarr", lost, None
    for name, data in whole_stacks().items():
        yield f"tiff-{name}/whole", "in.tif", {"in.tif": data}, None
        places = {label: cut for label, cut in cuts(data, "tif" if data[2] == 42 else "big")}
        places |= {f"cut-{place}": data[:place] for place in range(0, len(data), 97)}
        for label, cut in places.items():
            yield f"tiff-{name}/{label}", "in.tif", {"in.tif": cut}, {"in.tif": data}
        for label, flipped in (*flips(data, "tif", 30, SEED), *_flipped_entries(data)):
            yield f"tiff-{name}/{label}", "in.tif", {"in.tif": flipped}, None
        for label, stretched in stretches(data, 20, SEED):
            yield f"tiff-{name}/{label}", "in.tif", {"in.tif": stretched}, None


def _structure(data: bytes) -> Iterator[int]:
    """The ends of a JSON text's signs."""
    return (place + 1 for place, sign in enumerate(data[:-1]) if sign in b'{}[]:,"')


def _flipped_entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A TIFF with bits changed where its pages are described: behind the samples, or before them."""
    generator = np.random.default_rng(SEED)
    (place,) = struct.unpack_from(("<" if data[:2] == b"II" else ">") + "I", data, 4)
    if data[2:4] in (b"+\0", b"\0+"):
        (place,) = struct.unpack_from(("<" if data[:2] == b"II" else ">") + "Q", data, 8)
    for number in range(60):
        changed = bytearray(data)
        changed[place + int(generator.integers(min(200, len(data) - place)))] ^= 1 << (number % 8)
        yield f"entry-{number}", bytes(changed)


# What no one should say, or only at another place.
_WICKED: tuple[Any, ...] = (
    None, True, 0, -1, 1, 7, 1 << 31, 1 << 63, 1 << 70, 1.5, float("nan"), float("inf"), -0.0, 1e308,
    "", "x", "NaN", "0x1", "../", "\0", "é\x1b[31m\n", [], {}, [[]], [0], [1, "x"], {"name": 3},
    {"configuration": {}},
)  # fmt: skip


def _lying() -> Iterator[tuple[str, str, Files, Files | None]]:
    """Each value of the metadata replaced by others, and whole lies."""
    arrays = whole_arrays()
    for name, file in _CLOSELY.items():
        whole = _folder(arrays[name])
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
        changed = _folder(arrays[name]) | {f"in.zarr/{file}": json.dumps(described).encode()}
        yield f"{name}/lie-{number}", "in.zarr", changed, None
    deep = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    for attributes in (deep, b"[" * 10_000, b"[]", b"3", b'{"_ARRAY_DIMENSIONS": 3}', b"\xff",
                       b'{"_ARRAY_DIMENSIONS": ["z", 5, {}]}', b'{"a": NaN}', b""):  # fmt: skip
        changed = _folder(arrays["old"]) | {"in.zarr/.zattrs": attributes}
        yield f"old/attributes-{attributes[:40]!r}", "in.zarr", changed, None
    for number, data in enumerate(_lying_stacks()):
        yield f"tiff-lie/{number}", "in.tif", {"in.tif": data}, None


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where each value is in nested lists and objects."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths(each, (*path, key))


def _with(value: Any, path: tuple[Any, ...], *new: Any) -> Any:
    """Nested lists and objects with another value in a place, or none."""
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
    """Metadata that is hardly JSON."""
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
    """Lies that take more than one value: name of the array, file, number, and what is changed."""
    number = itertools.count()

    def grid(*sides: Any) -> dict[str, Any]:
        return {"name": "regular", "configuration": {"chunk_shape": sides}}

    new: list[dict[str, Any]] = [
        {"shape": [1 << 20] * 3, "chunk_grid": grid(1, 1, 1)},
        {"shape": [90, 90, 90], "chunk_grid": grid(1, 1, 1)},
        {"shape": [1000, 1000, 1], "chunk_grid": grid(1, 1, 1)},
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
    new += [{"fill_value": value} for value in ("NaN", "Infinity", "AA==", 300, -1, 0.5, [], "0xff")]
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
        for name in ("pickle", "msgpack2", "json2", "vlen-utf8", "categorize", "packbits", "eval", 3)
    ]
    old += [{"filters": [{"id": name}]} for name in ("pickle", "categorize", "astype", "zlib", "fletcher32")]
    old += [
        {"filters": [{"id": "delta", "dtype": kind, "astype": other}]}
        for kind in ("|O", "|S1000000000", "<U99999", "|V9", "<f8", "[('a', 'u1')]", "")
        for other in ("|u1", kind)
    ]
    old += [{"dtype": kind} for kind in ("|O", "|S9", "<U9", "<M8[s]", "<c8", "|V5", "<f2", ">f4", "", 3,
                                         [["a", "|u1"]], [["a", "|O"]], "|u99", "u1", "|b1")]  # fmt: skip
    old += [{"order": value} for value in ("F", "A", 3)]
    old += [{"dimension_separator": value} for value in ("/", "../", "", 3, None)]
    old += [{"zarr_format": value} for value in (1, 3, "2", 2.0)]
    old += [{"fill_value": value} for value in (None, "NaN", 300, "AA==", "!", [], True)]
    old += [{"shape": [1 << 20] * 3}, {"chunks": [1 << 20] * 3}, {"chunks": [1, 1, 1]}]
    old += [{"compressor": {"id": "zlib"}, "filters": [{"id": "zlib"}] * 3}]
    for changes in old:
        yield "old", ".zarray", next(number), changes


def _lying_stacks() -> Iterator[bytes]:
    """TIFFs that lie about pages and places."""
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
    yield head + b"".join(
        body + struct.pack("<I", first + step * (page + 1) if page < pages - 1 else 0)
        for page in range(pages)
    ) + one[end + 4 :]
    two = head + body + struct.pack("<I", first + step)
    yield two + body.replace(struct.pack("<HHII", 256, 4, 1, 4), struct.pack("<HHII", 256, 4, 1, 3)) + bytes(4)  # fmt: skip
    yield two + body + struct.pack("<I", first)  # a circle of two pages
    for tag, value in (
        (256, (4, 1, 0)), (256, (4, 1, 1 << 31)), (257, (4, 1, 0xFFFFFFFF)), (257, (16, 1, 1)),
        (258, (3, 1, 0)), (258, (3, 1, 64)), (259, (3, 1, 34892)), (259, (3, 1, 50000)),
        (259, (3, 1, 7)), (262, (3, 1, 3)), (262, (3, 1, 8)), (273, (4, 1, 0xFFFFFFF0)),
        (273, (4, 0xFFFFFF, 8)), (277, (3, 1, 0)), (277, (3, 1, 65535)), (278, (4, 1, 0)),
        (278, (4, 1, 0xFFFFFFFF)), (279, (4, 1, 0)), (279, (4, 1, 0xFFFFFFFF)), (284, (3, 1, 2)),
        (322, (4, 1, 0)), (322, (4, 1, 16)), (324, (4, 1, 8)), (338, (3, 1, 2)), (339, (3, 1, 3)),
        (339, (3, 1, 6)), (274, (3, 1, 6)), (32997, (4, 1, 9)), (270, (2, 99, 8)), (34675, (7, 1 << 30, 0)),
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


def _places() -> Iterator[tuple[str, str, Files, bool]]:
    """What lies where files or folders should, and is something else; whether it has to be refused."""
    for name in ("zstd", "old", "shards"):
        array = whole_arrays()[name]
        whole = _folder(array)
        chunk = _chunks(array)[0]
        for file in dict.fromkeys((*(key for key in META if key in array), chunk, ".zattrs", "zarr.json")):
            for label, content in (
                ("folder", FOLDER), ("pipe", PIPE), ("zeros", Link("/dev/zero")),
                ("nothing", Link("/dev/null")), ("loop", Link(Path(file).name)),
                ("dangling", Link("nowhere")), ("folder-link", Link(".")), ("empty", b""),
                ("outside", Link("../" * file.count("/") + "../good.png")),
                ("random", Link("/dev/random")), ("itself", Link("/proc/self/mem")),
            ):  # fmt: skip
                files = whole | {f"in.zarr/{file}": content}
                yield f"place/{name}/{file}/{label}", "in.zarr", files, file in array
        above = chunk.partition("/")[0]
        if above != chunk:
            rest = {key: each for key, each in whole.items() if not key.startswith(f"in.zarr/{above}")}
            for label, content in (("file", b"x"), ("pipe", PIPE), ("loop", Link(above))):
                files = rest | {f"in.zarr/{above}": content}
                yield f"{name}/above/{label}", "in.zarr", files, True
        moved = _folder(array, "in.ZARR")
        yield f"{name}/capitals", "in.ZARR", moved, False
        yield f"{name}/no-ending", "in", _folder(array, "in"), False
        yield f"{name}/linked", "in.zarr", _folder(array, "there") | {"in.zarr": Link("there")}, False
        yield f"{name}/other-ending", "in.tif", _folder(array, "in.tif"), False
        yield f"{name}/in-group", "in.zarr", _folder(array, "in.zarr/inner") | {"in.zarr/.zgroup": b"{}"}, True
        both = whole | {"in.zarr/.zgroup": b'{"zarr_format": 2}'}
        yield f"{name}/array-and-group", "in.zarr", both, True
        listed = {"metadata": {".zarray": {"shape": [1 << 40]}}, "zarr_consolidated_format": 1}
        files = whole | {"in.zarr/.zmetadata": json.dumps(listed).encode()}
        yield f"{name}/consolidated", "in.zarr", files, False
        two = whole | _folder(whole_arrays()["old" if name == "zstd" else "zstd"])
        yield f"{name}/both-formats", "in.zarr", two, False
    whole = whole_stacks()["plain"]
    png = {"in.zarr": b"\x89PNG\r\n\x1a\n"}
    for label, source, files in (
        ("missing", "in.zarr", {}), ("missing-tif", "in.tif", {}), ("file", "in.zarr", png),
        ("file-tiff", "in.zarr", {"in.zarr": whole}), ("empty", "in.zarr", {"in.zarr": FOLDER}),
        ("pipe", "in.zarr", {"in.zarr": PIPE}), ("pipe-tif", "in.tif", {"in.tif": PIPE}),
        ("zeros", "in.tif", {"in.tif": Link("/dev/zero")}),
        ("zeros-zarr", "in.zarr", {"in.zarr": Link("/dev/zero")}),
        ("loop", "in.zarr", {"in.zarr": Link("in.zarr")}),
        ("loop-tif", "in.tif", {"in.tif": Link("in.tif")}),
        ("dangling", "in.tif", {"in.tif": Link("nowhere")}),
        ("folder-tif", "in.tif", {"in.tif": FOLDER}),
        ("itself", "in.zarr", {"in.zarr": Link(".")}),
        ("empty-tif", "in.tif", {"in.tif": b""}),
        ("long", "x" * 300 + ".zarr", {}), ("signs", "a\x1b[31m\n.zarr", {}),
        ("group", "in.zarr", {"in.zarr/zarr.json": b'{"zarr_format": 3, "node_type": "group"}'}),
    ):  # fmt: skip
        yield f"place/{label}", source, files, True
    for label, name in (("signs", "a\x1b[31m\n"), ("bytes", "\udcff\udcfe"), ("percent", "%s{}"),
                        ("tilde", "~"), ("url", "memory:"), ("braces", "{stem}")):  # fmt: skip
        files = _folder(whole_arrays()["zstd"], f"{name}.zarr")
        yield f"name/{label}", f"{name}.zarr", files, False
        yield f"name/{label}-tif", f"{name}.tif", {f"{name}.tif": whole}, False


def _targets() -> Iterator[tuple[str, str, Files, str | None, bool]]:
    """Targets that are taken, or lie in the source: label, command, files, output, to be refused."""
    array, stack = _folder(whole_arrays()["zstd"]), {"in.tif": whole_stacks()["plain"]}
    both = {**array, **stack}
    group = {"out.zarr/zarr.json": b'{"zarr_format": 3, "node_type": "group"}'}
    inner = _folder(whole_arrays()["zstd"], "out.zarr/inner")
    mixed = _folder(whole_arrays()["old"], "out.zarr") | {"out.zarr/letters.txt": b"mine"}
    for number, (words, files, output, refused) in enumerate((
        ("in.zarr -o in.zarr", {}, None, True),
        ("in.tif -o in.tif", {}, None, True),
        ("in.zarr -o in.zarr --force", {}, "in.zarr", False),
        ("in.tif -o in.tif --force", {}, "in.tif", False),
        ("in.zarr -o ./in.zarr/../in.zarr --force", {}, "in.zarr", False),
        ("in.zarr -o link.zarr --force", {"link.zarr": Link("in.zarr")}, "in.zarr", False),
        ("in.zarr -o in.zarr/out.zarr", {}, None, True),
        ("in.zarr -o in.zarr/out.tif", {}, None, True),
        ("in.zarr -o in.zarr/c/out.zarr --force", {}, None, True),
        ("in.zarr -o link/out.zarr", {"link": Link("in.zarr")}, None, True),
        ("out.zarr/inner -o out.zarr --force", group | inner, None, True),
        ("in.zarr -o out.zarr --force", group | inner, None, True),
        ("in.zarr -o out.zarr --force", {"out.zarr/.zgroup": b"{}"}, None, True),
        ("in.zarr -o out.zarr --force", mixed, None, True),
        ("in.zarr -o out.zarr --force", mixed | {"out.zarr/.zgroup": b"{}"}, None, True),
        ("in.zarr -o out.zarr --force", _folder(whole_arrays()["old"], "out.zarr"), "out.zarr", False),
        ("in.zarr -o out.zarr", _folder(whole_arrays()["old"], "out.zarr"), None, True),
        ("in.zarr -o out.zarr --force", {"out.zarr/letters.txt": b"mine"}, None, True),
        ("in.zarr -o out.zarr --force", {"out.zarr": b"mine"}, None, True),
        ("in.zarr -o out.zarr --force", {"out.zarr": FOLDER}, None, True),
        ("in.zarr -o out.tif --force", {"out.tif": FOLDER}, None, True),
        ("in.zarr -o out.tif --force", {"out.tif": b"mine"}, "out.tif", False),
        ("in.zarr -o out.tif", {"out.tif": b"mine"}, None, True),
        ("in.zarr -o out.tif --force", {"out.tif": PIPE}, None, True),
        ("in.tif -o out.zarr --force", {"out.zarr": PIPE}, None, True),
        ("in.tif -o out.tif --force", {"out.tif": Link("/dev/null")}, None, True),
        ("in.tif -o out.zarr --force", {"out.zarr": Link("/dev/null")}, None, True),
        ("in.tif -o out.zarr --force", {"out.zarr": Link("out.zarr")}, None, True),
        ("in.tif -o out.zarr --force", {"out.zarr": Link("nowhere/x")}, None, True),
        ("in.tif -o kept.txt/out.zarr", {}, None, True),
        ("in.tif -o none/out.zarr", {}, None, True),
        ("in.tif -o /proc/out.zarr", {}, None, True),
        (f"in.tif -o {'x' * 251}.zarr", {}, None, True),
        ("in.tif -o out.ZARR", {}, "out.ZARR", False),
        ("in.tif -o out.TIFF", {}, "out.TIFF", False),
        ("in.tif -o .zarr", {}, None, True),
        ("in.tif -o -", {}, None, False),
        ("in.tif -o out.zarr/", {}, "out.zarr", False),
        ("in.tif in.zarr -o out.zarr", {}, None, True),
        ("good.png -o out.zarr", {}, None, True),
        ("kept.txt -o out.zarr", {}, None, True),
        ("- -o out.zarr", {}, None, True),
        ("in.zarr -o out.png", {}, None, True),
        ("in.zarr -o out.zarr -m in.zarr", {}, None, True),
        ("in.zarr -o out.zarr -p in.zarr", {}, None, True),
        ("in.zarr -o out.zarr --jobs 2", {}, "out.zarr", False),
        ("in.zarr -o out.zarr --jobs 9 --memory 16MB", {}, None, True),
        ("in.zarr -o out.zarr --memory 1MB", {}, None, True),
        ("in.zarr -o out.zarr --max-pixels 9", {}, None, True),
    )):  # fmt: skip
        levels = "" if "-p " in words else " -b 1"
        yield f"target/{number}", f"dither ordered {words}{levels}", both | files, output, refused


def _zeros(count: int, packer: Any) -> bytes:
    """`count` zero bytes packed by a compressor object, a piece at a time."""
    piece = bytes(1 << 24)
    parts = [packer.compress(piece) for _ in range(count >> 24)]
    return b"".join([*parts, packer.flush()])


def _blosc_header(size: int) -> bytes:
    return struct.pack("<BBBBIII", 2, 1, 0x33, 1, size, 1 << 18, 40)


def _zstd_frame(size: int, *, told: bool) -> bytes:
    """Blocks of one byte each, repeated; with the whole size told before them or not."""
    blocks = [b"\0"] * (size >> 17)
    body = b"".join(
        struct.pack("<I", ((1 << 17) << 3 | 2 | (place == len(blocks) - 1)))[:3] + each
        for place, each in enumerate(blocks)
    )
    head = b"\xc0" + b"\x70" + struct.pack("<Q", size) if told else b"\0\x70"
    return b"\x28\xb5\x2f\xfd" + head + body


def _bombs() -> Iterator[tuple[str, str, Files]]:
    """Chunks and strips of some kilobytes that unpack to gigabytes, and what promises them."""
    arrays, size = whole_arrays(), 3 << 29
    chunks = {
        "zstd": [_zstd_frame(size, told=True), _zstd_frame(size, told=False),
                 _zstd_frame(1 << 24, told=False) * 90, _zstd_frame(1 << 60 >> 30, told=True)[:20]],
        "gzip": [gzip.compress(b"")[:10] + _zeros(size, zlib.compressobj(9, wbits=-15)) + bytes(8),
                 gzip.compress(bytes(1 << 24)) * 90],
        "blosc": [_blosc_header((1 << 31) - 17) + bytes(40)],
        "old-zlib": [_zeros(size, zlib.compressobj(9))],
        "old-filter": [bz2.compress(bytes(1 << 24)) * 90],
        "old-lzma": [lzma.compress(bytes(1 << 24), preset=0) * 90],
        "old-lz4": [struct.pack("<I", 0x7FFFFFFF) + bytes(30), struct.pack("<I", 1 << 30) + bytes(9)],
    }  # fmt: skip
    for name, contents in chunks.items():
        first = _chunks(arrays[name])[0]
        for number, content in enumerate(contents):
            yield f"bomb/{name}-{number}", "in.zarr", _folder(arrays[name]) | {f"in.zarr/{first}": content}
    # The same in a shard, whose index stands at its end: all of its chunks are one bomb.
    first = _chunks(arrays["shards"])[0]
    for told in (False, True):
        bomb = _zstd_frame(1 << 30, told=told)
        index = struct.pack("<QQ", 0, len(bomb)) * 8
        shard = bomb + index + struct.pack("<I", _crc32c(index))
        yield f"bomb/shard-{told}", "in.zarr", _folder(arrays["shards"]) | {f"in.zarr/{first}": shard}
    index = struct.pack("<QQ", (1 << 63), 1 << 62) * 8
    shard = index + struct.pack("<I", _crc32c(index))
    yield "bomb/shard-index", "in.zarr", _folder(arrays["shards"]) | {f"in.zarr/{first}": shard}
    described = json.loads(arrays["zstd"]["zarr.json"])
    # Packed twice, each time a thousand times smaller.
    described["codecs"] = described["codecs"][:1] + [
        {"name": "gzip", "configuration": {"level": 5}}] * 2  # fmt: skip
    data = gzip.compress(gzip.compress(b"")[:10] + _zeros(size, zlib.compressobj(9, wbits=-15)))
    yield "bomb/twice", "in.zarr", {"in.zarr/zarr.json": json.dumps(described).encode(), "in.zarr/c/0/0/0": data}
    packed = _zeros(1 << 30, zlib.compressobj(9))
    tags = TAGS | {256: (4, 1, 64), 257: (4, 1, 64), 259: (3, 1, 8), 278: (4, 1, 64)}
    for number, (width, height) in enumerate(((64, 64), (30_000, 30_000))):
        data = tiff(tags | {256: (4, 1, width), 257: (4, 1, height), 278: (4, 1, height)})
        start = len(data)
        data = tiff(
            tags
            | {256: (4, 1, width), 257: (4, 1, height), 278: (4, 1, height), 273: (4, 1, start),
               279: (4, 1, len(packed))}
        )  # fmt: skip
        yield f"bomb/strip-{number}", "in.tif", {"in.tif": data + packed}


def _crc32c(data: bytes) -> int:
    with contextlib.suppress(ImportError):
        import google_crc32c

        return google_crc32c.value(data)
    from numcodecs.checksum32 import CRC32C

    return int(CRC32C.checksum(data))  # pyright: ignore[reportAttributeAccessIssue]
