"""Write the tables of docs/engines.md from the records of scripts/test --engines: [FOLDER]."""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "[FOLDER]")

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RUNTIMES = ("Panda3D", "moderngl", "wgpu", "LÖVE", "Godot 3", "three.js", "Babylon.js")
BEGIN, END = "<!-- written by scripts/write_engine_table.py -->\n", "<!-- end -->\n"
GROUPS = "values, and thresholds with frames"
CONTENTS = """Values of a circle, a sphere, scalars, and pairs with their pdf, in pixel formats of
the runtime; and a matrix with 16 frames. The cells count files:
"""
TRAPS = {
    "srgb": "`rg8` decoded as sRGB",
    "flipped": "`rg8` with its rows in reverse order",
    "mipmap": "`rg8` sampled at mipmap level 1",
    "reduced": "`png16` reduced to 8 bits",
}


def cell(outcome: dict[str, Any] | None) -> str:
    """Return the result of a draw for a table cell; the count is out of all greys x all ranks."""
    if outcome is None:
        return "-"
    if outcome["wrong"] is None:
        return "not loaded"
    wrong = outcome["wrong"]
    return "exact" if not any(wrong.values()) else f"{wrong['greys']:,} wrong"


def table(heading: str, rows: dict[str, str], records: dict[str, Any]) -> str:
    """Return a Markdown table; `rows` maps the name of a draw to its row title."""
    lines = [f"| {heading} | " + " | ".join(RUNTIMES) + " |", "|---" * (len(RUNTIMES) + 1) + "|"]
    for name, words in rows.items():
        cells = [cell(records[runtime]["outcomes"].get(name)) for runtime in RUNTIMES]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def groups(records: dict[str, Any]) -> str:
    """Return the table of values and of frames, one line per group."""
    lines = [
        f"| {GROUPS} | " + " | ".join(RUNTIMES) + " |",
        "|---" * (len(RUNTIMES) + 1) + "|",
    ]
    for group in sorted({group for each in records.values() for group in each["groups"]}):
        cells = [records[runtime]["groups"].get(group, "-") for runtime in RUNTIMES]
        lines.append(f"| {group} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def tables(records: dict[str, Any]) -> str:
    """Return the generated part of the page."""
    names = list(dict.fromkeys(name for each in records.values() for name in each["outcomes"]))
    contents = ("sphere-", "weighted-", "circle-", "scalar-", "frames-")
    files = {
        name: f"`{name}`" for name in names if "." not in name and not name.startswith(contents)
    }
    texture = {"reduced": "png16"}
    traps = {f"{texture.get(trap, 'rg8')}.{trap}": words for trap, words in TRAPS.items()}
    versions = "".join(f"- {records[each]['version']}\n" for each in RUNTIMES)
    return (
        f"{table('file', files, records)}\n{CONTENTS}\n{groups(records)}\n"
        "Mistakes made on purpose, of 1,048,576 pixels:\n\n"
        f"{table('trap', traps, records)}\nTested versions:\n\n{versions}"
    )


def main() -> None:
    """Replace the part of the page between the two marks."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "engines"
    records = {
        each["runtime"]: each
        for path in folder.glob("*.json")
        if (each := json.loads(path.read_text(encoding="utf-8")))
    }
    absent = [each for each in RUNTIMES if each not in records]
    if absent:
        sys.exit(f"{folder} has no record of {', '.join(absent)}; run scripts/test --engines")
    path = ROOT / "docs" / "engines.md"
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    path.write_text(f"{before}{BEGIN}\n{tables(records)}\n{END}{after}", encoding="utf-8")


main()
