"""Write the tables of docs/comparisons.md from the output of the comparison scripts: FOLDER.

The folder holds the output of scripts/compare_matrices.py as matrices.txt, of compare_palettes.py as
palettes.txt, of compare_runtime.py as runtime.txt, and of compare_volumes.py as volumes.txt.
"""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
END = "<!-- end -->\n"
# Row titles of the page, where the printed ones are too short for a reader without the script.
TITLES = {
    "the folder's": "Peters (2016)",
    "ordered, packed": "ordered, 8 pixels per byte",
    "ordered, values": "ordered, as grey values",
    "OpenCV's compare, mask tiled": "OpenCV compare, mask already tiled",
}


def table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    cells = [list(heading), *([TITLES.get(title, title), *rest] for title, *rest in rows)]
    cells.insert(1, ["---", *["---:"] * (len(cells[0]) - 1)])
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def matrices(printed: str) -> str:
    """Return a table with one row per method."""
    heading = ("", "1.0", "1.5", "2.0", "3.0", "Näsänen", "anisotropy, dB", "seconds")
    rows = []
    for line in printed.splitlines()[1:]:
        *energies, lowest, highest, seconds = line[28:].split()
        made = "-" if float(seconds) < 0.0005 else f"{float(seconds):.3g}"
        figures = [f"{float(energy):.0f}" for energy in energies]
        rows.append((line[:28].strip(), *figures, f"{lowest} to {highest}", made))
    return table(heading, rows)


def palettes(printed: str) -> str:
    """Return three tables, method by number of colours: blurred error, grain and seconds."""
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
        ("Grain, relative to imagequant", 2),
        ("Seconds per picture", 7),
    ):
        rows = [[name, *(each[count][column] for count in counts)] for name, each in found.items()]
        parts.append(table((title, *(f"{count} colours" for count in counts)), rows))
    return "\n".join(parts)


def runtime(printed: str) -> str:
    """Return one table per task; times are relative to copying."""
    parts = []
    for task in re.split(r"\n(?=\S)", printed):
        title, *lines = task.splitlines()
        rows = [re.match(r"  (.*?) +([\d.]+) ms +([\d.]+) x copy", line) for line in lines]
        if rows and all(rows):
            cells = [(row[1], f"{float(row[2]):.1f}", row[3]) for row in rows if row]
            parts.append(table((title, "milliseconds", "relative to a copy"), cells))
    return "\n".join(parts)


def volumes(printed: str) -> str:
    """Return a table with one row per command, for both file formats."""
    rows = re.findall(
        r"^(\w+) +(.*?) +([\d.]+) s +([\d.]+) x copy +(\d+) MiB$", printed, re.MULTILINE
    )
    names = {"tif": "TIFF", "zarr": "Zarr"}
    cells = [(f"{names[kind]}: {way}", *figures) for kind, way, *figures in rows]
    return table(("", "seconds", "relative to the first copy", "peak MiB"), cells)


def main() -> None:
    """Replace the parts of the page between the marks."""
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
