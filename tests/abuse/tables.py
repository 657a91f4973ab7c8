"""Small correct matrices, checkpoints, palettes and kernels, and such with false headers."""

import io
import json
from collections.abc import Iterator

import numpy as np
from abuse.bombs import npy

RUN = {"seed": "3", "method": "'spectrum'"}
LIKE = {"values": np.zeros((4, 5)), "step": np.zeros((), np.int32)}


def whole_matrices() -> dict[str, bytes]:
    """Return .npy files that some command accepts."""
    ranks = np.random.default_rng(2).permutation(64).astype(np.uint16)
    thresholds = ((ranks + 0.5) / 64).astype(np.float32)
    return {
        "ranks.npy": _npy(ranks.reshape(8, 8)),
        "frames.npy": _npy(ranks.reshape(4, 4, 4)),
        "channels.npy": _npy(np.stack([thresholds.reshape(8, 8)] * 3, axis=2)),
        "noise.npy": _npy((thresholds - 0.5).reshape(8, 8)),
    }


def _npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def lying_matrices() -> Iterator[tuple[str, bytes]]:
    """Yield arrays that are not matrices, and broken headers."""
    for kind in ("<u2", ">u2", "<f2", "<f4", "<f8", "<c16", "|O", "|S8", "<U2", "|b1", "<M8[s]", "x",
                 "<u2,<u2", "|V4", "<i8", "<u8"):  # fmt: skip
        for shape in ("", "0,", "4,", "2, 2", "-2, 2", "2.0, 2", "1, 1, 1, 1", "'a',", "None,"):
            header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape})}}\n"
            name = f"header-{len(kind)}{ord(kind[-1]):x}{ord(kind[1 % len(kind)]):x}-{len(shape)}"
            yield f"{name}-{shape[:1]}.npy".replace("'", ""), npy(header.encode(), bytes(8))
    for version in (b"\0\0", b"\1\0", b"\2\0", b"\3\0", b"\xff\xff"):
        header = b"{'descr': '<u2', 'fortran_order': True, 'shape': (2, 2)}\n"
        data = np.arange(4, dtype="<u2").tobytes()
        yield f"version-{version[0]}.npy", npy(header, data, version=version)
    for text in (b"{}", b"[]", b"", b"\0" * 50, b"{'shape': " * 90, b"\xff\xfe", b"lambda: 0",
                 b"{'descr': '<u2', 'fortran_order': 0, 'shape': [2, 2]}",
                 b"{'descr': [('a', '<u2')], 'fortran_order': False, 'shape': (4,)}"):  # fmt: skip
        yield f"text-{len(text)}.npy", npy(text, bytes(8))
    for name, values in {
        "nan": [[np.nan, 1.0], [0.2, 0.3]],
        "infinite": [[np.inf, 1.0], [0.2, 0.3]],
        "huge": [[1e300, -1e300], [0.2, 0.3]],
        "twice": [[1, 1], [0, 2]],
        "negative": [[-1, 1], [0, 2]],
        "beyond": [[0, 1], [2, 9]],
        "largest": [[0, 1], [2, 1 << 62]],
        "flat": [0, 1, 2],
        "one": [[0]],
    }.items():
        yield f"{name}.npy", _npy(np.array(values))
    yield "noise-of-frames.npy", _npy(np.zeros((3, 2, 3), np.float32))


def whole_checkpoints() -> dict[str, bytes]:
    """Return checkpoints of one run."""
    stream = io.BytesIO()
    run = json.dumps({name: repr(value) for name, value in RUN.items()})
    np.savez(stream, run=np.array(run), **LIKE)
    return {"run.npz": stream.getvalue()}


def lying_checkpoints() -> Iterator[tuple[str, bytes]]:
    """Yield archives that are not checkpoints."""
    run = np.array(json.dumps({name: repr(value) for name, value in RUN.items()}))
    for name, arrays in {
        "empty": {},
        "no-values": {"run": run},
        "other-shape": {"run": run, **LIKE, "values": np.zeros((5, 4))},
        "other-kind": {"run": run, **LIKE, "values": np.zeros((4, 5), np.float32)},
        "large": {"run": run, **LIKE, "values": np.zeros((1000, 1000))},
        "no-text": {"run": np.arange(3), **LIKE},
        "list": {"run": np.array("[1, 2]"), **LIKE},
        "number": {"run": np.array("3"), **LIKE},
        "null": {"run": np.array("null"), **LIKE},
        "other-run": {"run": np.array('{"seed": "a\\nb\\u001b[31m"}'), **LIKE},
        "pairs": {"run": np.array('[["seed", 1], ["seed", 2]]'), **LIKE},
    }.items():
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        yield f"{name}.npz", stream.getvalue()


def whole_palettes() -> dict[str, bytes]:
    """Return palette files."""
    colors = bytes(range(0, 240, 20))
    return {
        "gimp.gpl": b"GIMP Palette\nName: x\nColumns: 0\n#\n  0   0   0\tblack\n255 128 1 two\n",
        "jasc.pal": b"JASC-PAL\r\n0100\r\n3\r\n0 0 0\r\n255 255 255\r\n9 8 7\r\n",
        "riff.pal": b"RIFF\x1c\0\0\0PAL data\x10\0\0\0\0\3\3\0" + colors,
        "lospec.hex": b"000000\nff8001\n#ffffff\n",
        "old.act": bytes(range(256)) * 3,
        "new.act": (colors * 64)[:768] + b"\0\4\xff\xff",
    }


def lying_palettes() -> Iterator[tuple[str, bytes]]:
    """Yield files that are not palettes, have one colour, or contain foreign lines."""
    for number, line in enumerate(
        (
            b"256 0 0",
            b"-1 0 0",
            b"1 2",
            b"1.5 2 3",
            b"a b c",
            b"1 2 3" + b" x" * 999,
            b"\0\0\0",
            b"\xff\xfe1 2 3",
            "\u0661 \u0662 \u0663".encode(),
            b"1_0 2 3",
            b"0x1 2 3",
            b"+1 2 3",
            b"1e2 2 3",
        )
    ):
        yield f"line-{number}.gpl", b"GIMP Palette\n" + line + b"\n0 0 0\n"
        yield f"line-{number}.pal", b"JASC-PAL\n0100\n2\n" + line + b"\n0 0 0\n"
        yield f"line-{number}.hex", line + b"\n000000\n"
    for number, count in enumerate((b"-1", b"0", b"1", b"x", b"9" * 999, b"", b"2\n" * 99)):
        yield f"count-{number}.pal", b"JASC-PAL\n0100\n" + count + b"\n0 0 0\n9 9 9\n"
    for count in (0, 1, 2, 256, 257, 65535):
        yield (
            f"riff-{count}.pal",
            (b"RIFF\x1c\0\0\0PAL data\x10\0\0\0\0\3" + count.to_bytes(2, "little") + bytes(1024)),
        )
        yield f"act-{count}.act", bytes(768) + count.to_bytes(2, "big") + b"\0\0"
    for ending in ("gpl", "pal", "hex", "act"):
        for name, data in {
            "empty": b"", "zero": b"\0", "newline": b"\n" * 99, "bom": b"\xef\xbb\xbf",
            "utf16": "GIMP Palette\n1 2 3\n".encode("utf-16"), "cr": b"GIMP Palette\r1 2 3\r4 5 6\r",
            "head": b"GIMP Palette", "jasc": b"JASC-PAL", "riff": b"RIFF",
            "one": b"GIMP Palette\n1 2 3",
        }.items():  # fmt: skip
            yield f"{name}.{ending}", data


def whole_kernels() -> dict[str, bytes]:
    """Return kernel files."""
    return {"kernel.json": b'{"weights": [[0, 0, 7], [3, 5, 1]], "origin": 1, "divisor": 16}'}


def lying_kernels() -> Iterator[tuple[str, bytes]]:
    """Yield broken kernels: every field replaced by every kind of value."""
    values = ("null", "true", '"a"', "[]", "{}", "[[]]", "[[0, NaN]]", "[[0, 1e308, 1e308]]", "-1",
              "0", "1.5", "1e-300", "Infinity", "-0.0", '[["0"]]', "[[0, [1]]]", "[[0, null]]", "99",
              '{"a": 1}', "[[0, 1], [1]]", "[1, 2]", "[[0, -1]]", "[[0, 1e-9]]",
              "[[0, 0], [0, 0]]")  # fmt: skip
    fields = {"weights": "[[0, 1]]", "origin": "0", "divisor": "2"}
    number = 0
    for field in fields:
        for value in values:
            text = ", ".join(f'"{key}": {own}' for key, own in (fields | {field: value}).items())
            yield f"{field}-{number}.json", f"{{{text}}}".encode()
            number += 1
    for number, text in enumerate(
        (
            b"",
            b"{",
            b"[]",
            b"null",
            b'"x"',
            b"\xff\xfe{",
            b"{}",
            b'{"weights": [[0, 1]]}',
            b"\0",
            b'{"weights": [[0, 1]], "origin": 0, "more": 1}',
            b"{" + b'"a": 1,' * 999 + b"}",
            b'\xef\xbb\xbf{"weights": [[0, 1]], "origin": 0}',
            b'{"weights": [[0, 1]], "origin": 0}}',
            '{"weights": [[0, 1]], "origin": 0}'.encode("utf-16"),
            b'{"weights": "01", "origin": 0}',
        )
    ):
        yield f"text-{number}.json", text
