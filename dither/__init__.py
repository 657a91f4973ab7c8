"""Use threshold matrices: dither images to a few levels, and measure the matrices that do it.

`requantize` is the function most callers want:

    >>> import numpy as np, dither
    >>> image = np.full((64, 64), 128, np.uint8)
    >>> np.unique(dither.requantize(image, bits=2)).tolist()
    [85, 170]

Importing this package loads nothing heavy: each public name is loaded on first use (PEP 562).
`__init__.pyi` lists the names and their modules.
"""

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Load a public name on its first use; `__version__` is that of the installation."""
    if name == "__version__":
        from dither.version import installed_version

        return installed_version()
    return _load(name)
