"""`dither panels`: list the display panels."""

import dataclasses
import json

from dither.console import JsonOption


def panels(json_output: JsonOption = False) -> None:
    """List the display panels with their inks."""
    from dither.palettes.panel_files import load_panel, panel_names

    found = [load_panel(name) for name in panel_names()]
    if json_output:
        entries = {}
        for panel in found:
            entry = dataclasses.asdict(panel)
            entry["white"], entry["black"] = (
                panel.inks[index].name for index in (panel.white, panel.black)
            )
            entry |= {"viewing_filter": panel.viewing_filter, "bytes": panel.buffer_bytes}
            entries[entry.pop("name")] = entry
        print(json.dumps({"panels": entries}))
        return
    for panel in found:
        size = f"{panel.width}x{panel.height}"
        measured = "measured" if panel.measured else "estimate"
        codes = [f"{ink.name}={'/'.join(map(str, ink.code))}" for ink in panel.inks]
        shown = ", ".join(codes[:8]) + (", ..." if len(codes) > 8 else "")
        print(f"{panel.name:28}{size:>9} {panel.ppi:5g} ppi  {measured}  {shown}")
