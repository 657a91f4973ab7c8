"""Write the tables of docs/comparisons.md and the README from the output of comparison scripts: FOLDER.

The folder holds one or more of matrices.txt, palettes.txt, runtime.txt, png.txt, processes.txt and
volumes.txt: the output of scripts/compare_matrices.py, compare_palettes.py and so on. The first also
writes its tables itself: compare_matrices.py FOLDER --write.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "FOLDER")

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
README = DOCS.parent / "README.md"
END = "<!-- end -->\n"


def table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    cells = [list(heading), *map(list, rows)]
    cells.insert(1, ["---", *["---:"] * (len(cells[0]) - 1)])
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


# Of the README, which has no place for more.
README_METHODS = ("(white noise)", "(Bayer)", "spectrum", "void-and-cluster", "anneal", "blue")
FILTERS = ("1.0", "1.5", "2.0", "3.0", "Näsänen")


def matrix_rows(printed: str) -> dict[str, tuple[list[float], list[str]]]:
    """Return the energies, and the other columns, of each method that compare_matrices.py printed."""
    found = {}
    for line in printed.splitlines()[1:]:
        *energies, score, lowest, highest, seconds = line[28:].split()
        found[line[:28].strip()] = (
            [float(each) for each in energies],
            [score, lowest, highest, seconds],
        )
    return found


def matrices(printed: str) -> str:
    """Return a table with one row per method, and sentences about it."""
    heading = ("", *FILTERS, "score", "anisotropy", "CPU s")
    rows = []
    for name, (energies, (score, lowest, highest, seconds)) in matrix_rows(printed).items():
        made = "-" if float(seconds) < 0.0005 else f"{float(seconds):.2g}"
        figures = [energy_text(energy) for energy in energies]
        rows.append((name, *figures, signed(score), span(lowest, highest), made))
    return f"{table(heading, rows)}\n{matrix_sentences(printed)}"


def readme_matrices(printed: str) -> str:
    """Return the table of the README: some rows of that of docs/comparisons.md, and the sentences."""
    heading = (
        "`--method`",
        *(f"gaussian {name}" for name in FILTERS[:4]),
        "Näsänen 300 dpi",
        "score",
    )
    rows = [
        (name, *map(energy_text, energies), signed(score), span(lowest, highest))
        for name, (energies, (score, lowest, highest, _)) in matrix_rows(printed).items()
        if name in README_METHODS
    ]
    heading = (*heading, "anisotropy")
    return f"{table(heading, rows)}\n{matrix_sentences(printed)}"


def signed(decibels: str) -> str:
    """Return decibels with their sign; 0 has none."""
    return f"{float(decibels):+.2f}" if float(decibels) else "0.00"


def span(lowest: str, highest: str) -> str:
    """Return a range of decibels as the tables show it.

    Example:
        >>> span("-0.02", "0.19"), span("9.57", "9.57")
        ('0.0 to 0.2', '9.6')
    """
    ends = [f"{round(float(end), 1) + 0:.1f}" for end in (lowest, highest)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def energy_text(energy: float) -> str:
    """Return an energy as the tables show it.

    Example:
        >>> energy_text(17.96), energy_text(1427.3)
        ('18.0', '1427')
    """
    return f"{energy:.0f}" if energy >= 100 else f"{energy:.1f}"


def matrix_sentences(printed: str) -> str:
    """Return what the table says of `blue` and `anneal` against void-and-cluster, filter by filter."""
    rows = matrix_rows(printed)
    reference = rows["void-and-cluster"][0]
    lines = []
    for name in ("blue", "anneal"):
        lower: dict[bool, list[str]] = {True: [], False: []}
        for title, ours, theirs in zip(FILTERS, rows[name][0], reference, strict=True):
            change = 100 * (ours / theirs - 1)
            lower[change < 0].append(f"{abs(change):.{1 if abs(change) < 2 else 0}f} % at {title}")
        parts = [
            f"{'lower' if is_lower else 'higher'} by {listing(each)}"
            for is_lower, each in lower.items()
            if each
        ]
        lines.append(f"- **{name}** against void-and-cluster: energy {'; '.join(parts)}.")
    return "\n".join(lines) + "\n"


def listing(words: list[str]) -> str:
    """Return words with commas and a last "and".

    Example:
        >>> listing(["a", "b", "c"])
        'a, b and c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


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


def as_printed(printed: str) -> str:
    """Return the tables as they are printed."""
    return f"{printed.strip()}\n"


def volumes(printed: str) -> str:
    """Return a table with one row per command, for both file formats."""
    rows = re.findall(
        r"^(\w+) +(.*?) +([\d.]+) s +([\d.]+) x copy +(\d+) MiB$", printed, re.MULTILINE
    )
    names = {"tif": "TIFF", "zarr": "Zarr"}
    cells = [(f"{names[kind]}: {way}", *figures) for kind, way, *figures in rows]
    return table(("", "seconds", "relative to the first copy", "peak MiB"), cells)


# The parts of docs/comparisons.md, and the functions that make them from what a script printed.
PARTS: dict[str, Callable[[str], str]] = {
    "palettes": palettes,
    "runtime": as_printed,
    "png": as_printed,
    "processes": as_printed,
    "volumes": volumes,
}


def replaced(text: str, name: str, part: str) -> str:
    """Return the page with the part between its marks written again."""
    begin = f"<!-- {name}, written by scripts/write_comparisons.py -->\n"
    before, rest = text.split(begin)
    _, after = rest.split(END, 1)
    return f"{before}{begin}\n{part}\n{END}{after}"


def write_matrices(printed: str) -> None:
    """Write the tables of matrices of both pages again."""
    for path, part in ((DOCS / "comparisons.md", matrices), (README, readme_matrices)):
        text = replaced(path.read_text(encoding="utf-8"), "matrices", part(printed))
        path.write_text(text, encoding="utf-8")


def main() -> None:
    """Replace the parts of the pages of which the folder holds the output."""
    folder = Path(sys.argv[1])
    path = DOCS / "comparisons.md"
    for name, part in PARTS.items():
        source = folder / f"{name}.txt"
        if source.exists():
            text = path.read_text(encoding="utf-8")
            printed = source.read_text(encoding="utf-8")
            path.write_text(replaced(text, name, part(printed)), encoding="utf-8")
    if (folder / "matrices.txt").exists():
        write_matrices((folder / "matrices.txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
