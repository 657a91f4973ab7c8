"""Cells: areas of an image, such as 8x8 pixels, each of which shows the few colours of one palette."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from dither.errors import InputError
from dither.palettes.device import DeviceLevels, check_device
from dither.palettes.palette import MAX_COLORS, Palette
from dither.wording import counted

MAX_SIDE = 256
# The most palettes among which each cell chooses by itself; all of them are tried.
MAX_SETS = 4096


@dataclass(frozen=True)
class Cells:
    """A display that shows few colours in each cell of an image.

    Attributes:
        width: of a cell, 1 to 256 pixels.
        height: of a cell, 1 to 256 pixels.
        colors: number of colours of a palette, 2 to 256.
        palettes: number of palettes, of which each cell takes one; or None if each cell may take any
            colours of `master`.
        shared: number of colours that all palettes have in common, fewer than `colors`.
        master: the colours of which palettes are made; any colours of `device_levels` if None.
        device_levels: levels of red, green and blue, 2 to 256, of palettes without a master.
        groups: groups of indices of `master`; each palette is made of the colours of one group. None if
            any colours go together.
        name: of the device, or "".
        frame: width and height of its picture in pixels, if it has only one.

    Raises:
        InputError: a number is out of range, or two contradict each other.

    Example:
        >>> Cells(8, 8, 4, palettes=8, device_levels=(32, 32, 32)).total
        32
    """

    width: int
    height: int
    colors: int
    palettes: int | None = None
    shared: int = 0
    master: Palette | None = None
    device_levels: DeviceLevels = (256, 256, 256)
    groups: tuple[tuple[int, ...], ...] | None = None
    name: str = ""
    frame: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for side in (self.width, self.height):
            if not 1 <= side <= MAX_SIDE:
                raise InputError(
                    f"cells are {self.width}x{self.height}; each side must be from 1 to {MAX_SIDE}"
                )
        if not 2 <= self.colors <= MAX_COLORS:
            raise InputError(
                f"a cell has {counted(self.colors, 'colour')}; it must have from 2 to {MAX_COLORS}"
            )
        if not 0 <= self.shared < self.colors:
            raise InputError(
                f"{self.shared} of the {self.colors} colours of a cell are shared; it must be from 0 "
                f"to {self.colors - 1}"
            )
        check_device(self.device_levels)
        if self.master is not None and len(self.master) < self.colors:
            raise InputError(
                f"a cell has {self.colors} colours, and there are only {len(self.master)} to take"
            )
        if self.palettes is None:
            self._check_free_choice()
        elif self.palettes < 1 or self.palettes * self.colors > MAX_COLORS:
            raise InputError(
                f"there are {counted(self.palettes, 'palette')} of {self.colors} colours; it must be "
                f"one or more, with {MAX_COLORS} colours in all"
            )

    def _check_free_choice(self) -> None:
        if self.master is None:
            raise InputError(
                "cells that choose any colours need a palette to choose from; give one, or a number of "
                "palettes for all cells"
            )
        own = self.colors - self.shared
        groups = self.groups or (range(len(self.master)),)
        count = sum(math.comb(max(len(group) - self.shared, 0), own) for group in groups)
        if count > MAX_SETS:
            raise InputError(
                f"each cell would choose among {count} palettes of {self.colors} colours; at most "
                f"{MAX_SETS} can be tried, so give fewer colours or a number of palettes"
            )

    @property
    def total(self) -> int:
        """Return the number of colours of the image: of all palettes, or of the master."""
        if self.palettes is not None:
            return self.palettes * self.colors
        assert self.master is not None  # checked when the cells are made
        return len(self.master)

    def grid(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Return the numbers of rows and columns of cells of an image; the last may be cut off.

        Args:
            shape: height and width of the image.

        Example:
            >>> Cells(8, 8, 4, palettes=1).grid((20, 16))
            (3, 2)
        """
        return -(-shape[0] // self.height), -(-shape[1] // self.width)

    def sets(self, shared: tuple[int, ...] = ()) -> np.ndarray:
        """Return (sets, colors) uint8: the palettes among which a cell may choose, as master indices.

        Args:
            shared: indices of the shared colours, which come first.
        """
        assert self.master is not None  # of cells that choose freely
        groups = self.groups or (tuple(range(len(self.master))),)
        found = dict.fromkeys(
            shared + rest for group in groups for rest in _rests(group, shared, self.colors)
        )
        return np.array(list(found), np.uint8)


def _rests(
    group: tuple[int, ...], shared: tuple[int, ...], colors: int
) -> Iterator[tuple[int, ...]]:
    if set(shared) <= set(group):
        free = [index for index in group if index not in shared]
        yield from combinations(free, colors - len(shared))
