"""Whether libraries are there that an extra brings, asked before a batch begins."""

import importlib.util

from dither.errors import InputError


def check_installed(what: str, extra: str, *libraries: str) -> None:
    """Refuse work whose libraries are missing; none of them is loaded.

    Args:
        what: is done with them.
        extra: of this package, which brings them.
        libraries: as they are imported.

    Raises:
        InputError: one is missing.

    Example:
        >>> check_installed("counting", "numbers", "math")
        >>> check_installed("counting", "numbers", "abacus")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: counting needs abacus: pip install 'bluenoise-dither[numbers]'
    """
    for name in libraries:
        if importlib.util.find_spec(name) is None:
            raise InputError(f"{what} needs {name}: pip install 'bluenoise-dither[{extra}]'")
