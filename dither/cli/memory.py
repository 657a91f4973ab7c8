"""Numbers of bytes with a unit, such as --memory and --max-bytes."""

import re

from dither.errors import InputError

MEMORY = 256_000_000
_UNITS = {unit: 1000**power for power, unit in enumerate(("", "K", "M", "G", "T"))}


def parse_memory(text: str | None) -> int:
    """Return the bytes that --memory names; 256 MB if it is not given.

    Raises:
        InputError: the text is no size from 16 MB to 1024 TiB.

    Example:
        >>> parse_memory("64MB"), parse_memory("1GiB")
        (64000000, 1073741824)
    """
    return MEMORY if text is None else parse_bytes("--memory", text, "16MB", "1024TiB")


def parse_bytes(name: str, text: str, least: str, most: str) -> int:
    """Return the number of bytes that an option names.

    Args:
        name: of the option, for messages.
        text: a number, and perhaps a unit: k, M, G or T for powers of 1000, Ki to Ti for those of 1024.
        least: the smallest size, in the same form.
        most: the largest.

    Raises:
        InputError: the text is no size or out of range.

    Example:
        >>> parse_bytes("--max-bytes", "60k", "1", "1T")
        60000
    """
    found = re.fullmatch(r"(\d{1,16}(?:\.\d{1,6})?) ?([KMGT]?)(i?)B?", text.strip(), re.IGNORECASE)
    unit = "" if found is None else found[2].upper()
    if found is None or (found[3] and not unit):
        raise InputError(f"{name} is {text!r}; it must be a size such as 256MB or 2GiB")
    factor = 1 << 10 * list(_UNITS).index(unit) if found[3] else _UNITS[unit]
    size = int(float(found[1]) * factor)
    if (least, most) != (text, text) and not (
        parse_bytes(name, least, least, least) <= size <= parse_bytes(name, most, most, most)
    ):
        raise InputError(f"{name} is {text!r}; it must be from {least} to {most}")
    return size
