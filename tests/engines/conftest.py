"""Runs each runtime's program once for its module; what is not installed is skipped, or is a failure."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engines.jobs import (
    IN_BROWSERS,
    PROGRAMS,
    Draw,
    Drawn,
    MissingError,
    Report,
    read_report,
    run_job,
    write_job,
)
from engines.presence import missing, program
from engines.records import record
from engines.shaders import Language



@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """Have a runtime draw a job."""

    def draw(
        runtime: str, language: Language, draws: Sequence[Draw], command: Sequence[str | Path]
    ) -> Report:
        folder = tmp_path_factory.mktemp("job")
        write_job(folder, draws, language)
        try:
            run_job(folder, command)
        except MissingError as error:
            missing(str(error))
        report = read_report(folder, folder)
        record(runtime, report)
        return report

    return draw


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Report]:
    """Have both libraries draw in one browser; gives a library's report by its page and its name."""
    node, chromium = program("node"), program("chromium")
    if not (Path(__file__).parent / "node_modules" / "playwright-core").is_dir():
        missing("playwright-core is not installed; scripts/test --engines installs it")
    job = tmp_path_factory.mktemp("browser")
    write_job(job, IN_BROWSERS, "webgl")
    run_job(job, [node, PROGRAMS / "browser" / "drive.mjs", chromium])

    def report(page: str, runtime: str) -> Report:
        found = read_report(job / page, job)
        record(runtime, found)
        return found

    return report
