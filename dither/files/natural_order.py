"""Natural order of file names: numbers in names are compared as numbers."""

import re

NaturalKey = tuple[list[tuple[int, str]], str]


def natural_key(name: str) -> NaturalKey:
    """Return a sort key by which frame2 comes before frame10.

    Example:
        >>> sorted(["frame10.png", "frame2.png", "Frame1.png"], key=natural_key)
        ['Frame1.png', 'frame2.png', 'frame10.png']
    """
    parts = re.split(r"([0-9]+)", name)
    # Digits compare by value, other text without case; the name itself decides between equal keys.
    key = [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in parts]
    return key, name
