"""`bluenoise evaluate`."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from bluenoise.cli.evaluate_values import evaluate_textures
from bluenoise.evaluate import (
    Evaluation,
    baselines,
    better_filters,
    check_cells,
    luminance_gain_db,
    mean_evaluation,
    mean_gain_db,
    photo_error,
)
from bluenoise.evaluate import evaluate as measure
from bluenoise.matrix_set import MatrixSet, load_matrix_set
from bluenoise.values.evaluate_vectors import NOISE_FILTERS
from bluenoise.values.texture_files import is_texture
from dither.console.options import INPUT, OUTPUT, JsonOption, number, option
from dither.console.progress import delayed_progress
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.viewing import FILTER_TEXTS, STANDARD_FILTERS, ViewingFilter, named_filters
from dither.suggestions import did_you_mean

# References of at most this many cells together, and of at most so many seeds, are averaged.
_REFERENCE_CELLS, _MOST_SEEDS = 1 << 12, 8


def evaluate(
    matrices: Annotated[
        list[str],
        typer.Argument(
            metavar="MATRIX",
            rich_help_panel=INPUT,
            help=".npy files, grey .png or .tif textures, or names of shipped matrices; or noise "
            "textures of values: .npy, .png whose name says what they are, numbered .png files of "
            "frames, or folders of them.",
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
    viewing_filter: Annotated[
        list[str] | None,
        option(
            INPUT,
            f"Measure with this viewing filter: {FILTER_TEXTS}; may be repeated [for matrices five, "
            "for noise textures six].",
            *("--viewing-filter", "--filter"),
            value="FILTER",
        ),
    ] = None,
    sort: Annotated[
        str | None,
        option(
            OUTPUT,
            "Order of the matrices, best first: score | anisotropy | worst (grey) | name | a viewing "
            "filter of the table, such as gaussian:1.5 [as given].",
            value="KEY",
        ),
    ] = None,
    seed: Annotated[
        int,
        number("Reference", 0, (1 << 32) - 1, "Seed of the reference matrices.", "--seed", "-s"),
    ] = 0,
    json_output: JsonOption = False,
) -> None:
    """Score matrices against white noise, Bayer and void-and-cluster.

    The score on top is 10 log10 (level energy / that of void-and-cluster), averaged over the viewing
    filters: below 0 dB is better. Then follows a table for each shape, with one matrix per column and
    references that are made on the spot. Noise textures of values are measured by the error of
    filtered integrands, against independent samples.
    """
    textures = [path for path in matrices if values is not None or is_texture(path)]
    if textures:
        if len(textures) < len(matrices):
            other = next(path for path in matrices if path not in textures)
            raise InputError(
                f"{textures[0]} is a noise texture and {other} is not; evaluate them one after the "
                "other, or say what the values are with --values KIND"
            )
        for name, given in (("--photo", photo), ("--sort", sort)):
            if given:
                raise InputError(
                    f"{name} has no effect with noise textures; it is for threshold matrices"
                )
        evaluate_textures(matrices, values, seed, json_output, viewing_filter or NOISE_FILTERS)
        return
    filters = named_filters(viewing_filter or STANDARD_FILTERS)
    key = None if sort is None else _sort_key(sort, filters)
    photos = [_read_photo(path) for path in photo or []]
    loaded = {name: load_matrix_set(name) for name in matrices}
    groups: dict[tuple[int, ...], list[str]] = {}
    for name, column in loaded.items():
        check_cells(column.shape, name)
        groups.setdefault((len(column.matrices), *column.shape), []).append(name)
    tables: dict[str, dict[str, dict[str, Any]]] = {}
    with delayed_progress("evaluate", quiet=False) as on_progress:
        for done, names in enumerate(groups.values(), 1):
            table = _table({name: loaded[name] for name in names}, photos, seed, filters)
            tables |= dict.fromkeys(names, table)
            on_progress(done / len(groups))
    order = [name for names in groups.values() for name in names]
    if key is not None:
        order.sort(key=lambda name: key(name, tables[name][name]))
    if json_output:
        report = {
            name: {label: row for label, row in tables[name].items() if label not in loaded}
            for name in order
        }
        report = {name: {name: tables[name][name], **row} for name, row in report.items()}
        print(json.dumps({"matrices": report}))
        return
    from bluenoise.report.table import summary_text, table_text

    print(summary_text({name: tables[name][name] for name in order}))
    for table in {id(tables[name]): tables[name] for name in order}.values():
        names = [name for name in order if name in table]
        print(f"\n{table_text({label: table[label] for label in dict.fromkeys([*names, *table])})}")


def _table(
    columns: dict[str, MatrixSet],
    photos: list[np.ndarray],
    seed: int,
    filters: dict[str, ViewingFilter],
) -> dict[str, dict[str, Any]]:
    """Measure matrices of one shape and their references, which follow them."""
    shape = next(iter(columns.values())).shape
    # Small references differ by a tenth of a decibel from seed to seed. The number of seeds depends
    # on the shape alone, so a matrix has the same scores whatever it is compared with.
    seeds = int(np.clip(_REFERENCE_CELLS // np.prod(shape), 1, _MOST_SEEDS))
    made = [baselines(shape, seed=(seed + index) % (1 << 32)) for index in range(seeds)]
    measured = {name: [_figures(column, photos, filters)] for name, column in columns.items()}
    for label in made[0]:
        # Bayer's matrix has no seed.
        used = made[:1] if label.startswith("Bayer") else made
        measured[label] = [_figures(MatrixSet((each[label],)), photos, filters) for each in used]
    means = {label: mean_evaluation([row for row, _ in rows]) for label, rows in measured.items()}
    reference = means["void-and-cluster"]
    return {
        label: {
            **means[label]._asdict(),
            **{key: _mean_figures([more[key] for _, more in rows]) for key in rows[0][1]},
            "against_void_and_cluster_db": mean_gain_db(means[label], reference),
            "better_than_void_and_cluster_at": better_filters(means[label], reference),
            "matrices": len(rows),
        }
        for label, rows in measured.items()
    }


def _sort_key(
    text: str, filters: Mapping[str, ViewingFilter]
) -> Callable[[str, Mapping[str, Any]], Any]:
    """Return the key of `--sort`, from a matrix's name and scores; smaller is first.

    Raises:
        InputError: it is no such name.
    """
    if text in filters:
        return lambda name, row: row["energy"][text]
    keys: dict[str, Callable[[str, Mapping[str, Any]], Any]] = {
        "score": lambda name, row: row["against_void_and_cluster_db"],
        "anisotropy": lambda name, row: abs(row["anisotropy_db"] or 0),
        "worst": lambda name, row: row["worst_energy"],
        "name": lambda name, row: name,
    }
    if text not in keys:
        names = [*keys, *filters]
        advice = did_you_mean(text[:80], names, f"give one of: {', '.join(names)}")
        raise InputError(f"--sort is {text[:80]!r}; {advice}")
    return keys[text]


def _figures(
    column: MatrixSet, photos: list[np.ndarray], filters: dict[str, ViewingFilter]
) -> tuple[Evaluation, dict[str, Any]]:
    """Return the evaluation of a column, and its results on photos and on channels."""
    channels = zip(column.matrices, column.channel_values, strict=True)
    evaluation = mean_evaluation(
        [measure(matrix, values=values, filters=filters) for matrix, values in channels]
    )
    more: dict[str, Any] = {}
    if len(column.matrices) > 1:
        more["luminance_gain_db"] = luminance_gain_db(column.matrices, filters)
    if photos:
        errors = [
            photo_error(photo, _for_photo(photo, column.matrices), filters) for photo in photos
        ]
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
