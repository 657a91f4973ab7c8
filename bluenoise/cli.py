"""The command line `bluenoise`."""

import contextlib
import dataclasses
import enum
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from bluenoise.target import DISTRIBUTIONS
from dither.console import (
    ForceOption,
    JsonOption,
    QuietOption,
    deferred_interrupt,
    note,
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
    if checkpoint is not None and checkpoint.resolve() == output.resolve():
        raise InputError(f"the checkpoint and the output are both {output}")
    check_writable(output, replace=force)
    started = time.monotonic()
    wanted = DISTRIBUTIONS[distribution.value]
    if method is MethodChoice.void_and_cluster:
        from bluenoise.void_and_cluster import void_and_cluster

        matrix = void_and_cluster(*sides, sigma=1.5 if sigma is None else sigma, seed=seed)
    elif method is MethodChoice.blue:
        with _progress("swaps", checkpoint, quiet) as on_progress:
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
        with _progress("anneal", checkpoint, quiet) as on_progress:
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
        with _progress("descent", checkpoint, quiet) as on_progress:
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


@contextlib.contextmanager
def _progress(
    task: str, checkpoint: Path | None, quiet: bool
) -> Iterator[Callable[[float, str], None]]:
    """A progress bar with the time left, whose updates are also where Ctrl-C takes effect."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[word]}"),
        console=console,
        disable=quiet or not console.is_terminal,
    )
    try:
        with deferred_interrupt() as check, progress:
            row = progress.add_task(task, total=1.0, word="")

            def on_progress(share: float, word: str) -> None:
                progress.update(row, completed=share, word=word)
                check()

            yield on_progress
    except KeyboardInterrupt:
        if checkpoint is not None and checkpoint.exists():
            note(f"the same command goes on from {checkpoint}")
        raise


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
            _print_table(name, measured[name])
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


def _print_table(name: str, rows: dict[str, dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    first = rows[name]
    height, width = first["shape"]
    table = Table(
        title=f"{escape(name)}: {height}x{width}, {first['levels']} levels measured",
        caption="Lower is better, but for anisotropy, which is best at 0.",
    )
    table.add_column("")
    for label in rows:
        table.add_column(escape(label), justify="right", overflow="fold")
    figures = list(rows.values())
    for viewing in first["energy"]:
        energies = (row["energy"][viewing] for row in figures)
        table.add_row(
            f"mean level energy x 1e6, {viewing}",
            *(f"{energy:.0f}" if energy >= 100 else f"{energy:.1f}" for energy in energies),
        )
    table.add_row(
        "mean of the five against void-and-cluster",
        *(f"{row['against_void_and_cluster_db']:+.2f} dB" for row in figures),
    )
    table.add_row(
        "worst level at gaussian:1.5, and its grey",
        *(f"{row['worst_energy']:.0f} at {row['worst_level']:.2f}" for row in figures),
    )
    table.add_row(
        "anisotropy of the patterns",
        *(_optional(row["anisotropy_db"], "+.1f", " dB") for row in figures),
    )
    table.add_row(
        "matrix's own power in 0 < |f| < 0.25",
        *(_optional(row["low_frequency_power"], ".2%") for row in figures),
    )
    console = Console()
    # A pipe or a file has no width of its own; the table needs about this much.
    (console if console.is_terminal else Console(width=120)).print(table)


def _optional(value: float | None, form: str, unit: str = "") -> str:
    return "-" if value is None else f"{value:{form}}{unit}"


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
