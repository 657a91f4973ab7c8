"""Write the tables of docs/comparisons.md from what the scripts printed: FOLDER.

The folder holds what was printed by scripts/compare_matrices.py as matrices.txt, by compare_palettes.py
as palettes.txt, by compare_runtime.py as runtime.txt and by compare_volumes.py as volumes.txt.
"""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
END = "<!-- end -->\n"


def table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """In Markdown, of cells."""
    cells = [list(heading), *(list(row) for row in rows)]
    cells.insert(1, ["---", *["---:"] * (len(cells[0]) - 1)])
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def matrices(printed: str) -> str:
    """A row for each method."""
    heading = ("", "1.0", "1.5", "2.0", "3.0", "Näsänen", "anisotropy, dB", "seconds")
    rows = []
    for line in printed.splitlines()[1:]:
        *energies, lowest, highest, seconds = line[28:].split()
        made = "-" if float(seconds) < 0.0005 else f"{float(seconds):.3g}"
        figures = [f"{float(energy):.0f}" for energy in energies]
        rows.append((line[:28].strip(), *figures, f"{lowest} to {highest}", made))
    return table(heading, rows)


def palettes(printed: str) -> str:
    """The blurred error of every method at every number of colours, then grain and seconds."""
    found: dict[str, dict[str, list[str]]] = {}
    for section in re.split(r"\nK = (?=\d)", printed)[1:]:
        colors, *lines = section.splitlines()
        for line in lines:
            if line and not line.startswith("*"):
                found.setdefault(line[:20].strip(), {})[colors.split()[0]] = line[20:].split()
    counts = list(next(iter(found.values())))
    parts = []
    for title, column in (
        ("Blurred error B", 0),
        ("Grain, of the first method's", 2),
        ("Seconds a picture", 7),
    ):
        rows = [[name, *(each[count][column] for count in counts)] for name, each in found.items()]
        parts.append(table((title, *(f"{count} colours" for count in counts)), rows))
    return "\n".join(parts)


def runtime(printed: str) -> str:
    """A table for each task; copying is 1."""
    parts = []
    for task in re.split(r"\n(?=\S)", printed):
        title, *lines = task.splitlines()
        rows = [re.match(r"  (.*?) +([\d.]+) ms +([\d.]+) x copy", line) for line in lines]
        if rows and all(rows):
            cells = [(row[1], f"{float(row[2]):.1f}", row[3]) for row in rows if row]
            parts.append(table((title, "milliseconds", "times a copy"), cells))
    return "\n".join(parts)


def volumes(printed: str) -> str:
    """A row for each way, of both kinds of files."""
    rows = re.findall(
        r"^(\w+) +(.*?) +([\d.]+) s +([\d.]+) x copy +(\d+) MiB$", printed, re.MULTILINE
    )
    names = {"tif": "TIFF", "zarr": "Zarr"}
    cells = [(f"{names[kind]}: {way}", *figures) for kind, way, *figures in rows]
    return table(("", "seconds", "times the first copy", "MiB at most"), cells)


def main() -> None:
    """Replace what stands between the marks of the page."""
    folder = Path(sys.argv[1])
    path = DOCS / "comparisons.md"
    text = path.read_text(encoding="utf-8")
    parts: tuple[Callable[[str], str], ...] = (matrices, palettes, runtime, volumes)
    for part in parts:
        name = part.__name__
        begin = f"<!-- {name}, written by scripts/write_comparisons.py -->\n"
        before, rest = text.split(begin)
        _, after = rest.split(END, 1)
        printed = (folder / f"{name}.txt").read_text(encoding="utf-8")
        text = f"{before}{begin}\n{part(printed)}\n{END}{after}"
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
