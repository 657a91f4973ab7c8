"""Say what a file is that is not read: its format, by its first bytes, or the kind of its TIFF samples.

Source: the signatures in IANA's and the formats' registrations; Adobe, "TIFF Revision 6.0" (1992),
section 2, and "TIFF Technical Note 3" (2005) for floats of 16 and 24 bits.
"""

import struct
from typing import BinaryIO

from dither.wording import counted

# Kinds of files that may be videos.
ISO_MEDIA = "a video or another file of ISO media"
MATROSKA, AVI = "a Matroska or WebM video", "an AVI video"
# A TIFF whose samples are amounts of ink, as those of printers are; Pillow reads only CMYK.
INKS = "a TIFF of inks"
_SIGNATURES = (
    (0, b"%PDF", "a PDF document"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"v/1\x01", "an OpenEXR image"),
    (0, b"#?RADIANCE", "a Radiance HDR image"),
    (0, b"\xff\x0a", "a JPEG XL image"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL image"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 image"),
    (0, b"\0\0\1\0", "a Windows icon"),
    (0, b"DDS ", "a DirectDraw surface"),
    (0, b"gimp xcf", "a GIMP image"),
    (0, b"PK\3\4", "a ZIP archive"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"<svg", "an SVG drawing"),
    (0, b"<?xml", "an XML document, such as an SVG drawing"),
    (4, b"ftypavif", "an AVIF image"),
    (4, b"ftyphei", "a HEIC image"),
    (4, b"ftypmif1", "a HEIF image"),
    (4, b"ftyp", ISO_MEDIA),
    (0, b"\x1a\x45\xdf\xa3", MATROSKA),
    (8, b"AVI ", AVI),
    (4, b"\xe0\xa5", "an Aseprite file"),
)
_BITS, _PHOTOMETRIC, _CHANNELS, _SAMPLE_KIND = 258, 262, 277, 339
_SEPARATED = 5
_KINDS = {
    1: "unsigned integers",
    2: "signed integers",
    3: "floats",
    5: "complex integers",
    6: "complex floats",
}
_MAX_TAGS = 256


def what_it_is(file: BinaryIO) -> str | None:
    """Return what a file is that Pillow does not identify, as the end of a sentence; None if unknown.

    Args:
        file: seekable; read from its start.

    Example:
        >>> import io
        >>> what_it_is(io.BytesIO(b"%PDF-1.7"))
        'a PDF document'
    """
    file.seek(0)
    head = file.read(16)
    if head[:4] in (b"II*\0", b"MM\0*"):
        return _tiff_kind(file, "<" if head[:1] == b"I" else ">")
    found = (kind for at, sign, kind in _SIGNATURES if head[at : at + len(sign)] == sign)
    return next(found, None)


def _tiff_kind(file: BinaryIO, order: str) -> str | None:
    """Return the kind of the samples of the first page of a TIFF."""
    try:
        tags = _first_tags(file, order)
    except (struct.error, OSError, ValueError, OverflowError):
        return None
    if tags.get(_PHOTOMETRIC) == [_SEPARATED]:
        return INKS
    bits = tags.get(_BITS, [1])[0]
    kind = _KINDS.get(tags.get(_SAMPLE_KIND, [1])[0], "samples")
    channels = tags.get(_CHANNELS, [1])[0]
    return f"a TIFF of {counted(channels, 'channel')} of {bits}-bit {kind}"


def _first_tags(file: BinaryIO, order: str) -> dict[int, list[int]]:
    """Return the values of the tags of 16 and 32 bits of the first page."""
    file.seek(4)
    file.seek(struct.unpack(f"{order}I", file.read(4))[0])
    (count,) = struct.unpack(f"{order}H", file.read(2))
    tags = {}
    for _ in range(min(count, _MAX_TAGS)):
        tag, kind, number = struct.unpack(f"{order}HHI", file.read(8))
        field, after = file.read(4), file.tell()
        if kind in (3, 4) and 1 <= number <= 16:
            letter, size = ("H", 2) if kind == 3 else ("I", 4)
            if number * size > 4:
                file.seek(struct.unpack(f"{order}I", field)[0])
                field = file.read(number * size)
                file.seek(after)
            tags[tag] = list(struct.unpack(f"{order}{number}{letter}", field[: number * size]))
    return tags
