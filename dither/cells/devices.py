"""Named devices that show few colours in each cell, with the source of their limits."""

import dataclasses
from collections.abc import Callable

from dither.cells.cells import Cells
from dither.errors import InputError
from dither.palettes.palette_like import load_palette
from dither.suggestions import did_you_mean

CellsLike = Cells | str
_RGB555, _RGB333 = (32, 32, 32), (8, 8, 8)
_BASIC, _BRIGHT = tuple(range(8)), (0, *range(8, 15))

_DEVICES: dict[str, Callable[[], Cells]] = {
    # Ink and paper of 8x8 pixels, both basic or both bright: S. Vickers, "ZX Spectrum BASIC
    # Programming" (1982), chapters 16 and 24.
    "zx-spectrum": lambda: Cells(
        *(8, 8, 2),
        master=load_palette("zx-spectrum"),
        groups=(_BASIC, _BRIGHT),
        frame=(256, 192),
    ),
    # Four background palettes of 4, the first colour in common, for areas of 16x16 pixels: "NESdev
    # Wiki", pages "PPU palettes" and "PPU attribute tables".
    "nes": lambda: Cells(
        *(16, 16, 4), palettes=4, shared=1, master=load_palette("nes"), frame=(256, 240)
    ),
    # Eight background palettes of 4 for tiles of 8x8 pixels, 5 bits a channel: "Pan Docs", pages
    # "Palettes" and "Tile Maps".
    "game-boy-color": lambda: Cells(
        *(8, 8, 4), palettes=8, device_levels=_RGB555, frame=(160, 144)
    ),
    # High-resolution and multicolour bitmaps of the VIC-II: "Commodore 64 Programmer's Reference
    # Guide" (1982), chapter 3. A multicolour pixel is twice as wide as high.
    "c64-hires": lambda: Cells(*(8, 8, 2), master=load_palette("c64"), frame=(320, 200)),
    "c64-multicolor": lambda: Cells(
        *(4, 8, 4), shared=1, master=load_palette("c64"), frame=(160, 200)
    ),
    # Four palettes of 16 for tiles of 8x8 pixels, 3 bits a channel; the first colour of each is
    # transparent and shows the backdrop: Sega, "Genesis Software Manual" (1989).
    "mega-drive": lambda: Cells(
        *(8, 8, 16), palettes=4, shared=1, device_levels=_RGB333, frame=(320, 224)
    ),
    # Eight palettes of 16 for tiles of 8x8 pixels with 4 bits, 5 bits a channel, and a backdrop:
    # Nintendo, "SNES Development Manual" (1993).
    "snes": lambda: Cells(
        *(8, 8, 16), palettes=8, shared=1, device_levels=_RGB555, frame=(256, 224)
    ),
}


def cell_names() -> list[str]:
    """Return the names that `load_cells` accepts.

    Example:
        >>> cell_names()[:2]
        ['zx-spectrum', 'nes']
    """
    return list(_DEVICES)


def load_cells(name: str) -> Cells:
    """Return the cells of a named device.

    Raises:
        InputError: there is no such device.

    Example:
        >>> cells = load_cells("game-boy-color")
        >>> cells.width, cells.height, cells.palettes, cells.colors
        (8, 8, 8, 4)
    """
    make = _DEVICES.get(name)
    if make is None:
        advice = f"give WxH in pixels, or {', '.join(_DEVICES)}"
        raise InputError(
            f"no cells are named {name[:40]!r}; {did_you_mean(name, _DEVICES, advice)}"
        )
    return dataclasses.replace(make(), name=name)


def as_cells(cells: CellsLike) -> Cells:
    """Return cells, which may be given by the name of a device.

    Raises:
        InputError: they are neither.
    """
    if isinstance(cells, str):
        return load_cells(cells)
    if not isinstance(cells, Cells):
        raise InputError(
            f"cells are dither.Cells or the name of a device, not {type(cells).__name__}"
        )
    return cells
