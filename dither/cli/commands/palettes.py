"""`dither palettes`: list the named palettes."""

import json

from dither.console import JsonOption


def palettes(json_output: JsonOption = False) -> None:
    """List the named palettes and their colours."""
    from dither.palettes.palette import load_palette, palette_names

    named = {name: load_palette(name).hex for name in palette_names()}
    if json_output:
        print(json.dumps({"palettes": named}))
        return
    for name, colors in named.items():
        shown = " ".join(colors[:8]) + (" ..." if len(colors) > 8 else "")
        print(f"{name:22}{len(colors):4} colours  {shown}")
