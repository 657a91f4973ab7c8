"""Table of measures as text."""

from collections.abc import Sequence

from dither.comparison.compare import Comparison
from dither.comparison.measures import best_indices, shown_measures

_WIDEST_NAME = 30


def comparison_table(names: Sequence[str], comparisons: Sequence[Comparison]) -> str:
    """Return a table with a line for each image; * marks the best of a column.

    Args:
        names: of the images; the start of long names is cut off.
        comparisons: one for each name.

    Example:
        >>> comparison_table([], []).split()[:3]
        ['B1.5', 'B2.5', 'S-CIELAB']
    """
    titles = [
        name if len(name) <= _WIDEST_NAME else f"…{name[1 - _WIDEST_NAME :]}" for name in names
    ]
    width = max(map(len, titles), default=0)
    lines = [" " * width, *(f"{title:{width}}" for title in titles)]
    for measure in shown_measures(comparisons):
        best = best_indices(measure, comparisons)
        cells = [f"{measure.short} "]
        for index, found in enumerate(comparisons):
            cells.append(measure.shown(measure.value(found)) + ("*" if index in best else " "))
        cell_width = max(map(len, cells))
        lines = [f"{line} {cell:>{cell_width}}" for line, cell in zip(lines, cells, strict=True)]
    return "\n".join(line.rstrip() for line in lines)
