"""The figures of matrices side by side, for people."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dither.console import printable


def print_table(rows: dict[str, dict[str, Any]]) -> None:
    """Print the figures of matrices of one shape, a column each, on standard output.

    Args:
        rows: label to the fields of an `Evaluation`, and what was measured beside it.
    """
    figures = list(rows.values())
    first = figures[0]
    table = Table(
        title=f"{'x'.join(map(str, first['shape']))}, {first['levels']} levels measured",
        caption="Lower is better, but for anisotropy, which is best at 0. dB of powers, against white "
        "noise where nothing else is said.",
    )
    table.add_column("")
    for label, row in rows.items():
        seeds = f", {row['matrices']} seeds" if row["matrices"] > 1 and "mean" not in label else ""
        table.add_column(escape(printable(label)) + seeds, justify="right", overflow="fold")
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
    for band in first["bands_db"]:
        table.add_row(
            f"power at {band.replace('-', ' to ')} cycles per pixel",
            *(_optional(row["bands_db"][band], "+.1f", " dB") for row in figures),
        )
    table.add_row(
        "anisotropy of the patterns",
        *(_optional(row["anisotropy_db"], "+.1f", " dB") for row in figures),
    )
    table.add_row(
        "matrix's own power in 0 < |f| < 0.25",
        *(_optional(row["low_frequency_power"], ".2%") for row in figures),
    )
    _add_over_time(table, figures)
    for key, text, form, unit in (
        ("luminance_gain_db", "luminance of greys, against one matrix for all", "+.2f", " dB"),
        ("photo_error_percent", "photo at 1 bit, error", ".3f", " %"),
    ):
        for viewing in first.get(key, {}):
            values = (row.get(key, {}).get(viewing) for row in figures)
            table.add_row(f"{text}, {viewing}", *(_optional(v, form, unit) for v in values))
    console = Console()
    # A pipe or a file has no width of its own; the table needs about this much.
    (console if console.is_terminal else Console(width=60 + 20 * len(rows))).print(table)


def _add_over_time(table: Table, figures: list[dict[str, Any]]) -> None:
    """What the frames are when they are averaged, and how fast they change."""
    first = figures[0]
    for average in first["over_time_db"] or {}:
        table.add_row(
            f"error of pixels over time, {average}",
            *(f"{row['over_time_db'][average]:+.1f} dB" for row in figures),
        )
    spectrum = first["temporal_spectrum_db"] or []
    # Four of the frequencies tell the story; --json has all.
    for index in sorted({round(i * (len(spectrum) - 1) / 3) for i in range(4)} if spectrum else ()):
        table.add_row(
            f"power at {index / first['shape'][0]:.3g} cycles per frame",
            *(f"{row['temporal_spectrum_db'][index]:+.1f} dB" for row in figures),
        )


def _optional(value: float | None, form: str, unit: str = "") -> str:
    return "-" if value is None else f"{value:{form}}{unit}"
