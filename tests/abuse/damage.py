"""Damage files: cut them, flip bits, change stretches."""

import random
import struct
import zlib
from collections.abc import Iterator

# Files up to this size are cut at every byte.
_SMALL = 420


def cuts(data: bytes, ending: str) -> Iterator[tuple[str, bytes]]:
    """Yield the file truncated at and next to each structural boundary; small files anywhere."""
    places = {place + shift for place in boundaries(data, ending) for shift in (-1, 0, 1)}
    if len(data) <= _SMALL:
        places |= set(range(len(data)))
    for place in sorted(places):
        if 0 <= place < len(data):
            yield f"cut-{place}", data[:place]


def boundaries(data: bytes, ending: str) -> list[int]:
    """Return the offsets at which a part of a file ends."""
    walks = {"png": _png, "gif": _gif, "jpg": _jpeg, "webp": _riff, "npz": _zip, "tif": _tiff}
    return list(walks[ending](data)) if ending in walks else [0, 8, 54, len(data) // 2]


def _png(data: bytes) -> Iterator[int]:
    place = 8
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        yield from (place, place + 4, place + 8, place + 8 + length, place + 12 + length)
        place += 12 + length


def _riff(data: bytes) -> Iterator[int]:
    place = 12
    while place < len(data):
        yield from (place, place + 4, place + 8)
        place += 8 + (int.from_bytes(data[place + 4 : place + 8], "little") + 1 & ~1)


def _jpeg(data: bytes) -> Iterator[int]:
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        yield from (place, place + 2, place + 4)
        if data[place + 1] == 0xDA:
            break
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    yield from (place, (place + len(data)) // 2, len(data) - 2)


def _gif(data: bytes) -> Iterator[int]:
    yield from (6, 13)
    place = data.find(b"!", 13)
    while place > 0:
        yield from (place, place + 2, place + 8)
        place = data.find(b"!", place + 1)
    place = data.find(b",", 13)
    while place > 0:
        yield from (place, place + 10, place + 11)
        place = data.find(b",", place + 1)


def _tiff(data: bytes) -> Iterator[int]:
    order = "<" if data[:2] == b"II" else ">"
    (place,) = struct.unpack_from(f"{order}I", data, 4)
    yield from (4, 8, place, len(data) - 1)
    (count,) = struct.unpack_from(f"{order}H", data, place)
    yield from range(place + 2, place + 2 + 12 * count, 12)


def _zip(data: bytes) -> Iterator[int]:
    for mark in (b"PK\3\4", b"PK\1\2", b"PK\5\6"):
        place = data.find(mark)
        while place >= 0:
            yield from (place, place + 16, place + 30)
            place = data.find(mark, place + 1)


def flips(data: bytes, ending: str, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield the file with 1 to 3 flipped bits, half of the time in its first bytes.

    Of a PNG every second one has check sums that fit, as a liar would make them.
    """
    generator = random.Random(f"{seed} {ending} {len(data)}")
    for number in range(count):
        changed = bytearray(data)
        for _ in range(generator.choice((1, 1, 1, 2, 3))):
            most = len(data) if generator.random() < 0.5 else min(len(data), 64)
            changed[generator.randrange(most)] ^= 1 << generator.randrange(8)
        fits = ending == "png" and number % 2 == 0
        yield f"flip-{number}", _summed(bytes(changed)) if fits else bytes(changed)


def _summed(data: bytes) -> bytes:
    """Return the PNG with correct checksums, as far as its chunks can be followed."""
    parts, place = [data[:8]], 8
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        body = data[place + 4 : place + 8 + length]
        if len(body) < 4 + length:
            break
        parts += [data[place : place + 4], body, struct.pack(">I", zlib.crc32(body))]
        place += 12 + length
    return b"".join([*parts, data[place:]])


def stretches(data: bytes, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield the file with a stretch lost, doubled, zeroed or randomised, and with bytes appended."""
    generator = random.Random(f"{seed} stretches {len(data)}")
    for number in range(count):
        begin = generator.randrange(len(data))
        end = min(len(data), begin + generator.choice((1, 2, 4, 16, 100)))
        stretch = data[begin:end]
        new = (b"", stretch * 2, bytes(len(stretch)), generator.randbytes(len(stretch)))[number % 4]
        yield f"stretch-{number}", data[:begin] + new + data[end:]
    yield "doubled", data * 2
    yield "followed", data + generator.randbytes(50)
