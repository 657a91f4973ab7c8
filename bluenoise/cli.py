"""The command line `bluenoise`."""

import dataclasses
import enum
import json
import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from bluenoise.target import DISTRIBUTIONS
from dither.console import (
    ForceOption,
    JsonOption,
    QuietOption,
    note,
    progress_bar,
    run,
    within,
)
from dither.errors import InputError

app = typer.Typer(
    help="Make blue-noise threshold matrices.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class MethodChoice(enum.StrEnum):
    """How a matrix is made."""

    blue = "blue"
    anneal = "anneal"
    void_and_cluster = "void-and-cluster"
    spectrum = "spectrum"


class OptimizerChoice(enum.StrEnum):
    """The update rule of gradient descent."""

    adam = "adam"
    momentum = "momentum"
    sgd = "sgd"


class DistributionChoice(enum.StrEnum):
    """How the values of a matrix are spread."""

    uniform = "uniform"
    triangular = "triangular"
    gaussian = "gaussian"


# Options that only the spectrum method has; None stands for its own default.
_SPECTRUM = "With --method spectrum: "
_BLUE = "With --method blue: "
_JAX = "With --method spectrum or anneal: "


@app.command()
def generate(
    context: typer.Context,
    shape: Annotated[str, typer.Argument(help="Rows and columns: 64 or 64x64; sides 4 to 512.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The .npy file to write.")],
    method: Annotated[
        MethodChoice,
        typer.Option(
            help="blue is the best, void-and-cluster the fastest, anneal gradient descent alone, "
            "spectrum as published."
        ),
    ] = MethodChoice.blue,
    seed: Annotated[int, typer.Option("--seed", "-s", callback=within(0, (1 << 32) - 1))] = 0,
    distribution: Annotated[
        DistributionChoice, typer.Option(help="uniform writes ranks, the others float32 noise.")
    ] = DistributionChoice.uniform,
    sigma: Annotated[
        float | None,
        typer.Option(
            callback=within(0.3, 8), help="With --method void-and-cluster: blur in pixels [1.5]."
        ),
    ] = None,
    viewing: Annotated[
        str | None,
        typer.Option("--filter", help="With --method blue or anneal: from where it is looked at."),
    ] = None,
    levels: Annotated[
        int | None,
        typer.Option(callback=within(3, 65536), help=_BLUE + "greys that count [all]."),
    ] = None,
    cutoff: Annotated[
        float | None,
        typer.Option(
            callback=within(0.05, 0.7), help=_SPECTRUM + "lowest wanted cycles per pixel [0.3]."
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(callback=within(1, 10_000_000), help=_SPECTRUM + "of descent [1000]."),
    ] = None,
    fine_tune_steps: Annotated[
        int | None,
        typer.Option(callback=within(0, 1_000_000), help=_SPECTRUM + "on the histogram [100]."),
    ] = None,
    random_weights: Annotated[
        bool | None,
        typer.Option(
            "--random-weights/--fixed-weights",
            help=_SPECTRUM + "scale each term by uniform(0, 1) at every step [random].",
        ),
    ] = None,
    low_frequency_weight: Annotated[
        float | None, typer.Option(callback=within(0, 1e6), help=_SPECTRUM + "base weight [1].")
    ] = None,
    smoothness_weight: Annotated[
        float | None, typer.Option(callback=within(0, 1e6), help=_SPECTRUM + "base weight [1].")
    ] = None,
    histogram_weight: Annotated[
        float | None, typer.Option(callback=within(0, 1e6), help=_SPECTRUM + "base weight [1].")
    ] = None,
    optimizer: Annotated[
        OptimizerChoice | None, typer.Option(help=_SPECTRUM + "the update rule [adam].")
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            callback=within(1e-9, 1e9), help=_SPECTRUM + "[adam 0.01, momentum 0.05, sgd 0.25]."
        ),
    ] = None,
    restarts: Annotated[
        int | None,
        typer.Option(
            callback=within(1, 1024),
            help=_JAX + "runs at once, the best is kept [1, of few cells 32].",
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="Go on from this file if it exists, leave it on Ctrl-C."),
    ] = None,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a threshold matrix: a tileable .npy of ranks."""
    from bluenoise.generate import blue, cool, descend, parse_shape
    from dither.files import check_writable, write_npy
    from dither.metrics.spectrum import low_frequency_power

    sides = parse_shape(shape)
    _refuse_other_methods_options(context, method)
    if output.suffix != ".npy":
        raise InputError(f"the output {output} must end in .npy")
    if checkpoint is not None and os.path.realpath(checkpoint) == os.path.realpath(output):
        raise InputError(f"the checkpoint and the output are both {output}")
    check_writable(output, replace=force)
    started = time.monotonic()
    wanted = DISTRIBUTIONS[distribution.value]
    if method is MethodChoice.void_and_cluster:
        from bluenoise.void_and_cluster import void_and_cluster

        matrix = void_and_cluster(*sides, sigma=1.5 if sigma is None else sigma, seed=seed)
    elif method is MethodChoice.blue:
        with progress_bar("swaps", checkpoint, quiet) as on_progress:
            from bluenoise.refine import RefineConfig
            from bluenoise.target import ALL_DISTANCES
            from dither.metrics.viewing import parse_filter

            matrix = blue(
                sides,
                RefineConfig(
                    viewing=ALL_DISTANCES if viewing is None else parse_filter(viewing),
                    levels=levels,
                ),
                seed=seed,
                checkpoint=checkpoint,
                on_progress=on_progress,
            )
    elif method is MethodChoice.anneal:
        with progress_bar("anneal", checkpoint, quiet) as on_progress:
            from bluenoise.anneal import AnnealConfig
            from dither.metrics.viewing import parse_filter

            config = AnnealConfig(sides)
            if viewing is not None:
                config = dataclasses.replace(config, viewing=parse_filter(viewing))
            matrix = cool(
                config,
                seed=seed,
                restarts=restarts or 1,
                checkpoint=checkpoint,
                on_progress=on_progress,
            ).matrix
    else:
        with progress_bar("descent", checkpoint, quiet) as on_progress:
            from bluenoise import optimize
            from bluenoise.target import SpectrumTarget

            rule = {
                None: optimize.Adam,
                OptimizerChoice.adam: optimize.Adam,
                OptimizerChoice.momentum: optimize.Momentum,
                OptimizerChoice.sgd: optimize.GradientDescent,
            }[optimizer]
            weights = _given(
                low_frequency=low_frequency_weight,
                smoothness=smoothness_weight,
                histogram=histogram_weight,
            )
            numbers = _given(
                steps=steps, fine_tune_steps=fine_tune_steps, random_weights=random_weights
            )
            config = optimize.OptimizeConfig(
                sides,
                distribution=wanted,
                target=SpectrumTarget(**_given(cutoff=cutoff)),
                weights=optimize.LossWeights(**weights),
                optimizer=rule(**_given(learning_rate=learning_rate)),
                **numbers,
            )
            result = descend(
                config,
                seed=seed,
                restarts=restarts,
                checkpoint=checkpoint,
                on_progress=on_progress,
            )
            matrix = result.matrix
    values = matrix.ranks
    if distribution is not DistributionChoice.uniform:
        values = wanted.quantiles(values.size).astype("float32")[values]
    write_npy(output, values, replace=force)
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
    seconds = time.monotonic() - started
    note(f"{output}: {sides[0]}x{sides[1]} by {method}, {seconds:.1f} s", quiet=quiet)
    if json_output:
        power = low_frequency_power(values)
        report = {
            "output": str(output),
            "shape": sides,
            "dtype": values.dtype.name,
            "method": method.value,
            "distribution": distribution.value,
            "seed": seed,
            "seconds": round(seconds, 3),
            "low_frequency_power": power if power == power else None,
        }
        print(json.dumps(report))


def _given(**options: Any) -> dict[str, Any]:
    """The options that the person gave; the others keep the defaults of the config they fill."""
    return {name: value for name, value in options.items() if value is not None}


# Options of one method only, or of some; all others are shared.
_METHODS_OF = {
    "sigma": (MethodChoice.void_and_cluster,),
    "checkpoint": (MethodChoice.blue, MethodChoice.anneal, MethodChoice.spectrum),
    "viewing": (MethodChoice.blue, MethodChoice.anneal),
    "restarts": (MethodChoice.anneal, MethodChoice.spectrum),
    "levels": (MethodChoice.blue,),
    **dict.fromkeys(
        (
            *("cutoff", "steps", "fine_tune_steps", "random_weights", "low_frequency_weight"),
            *("smoothness_weight", "histogram_weight", "optimizer", "learning_rate"),
        ),
        (MethodChoice.spectrum,),
    ),
}


def _refuse_other_methods_options(context: typer.Context, method: MethodChoice) -> None:
    """An option that would have no effect is a mistake worth a sentence."""
    for name, owners in _METHODS_OF.items():
        if context.params[name] is not None and method not in owners:
            option = "--filter" if name == "viewing" else "--" + name.replace("_", "-")
            raise InputError(
                f"{option} has no effect with --method {method}; it is for {' and '.join(owners)}"
            )


@app.command()
def evaluate(
    matrices: Annotated[
        list[str], typer.Argument(help=".npy files, or names of shipped matrices.")
    ],
    seed: Annotated[
        int,
        typer.Option("--seed", "-s", callback=within(0, (1 << 32) - 1), help="Of the baselines."),
    ] = 0,
    json_output: JsonOption = False,
) -> None:
    """Score matrices beside white noise, Bayer and void-and-cluster made then and there."""
    from bluenoise.evaluate import baselines, mean_gain_db
    from bluenoise.evaluate import evaluate as measure
    from bluenoise.report.table import print_table

    loaded = {name: _load(name) for name in matrices}
    measured = {}
    for name, (matrix, values) in loaded.items():
        references = {
            label: measure(other) for label, other in baselines(matrix.shape, seed=seed).items()
        }
        evaluation = measure(matrix, values=values)
        rows = {name: evaluation, **references}
        measured[name] = {
            label: {
                **row._asdict(),
                "against_void_and_cluster_db": mean_gain_db(row, references["void-and-cluster"]),
            }
            for label, row in rows.items()
        }
        if not json_output:
            print_table(name, measured[name])
    if json_output:
        print(json.dumps({"matrices": measured}))


def _load(name: str) -> tuple[Any, Any]:
    """A matrix and its values: the ranks themselves, or the float32 noise whose order they are."""
    from dither.files import read_npy
    from dither.matrix import ThresholdMatrix, load_matrix

    if Path(name).suffix != ".npy":
        matrix = load_matrix(name)
        return matrix, matrix.ranks
    values = read_npy(name)
    if values.dtype.kind != "f":
        matrix = load_matrix(name)
        return matrix, matrix.ranks
    try:
        return ThresholdMatrix.from_values(values), values
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


@app.command(name="list")
def list_shipped(json_output: JsonOption = False) -> None:
    """Name the shipped matrices, which --matrix of `dither` takes."""
    from dither.matrix import shipped_matrices

    if json_output:
        print(json.dumps({"matrices": shipped_matrices()}))
        return
    for name, entry in shipped_matrices().items():
        height, width = entry["shape"]
        greys = f", for {entry['levels']} greys" if entry["levels"] else ""
        print(f"{name:24}{height} x {width}, seed {entry['seed']}{greys}")


def main() -> None:
    """Entry point of the command `bluenoise`."""
    run(app)


if __name__ == "__main__":
    main()
