"""Runs a program once for its module; what is not installed is skipped, or is a failure."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from engines.jobs import Draw, Drawn, DrawnBy, MissingError, Report, read_report, run_job, write_job
from engines.presence import missing
from engines.records import record
from engines.shaders import Language


@pytest.fixture(scope="module")
def drawn_by(tmp_path_factory: pytest.TempPathFactory) -> DrawnBy:
    """Have a program draw a job in several runtimes; reports by the runtimes' names."""

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
    """Have a program draw a job in its one runtime."""

    def draw(
        runtime: str, language: Language, draws: Sequence[Draw], command: Sequence[str | Path]
    ) -> Report:
        return drawn_by({".": runtime}, language, draws, command)[runtime]

    return draw
