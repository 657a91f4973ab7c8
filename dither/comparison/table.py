"""The measures of dithered pictures as lines of text."""

from collections.abc import Sequence

from dither.comparison.compare import Comparison
from dither.comparison.measures import MEASURES, best_indices

_WIDEST_NAME = 30


def comparison_table(names: Sequence[str], comparisons: Sequence[Comparison]) -> str:
    """A line for each picture below a line of headings; a star stands behind the best of a column.

    Args:
        names: of the pictures; long ones lose their beginning.
        comparisons: as many.

    Example:
        >>> comparison_table([], []).split()[:3]
        ['B1.5', 'B2.5', 'S-CIELAB']
    """
    titles = [
        name if len(name) <= _WIDEST_NAME else f"…{name[1 - _WIDEST_NAME :]}" for name in names
    ]
    columns = [["", *titles]]
    for measure in MEASURES:
        best = best_indices(measure, comparisons)
        columns.append(
            [
                f"{measure.short} ",
                *(
                    measure.shown(measure.value(found)) + ("*" if place in best else " ")
                    for place, found in enumerate(comparisons)
                ),
            ]
        )
    first, *others = ([*column] for column in columns)
    widths = [max(map(len, column)) for column in others]
    name_width = max(map(len, first))
    lines = [
        f"{name:{name_width}}"
        + "".join(f" {cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        for name, *cells in zip(first, *others, strict=True)
    ]
    return "\n".join(line.rstrip() for line in lines)
