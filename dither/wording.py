"""Words of messages: counts of things, and sides of arrays."""

from collections.abc import Sequence


def counted(count: int, noun: str, *, grouped: bool = False) -> str:
    """Return a count and its noun, in the plural unless the count is 1.

    Args:
        count: of the things.
        noun: in the singular; an s is added.
        grouped: separate thousands by commas; limits are written as their options take them.

    Example:
        >>> counted(1, "file"), counted(0, "file"), counted(12_000, "colour", grouped=True)
        ('1 file', '0 files', '12,000 colours')
    """
    number = f"{count:,}" if grouped else str(count)
    return f"{number} {noun}{'' if count == 1 else 's'}"


def sides_text(shape: Sequence[int]) -> str:
    """Return the sides of an array as people write them, such as on the command line.

    Example:
        >>> sides_text((64, 64)), sides_text([16, 64, 64])
        ('64x64', '16x64x64')
    """
    return "x".join(map(str, shape))
