"""Records of the runtimes' results, and the results stated in docs/engines.md."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from engines.jobs import Report

_DOCS = Path(__file__).parents[2] / "docs" / "engines.md"


def record(runtime: str, report: Report) -> None:
    """Write a report into the folder BLUENOISE_ENGINE_RECORDS, if that is set."""
    folder = os.environ.get("BLUENOISE_ENGINE_RECORDS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    content = {"runtime": runtime, **asdict(report)}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (Path(folder) / f"{runtime}.json").write_text(f"{text}\n", encoding="utf-8")


def documented(runtime: str) -> dict[str, str]:
    """Return the column of a runtime in the first table of the docs, by format."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in _DOCS.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    heading = next(row for row in rows if row[0] == "file")
    column = heading.index(runtime)
    start = rows.index(heading) + 2
    cells = {}
    for row in rows[start:]:
        if not row[0].startswith("`"):
            break
        # Cells are "exact", "not loaded", "-" or such as "293 wrong".
        cells[row[0].strip("`")] = "wrong" if row[column].endswith("wrong") else row[column]
    return {name: cell for name, cell in cells.items() if cell != "-"}


def seen(report: Report) -> dict[str, str]:
    """Return the same for a report, without the traps."""
    words = {}
    for name, outcome in report.outcomes.items():
        if "." not in name:
            words[name] = "exact" if outcome.exact else "wrong" if outcome.wrong else "not loaded"
    return words
