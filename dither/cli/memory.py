"""The option --memory: a number of bytes with a unit."""

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
    if text is None:
        return MEMORY
    found = re.fullmatch(r"(\d{1,16}(?:\.\d{1,6})?) ?([KMGT]?)(i?)B?", text.strip(), re.IGNORECASE)
    unit = "" if found is None else found[2].upper()
    if found is None or (found[3] and not unit):
        raise InputError(f"--memory is {text!r}; it must be a size such as 256MB or 2GiB")
    factor = 1 << 10 * list(_UNITS).index(unit) if found[3] else _UNITS[unit]
    memory = int(float(found[1]) * factor)
    if not 16_000_000 <= memory <= 1 << 50:
        raise InputError(f"--memory is {text!r}; it must be from 16MB to 1024TiB")
    return memory
