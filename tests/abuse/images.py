"""Small correct images of every readable format, and images with false headers."""

import functools
import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 12, 9


def _pixels() -> np.ndarray:
    """(9, 12, 4) uint8: ramps and noise."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    ramps = np.stack([20 * x, 25 * y, 255 - 20 * x, 120 + 10 * y], axis=2)
    noise = np.random.default_rng(1).integers(0, 12, ramps.shape)
    return (ramps + noise).clip(0, 255).astype(np.uint8)


def _saved(picture: Image.Image, format_name: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, format_name, **options)
    return stream.getvalue()


@functools.cache
def whole_images() -> dict[str, bytes]:
    """Return file contents by file name."""
    rgba = Image.fromarray(_pixels())
    rgb, gray = rgba.convert("RGB"), rgba.convert("L")
    deep = Image.fromarray(np.asarray(gray).astype(np.uint16) * 257)
    real = Image.fromarray((np.asarray(gray) / 255).astype(np.float32))
    frames = [
        rgb.quantize(8),
        rgb.rotate(180).quantize(8),
        rgb.transpose(Image.Transpose.FLIP_LEFT_RIGHT).quantize(8),
    ]
    moving: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": 40}
    return {
        "rgb.png": _saved(rgb, "PNG"),
        "rgba.png": _saved(rgba, "PNG"),
        "palette.png": _saved(frames[0], "PNG", transparency=2),
        "bits.png": _saved(gray.convert("1"), "PNG"),
        "deep.png": _saved(deep, "PNG"),
        "moving.png": _saved(rgb, "PNG", **moving),
        "rgb.jpg": _saved(rgb, "JPEG"),
        "gray.jpg": _saved(gray, "JPEG"),
        "progressive.jpg": _saved(rgb, "JPEG", progressive=True, exif=_turned()),
        "cmyk.jpg": _saved(rgb.convert("CMYK"), "JPEG"),
        "still.gif": _saved(frames[0], "GIF", interlace=1),
        "moving.gif": _saved(frames[0], "GIF", loop=0, disposal=2, **moving),
        "rgb.tif": _saved(rgb, "TIFF"),
        "deflated.tif": _saved(rgb, "TIFF", compression="tiff_adobe_deflate"),
        "lzw.tif": _saved(gray, "TIFF", compression="tiff_lzw"),
        "group4.tif": _saved(gray.convert("1"), "TIFF", compression="group4"),
        "jpeg.tif": _saved(rgb, "TIFF", compression="jpeg"),
        "real.tif": _saved(real, "TIFF"),
        "pages.tif": _saved(rgb, "TIFF", save_all=True, append_images=[gray]),
        "rgba.webp": _saved(rgba, "WEBP", lossless=True),
        "lossy.webp": _saved(rgb, "WEBP"),
        "moving.webp": _saved(rgb, "WEBP", **moving),
        "rgb.bmp": _saved(rgb, "BMP"),
        "palette.bmp": _saved(frames[0], "BMP"),
        "rgb.ppm": _saved(rgb, "PPM"),
        "deep.pgm": _saved(deep, "PPM"),
        "bits.pbm": _saved(gray.convert("1"), "PPM"),
        "plain.ppm": b"P3\n2 2\n255\n" + b"1 20 255\n" * 4,
        "plain.pbm": b"P1\n# a comment\n3 2\n1 0 1\n010\n",
    }


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int,
    height: int,
    samples: bytes,
    *,
    bits: int = 8,
    color: int = 0,
    interlace: int = 0,
    more: bytes = b"",
    packed: bool = False,
) -> bytes:
    """Return a PNG with this header, whatever its samples are."""
    header = struct.pack(
        ">IIBBBBB", width & 0xFFFFFFFF, height & 0xFFFFFFFF, bits, color, 0, 0, interlace
    )
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + more
        + chunk(b"IDAT", samples if packed else zlib.compress(samples))
        + chunk(b"IEND", b"")
    )


_SIDES = (0, 1, 2, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def lying_images() -> Iterator[tuple[str, bytes]]:
    """Yield images with false sizes, depths, offsets and counts in their headers."""
    for width in _SIDES:
        for height in _SIDES:
            yield f"sides-{width:x}-{height:x}.png", png(width, height, b"\0\1" * 9)
    for bits in (0, 1, 2, 3, 4, 7, 8, 16, 17, 32, 255):
        for color in (0, 1, 2, 3, 4, 5, 6, 255):
            yield f"kind-{bits}-{color}.png", png(3, 3, bytes(200), bits=bits, color=color)
    yield "interlaced.png", png(9, 9, bytes(90), interlace=1)
    yield "interlace-9.png", png(9, 9, bytes(90), interlace=9)
    yield "no-palette.png", png(3, 3, bytes(12), color=3)
    yield "short-palette.png", png(3, 3, b"\0\1\2\3" * 3, color=3, more=chunk(b"PLTE", b"\1" * 3))
    yield "odd-palette.png", png(3, 3, bytes(12), color=3, more=chunk(b"PLTE", b"\1" * 4))
    yield "long-palette.png", png(3, 3, bytes(12), color=3, more=chunk(b"PLTE", bytes(3000)))
    yield "few-rows.png", png(5, 50, bytes(30))
    yield "many-rows.png", png(5, 5, bytes(3000))
    yield "bad-filter.png", png(3, 3, b"\x09abc" * 3)
    yield "not-packed.png", png(3, 3, b"abcdefgh", packed=True)
    yield "empty-samples.png", png(3, 3, b"", packed=True)
    for kind in (b"tRNS", b"gAMA", b"iCCP", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"pHYs", b"tEXt"):
        for size in (0, 1, 3, 8, 26, 300):
            more = chunk(kind, b"\xff" * size)
            yield f"{kind.decode()}-{size}.png", png(3, 3, b"\0abc" * 3, more=more)
    for count in (0, 1, 3, 1 << 20, 0x7FFFFFFF, 0xFFFFFFFF):
        more = chunk(b"acTL", struct.pack(">II", count, 0))
        yield f"frames-{count:x}.png", png(3, 3, b"\0abc" * 3, more=more)
        control = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 3, 3, count, 0, 1, 0, 3, 7))
        yield f"frame-at-{count:x}.png", png(3, 3, b"\0abc" * 3, more=more + control)
    for side in (0, 1, 0xFFFF):
        screen = struct.pack("<6sHHBBB", b"GIF89a", side, side, 0x80, 0, 0) + bytes(6)
        for left, width in ((0, 0), (0, 0xFFFF), (0xFFFF, 1), (5, 3)):
            part = b"," + struct.pack("<HHHHB", left, left, width, width, 0)
            yield f"gif-{side:x}-{left:x}-{width:x}.gif", screen + part + b"\2\2\x4c\1\0;"
        yield f"code-size-{side:x}.gif", screen + b"," + bytes(9) + b"\xff\2\x4c\1\0;"
        yield f"no-frame-{side:x}.gif", screen + b";"
    for width in (-1, 0, 1, 1 << 15, 1 << 30, -(1 << 31)):
        for height in (-3, 0, 3, 1 << 30, -(1 << 31)):
            for bits in (0, 1, 4, 8, 24, 32, 99):
                yield f"bmp-{width}-{height}-{bits}.bmp", _bmp(width, height, bits)
    for packing in (1, 2, 3, 4, 99):
        yield f"packing-{packing}.bmp", _bmp(4, 4, 8, packing=packing)
    for offset in (0, 10, 10**9, 0xFFFFFFFF):
        yield f"offset-{offset}.bmp", _bmp(4, 4, 8, offset=offset)
    for text in (
        b"P6 2 2 0\n", b"P6 2 2 65536\n", b"P6 -2 2 255\n", b"P6 99999 99999 255\n", b"P6",
        b"P5 2 2 99999999999999\n", b"P6 1e3 2 255\n", b"P3 2 2 255\n1 2 300 4 5 6 7 8 9 1 2 3\n",
        b"P3 2 2 255\n" + b"1" * 9999, b"P1 2 2\n1 0 2 1\n", b"P4 2 2\n\xff", b"P7 2 2 255\n",
        b"P6 " + b"9" * 5000 + b" 2 255\n", b"P5 2 2 255\n#" + b"x" * 999, b"Pf 2 2 -1.0\n" + bytes(16),
        b"PF 2 2 nan\n" + bytes(48), b"Pf 2 2 0\n" + bytes(16),
    ):  # fmt: skip
        yield f"pnm-{zlib.crc32(text):x}.pnm", text + bytes(3)
    yield from _lying_tiffs()
    for size in (0, 1, 0x3FFF, 0x4000, 0xFFFFFF):
        wide = struct.pack("<I", size)[:3]
        extended = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + wide + wide
        body = b"WEBP" + extended + b"ANIM" + struct.pack("<IIH", 6, 0, 0)
        yield f"webp-{size:x}.webp", b"RIFF" + struct.pack("<I", len(body)) + body
        bits = (size & 0x3FFF) | (size & 0x3FFF) << 14
        body = b"WEBPVP8L" + struct.pack("<IB", 5 + 4, 0x2F) + struct.pack("<I", bits) + bytes(4)
        yield f"lossless-{size:x}.webp", b"RIFF" + struct.pack("<I", len(body)) + body
    frame = struct.pack(">BHHB", 8, 0xFFFF, 0xFFFF, 3) + b"\1\x22\0\2\x11\1\3\x11\1"
    start = b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame
    yield "huge.jpg", b"\xff\xd8" + start + b"\xff\xd9"
    yield "no-scan.jpg", b"\xff\xd8" + start.replace(b"\xff\xff\xff\xff", b"\0\5\0\5") + b"\xff\xd9"
    yield "zero.jpg", b"\xff\xd8" + start.replace(b"\xff\xff\xff\xff", b"\0\0\0\0") + b"\xff\xd9"
    yield "segments.jpg", b"\xff\xd8" + b"\xff\xe1\0\2" * 5000 + b"\xff\xd9"


def _bmp(width: int, height: int, bits: int, *, packing: int = 0, offset: int = 54 + 1024) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, offset) + header + bytes(1024 + 64)


def tiff(tags: dict[int, tuple[int, int, int]], *, following: int = 0) -> bytes:
    """Return a TIFF with one directory (tag: type, count, value); its 300 bytes of samples are at 8."""
    directory = struct.pack("<H", len(tags))
    for tag, (kind, count, value) in sorted(tags.items()):
        directory += struct.pack("<HHII", tag, kind, count & 0xFFFFFFFF, value & 0xFFFFFFFF)
    return (
        b"II*\0" + struct.pack("<I", 308) + bytes(range(100)) * 3 + directory
        + struct.pack("<I", following)
    )  # fmt: skip


TAGS = {
    256: (3, 1, 10),  # width
    257: (3, 1, 10),  # height
    258: (3, 1, 8),  # bits a sample
    259: (3, 1, 1),  # compression
    262: (3, 1, 1),  # black is 0
    273: (4, 1, 8),  # where the strip is
    277: (3, 1, 1),  # samples a pixel
    278: (3, 1, 10),  # rows a strip
    279: (4, 1, 100),  # bytes of the strip
}


def _lying_tiffs() -> Iterator[tuple[str, bytes]]:
    values = (0, 1, 2, 3, 5, 7, 16, 64, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
    for tag in TAGS:
        for value in values:
            yield f"tag-{tag}-{value:x}.tif", tiff(TAGS | {tag: (4, 1, value)})
        for count in (0, 2, 0xFFFF, 0xFFFFFFFF):
            yield f"tag-{tag}-times-{count:x}.tif", tiff(TAGS | {tag: (4, count, 8)})
        yield f"no-tag-{tag}.tif", tiff({key: TAGS[key] for key in TAGS if key != tag})
        yield f"tag-{tag}-kind.tif", tiff(TAGS | {tag: (12, 1, 8)})
        yield f"tag-{tag}-text.tif", tiff(TAGS | {tag: (2, 40, 8)})
    for compression in (2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34925, 50000):
        yield f"compression-{compression}.tif", tiff(TAGS | {259: (3, 1, compression)})
    for following in (8, 308, 0xFFFFFFFF):
        yield f"next-{following:x}.tif", tiff(TAGS, following=following)
    tiles = {322: (3, 1, 65535), 323: (3, 1, 65535), 324: (4, 1, 8), 325: (4, 1, 100)}
    yield "tiles.tif", tiff(TAGS | tiles)
