"""The scores of matrices as a table on the terminal."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bluenoise.report.scores import score_rows
from dither.console import printable

# Not every terminal and pipe can encode the signs of the page.
_ASCII = str.maketrans({"−": "-", "–": "-", "×": "x", "⁶": "^6"})


def print_table(rows: dict[str, dict[str, Any]]) -> None:
    """Print the scores of matrices of one shape, one column each, to standard output.

    Args:
        rows: label to scores as in `score_rows`, and `matrices`, the number of averaged matrices.
    """
    columns = list(rows.values())
    shape = columns[0]["shape"]
    table = Table(
        title=f"{'x'.join(map(str, shape))}, {columns[0]['levels']} levels measured",
        caption="Lower is better; anisotropy is best near 0. dB values are relative to white noise "
        "unless noted.",
    )
    table.add_column("")
    for label, row in rows.items():
        seeds = f", {row['matrices']} seeds" if row["matrices"] > 1 and "mean" not in label else ""
        table.add_column(escape(printable(label)) + seeds, justify="right", overflow="fold")
    for score in score_rows(columns):
        cells = (f"{score.label} ({score.note})", *score.cells)
        table.add_row(*(cell.translate(_ASCII) for cell in cells))
    spectrum = columns[0]["temporal_spectrum_db"] or []
    # Four frequencies are enough here; --json has all.
    for index in sorted({round(i * (len(spectrum) - 1) / 3) for i in range(4)} if spectrum else ()):
        table.add_row(
            f"Power at {index / shape[0]:.3g} cycles per frame",
            *(f"{column['temporal_spectrum_db'][index]:+.1f} dB" for column in columns),
        )
    console = Console()
    # Pipes and files have no width; the table needs about this much.
    (console if console.is_terminal else Console(width=60 + 20 * len(rows))).print(table)
