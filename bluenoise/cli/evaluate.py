"""`bluenoise evaluate`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from bluenoise.cli.evaluate_values import evaluate_textures
from bluenoise.evaluate import (
    Evaluation,
    baselines,
    luminance_gain_db,
    mean_evaluation,
    mean_gain_db,
    photo_error,
)
from bluenoise.evaluate import evaluate as measure
from bluenoise.matrix_set import MatrixSet, load_matrix_set
from bluenoise.values.texture_files import is_texture
from dither.console import INPUT, JsonOption, delayed_progress, number, option
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix


def evaluate(
    matrices: Annotated[
        list[str],
        typer.Argument(
            metavar="MATRIX",
            rich_help_panel=INPUT,
            help=".npy files or names of shipped matrices; or noise textures of values: .npy, .png, "
            "numbered .png files of frames, or folders of them.",
        ),
    ],
    photo: Annotated[
        list[Path] | None,
        option(
            INPUT,
            "Photo whose blurred error at 1 bit is measured too; may be repeated.",
            value="FILE",
        ),
    ] = None,
    values: Annotated[
        str | None,
        option(
            INPUT,
            "The files are noise textures of these values: scalar, phase, vec2, vec3, circle, disk, "
            "sphere, hemisphere, cosine or points [what their names or values say].",
            "--values",
            value="KIND",
        ),
    ] = None,
    seed: Annotated[
        int,
        number("Reference", 0, (1 << 32) - 1, "Seed of the reference matrices.", "--seed", "-s"),
    ] = 0,
    json_output: JsonOption = False,
) -> None:
    """Score matrices against white noise, Bayer and void-and-cluster.

    The reference matrices are made on the spot. Matrices of one shape share a table, and are compared
    with as many seeds of the references. Noise textures of values are measured by the error of filtered
    integrands, against independent samples.
    """
    textures = [path for path in matrices if values is not None or is_texture(path)]
    if textures:
        if len(textures) < len(matrices):
            other = next(path for path in matrices if path not in textures)
            raise InputError(
                f"{textures[0]} is a noise texture and {other} is not; evaluate them one after the "
                "other, or say what the values are with --values KIND"
            )
        if photo:
            raise InputError(
                "--photo has no effect with noise textures; it is for threshold matrices"
            )
        evaluate_textures(matrices, values, seed, json_output)
        return
    from bluenoise.report.table import print_table

    photos = [_read_photo(path) for path in photo or []]
    loaded = {name: load_matrix_set(name) for name in matrices}
    groups: dict[tuple[int, ...], list[str]] = {}
    for name, column in loaded.items():
        groups.setdefault((len(column.matrices), *column.shape), []).append(name)
    tables = []
    with delayed_progress("evaluate", quiet=False) as on_progress:
        for names in groups.values():
            tables.append(_table({name: loaded[name] for name in names}, photos, seed))
            on_progress(len(tables) / len(groups))
    if json_output:
        report = {
            name: {label: table[label] for label in (name, *references)}
            for names, (table, references) in zip(groups.values(), tables, strict=True)
            for name in names
        }
        print(json.dumps({"matrices": report}))
        return
    for table, _ in tables:
        print_table(table)


def _table(
    columns: dict[str, MatrixSet], photos: list[np.ndarray], seed: int
) -> tuple[dict[str, Any], list[str]]:
    """Measure matrices of one shape and as many references; also return the references' names."""
    shape = next(iter(columns.values())).shape
    seeds = [baselines(shape, seed=(seed + index) % (1 << 32)) for index in range(len(columns))]
    references = {
        label: [_figures(MatrixSet((made[label],)), photos) for made in seeds] for label in seeds[0]
    }
    ours = {name: [_figures(column, photos)] for name, column in columns.items()}
    if len(ours) > 1:
        ours[f"mean of {len(ours)}"] = [rows[0] for rows in ours.values()]
    measured = {**ours, **references}
    means = {label: mean_evaluation([row for row, _ in rows]) for label, rows in measured.items()}
    table = {
        label: {
            **means[label]._asdict(),
            **{key: _mean_figures([more[key] for _, more in rows]) for key in rows[0][1]},
            "against_void_and_cluster_db": mean_gain_db(means[label], means["void-and-cluster"]),
            "matrices": len(rows),
        }
        for label, rows in measured.items()
    }
    return table, list(references)


def _figures(column: MatrixSet, photos: list[np.ndarray]) -> tuple[Evaluation, dict[str, Any]]:
    """Return the evaluation of a column, and its results on photos and on channels."""
    channels = zip(column.matrices, column.channel_values, strict=True)
    evaluation = mean_evaluation([measure(matrix, values=values) for matrix, values in channels])
    more: dict[str, Any] = {}
    if len(column.matrices) > 1:
        more["luminance_gain_db"] = luminance_gain_db(column.matrices)
    if photos:
        errors = [photo_error(photo, _for_photo(photo, column.matrices)) for photo in photos]
        more["photo_error_percent"] = _mean_figures(errors)
    return evaluation, more


def _for_photo(
    photo: np.ndarray, matrices: Sequence[ThresholdMatrix]
) -> ThresholdMatrix | Sequence[ThresholdMatrix]:
    if len(matrices) > 1 and len(matrices) != photo.shape[2]:
        raise InputError(f"a matrix of {len(matrices)} channels cannot dither a photo with 3")
    return matrices if len(matrices) > 1 else matrices[0]


def _mean_figures(figures: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([each[name] for each in figures])) for name in figures[0]}


def _read_photo(path: Path) -> np.ndarray:
    """Return (H, W, 3) uint8; grey photos get three equal channels."""
    from dither.images.io import read_image
    from dither.ordered.levels import ordered_dither

    # Photos of more than 8 bits are dithered to 8.
    color = ordered_dither(read_image(path).color, levels=256)
    return np.stack([color] * 3, axis=2) if color.ndim == 2 else color
