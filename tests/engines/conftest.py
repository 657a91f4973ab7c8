"""Fixtures that run a program once per module; a missing program skips or fails the tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from engines.jobs import Draw, Drawn, DrawnBy, MissingError, Report, read_report, run_job, write_job
from engines.presence import missing
from engines.records import record
from engines.shaders import Language


@pytest.fixture(scope="module")
def drawn_by(tmp_path_factory: pytest.TempPathFactory) -> DrawnBy:
    """Return a function that draws a job in several runtimes: runtime to report."""

    def draw(
        runtimes: Mapping[str, str],
        language: Language,
        draws: Sequence[Draw],
        command: Sequence[str | Path],
    ) -> Mapping[str, Report]:
        job = tmp_path_factory.mktemp("job")
        write_job(job, draws, language)
        try:
            run_job(job, command)
        except MissingError as error:
            missing(str(error))
        reports = {name: read_report(job / folder, job) for folder, name in runtimes.items()}
        for name, report in reports.items():
            record(name, report)
        return reports

    return draw


@pytest.fixture(scope="module")
def drawn(drawn_by: DrawnBy) -> Drawn:
    """Return a function that draws a job in one runtime."""

    def draw(
        runtime: str, language: Language, draws: Sequence[Draw], command: Sequence[str | Path]
    ) -> Report:
        return drawn_by({".": runtime}, language, draws, command)[runtime]

    return draw
