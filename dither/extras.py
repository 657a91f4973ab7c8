"""Optional libraries and the extras of this distribution that install them."""

import importlib.util

from dither.errors import InputError

# The extra to suggest for each library that is imported late.
EXTRA_OF_LIBRARY = {
    **dict.fromkeys(("jax", "jaxlib", "numba", "optax"), "optimize"),
    **dict.fromkeys(("jinja2", "matplotlib"), "report"),
    **dict.fromkeys(("dask", "distributed", "tifffile", "zarr"), "scale"),
    "OpenEXR": "textures",
    "av": "video",
}


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
            raise InputError(f"{what} needs {name}: {_install(extra)}")


def install_hint(library: str) -> str | None:
    """Return the command that installs an optional library, or None if no extra has it.

    Example:
        >>> install_hint("zarr"), install_hint("abacus")
        ("pip install 'bluenoise-dither[scale]'", None)
    """
    extra = EXTRA_OF_LIBRARY.get(library)
    return None if extra is None else _install(extra)


def _install(extra: str) -> str:
    return f"pip install 'bluenoise-dither[{extra}]'"
