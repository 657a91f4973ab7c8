"""Small ICC profiles, written by the layout of ICC.1:2010 (version 2.4)."""

import struct

import numpy as np

from dither.images.described_colors import Chromaticity, to_linear_srgb

# sRGB's primaries in XYZ, adapted to D50, as its profiles have them.
_SRGB_D50 = np.array([[0.4360, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])
_D50 = (0.9642, 1.0, 0.8249)


def rgb_profile(primaries: tuple[Chromaticity, ...], gamma: float) -> bytes:
    """Return a profile for RGB with these primaries (white, red, green, blue) and this exponent."""
    matrix = _SRGB_D50 @ to_linear_srgb(primaries)
    tags = {b"wtpt": _xyz(_D50)}
    for name, column in zip(b"rgb", matrix.T, strict=True):
        tags[bytes([name]) + b"XYZ"] = _xyz(column)
        tags[bytes([name]) + b"TRC"] = _curve(gamma)
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def gray_profile(gamma: float) -> bytes:
    """Return a profile for grey with this exponent."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"wtpt": _xyz(_D50), b"kTRC": _curve(gamma)})


def cmyk_profile() -> bytes:
    """Return a profile for inks, in which L falls with each and black alone makes L 10."""
    corners = []
    for inks in np.ndindex(2, 2, 2, 2):
        cyan, magenta, yellow, black = inks
        lightness = 100 - 25 * (cyan + magenta + yellow) - 90 * black
        a, b = -40 * cyan + 60 * magenta, -30 * cyan + 60 * yellow
        corners += [max(lightness, 0) * 2.55, a + 128, b + 128]
    table = struct.pack(">4s4xBBBx", b"mft1", 4, 3, 2)
    table += struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    table += bytes(range(256)) * 4 + bytes(round(each) for each in corners) + bytes(range(256)) * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"wtpt": _xyz(_D50), b"A2B0": table})


def _xyz(values: object) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *np.rint(np.array(values) * 65536).astype(int))


def _curve(gamma: float) -> bytes:
    return struct.pack(">4s4xIH", b"curv", 1, round(gamma * 256))


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"desc": struct.pack(">4s4xI5s", b"desc", 5, b"test") + bytes(78), **tags}
    start = 132 + 12 * len(tags)
    index, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        index += struct.pack(">4sII", name, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(
        ">I4sI4s4s4s12x4s28x3i48x",
        *(start + len(body), b"test", 0x02400000, kind, space, connection, b"acsp"),
        *(round(each * 65536) for each in _D50),
    )
    assert len(head) == 128
    return head + index + body
