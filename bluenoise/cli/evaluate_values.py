"""`bluenoise evaluate` for noise textures of values."""

import json
from collections.abc import Iterable, Iterator, Mapping

from bluenoise.value_texture import ValueTexture, kind_named
from bluenoise.values.evaluate_vectors import (
    BLUR,
    NOISE_FILTERS,
    RATE,
    VectorEvaluation,
    evaluate_vectors,
    white_texture,
)
from bluenoise.values.texture_files import read_texture, texture_files
from dither.console.messages import printable
from dither.console.progress import delayed_progress
from dither.errors import InputError
from dither.metrics.viewing import ViewingFilter

# Numbers of frames in the table; --json has all.
_FRAMES = (1, 4, 16, 32)


def evaluate_textures(
    paths: list[str],
    kind: str | None,
    seed: int,
    json_output: bool,
    filters: Mapping[str, ViewingFilter | str] | Iterable[str] = NOISE_FILTERS,
) -> None:
    """Measure noise textures beside white noise of the first one's values, and print the table.

    Args:
        paths: .npy and .png files, and folders of them.
        kind: of the values; None to take it from files and values.
        seed: of the white noise.
        json_output: print one JSON object instead.
        filters: as for `evaluate_vectors`.

    Raises:
        InputError: a texture cannot be read or measured.
    """
    if kind is not None:
        kind_named(kind)
    found = texture_files(paths)
    textures = {each.name: read_texture(each, kind) for each in found}
    tables: dict[str, dict[str, VectorEvaluation]] = {}
    first: dict[str, ValueTexture] = {}
    for texture in textures.values():
        first.setdefault(texture.kind, texture)
    with delayed_progress("evaluate", quiet=False) as on_progress:
        steps, done = len(textures) + len(first), 0
        for name, texture in textures.items():
            try:
                measured = evaluate_vectors(texture, filters=filters)
            except InputError as error:
                raise InputError(f"{name}: {error}") from None
            tables.setdefault(texture.kind, {})[name] = measured
            on_progress((done := done + 1) / steps)
        for values, texture in first.items():
            tables[values]["white noise"] = evaluate_vectors(
                white_texture(texture, seed), filters=filters
            )
            on_progress((done := done + 1) / steps)
    if json_output:
        report = {
            values: {name: each._asdict() for name, each in table.items()}
            for values, table in tables.items()
        }
        print(json.dumps({"textures": report}))
        return
    for values, table in tables.items():
        _print_table(values, table)


def _print_table(values: str, columns: dict[str, VectorEvaluation]) -> None:
    from bluenoise.report.table import page_width
    from bluenoise.report.text_columns import text_columns

    names = [
        f"{printable(name)} {'x'.join(map(str, each.shape[each.shape[0] == 1 :]))}"
        for name, each in columns.items()
    ]
    print(f"Noise textures of {values}: squared errors in dB against independent samples;")
    print("lower is better.")
    if any(each.by_frame_db for each in columns.values()):
        print(f"EMA n: running mean of n frames, weight {RATE:g} for the new one; blur: {BLUR}.")
    print(f"\n{text_columns(names, _rows(list(columns.values())), page_width())}\n")


def _rows(columns: list[VectorEvaluation]) -> Iterator[tuple[str, list[str]]]:
    """Yield the label and the cells of each row."""
    for family, errors in columns[0].error_db.items():
        for name in errors:
            yield f"{family}, {name}", [_db(each.error_db[family][name]) for each in columns]
    if any(each.by_frame_db for each in columns):
        for family in columns[0].error_db:
            for view, text in (("mean", "EMA"), ("mean and blur", "EMA + blur")):
                for frames in _FRAMES:
                    yield (
                        f"{family}, {text}, {frames}",
                        [_after(each, family, view, frames) for each in columns],
                    )
    channels = max(len(each.low_frequency_power or []) for each in columns)
    for index in range(channels):
        cells = [
            "-" if not each.low_frequency_power else f"{each.low_frequency_power[index]:.1%}"
            for each in columns
        ]
        yield f"low frequencies, channel {index + 1}", cells
    cells = ["-" if each.discrepancy is None else f"{each.discrepancy:.3f}" for each in columns]
    yield "discrepancy, 1 for random values", cells


def _after(column: VectorEvaluation, family: str, view: str, frames: int) -> str:
    return "-" if column.by_frame_db is None else _db(column.by_frame_db[family][view][frames - 1])


def _db(value: float) -> str:
    text = f"{value:.2f}"
    return "0.00" if float(text) == 0 else text
