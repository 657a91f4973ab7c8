"""`bluenoise evaluate` for noise textures of values."""

import json
from collections.abc import Iterator

from bluenoise.value_texture import ValueTexture, kind_named
from bluenoise.values.evaluate_vectors import (
    BLUR,
    RATE,
    VectorEvaluation,
    evaluate_vectors,
    white_texture,
)
from bluenoise.values.texture_files import read_texture, texture_files
from dither.console import delayed_progress, printable

# Numbers of frames in the table; --json has all.
_FRAMES = (1, 4, 16, 32)


def evaluate_textures(paths: list[str], kind: str | None, seed: int, json_output: bool) -> None:
    """Measure noise textures beside white noise of the first one's values, and print the table.

    Args:
        paths: .npy and .png files, and folders of them.
        kind: of the values; None to take it from files and values.
        seed: of the white noise.
        json_output: print one JSON object instead.

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
            tables.setdefault(texture.kind, {})[name] = evaluate_vectors(texture)
            on_progress((done := done + 1) / steps)
        for values, texture in first.items():
            tables[values]["white noise"] = evaluate_vectors(white_texture(texture, seed))
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
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    has_frames = any(each.by_frame_db for each in columns.values())
    table = Table(
        title=f"Noise textures of {values}",
        caption="Squared errors in dB against independent samples; lower is better."
        + f" EMA n: running mean of n frames, weight {RATE:g} for the new one; blur: {BLUR}."
        * has_frames,
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
    )
    table.add_column("", no_wrap=True)
    for name, column in columns.items():
        size = "x".join(map(str, column.shape[column.shape[0] == 1 :]))
        table.add_column(f"{escape(printable(name))} {size}", justify="right", overflow="fold")
    for label, cells in _rows(list(columns.values())):
        table.add_row(label, *cells, style=None if cells else "bold")
    console = Console()
    # Pipes and files have no width; the table needs about this much.
    (console if console.is_terminal else Console(width=max(80, 36 + 15 * len(columns)))).print(
        table
    )


def _rows(columns: list[VectorEvaluation]) -> Iterator[tuple[str, list[str]]]:
    """Yield the label and the cells of each row; headings have no cells."""
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
