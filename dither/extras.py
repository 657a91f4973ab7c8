"""Optional libraries: say in one sentence which extra to install where one is missing."""

import importlib.util

from dither.errors import InputError


def require_extra(what: str, extra: str, *libraries: str) -> None:
    """Refuse work whose optional libraries are missing, without importing them.

    Args:
        what: the work, as the subject of the sentence.
        extra: the extra of this distribution that installs the libraries.
        libraries: import names.

    Raises:
        InputError: one of the libraries is missing.

    Example:
        >>> require_extra("counting", "numbers", "math")
        >>> require_extra("counting", "numbers", "abacus")
        Traceback (most recent call last):
        ...
        dither.errors.InputError: counting needs abacus: pip install 'bluenoise-dither[numbers]'
    """
    for name in libraries:
        if importlib.util.find_spec(name) is None:
            raise InputError(f"{what} needs {name}: pip install 'bluenoise-dither[{extra}]'")
