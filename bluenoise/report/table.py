"""The scores of matrices as text for the terminal: a summary of all, and a table for each shape."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from bluenoise.report.scores import score_rows
from bluenoise.report.text_columns import text_columns
from dither.console.messages import printable

# Not every terminal and pipe can encode the signs of the page.
_ASCII = str.maketrans({"−": "-", "–": "-", "×": "x", "⁶": "^6"})
_WIDTH = 80
_WIDEST_NAME = 40


def summary_text(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Return one line per matrix: its score, the filters at which it is better, and its anisotropy.

    Args:
        rows: name to scores as in `score_rows`, and `better_than_void_and_cluster_at`, the names of
            viewing filters.
    """
    count = len(next(iter(rows.values()))["energy"])
    names = [_shortened(printable(name)) for name in rows]
    label = max(len("Matrix"), *map(len, names))
    lines = [f"{'Matrix':{label}}  {'Score':>9}  {'Better at':>9}  {'Anisotropy':>10}"]
    for name, row in zip(names, rows.values(), strict=True):
        anisotropy = row["anisotropy_db"]
        shown = "-" if anisotropy is None else f"{anisotropy + 0:+.2f} dB"
        better = f"{len(row['better_than_void_and_cluster_at'])} of {len(row['energy'])}"
        lines.append(
            f"{name:{label}}  {row['against_void_and_cluster_db']:>+6.2f} dB  {better:>9}  {shown:>10}"
        )
    return "\n".join(
        [
            *lines,
            "",
            "Score: 10 log10 (level energy / void-and-cluster's of this shape), averaged",
            f"over the viewing filters ({count}); below 0 dB is better. Better at: filters with less",
            "energy than void-and-cluster. Anisotropy: near 0 dB if dot patterns look the",
            "same in every direction.",
        ]
    )


def table_text(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the scores of matrices of one shape, one column each.

    Args:
        rows: label to scores as in `score_rows`, and `matrices`, the number of averaged seeds.
    """
    columns = list(rows.values())
    shape = columns[0]["shape"]
    lines: list[tuple[str, Sequence[str]]] = []
    heading = ""
    for score in score_rows(columns):
        title = f"{score.label} ({score.note})" if score.part else ""
        if title and title != heading:
            lines.append((title.translate(_ASCII), ()))
        heading = title
        label = f"  {score.part}" if score.part else f"{score.label}"
        lines.append((label.translate(_ASCII), [cell.translate(_ASCII) for cell in score.cells]))
    spectrum = columns[0]["temporal_spectrum_db"] or []
    if spectrum:
        lines.append(("Power over time (cycles per frame, against white noise)", ()))
    # Four frequencies are enough here; --json has all.
    for index in sorted({round(i * (len(spectrum) - 1) / 3) for i in range(4)} if spectrum else ()):
        cells = [f"{column['temporal_spectrum_db'][index]:+.1f} dB" for column in columns]
        lines.append((f"  {index / shape[0]:.3g} cycles per frame", cells))
    title = f"{'x'.join(map(str, shape))}, {columns[0]['levels']} levels measured"
    seeds = max(row["matrices"] for row in columns)
    if seeds > 1:
        title += f"; references: means of {seeds} seeds"
    names = [printable(label) for label in rows]
    return f"{title}\n\n{text_columns(names, lines, page_width())}"


def page_width() -> int:
    """Return the width of the terminal, or 80 for pipes and files."""
    return max(60, shutil.get_terminal_size().columns) if sys.stdout.isatty() else _WIDTH


def _shortened(name: str) -> str:
    return name if len(name) <= _WIDEST_NAME else f"...{name[3 - _WIDEST_NAME :]}"
