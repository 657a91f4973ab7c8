"""Matrices as textures that engines load, with every decision as `dither.requantize` makes it.

    >>> import bluenoise, dither, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = bluenoise.export(dither.load_matrix("blue-16x16"), folder, ["rg8"], name="blue")
    >>> paths[0].name
    'blue.rg8.png'

`codes` holds the one idea, which numbers a texture carries; each format has a module of its own.
"""

from bluenoise.export.folder import export as export
