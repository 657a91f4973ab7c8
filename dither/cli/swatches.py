"""Print lines with swatches of colours, on terminals with colours."""

from collections.abc import Iterable


def print_swatches(rows: Iterable[tuple[str, list[str], str]]) -> None:
    """Print lines of a text, colours and a text.

    Args:
        rows: the text before, the colours as #rrggbb, and the text after. Without swatches, blanks at
            the start of the last are left out.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    drawn = console.is_terminal and console.color_system is not None and not console.no_color
    for before, codes, after in rows:
        line = Text(before)
        for code in codes if drawn else ():
            line.append("  " if len(codes) > 1 else " " * 6, style=f"on {code}")
        line.append(after if drawn else after.strip())
        console.print(line, soft_wrap=True)
