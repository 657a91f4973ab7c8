"""The figures of matrices side by side, for people."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def print_table(name: str, rows: dict[str, dict[str, Any]]) -> None:
    """Print a matrix's figures beside those of others, a column each, on standard output.

    Args:
        name: of the matrix in question, one of the rows.
        rows: label to the fields of its `Evaluation`, and `against_void_and_cluster_db`.
    """
    first = rows[name]
    height, width = first["shape"]
    table = Table(
        title=f"{escape(name)}: {height}x{width}, {first['levels']} levels measured",
        caption="Lower is better, but for anisotropy, which is best at 0.",
    )
    table.add_column("")
    for label in rows:
        table.add_column(escape(label), justify="right", overflow="fold")
    figures = list(rows.values())
    for viewing in first["energy"]:
        energies = (row["energy"][viewing] for row in figures)
        table.add_row(
            f"mean level energy x 1e6, {viewing}",
            *(f"{energy:.0f}" if energy >= 100 else f"{energy:.1f}" for energy in energies),
        )
    table.add_row(
        "mean of the five against void-and-cluster",
        *(f"{row['against_void_and_cluster_db']:+.2f} dB" for row in figures),
    )
    table.add_row(
        "worst level at gaussian:1.5, and its grey",
        *(f"{row['worst_energy']:.0f} at {row['worst_level']:.2f}" for row in figures),
    )
    table.add_row(
        "anisotropy of the patterns",
        *(_optional(row["anisotropy_db"], "+.1f", " dB") for row in figures),
    )
    table.add_row(
        "matrix's own power in 0 < |f| < 0.25",
        *(_optional(row["low_frequency_power"], ".2%") for row in figures),
    )
    console = Console()
    # A pipe or a file has no width of its own; the table needs about this much.
    (console if console.is_terminal else Console(width=120)).print(table)


def _optional(value: float | None, form: str, unit: str = "") -> str:
    return "-" if value is None else f"{value:{form}}{unit}"
