"""The command line `dither`: its commands and the examples in their help."""

from dither.cli.commands.colors import colors
from dither.cli.commands.compare import compare
from dither.cli.commands.diffuse import diffuse
from dither.cli.commands.optimize import optimize
from dither.cli.commands.ordered import ordered
from dither.cli.commands.palettes import palettes
from dither.cli.commands.panels import panels
from dither.cli.commands.studio import studio
from dither.console import command_line, examples, former_spellings

app = command_line(
    "Dither images with blue-noise threshold matrices, by error diffusion, or by optimisation."
)
app.command(
    **former_spellings(light="mix-in"),
    **examples(
        "dither ordered photo.jpg -o one-bit.png --bits 1",
        "dither ordered photo.jpg -o e-ink.png --levels 16 --gray --resize 800x",
        "dither ordered photo.jpg -o panel.bin --panel spectra-6-7.3 --fit cover",
        "dither ordered clip.gif -o one-bit.gif --bits 1",
        "dither ordered *.jpg --output-dir dithered --bits 2",
    ),
)(ordered)
app.command(
    **former_spellings(light="mix-in", noise="threshold-noise"),
    **examples(
        "dither diffuse photo.jpg -o game-boy.png --palette game-boy --kernel atkinson",
        "dither diffuse photo.jpg -o pixels.png --palette c64 --resize 160x --scale 4",
        "dither diffuse photo.jpg -o sixteen.png --colors 16",
    ),
)(diffuse)
app.command(
    **former_spellings(draws="random"),
    **examples(
        "dither optimize photo.jpg -o best.png --colors 16 --palette-output best.gpl",
        "dither optimize photo.jpg -o frame.bin --panel spectra-6-7.3 --fit cover --preview seen.png",
        "dither optimize clip.gif -o still.gif --colors 16 --preset smooth",
        "dither optimize photos -o best --recursive --colors auto",
    ),
)(optimize)
app.command(**examples("dither colors photo.jpg -o how-many.png"))(colors)
app.command(
    **examples(
        "dither compare photo.jpg one-bit.png",
        "dither compare photo.jpg one-bit.png game-boy.png -o compared.html",
    )
)(compare)
app.command(**examples("dither studio -o studio.html"))(studio)
app.command(**examples("dither palettes", "dither palettes --json"))(palettes)
app.command(**examples("dither panels", "dither panels --json"))(panels)
