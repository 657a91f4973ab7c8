"""Results for display panels: the raw buffer of a controller, or that as source text of C."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dither.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from dither.images.raster_image import RasterImage
    from dither.panels.panel import Panel


def check_frame(panel: "Panel", width: int, height: int) -> None:
    """Refuse a picture that does not fill a panel.

    Raises:
        InputError: the sides differ.
    """
    if (width, height) != (panel.width, panel.height):
        raise InputError(
            f"the picture has {width}x{height} pixels, and the buffer of {panel.name} holds "
            f"{panel.width}x{panel.height}; give --fit contain, --fit cover or --fit stretch"
        )


def panel_content(
    panel: "Panel", frame: "RasterImage", codes: "np.ndarray", kind: str, name: Path
) -> tuple[bytes, dict[str, Any]]:
    """Return the bytes of a file for a panel, and its entries for --json.

    Args:
        panel: the panel.
        frame: the picture before dithering, for its alpha.
        codes: (H, W) indices of the inks.
        kind: "buffer" or "source".
        name: the file, whose name the C arrays take.

    Raises:
        InputError: the picture has transparent pixels.
    """
    from dither.panels.buffer import pack_panel
    from dither.panels.source import panel_c_source

    if frame.alpha is not None and frame.alpha.min() < 255:
        raise InputError("the buffer of a panel holds no alpha")
    source = kind == "source"
    content = panel_c_source(panel, codes, name).encode() if source else pack_panel(panel, codes)
    packing = panel.packing
    return content, {
        "panel": panel.name,
        "shape": list(codes.shape),
        "bytes": panel.buffer_bytes,
        "bits": packing.bits,
        "order": packing.order,
        "planes": list(packing.planes),
        "parts": [panel.part_count, *panel.part_size],
        "row_bytes": panel.row_bytes,
        "interleave": packing.interleave,
        "rotation": packing.rotation,
        "codes": {ink.name: list(ink.code) for ink in panel.inks},
    }


def buffer_note(report: dict[str, Any]) -> str:
    """Return the layout of a panel's buffer, which has no header to say it."""
    if "bytes" not in report:
        return ""
    height, width = report["shape"]
    return f": {width}x{height} pixels for {report['panel']}, {report['bytes']} bytes"
