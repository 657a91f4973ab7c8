"""Tags of TIFFs of separated inks: which of them `--inks` reads, and why not the others.

Source: Adobe, "TIFF Revision 6.0" (1992), sections 8 and 16.
"""

import struct

# Classic TIFF and BigTIFF, of both byte orders.
TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
BITS, COMPRESSION, PHOTOMETRIC, CHANNELS, PLANES = 258, 259, 262, 277, 284
EXTRA, SAMPLE_FORMAT = 338, 339
SEPARATED, JPEG = 5, 7
_MAX_INKS = 16
_LETTERS = {1: "B", 3: "H", 4: "I", 16: "Q"}

# Type, count and bytes of the entries of a page, by their tags.
Entries = dict[int, tuple[int, int, bytes]]


def tag_numbers(order: str, entries: Entries, tag: int, *default: int) -> tuple[int, ...]:
    """Return the whole numbers of an entry, or the default if it is missing.

    Raises:
        ValueError: the entry holds no whole numbers.

    Example:
        >>> tag_numbers("<", {258: (3, 2, bytes([8, 0, 8, 0]))}, 258, 1)
        (8, 8)
    """
    kind, count, content = entries.get(tag, (3, 0, b""))
    if kind not in _LETTERS:
        raise ValueError(f"its entry {tag} holds no whole numbers")
    return struct.unpack(f"{order}{count}{_LETTERS[kind]}", content) or default


def ink_refusal(order: str, entries: Entries) -> str | None:
    """Return why the inks of a page cannot be read, as the end of a sentence; None if they can.

    Args:
        order: "<" or ">".
        entries: of a page whose photometric interpretation is separated.

    Raises:
        ValueError: an entry holds no whole numbers.
    """

    def numbers(tag: int, *default: int) -> tuple[int, ...]:
        return tag_numbers(order, entries, tag, *default)

    inks, bits = numbers(CHANNELS, 1)[0], set(numbers(BITS, 1))
    is_jpeg = numbers(COMPRESSION, 1)[0] == JPEG
    refusals = {
        f"has {'/'.join(map(str, sorted(bits)))} bits per ink": bits != {8},
        f"has {inks} inks": not 1 <= inks <= _MAX_INKS,
        "holds each ink in a plane of its own": numbers(PLANES, 1)[0] != 1 and inks > 1,
        "has alpha besides its inks": any(numbers(EXTRA)),
        "has inks that are signed or fractions": set(numbers(SAMPLE_FORMAT, 1)) != {1},
        f"has {inks} inks in a JPEG, which holds 4": is_jpeg and inks != 4,
    }
    reason = next((reason for reason, refused in refusals.items() if refused), None)
    if reason is None:
        return None
    return f"{reason}; --inks takes up to {_MAX_INKS} inks of 8 bits, with the inks of a pixel together"
