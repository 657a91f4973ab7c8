"""Small files that unpack to more than fits in memory, or that never end."""

import gzip
import io
import json
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from abuse.images import TAGS, chunk, png, tiff
from PIL import Image


def _zeros(count: int) -> bytes:
    """Return `count` zero bytes, compressed in pieces."""
    packer, piece = zlib.compressobj(9), bytes(1 << 20)
    parts = [
        packer.compress(piece[: min(1 << 20, count - done)]) for done in range(0, count, 1 << 20)
    ]
    return b"".join([*parts, packer.flush()])


def image_bombs() -> Iterator[tuple[str, bytes]]:
    """Yield small image files that decode to huge images."""
    row = _zeros(1 + 30000 // 8)
    yield "bomb-wide.png", png(30000, 30000, row, bits=1, packed=True)
    yield "bomb-just-allowed.png", png(1 << 14, 1 << 14, row, color=6, packed=True)
    hidden = _zeros(100 << 20)
    for kind, head in (
        (b"zTXt", b"Comment\0\0"),
        (b"iTXt", b"Comment\0\1\0\0\0"),
        (b"iCCP", b"profile\0\0"),
    ):
        more = chunk(kind, head + hidden)
        yield f"bomb-{kind.decode()}.png", png(3, 3, b"\0abc" * 3, more=more)
    yield "bomb-samples.png", png(3, 3, hidden, packed=True)
    moving = chunk(b"acTL", struct.pack(">II", 1 << 15, 0))
    yield "bomb-frames.png", png(4000, 4000, b"\0", more=moving)
    screen = struct.pack("<6sHHBBB", b"GIF89a", 65535, 65535, 0x80, 0, 0) + bytes(6)
    yield "bomb-screen.gif", screen + b",\0\0\0\0\xff\xff\xff\xff\0\2\2\x4c\1\0;"
    part = b",\0\0\0\0\1\0\1\0\0\2\2\x4c\1\0"
    small = struct.pack("<6sHHBBB", b"GIF89a", 1, 1, 0x80, 0, 0) + bytes(6)
    yield "bomb-frames.gif", small + part * 20000 + b";"
    large = struct.pack("<6sHHBBB", b"GIF89a", 9000, 9000, 0x80, 0, 0) + bytes(6)
    yield "bomb-large-frames.gif", large + part * 50 + b";"
    yield "bomb-empty-blocks.gif", small + b"\0" * 200_000 + b";"
    for name, compression in (("deflate", 8), ("packbits", 32773), ("lzw", 5)):
        tags = TAGS | {256: (4, 1, 100_000), 257: (4, 1, 100_000), 259: (3, 1, compression)}
        yield f"bomb-{name}.tif", tiff(tags)
    stream = io.BytesIO()
    Image.new("RGB", (16383, 200)).save(stream, "WEBP", lossless=True, method=0)
    yield "bomb.webp", stream.getvalue()
    yield "bomb.bmp", b"BM" + bytes(8) + struct.pack("<IIiiHHI", 54, 40, 65000, 65000, 1, 24, 0)
    yield "bomb.pbm", b"P4 60000 60000\n"
    yield "bomb.ppm", b"P6 16384 16384 255\n" + bytes(100)
    yield "bomb.pgm", b"P2 16000 16000 255\n" + b"1 " * 1000
    yield "zipped.png", gzip.compress(png(3, 3, b"\0abc" * 3))


def matrix_bombs() -> Iterator[tuple[str, bytes]]:
    """Yield .npy files whose headers ask for too much memory."""
    for shape in ("65536, 65536", "65536, 65536, 65536", "1 << 40,", "99999999999999999999, 2"):
        for kind in ("<u2", "<f8", "|u1"):
            header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape})}}\n"
            yield f"bomb-{len(shape)}-{kind[1:]}.npy", npy(header.encode())
    yield "deep-header.npy", npy(b"(" * 3000 + b")" * 3000)
    yield "long-number.npy", npy(b"{'descr': '<u2', 'shape': (" + b"9" * 3000 + b",)}")


def npy(header: bytes, data: bytes = b"", *, version: bytes = b"\1\0") -> bytes:
    """Return a .npy file with this header, unchecked."""
    size = struct.pack("<H" if version == b"\1\0" else "<I", len(header))
    return b"\x93NUMPY" + version + size + header + data


def checkpoint_bombs() -> Iterator[tuple[str, bytes]]:
    """Yield archives that unpack to 1000 times their size, nest deeply, or contain pickles."""
    for name, arrays in (
        ("run", {"run": np.zeros(100 << 20, np.uint8)}),
        ("values", {"run": np.array("{}"), "values": np.zeros(100 << 20, np.uint8)}),
        ("text", {"run": np.array(" " * (10 << 20))}),
    ):
        stream = io.BytesIO()
        np.savez_compressed(stream, **arrays)  # pyright: ignore[reportArgumentType] -- by name
        yield f"bomb-{name}.npz", stream.getvalue()
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=True, run=np.array([{"a": 1}], object))
    yield "pickle.npz", stream.getvalue()
    stream = io.BytesIO()
    np.savez(stream, run=np.array("[" * 20000))
    yield "deep.npz", stream.getvalue()


def palette_bombs() -> Iterator[tuple[str, bytes]]:
    """Yield palettes with too many colours, too many bytes, or endless lines."""
    yield "many.hex", b"".join(b"%06x\n" % number for number in range(30000))
    yield "same.hex", b"123456\n" * 30000
    yield "large.hex", b"123456\n" * 50000
    yield "line.hex", b"1" * 250_000
    yield "many.gpl", b"GIMP Palette\n" + b"1 2 3\n" * 40000
    yield "digits.gpl", b"GIMP Palette\n" + b"1" * 200_000
    yield "announced.pal", b"JASC-PAL\n0100\n99999\n1 2 3\n"
    yield (
        "announced-riff.pal",
        b"RIFF\xff\xff\xff\xffPAL data\xff\xff\xff\xff\0\3\xff\xff" + bytes(99),
    )
    yield "announced.act", bytes(768) + b"\xff\xff\0\0"


def kernel_bombs() -> Iterator[tuple[str, bytes]]:
    """Yield kernel files with deep nesting, extreme numbers or too much data."""
    yield "deep.json", b"[" * 60000
    yield "deep-object.json", b'{"weights":' * 5000
    yield "digits.json", b'{"weights": [[0, ' + b"9" * 60000 + b']], "origin": 0}'
    yield "large-power.json", b'{"weights": [[0, 1e999999999]], "origin": 0}'
    yield "small-power.json", b'{"weights": [[0, 1]], "origin": 0, "divisor": 1e-320}'
    yield "tiny-weights.json", b'{"weights": [[0, 1e-320, 5e-324]], "origin": 0}'
    yield "wide.json", json.dumps({"weights": [[0] * 20000], "origin": 0}).encode()
    yield "long.json", b" " * (1 << 20)
