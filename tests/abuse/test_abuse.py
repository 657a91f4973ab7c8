"""Every command refuses damaged files with one sentence and exit code 2, or gives the right result."""

import dataclasses
import sys
from collections.abc import Iterator

import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("needs Linux", allow_module_level=True)

from abuse.corpus import Case, cases, good, sample
from abuse.runner import Runner, run_all


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as started:
        yield started


def test_a_sample_of_bad_files_is_refused_in_a_sentence_or_read(runner: Runner) -> None:
    outcomes = [(case, runner.run(case)) for case in sample(70)]
    assert not [(case.label, outcome.fault) for case, outcome in outcomes if outcome.fault]
    # Some are refused and some are read.
    assert {outcome.code for _, outcome in outcomes} == {0, 2}


@pytest.mark.slow
def test_all_bad_files_are_refused_in_a_sentence_or_read() -> None:
    every = list(cases())
    assert len(every) == len({case.label for case in every}) > 5000
    faults = [(case.label, outcome.fault) for case, outcome in run_all(every, 2) if outcome.fault]
    assert not faults


def test_the_corpus_is_the_same_each_time() -> None:
    first, again = (sample(50) for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ("raise", "traceback"),
        ("die", "killed by signal 11"),
        ("change", "changed kept.txt"),
        ("leave", "left .part-x"),
        ("talk", "one sentence"),
        ("escape", "unprintable characters"),
        ("lie", "incomplete image"),
        ("hoard", "MemoryError"),
        ("nothing", "left nothing"),
    ],
)
def test_what_no_command_may_do_is_noticed(runner: Runner, how: str, fault: str) -> None:
    found = runner.run(Case(how, ("misbehave", how), good())).fault
    assert found
    assert fault in found


def test_a_command_that_hangs_is_noticed(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abuse.runner.SECONDS", 0.05)
    assert runner.run(Case("hang", ("misbehave", "hang"), good())).fault == "hung"


def test_a_part_taken_for_the_whole_is_noticed(runner: Runner) -> None:
    words = ("dither", "ordered", "a.png", "-o", "out.png", "-b", "1")
    files = good()
    one, other = files | {"a.png": files["good.png"]}, files | {"a.png": b"P5 1 1 255\n\0"}
    case = Case("cut", words, other, intact=one)
    assert "accepted a part of a file" in (runner.run(case).fault or "")
    assert runner.run(dataclasses.replace(case, intact=other)).fault is None
    assert runner.run(dataclasses.replace(case, refused=True)).fault == "was not refused"
