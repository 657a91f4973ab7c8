"""The error for a damaged file, whatever a library says about it."""

from pathlib import Path

from dither.errors import InputError

# Letters of a library's reason to repeat; some quote the whole file.
_MAX_REASON = 300


def damaged(path: Path | str, error: Exception) -> InputError:
    """Return the error for a file that a library could not read.

    Example:
        >>> str(damaged("a.tif", ValueError("no  page")))
        'a.tif is damaged or cannot be read: no page'
    """
    reason = " ".join(str(error).split())[:_MAX_REASON] or type(error).__name__
    return InputError(f"{path} is damaged or cannot be read: {reason}")
