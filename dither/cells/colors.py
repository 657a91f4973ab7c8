"""The palettes of an image with cells, and the palette of each cell."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dither.cells.cells import Cells
from dither.color import packed_codes


@dataclass(frozen=True, eq=False)
class CellColors:
    """A colour table, palettes of its entries, and the palette of each cell of an image.

    Attributes:
        cells: the display.
        colors: (K, 3) uint8 sRGB codes, the colour table of the image's indices. With a number of
            palettes, those of N colours each follow one another, so that an index is N times the
            palette plus the colour in it, and shared colours are repeated; else it is the master.
        palettes: (P, N) uint8, the entries of each palette; shared colours come first.
        choice: (cell rows, cell columns) uint16, the palette of each cell.
    """

    cells: Cells
    colors: np.ndarray
    palettes: np.ndarray
    choice: np.ndarray

    def __len__(self) -> int:
        return len(self.colors)

    @property
    def hex(self) -> list[str]:
        """Return the colour table as '#rrggbb'."""
        return [f"#{code:06x}" for code in packed_codes(self.colors)]

    def description(self, shape: tuple[int, ...]) -> dict[str, Any]:
        """Return what a program needs to use the image, as JSON takes it.

        Args:
            shape: height and width of the image.
        """
        hexes = np.array(self.hex)
        found: dict[str, Any] = {
            "device": self.cells.name or None,
            "width": shape[1],
            "height": shape[0],
            "cell_width": self.cells.width,
            "cell_height": self.cells.height,
            "shared": self.cells.shared,
            "palettes": hexes[self.palettes].tolist(),
            "entries": self.palettes.tolist(),
        }
        words = device_words(self)
        if words is not None:
            found["words"] = words[self.palettes].tolist()
        return found | {"map": self.choice.tolist()}


def device_words(table: CellColors) -> np.ndarray | None:
    """Return (K,) int64: the number by which the device names each entry; None if there is none.

    A NES has codes of 6 bits. The Game Boy Color and the SNES take 5 bits each of blue, green and red
    from the highest to the lowest, a Mega Drive 0000BBB0GGG0RRR0. Others take the index of the master.
    """
    name = table.cells.name
    if name == "nes" and table.cells.master is not None:
        codes = packed_codes(table.cells.master.colors).tolist()
        numbers = dict(zip(codes, _NES_CODES, strict=True))
        return np.array([numbers[code] for code in packed_codes(table.colors).tolist()])
    bits = {"game-boy-color": 5, "snes": 5, "mega-drive": 3}.get(name)
    if bits is None:
        return None if table.cells.palettes is not None else np.arange(len(table.colors))
    levels = np.rint(table.colors.astype(np.int64) * ((1 << bits) - 1) / 255).astype(np.int64)
    shifts = (0, 5, 10) if bits == 5 else (1, 5, 9)
    return (levels << np.array(shifts)).sum(axis=1)


# The codes of the palette `nes` in its order; those that are left out show the same colours again.
_NES_CODES = (*range(0x0D), *range(0x10, 0x1D), *range(0x20, 0x2E), *range(0x31, 0x3E), 0x0F)
