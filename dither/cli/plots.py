"""Plots that commands draw next to their results."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dither.errors import InputError
from dither.extras import require_extra
from dither.files.atomic import atomic_write, check_writable
from dither.suggestions import wrong_ending

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT_SUFFIXES = (".png", ".svg", ".pdf")


def check_plot(plot: Path, others: Sequence[Path], *, replace: bool) -> None:
    """Refuse a file that cannot be drawn, before the work whose result it shows.

    Args:
        plot: the file.
        others: files that the plot must not overwrite: the input and other outputs.
        replace: whether an existing plot may be overwritten.

    Raises:
        InputError: its ending is of no plot, it is one of the others, it cannot be written, or
            matplotlib is not installed.
    """
    if plot.suffix.lower() not in PLOT_SUFFIXES:
        raise InputError(f"cannot draw {plot}: {wrong_ending(plot.suffix, PLOT_SUFFIXES)}")
    for other in others:
        if os.path.realpath(plot) == os.path.realpath(other):
            raise InputError(f"the plot would be drawn over the image {other}")
    check_writable(plot, replace=replace)
    require_extra("a plot", "report", "matplotlib")


def write_plot(figure: "Figure", plot: Path, *, replace: bool) -> None:
    """Write a figure atomically in the format of its ending.

    Raises:
        InputError: the file cannot be written.
    """
    with atomic_write(plot, replace=replace) as file:
        figure.savefig(file, format=plot.suffix.lower().removeprefix("."), dpi=100)
