"""Say what a file is that is not read: its format, by its first bytes, or the kind of its TIFF samples.

Source: the signatures in IANA's and the formats' registrations; Adobe, "TIFF Revision 6.0" (1992),
section 2, and "TIFF Technical Note 3" (2005) for floats of 16 and 24 bits.
"""

import struct
from typing import BinaryIO

from dither.images.formats.tiff_inks import (
    BITS,
    CHANNELS,
    PHOTOMETRIC,
    SAMPLE_FORMAT,
    SEPARATED,
    TIFF_MARKS,
    ink_refusal,
    tag_numbers,
)
from dither.images.formats.tiff_reader import first_page
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
_KINDS = {
    1: "unsigned integers",
    2: "signed integers",
    3: "floats",
    5: "complex integers",
    6: "complex floats",
}


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
    if head[:4] in TIFF_MARKS:
        return _tiff_kind(file)
    found = (kind for at, sign, kind in _SIGNATURES if head[at : at + len(sign)] == sign)
    return next(found, None)


def _tiff_kind(file: BinaryIO) -> str | None:
    """Return the kind of the samples of the first page of a TIFF."""
    try:
        order, entries = first_page(file)
        if entries is None:
            return None
        if tag_numbers(order, entries, PHOTOMETRIC, 1)[0] == SEPARATED:
            reason = ink_refusal(order, entries)
            if reason is None:
                return f"{INKS}; read it with dither ordered --inks or dither diffuse --inks"
            return f"{INKS} that --inks cannot read: it {reason}"
        bits = tag_numbers(order, entries, BITS, 1)[0]
        kind = _KINDS.get(tag_numbers(order, entries, SAMPLE_FORMAT, 1)[0], "samples")
        channels = tag_numbers(order, entries, CHANNELS, 1)[0]
    except (struct.error, OSError, EOFError, ValueError, OverflowError):
        return None
    return f"a TIFF of {counted(channels, 'channel')} of {bits}-bit {kind}"
