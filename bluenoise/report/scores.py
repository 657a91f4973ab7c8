"""The figures of a report as rows of text."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bluenoise.evaluate import Evaluation
from bluenoise.report.measured import Measured, sides


class Score(NamedTuple):
    """A row of figures.

    Attributes:
        label: what they are.
        note: how they are read.
        cells: a text for each column.
    """

    label: str
    note: str
    cells: Sequence[str]


class Fact(NamedTuple):
    """A line on a matrix: what it is, and whether it is typed, such as a command."""

    term: str
    value: str
    typed: bool = False


def verdict(content: Measured, name: str) -> str:
    """One sentence on a matrix: how it stands beside void-and-cluster, and whether it shows order."""
    gain = content.gains_db[name]
    if abs(gain) < 0.05:
        sentence = "Its dots are as little visible as those of void-and-cluster of the same size"
    else:
        word = "less" if gain < 0 else "more"
        sentence = (
            f"Its dots are {abs(gain):.1f} dB {word} visible than those of void-and-cluster of the "
            "same size"
        )
    anisotropy = content.studies[name].evaluation.anisotropy_db
    if anisotropy is None:
        return f"{sentence}."
    if anisotropy < 1:
        return f"{sentence}, and they look alike in every direction."
    return f"{sentence}, but they show directions."


def facts(content: Measured, name: str) -> list[Fact]:
    """Its figures in short, its seed, the command that made it, and the hash of its file."""
    each, origin = content.studies[name], content.origins[name]
    anisotropy = each.evaluation.anisotropy_db
    channels = len(each.subject.matrices)
    size = sides(each.subject.shape) + (f", {channels} channels" if channels > 1 else "")
    same = [Fact("Shipped as", origin.shipped)] if origin.shipped not in (None, name) else []
    return [
        Fact("Against void-and-cluster, mean of five views", _db(content.gains_db[name])),
        Fact("Anisotropy", "–" if anisotropy is None else _db(anisotropy)),
        *_time_fact(each.evaluation),
        Fact("Size", f"{size}, {each.subject.matrices[0].ranks.size:,} thresholds"),
        *same,
        Fact("Seed", "not recorded" if origin.seed is None else str(origin.seed)),
        Fact("Made by", origin.command or "not recorded", typed=origin.command is not None),
        Fact("SHA-256 of the .npy", origin.sha256, typed=True),
    ]


def _time_fact(evaluation: Evaluation) -> list[Fact]:
    if not evaluation.over_time_db:
        return []
    average, gain = next(iter(evaluation.over_time_db.items()))
    return [Fact(f"Error over time, {average}, against white noise", _db(gain))]


def scores(content: Measured) -> list[Score]:
    """The rows, for the columns of `Measured.columns`."""
    columns = list(content.columns.values())
    rows = [
        _row(
            "Against void-and-cluster",
            "mean over the five views",
            [gain for _, gain in columns],
            _db,
        ),
    ]
    evaluations = [each.evaluation for each, _ in columns]
    for view in evaluations[0].energy:
        rows.append(
            _row(
                f"Error, {view}",
                "mean level energy × 10⁶",
                [evaluation.energy[view] for evaluation in evaluations],
                _energy,
            )
        )
    rows.append(
        _row(
            "Worst grey at gaussian:1.5",
            "level energy × 10⁶",
            [evaluation.worst_energy for evaluation in evaluations],
            _energy,
        )
    )
    rows.append(
        _row(
            "Anisotropy",
            "0 dB: alike in every direction",
            [evaluation.anisotropy_db for evaluation in evaluations],
            _db,
        )
    )
    for band in ("0-0.0625", "0.0625-0.125", "0.125-0.25"):
        rows.append(
            _row(
                f"Power at {band.replace('-', ' to ')} cycles per pixel",
                "of the patterns, against white noise",
                [evaluation.bands_db[band] for evaluation in evaluations],
                _db,
            )
        )
    rows.append(
        _row(
            "Power of the values below 0.25 cycles per pixel",
            "share of white noise's",
            [evaluation.low_frequency_power for evaluation in evaluations],
            lambda value: f"{value:.1%}",
        )
    )
    return rows + _over_time(evaluations)


def _over_time(evaluations: Sequence[Evaluation]) -> list[Score]:
    averages = evaluations[0].over_time_db or {}
    return [
        _row(
            f"Error over time, {average}",
            "of pixels, against white noise",
            [(evaluation.over_time_db or {}).get(average) for evaluation in evaluations],
            _db,
        )
        for average in averages
    ]


def _row(
    label: str, note: str, values: Sequence[float | None], form: Callable[[float], str]
) -> Score:
    return Score(label, note, ["–" if value is None else form(value) for value in values])


def _db(value: float) -> str:
    text = f"{value:+.2f}" if abs(value) < 9.995 else f"{value:+.1f}"
    return ("0.00" if float(text) == 0 else text.replace("-", "−")) + " dB"


def _energy(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
