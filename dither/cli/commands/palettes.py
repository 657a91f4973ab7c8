"""`dither palettes`: list the named palettes; show and save one."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dither.cli.options import palette_names as complete_names
from dither.cli.swatches import print_swatches
from dither.console.messages import log
from dither.console.options import INPUT, OUTPUT, ForceOption, JsonOption, QuietOption, option
from dither.errors import InputError

if TYPE_CHECKING:
    from dither.palettes.palette import Palette

_SHOWN = 8


def palettes(
    palette: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME|FILE|COLOURS",
            rich_help_panel=INPUT,
            help="Show this palette: a name, a palette file or image, or colours [list all names].",
            autocompletion=complete_names,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        option(
            OUTPUT,
            "Save the palette: .gpl .pal .hex .act .aco .ase (Adobe) .txt (paint.net) or .png.",
            *("--output", "-o"),
            value="FILE",
        ),
    ] = None,
    force: ForceOption = False,
    json_output: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List the named palettes, or show and save one."""
    from dither.palettes.named import palette_names
    from dither.palettes.palette_like import load_palette, save_palette

    if palette is not None:
        found = load_palette(palette)
        if output is not None:
            save_palette(output, found, replace=force)
            log(f"{palette} -> {output}: {len(found)} colours", quiet=quiet)
        if json_output:
            path = None if output is None else str(output)
            print(json.dumps({"palette": palette, "colors": found.hex, "output": path}))
        elif output is None:
            print_swatches(
                [(f"{index:3}  ", [code], f"  {code}") for index, code in enumerate(found.hex)]
            )
        return
    if output is not None:
        raise InputError("--output saves one palette; name it, such as dither palettes game-boy")
    named = {name: load_palette(name) for name in palette_names()}
    if json_output:
        print(json.dumps({"palettes": {name: each.hex for name, each in named.items()}}))
        return
    print_swatches([_summary(name, each) for name, each in named.items()])


def _summary(name: str, palette: "Palette") -> tuple[str, list[str], str]:
    codes = palette.hex[:_SHOWN]
    more = " ..." if len(palette) > _SHOWN else ""
    return f"{name:22}{len(palette):4} colours  ", codes, f" {' '.join(codes)}{more}"
