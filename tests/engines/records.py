"""What the runtimes showed, as files, and what docs/engines.md says that they show."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from engines.jobs import Report

_DOCS = Path(__file__).parents[2] / "docs" / "engines.md"


def record(runtime: str, report: Report) -> None:
    """Leave a report in the folder that BLUENOISE_ENGINE_RECORDS names, if it names one."""
    folder = os.environ.get("BLUENOISE_ENGINE_RECORDS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    content = {"runtime": runtime, **asdict(report)}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (Path(folder) / f"{runtime}.json").write_text(f"{text}\n", encoding="utf-8")


def documented(runtime: str) -> dict[str, str]:
    """What the first table of the docs says of a runtime, by the file's kind."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in _DOCS.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    heading = next(row for row in rows if row[0] == "file")
    column = heading.index(runtime)
    start = rows.index(heading) + 2
    said = {}
    for row in rows[start:]:
        if not row[0].startswith("`"):
            break
        # A count stands before "wrong".
        said[row[0].strip("`")] = "wrong" if row[column].endswith("wrong") else row[column]
    return {kind: cell for kind, cell in said.items() if cell != "-"}


def seen(report: Report) -> dict[str, str]:
    """The same of a report, without what was done wrong on purpose."""
    words = {}
    for name, outcome in report.outcomes.items():
        if "." not in name:
            words[name] = "exact" if outcome.exact else "wrong" if outcome.wrong else "not loaded"
    return words
