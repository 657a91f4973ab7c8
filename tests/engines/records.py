"""Records of the runtimes' results, and the results stated in docs/engines.md."""

import json
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from engines.jobs import Report, group_of

_DOCS = Path(__file__).parents[2] / "docs" / "engines.md"


def record(runtime: str, report: Report) -> None:
    """Write a report into the folder BLUENOISE_ENGINE_RECORDS, if that is set."""
    folder = os.environ.get("BLUENOISE_ENGINE_RECORDS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    content = {"runtime": runtime, **asdict(report), "groups": groups(report)}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (Path(folder) / f"{runtime}.json").write_text(f"{text}\n", encoding="utf-8")


def groups(report: Report) -> dict[str, str]:
    """Return how many draws of each group of values and frames are exact, wrong or not loaded."""
    counts: dict[str, Counter[str]] = {}
    for name, word in _words(report).items():
        group = group_of(name)
        if group is not None:
            counts.setdefault(group, Counter())[word] += 1
    order = ("exact", "wrong", "not loaded")
    return {
        group: ", ".join(f"{found[word]} {word}" for word in order if found[word])
        for group, found in counts.items()
    }


def documented(runtime: str) -> dict[str, str]:
    """Return the column of a runtime in the first two tables of the docs, by format and by group."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in _DOCS.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    cells = {}
    for first in ("file", "values, and thresholds with frames"):
        heading = next(row for row in rows if row[0] == first)
        column = heading.index(runtime)
        for row in rows[rows.index(heading) + 2 :]:
            if len(row) <= column or row[0] in ("trap", "values, and thresholds with frames"):
                break
            # Cells of files are "exact", "not loaded", "-" or such as "293 wrong".
            is_file = first == "file" and row[column].endswith("wrong")
            cells[row[0].strip("`")] = "wrong" if is_file else row[column]
    return {name: cell for name, cell in cells.items() if cell != "-"}


def seen(report: Report) -> dict[str, str]:
    """Return the same for a report, without the traps."""
    files = {name: word for name, word in _words(report).items() if group_of(name) is None}
    return {**files, **groups(report)}


def _words(report: Report) -> dict[str, str]:
    """Return "exact", "wrong" or "not loaded" for each draw without a trap."""
    return {
        name: "exact" if outcome.exact else "wrong" if outcome.wrong else "not loaded"
        for name, outcome in report.outcomes.items()
        if "." not in name
    }
