"""Tables of text with one column per matrix, in blocks that are no wider than the page."""

import textwrap
from collections.abc import Iterable, Sequence

_COLUMN = 11
_WIDEST_LABEL = 38


def text_columns(
    names: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], width: int = 80
) -> str:
    """Return a table with one column per name; columns that do not fit follow in another block.

    Args:
        names: headings of the columns; long ones take several lines.
        rows: label and one cell per name; a row without cells is a heading.
        width: characters per line, 60 or more.

    Example:
        >>> print(text_columns(["one", "two"], [("heading", []), ("  row", ["1", "2"])], 60))
                      one         two
        heading
          row           1           2
    """
    listed = [(label, list(cells)) for label, cells in rows]
    labels = min(_WIDEST_LABEL, max((len(label) for label, cells in listed if cells), default=0))
    fitting = max(1, (width - labels) // (_COLUMN + 1))
    blocks = -(-len(names) // fitting)
    fitting = -(-len(names) // blocks)  # blocks of equal width
    return "\n\n".join(
        _block(names[start : start + fitting], listed, labels, start)
        for start in range(0, len(names), fitting)
    )


def _block(
    names: Sequence[str], rows: Sequence[tuple[str, list[str]]], labels: int, start: int
) -> str:
    heads = [textwrap.wrap(name, _COLUMN) or [""] for name in names]
    height = max(map(len, heads))
    heads = [[""] * (height - len(head)) + head for head in heads]
    lines = [_line("", cells, labels) for cells in zip(*heads, strict=True)]
    for label, cells in rows:
        lines.append(_line(label, cells[start : start + len(names)], labels))
    return "\n".join(lines)


def _line(label: str, cells: Sequence[str], labels: int) -> str:
    return (f"{label:{labels}}" + "".join(f" {cell:>{_COLUMN}}" for cell in cells)).rstrip()
