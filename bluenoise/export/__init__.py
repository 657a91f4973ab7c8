"""Matrices and noise textures of values as textures for game engines.

Matrices make the same decisions as `dither.requantize`; values come back within a stated error.

    >>> import bluenoise, dither, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = bluenoise.export(dither.load_matrix("blue-16x16"), folder, ["rg8"], name="blue")
    >>> paths[0].name
    'blue.rg8.png'

`codes` computes the numbers of thresholds so that no rounding in a GPU changes a decision, and
`value_codes` those of values; `formats` lists the file formats.
"""

from bluenoise.export.folder import export as export
