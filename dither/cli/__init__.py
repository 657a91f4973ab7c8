"""The command line `dither`: a module for each command."""

import typer

from dither.cli.colors import colors
from dither.cli.diffuse import diffuse
from dither.cli.optimize import optimize
from dither.cli.ordered import ordered
from dither.cli.palettes import palettes
from dither.cli.studio import studio
from dither.console import run

app = typer.Typer(
    help="Dither images with blue-noise threshold matrices, by error diffusion, or by optimisation.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # which would take [defaults] for its own
)
app.command()(ordered)
app.command()(diffuse)
app.command()(optimize)
app.command()(colors)
app.command()(palettes)
app.command()(studio)


def main() -> None:
    """Entry point of the command `dither`."""
    run(app)
