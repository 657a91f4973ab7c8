"""`bluenoise list`."""

import json

from dither.console.options import JsonOption


def list_shipped(json_output: JsonOption = False) -> None:
    """List the shipped matrices and noise textures."""
    from dither.matrix.catalog import shipped_matrices, shipped_textures

    if json_output:
        print(json.dumps({"matrices": shipped_matrices(), "textures": shipped_textures()}))
        return
    for name, entry in shipped_matrices().items():
        sides = " x ".join(map(str, entry["shape"]))
        greys = f", for {entry['levels']} greys" if entry["levels"] else ""
        colours = f", {entry['channels']} channels" if entry["channels"] > 1 else ""
        print(f"{name:28}{sides}{colours}, seed {entry['seed']}{greys}")
    for name, entry in shipped_textures().items():
        sides = " x ".join(map(str, entry["shape"]))
        print(f"{name:28}{sides}, values {entry['values']}, seed {entry['seed']}")
