"""Volumes and targets at paths that are occupied or not allowed."""

import json
from collections.abc import Iterator
from pathlib import Path

from abuse.cases import FOLDER, PIPE, Link
from abuse.whole_volumes import META, Files, chunks_of, in_folder, whole_arrays, whole_stacks


def places() -> Iterator[tuple[str, str, Files, bool]]:
    """Yield wrong things in place of files or folders, and whether they must be refused."""
    for name in ("zstd", "old", "shards"):
        array = whole_arrays()[name]
        whole = in_folder(array)
        chunk = chunks_of(array)[0]
        files_of = (*(key for key in META if key in array), chunk, ".zattrs", "zarr.json")
        for file in dict.fromkeys(files_of):
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
            rest = {
                key: each for key, each in whole.items() if not key.startswith(f"in.zarr/{above}")
            }
            for label, content in (("file", b"x"), ("pipe", PIPE), ("loop", Link(above))):
                files = rest | {f"in.zarr/{above}": content}
                yield f"{name}/above/{label}", "in.zarr", files, True
        moved = in_folder(array, "in.ZARR")
        yield f"{name}/capitals", "in.ZARR", moved, False
        yield f"{name}/no-ending", "in", in_folder(array, "in"), False
        linked = in_folder(array, "there") | {"in.zarr": Link("there")}
        yield f"{name}/linked", "in.zarr", linked, False
        yield f"{name}/other-ending", "in.tif", in_folder(array, "in.tif"), False
        group = in_folder(array, "in.zarr/inner") | {"in.zarr/.zgroup": b"{}"}
        yield f"{name}/in-group", "in.zarr", group, True
        both = whole | {"in.zarr/.zgroup": b'{"zarr_format": 2}'}
        yield f"{name}/array-and-group", "in.zarr", both, True
        listed = {"metadata": {".zarray": {"shape": [1 << 40]}}, "zarr_consolidated_format": 1}
        files = whole | {"in.zarr/.zmetadata": json.dumps(listed).encode()}
        yield f"{name}/consolidated", "in.zarr", files, False
        two = whole | in_folder(whole_arrays()["old" if name == "zstd" else "zstd"])
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
        files = in_folder(whole_arrays()["zstd"], f"{name}.zarr")
        yield f"name/{label}", f"{name}.zarr", files, False
        yield f"name/{label}-tif", f"{name}.tif", {f"{name}.tif": whole}, False


def targets() -> Iterator[tuple[str, str, Files, str | None, bool]]:
    """Yield targets that exist or are in the source: label, command, files, output, must be refused."""
    array, stack = in_folder(whole_arrays()["zstd"]), {"in.tif": whole_stacks()["plain"]}
    both = {**array, **stack}
    group = {"out.zarr/zarr.json": b'{"zarr_format": 3, "node_type": "group"}'}
    inner = in_folder(whole_arrays()["zstd"], "out.zarr/inner")
    old = in_folder(whole_arrays()["old"], "out.zarr")
    mixed = old | {"out.zarr/letters.txt": b"mine"}
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
        ("in.zarr -o out.zarr --force", old, "out.zarr", False),
        ("in.zarr -o out.zarr", old, None, True),
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
