"""The command line `bluenoise`: one module for each command."""

from bluenoise.cli.evaluate import evaluate
from bluenoise.cli.export import export
from bluenoise.cli.generate import generate
from bluenoise.cli.list import list_shipped
from bluenoise.cli.report import report
from dither.console import command_line, examples, run

app = command_line("Make blue-noise threshold matrices, score them, and export them as textures.")
app.command(
    **examples(
        "bluenoise generate 64x64 -o mine.npy --seed 7",
        "bluenoise generate 8x32x32 -o frames.npy",
        "bluenoise generate 32x32 -o colours.npy --channels 3",
        "bluenoise generate 64x64 -o paper.npy --viewing-filter nasanen:300dpi,30cm",
        "bluenoise generate 64x64 -o spectrum.npy --method spectrum --checkpoint run.npz",
    )
)(generate)
app.command(**examples("bluenoise evaluate blue-64x64", "bluenoise evaluate mine.npy --json"))(
    evaluate
)
app.command(
    **examples(
        "bluenoise export blue-64x64 -o textures --format png16,rg8,glsl",
        "bluenoise export mine.npy -o textures --format ktx2,dds,hlsl",
    )
)(export)
app.command(
    **examples(
        "bluenoise report blue-64x64 -o report.html",
        "bluenoise report mine.npy blue-64x64 -o report.html --png --photo photo.jpg",
    )
)(report)
app.command(name="list", **examples("bluenoise list"))(list_shipped)


def main() -> None:
    """Run the command `bluenoise`."""
    run(app)
