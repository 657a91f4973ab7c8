"""Files of images with cells: their palettes and map as JSON, and screens of home computers."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dither.cells.cells import Cells
from dither.cells.colors import CellColors
from dither.errors import InputError

# Load addresses of C64 screens: Koala Painter and OCP Art Studio.
_KOALA_ADDRESS, _ART_ADDRESS = b"\x00\x60", b"\x00\x20"
# A file of Art Studio ends with the colour of the border and six bytes without meaning.
_ART_END = bytes(7)


def check_cell_file(path: Path, cells: Cells) -> None:
    """Check, before long work starts, that the ending names a file for a device.

    Raises:
        InputError: it does not.

    Example:
        >>> check_cell_file(Path("a.json"), Cells(8, 8, 4, palettes=8))
    """
    ending = path.suffix.lower()
    if ending == ".json":
        return
    device, _ = _SCREENS.get(ending, ("", None))
    if not device:
        raise InputError(
            f"cannot write {path}: palettes and cells are written as .json, or as a screen in "
            + ", ".join(f"{ending} ({device})" for ending, (device, _) in _SCREENS.items())
        )
    if cells.name != device:
        raise InputError(f"cannot write {path}: {ending} is a screen of --cells {device}")


def encode_cells(path: Path, indices: np.ndarray, table: CellColors) -> bytes:
    """Encode the palettes of an image and the palette of each cell, or a whole screen.

    Args:
        path: its ending names the format: .json; .scr for the ZX Spectrum, .art (OCP Art Studio) and
            .kla (Koala Painter) for the C64, which hold the picture too.
        indices: (H, W) uint8, of the colour table.
        table: the palettes.

    Raises:
        InputError: the ending names no format of the device, or the picture does not fill the screen.
    """
    check_cell_file(path, table.cells)
    ending = path.suffix.lower()
    if ending == ".json":
        return (json.dumps(table.description(indices.shape)) + "\n").encode()
    height, width = indices.shape
    if (width, height) != table.cells.frame:
        raise InputError(
            f"cannot write {path}: the picture has {width}x{height} pixels, and a screen of "
            "{} has {}x{}; give --fit contain, cover or stretch".format(
                table.cells.name, *(table.cells.frame or ())
            )
        )
    return _SCREENS[ending][1](indices, table)


def zx_spectrum_screen(indices: np.ndarray, table: CellColors) -> bytes:
    """Return 6912 bytes: rows of bits in the order of the memory, then the attributes of cells.

    An attribute has the brightness in bit 6, the paper in bits 3 to 5, and the ink in bits 0 to 2.

    Source: S. Vickers, "ZX Spectrum BASIC Programming" (1982), chapter 24.

    Args:
        indices: (192, 256) uint8, of the palette `zx-spectrum`.
        table: the palettes.
    """
    bits = np.packbits(_places(indices, table).astype(bool), axis=1)
    # Third of the screen, line of a character, row of characters: the lines of characters lie between.
    bitmap = bits.reshape(3, 8, 8, 32).swapaxes(1, 2)
    paper, ink = np.moveaxis(table.palettes[table.choice].astype(np.uint8), -1, 0)
    bright = np.maximum(paper, ink) >= 8
    numbers = [np.where(color >= 8, color - 7, color) for color in (paper, ink)]
    attributes = bright << 6 | numbers[0] << 3 | numbers[1]
    return bitmap.tobytes() + attributes.astype(np.uint8).tobytes()


def art_studio_screen(indices: np.ndarray, table: CellColors) -> bytes:
    """Return a high-resolution screen of the C64 as OCP Art Studio saves it, 9009 bytes.

    Source: "Commodore 64 Programmer's Reference Guide" (1982), chapter 3, for bitmap and screen.

    Args:
        indices: (200, 320) uint8, of the palette `c64`.
        table: the palettes.
    """
    bits = np.packbits(_places(indices, table).astype(bool), axis=1)
    paper, ink = np.moveaxis(table.palettes[table.choice], -1, 0)
    screen = (ink << 4 | paper).astype(np.uint8)
    return _ART_ADDRESS + _characters(bits) + screen.tobytes() + _ART_END


def koala_screen(indices: np.ndarray, table: CellColors) -> bytes:
    """Return a multicolour screen of the C64 as Koala Painter saves it, 10003 bytes.

    Two bits are 0 for the background, 1 and 2 for the upper and lower half of the screen's byte, and 3
    for the colour memory.

    Source: "Commodore 64 Programmer's Reference Guide" (1982), chapter 3, for the memories.

    Args:
        indices: (200, 160) uint8, of the palette `c64`.
        table: the palettes.
    """
    places = _places(indices, table).reshape(200, 40, 4)
    packed = places[..., 0] << 6 | places[..., 1] << 4 | places[..., 2] << 2 | places[..., 3]
    background, upper, lower, color = np.moveaxis(table.palettes[table.choice], -1, 0)
    screen = (upper << 4 | lower).astype(np.uint8)
    memories = (screen.tobytes(), color.astype(np.uint8).tobytes(), bytes([background[0, 0]]))
    return _KOALA_ADDRESS + _characters(packed.astype(np.uint8)) + b"".join(memories)


def _places(indices: np.ndarray, table: CellColors) -> np.ndarray:
    """Return (H, W) uint8: the place of each pixel's colour in the palette of its cell."""
    cells = table.cells
    rows, columns = (np.arange(side) for side in indices.shape)
    own = table.palettes[table.choice[rows // cells.height][:, columns // cells.width]]
    return (own == indices[..., None]).argmax(axis=2).astype(np.uint8)


def _characters(rows: np.ndarray) -> bytes:
    """Return (200, 40) uint8 rows in the order of the C64: the 8 bytes of each character together."""
    return rows.reshape(25, 8, 40).swapaxes(1, 2).tobytes()


# The device of each screen, and the function that makes it.
_SCREENS: dict[str, tuple[str, Callable[[np.ndarray, CellColors], bytes]]] = {
    ".scr": ("zx-spectrum", zx_spectrum_screen),
    ".art": ("c64-hires", art_studio_screen),
    ".kla": ("c64-multicolor", koala_screen),
}
