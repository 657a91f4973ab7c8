"""Matrices as textures for game engines, with the same decisions as `dither.requantize`.

    >>> import bluenoise, dither, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = bluenoise.export(dither.load_matrix("blue-16x16"), folder, ["rg8"], name="blue")
    >>> paths[0].name
    'blue.rg8.png'

`codes` computes the numbers in a texture so that no rounding in a GPU changes a decision; `formats`
lists the file formats.
"""

from bluenoise.export.folder import export as export
