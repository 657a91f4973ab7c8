"""The command line `bluenoise`: a module for each command."""

import typer

from bluenoise.cli.evaluate import evaluate
from bluenoise.cli.export import export
from bluenoise.cli.generate import generate
from bluenoise.cli.list import list_shipped
from bluenoise.cli.report import report
from dither.console import run

app = typer.Typer(
    help="Make blue-noise threshold matrices, and textures of them.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # which would take [defaults] for its own
)
app.command()(generate)
app.command()(evaluate)
app.command()(export)
app.command()(report)
app.command(name="list")(list_shipped)


def main() -> None:
    """Entry point of the command `bluenoise`."""
    run(app)
