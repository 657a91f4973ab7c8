"""Generate tileable blue-noise threshold matrices, and measure how good they are.

A threshold matrix is blue if the dot pattern of every grey level is: dots are spread evenly but without
order, so that the eye blurs them into the grey.

    >>> import bluenoise
    >>> bluenoise.generate((16, 16), seed=1).shape
    (16, 16)

`generate` takes a method by name, or with its options: `Blue` (void-and-cluster, then rank swaps),
`VoidAndCluster`, `Anneal` (gradient descent on the error of all levels) or `Spectrum` (gradient descent
on the Fourier spectrum and the sorted values).

Importing this package loads nothing heavy: each public name is loaded on first use (PEP 562).
`__init__.pyi` lists the names and their modules. Functions win over modules of the same name.
"""

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Load a public name on its first use; `__version__` is that of the installation."""
    if name == "__version__":
        from dither.version import installed_version

        return installed_version()
    return _load(name)
