"""`dither panels`: list the display panels, or show one."""

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dither.cli.options import panel_names as complete_names
from dither.console.options import INPUT, JsonOption
from dither.wording import counted

if TYPE_CHECKING:
    from dither.panels.panel import Panel


def panels(
    panel: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME|FILE",
            rich_help_panel=INPUT,
            help="Show this panel: a name or a .toml file [list all names].",
            autocompletion=complete_names,
        ),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """List the display panels with their inks, or show one."""
    from dither.panels.files import load_panel, panel_names

    found = [load_panel(name) for name in ([panel] if panel is not None else panel_names())]
    if json_output:
        print(json.dumps({"panels": {each.name: _entry(each) for each in found}}))
        return
    if panel is not None:
        _show(found[0])
        return
    for each in found:
        size = f"{each.width}x{each.height}"
        measured = "measured" if each.measured else "estimate"
        codes = [f"{ink.name}={'/'.join(map(str, ink.code))}" for ink in each.inks]
        shown = ", ".join(codes[:8]) + (", ..." if len(codes) > 8 else "")
        print(f"{each.name:28}{size:>9} {each.ppi:5g} ppi  {measured}  {shown}")


def _entry(panel: "Panel") -> dict[str, Any]:
    """Return all values of a panel for --json."""
    entry = dataclasses.asdict(panel)
    del entry["name"]
    entry["white"], entry["black"] = (
        panel.inks[index].name for index in (panel.white, panel.black)
    )
    for ink, share in zip(entry["inks"], _reflectances(panel), strict=True):
        ink["reflectance"] = round(share, 4)
    return entry | {"viewing_filter": panel.viewing_filter, "bytes": panel.buffer_bytes}


def _reflectances(panel: "Panel") -> list[float]:
    """Return the share of light that each ink reflects, 0 to 1, by its look."""
    import numpy as np

    from dither.color import LUMINANCE_WEIGHTS

    return (panel.palette.linear @ np.array(LUMINANCE_WEIGHTS)).tolist()


def _show(panel: "Panel") -> None:
    """Print a panel: its size, its buffer, and its inks with swatches."""
    from dither.cli.swatches import print_swatches

    packing, shares = panel.packing, _reflectances(panel)
    planes = len(packing.planes)
    bits = f"{counted(packing.bits, 'bit')} a pixel, {packing.order} first"
    white, black = shares[panel.white], shares[panel.black]
    contrast = f"{white / black:.1f} to 1" if black else "unlimited"
    width, height = (25.4 * side / panel.ppi for side in (panel.width, panel.height))
    print(
        f"{panel.name}: {panel.title or 'no title'}\n"
        f"{panel.width}x{panel.height} pixels, {panel.ppi:g} ppi, {width:.0f}x{height:.0f} mm, seen "
        f"from {panel.distance_cm:g} cm\n"
        f"buffer of {panel.buffer_bytes} bytes: {bits}"
        f"{f', {planes} planes' if planes > 1 else ''}"
        f"{f', turned by {packing.rotation}' if packing.rotation else ''}\n"
        f"contrast {contrast}; looks are "
        f"{'measured' if panel.measured else 'estimated'}\n"
    )
    rows, longest = [], max(len(ink.name) for ink in panel.inks)
    for index, (ink, share) in enumerate(zip(panel.inks, shares, strict=True)):
        role = {panel.white: ", shows white", panel.black: ", shows black"}.get(index, "")
        code = "/".join(map(str, ink.code))
        text = f"  {ink.look}  reflects {share:6.1%}  code {code}, driver {ink.pure}{role}"
        rows.append((f"{ink.name:{longest}}  ", [ink.look], text))
    print_swatches(rows)
    for name, text in (("source", panel.source), ("looks", panel.looks)):
        if text:
            print(f"{name}: {' '.join(text.split())}")
