"""Damaged Zarr arrays and TIFF stacks, false metadata, and bombs."""

import importlib.util
import itertools
import json
import math
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from abuse.cases import Case
from abuse.damage import cuts, flips, stretches
from abuse.volume_bombs import bombs as bomb_volumes
from abuse.volume_lies import lying
from abuse.volume_places import places, targets
from abuse.whole_volumes import (
    CLOSELY,
    META,
    Files,
    chunks_of,
    in_folder,
    whole_arrays,
    whole_stacks,
)

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
_MISSING = any(importlib.util.find_spec(name) is None for name in ("zarr", "tifffile"))


def cases(beside: Files, *, bombs: bool = True) -> Iterator[Case]:
    """Yield all cases, with `beside` in each folder; none if the libraries are missing."""
    if _MISSING:
        return
    number = itertools.count()

    def case(label: str, source: str, files: Files, **more: Any) -> Case:
        words = _words(more.pop("command", COMMANDS[next(number) % len(COMMANDS)]), source)
        output = more.pop("output", words[words.index("-o") + 1])
        if more.get("intact") is not None:
            more["intact"] = {**beside, **more["intact"]}
        return Case(f"volume/{label}", words, {**beside, **files}, output, most=MOST, **more)

    for label, source, files, intact in (*damaged(), *lying()):
        yield case(label, source, files, intact=intact)
    for label, source, files, refused in places():
        yield case(label, source, files, refused=refused)
    for label, command, files, output, refused in targets():
        yield case(label, "", files, command=command, output=output, refused=refused)
    if bombs:
        for label, source, files in bomb_volumes():
            for place, command in enumerate(COMMANDS[:3]):
                yield case(f"{label}/{place}", source, files, command=command)


def is_whole(name: str, written: Mapping[str, bytes]) -> bool:
    """Return whether a written array has all its chunks."""
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
    """Yield commands that import what volumes need, and write the files they read to `folder`."""
    if _MISSING:
        return
    for key, content in whole_arrays()["zstd"].items():
        path = folder / "in.zarr" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "in.tif").write_bytes(whole_stacks()["plain"])
    yield _words(COMMANDS[0], "in.zarr")
    yield _words(COMMANDS[1], "in.tif")


def _words(command: str, source: str) -> tuple[str, ...]:
    return tuple(source if word == "{}" else word for word in command.split())


def damaged() -> Iterator[tuple[str, str, Files, Files | None]]:
    """Yield label, source, files, and for cut files the whole ones."""
    for name, array in whole_arrays().items():
        whole = in_folder(array)
        yield f"{name}/whole", "in.zarr", whole, whole
        for file in (*(each for each in META if each in array), *chunks_of(array)[:2]):
            data, meta = array[file], file in META
            ending = "json" if meta else "chunk"
            step = 1 if name in CLOSELY else 7
            ends = list(_structure(data))[::step] if meta else range(0, len(data), 11 * step)
            for place in sorted({*ends, len(data) - 1}):
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
        cut_off = dict(cuts(data, "tif" if data[2] == 42 else "big"))
        cut_off |= {f"cut-{place}": data[:place] for place in range(0, len(data), 97)}
        for label, cut in cut_off.items():
            yield f"tiff-{name}/{label}", "in.tif", {"in.tif": cut}, {"in.tif": data}
        for label, flipped in (*flips(data, "tif", 30, SEED), *_flipped_entries(data)):
            yield f"tiff-{name}/{label}", "in.tif", {"in.tif": flipped}, None
        for label, stretched in stretches(data, 20, SEED):
            yield f"tiff-{name}/{label}", "in.tif", {"in.tif": stretched}, None


def _structure(data: bytes) -> Iterator[int]:
    """Yield the offsets after the punctuation of a JSON text."""
    return (place + 1 for place, sign in enumerate(data[:-1]) if sign in b'{}[]:,"')


def _flipped_entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a TIFF with flipped bits in its page directories."""
    generator = np.random.default_rng(SEED)
    (place,) = struct.unpack_from(("<" if data[:2] == b"II" else ">") + "I", data, 4)
    if data[2:4] in (b"+\0", b"\0+"):
        (place,) = struct.unpack_from(("<" if data[:2] == b"II" else ">") + "Q", data, 8)
    for number in range(60):
        changed = bytearray(data)
        changed[place + int(generator.integers(min(200, len(data) - place)))] ^= 1 << (number % 8)
        yield f"entry-{number}", bytes(changed)
