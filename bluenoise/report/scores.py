"""The scores of a report as text: table rows, facts and a verdict."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

from bluenoise.report.measurements import Measurements, size_text


class Score(NamedTuple):
    """A table row.

    Attributes:
        label: name of the score.
        note: its unit or how to read it.
        cells: one text per column.
        part: viewing filter, band or temporal filter, if the score has a row for each.
    """

    label: str
    note: str
    cells: Sequence[str]
    part: str = ""

    @property
    def title(self) -> str:
        """The label, and the part after a comma."""
        return f"{self.label}, {self.part}" if self.part else self.label


class Fact(NamedTuple):
    """A property of a matrix; `code` marks text to be typed, such as a command."""

    term: str
    value: str
    code: bool = False


def verdict(content: Measurements, name: str) -> str:
    """Return one sentence: the gain over void-and-cluster, and whether the patterns show directions."""
    gain = content.gains_db[name]
    if abs(gain) < 0.05:
        sentence = "Its dots are about as visible as those of void-and-cluster of the same size"
    else:
        word = "less" if gain < 0 else "more"
        sentence = (
            f"Its dots are {abs(gain):.1f} dB {word} visible than those of void-and-cluster of the "
            "same size"
        )
    anisotropy = content.matrices[name].evaluation.anisotropy_db
    if anisotropy is None:
        return f"{sentence}."
    if anisotropy < 1:
        return f"{sentence}, and look the same in every direction."
    return f"{sentence}, but form directional patterns."


def facts(content: Measurements, name: str) -> list[Fact]:
    """Return the main scores of a matrix, its size, seed, command and the hash of its file."""
    measured, provenance = content.matrices[name], content.provenance[name]
    evaluation, shape = measured.evaluation, measured.matrix_set.shape
    channels = len(measured.matrix_set.matrices)
    size = size_text(shape) + (f", {channels} channels" if channels > 1 else "")
    found = [
        Fact("Against void-and-cluster, mean of five views", _db(content.gains_db[name])),
        Fact("Anisotropy", _or_dash(evaluation.anisotropy_db, _db)),
    ]
    if evaluation.over_time_db:
        average, gain = next(iter(evaluation.over_time_db.items()))
        found.append(Fact(f"Error over time, {average}, against white noise", _db(gain)))
    found.append(Fact("Size", f"{size}, {math.prod(shape):,} thresholds"))
    if provenance.shipped not in (None, name):
        found.append(Fact("Shipped as", provenance.shipped))
    command = provenance.command
    return [
        *found,
        Fact("Seed", "not recorded" if provenance.seed is None else str(provenance.seed)),
        Fact("Command", command or "not recorded", code=command is not None),
        Fact("SHA-256 of the .npy", provenance.sha256, code=True),
    ]


def score_rows(columns: Sequence[Mapping[str, Any]]) -> list[Score]:
    """Return the rows of a table of scores.

    Args:
        columns: for each column the fields of an `Evaluation`, `against_void_and_cluster_db` and, if
            measured, `luminance_gain_db` and `photo_error_percent` per viewing filter.
    """
    first = columns[0]

    def row(
        label: str, note: str, form: Callable[[float], str], *keys: str, part: str = ""
    ) -> Score:
        values = (reduce(_get, keys, column) for column in columns)
        return Score(label, note, [_or_dash(value, form) for value in values], part)

    def rows_of(key: str, label: str, note: str, form: Callable[[float], str]) -> list[Score]:
        return [row(label, note, form, key, name, part=name) for name in first.get(key) or {}]

    # As `bluenoise.evaluate` chooses the filter of the worst level.
    worst = "gaussian:1.5" if "gaussian:1.5" in first["energy"] else next(iter(first["energy"]))
    return [
        row(
            "Against void-and-cluster",
            f"mean of {len(first['energy'])} views",
            _db,
            "against_void_and_cluster_db",
        ),
        *rows_of("energy", "Error", "mean level energy × 10⁶", _energy),
        row("Worst grey", worst, _energy, "worst_energy", part="level energy × 10⁶"),
        row("Worst grey", worst, "{:.2f}".format, "worst_level", part="0 black, 1 white"),
        row("Pattern anisotropy", "0 dB: same in every direction", _db, "anisotropy_db"),
        *rows_of("bands_db", "Pattern power", "cycles per pixel, against white noise", _db),
        row(
            "Power of the values",
            "share of white noise's",
            "{:.1%}".format,
            "low_frequency_power",
            part="below 0.25 cycles per pixel",
        ),
        *rows_of("over_time_db", "Error over time", "of pixels, against white noise", _db),
        *rows_of("luminance_gain_db", "Error in luminance of greys", "against equal channels", _db),
        *rows_of("photo_error_percent", "Error of the photo at 1 bit", "percent", "{:.3f}".format),
    ]


def scores(content: Measurements) -> list[Score]:
    """Return the rows for the columns of `Measurements.columns`."""
    return score_rows(
        [
            {**measured.evaluation._asdict(), "against_void_and_cluster_db": gain}
            for measured, gain in content.columns.values()
        ]
    )


def _get(scores: Mapping[str, Any] | None, key: str) -> Any:
    return None if scores is None else scores.get(key)


def _or_dash(value: float | None, form: Callable[[float], str]) -> str:
    return "–" if value is None else form(value)


def _db(value: float) -> str:
    text = f"{value:+.2f}" if abs(value) < 9.995 else f"{value:+.1f}"
    return ("0.00" if float(text) == 0 else text.replace("-", "−")) + " dB"


def _energy(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
