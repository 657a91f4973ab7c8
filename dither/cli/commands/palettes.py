"""`dither palettes`: list the named palettes; show and save one."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dither.cli.options import palette_names as complete_names
from dither.console import INPUT, OUTPUT, ForceOption, JsonOption, QuietOption, log, option
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
            "Save the palette: .gpl .pal .hex .act or .png.",
            *("--output", "-o"),
            value="FILE",
        ),
    ] = None,
    force: ForceOption = False,
    json_output: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List the named palettes, or show and save one."""
    from dither.palettes.palette import load_palette, palette_names, save_palette

    if palette is not None:
        found = load_palette(palette)
        if output is not None:
            save_palette(output, found, replace=force)
            log(f"{palette} -> {output}: {len(found)} colours", quiet=quiet)
        if json_output:
            path = None if output is None else str(output)
            print(json.dumps({"palette": palette, "colors": found.hex, "output": path}))
        elif output is None:
            _show([(f"{index:3}  ", [code], f"  {code}") for index, code in enumerate(found.hex)])
        return
    if output is not None:
        raise InputError("--output saves one palette; name it, such as dither palettes game-boy")
    named = {name: load_palette(name) for name in palette_names()}
    if json_output:
        print(json.dumps({"palettes": {name: each.hex for name, each in named.items()}}))
        return
    _show([_summary(name, each) for name, each in named.items()])


def _summary(name: str, palette: "Palette") -> tuple[str, list[str], str]:
    codes = palette.hex[:_SHOWN]
    more = " ..." if len(palette) > _SHOWN else ""
    return f"{name:22}{len(palette):4} colours  ", codes, f" {' '.join(codes)}{more}"


def _show(rows: list[tuple[str, list[str], str]]) -> None:
    """Print lines of a text, colours and a text; the colours as swatches, on terminals with colours."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    drawn = console.is_terminal and console.color_system is not None and not console.no_color
    for before, codes, after in rows:
        line = Text(before)
        for code in codes if drawn else ():
            line.append("  " if len(codes) > 1 else " " * 6, style=f"on {code}")
        line.append(after if drawn else after.strip())
        console.print(line, soft_wrap=True)
