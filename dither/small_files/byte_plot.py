"""Plot of the look of a picture over the bytes of its file, at several weights of a bit."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

_CURVE, _CHOSEN = "#1f5fbf", "#be185d"


def byte_plot(points: Sequence[tuple[int, float]], chosen: tuple[int, float], title: str) -> Figure:
    """Draw the look over the bytes, with the chosen file as a star.

    Args:
        points: bytes and look of several weights of a bit.
        chosen: those of the file that was written.
        title: name of the image.
    """
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    ordered = sorted((size / 1000, look) for size, look in points)
    axes.plot(*zip(*ordered, strict=True), "o-", color=_CURVE)
    place = (chosen[0] / 1000, chosen[1])
    axes.plot(*place, "*", color=_CHOSEN, ms=16, mfc="none", mew=2, zorder=5)
    axes.annotate(
        *(f"{place[0]:,.4g} kB, look {place[1]:.1f}", place),
        **{"xytext": (8, -14), "textcoords": "offset points", "color": _CHOSEN, "weight": "bold"},
    )
    axes.set(xscale="log", xlabel="size of the file, kB")
    axes.set(ylabel="look (80: hardly different, 40: coarse)")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e3e4e6")
    axes.set_axisbelow(True)
    axes.margins(x=0.12, y=0.12)
    axes.set_title(f"{title}: look over bytes", loc="left", weight="bold", parse_math=False)
    return figure
