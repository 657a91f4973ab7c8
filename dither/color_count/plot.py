"""Plots of how many colours an image needs: error and file size, then the Gap statistic."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dither.color_count.count import HARDLY_VISIBLE
from dither.color_count.curve import ColorCount, elbow_count
from dither.color_count.gap_estimate import GapEstimate, largest_gap

# Colours that differ in lightness too: the image and its curve, shuffled pixels, the chosen number, the
# elbow, and notes.
_IMAGE, _SHUFFLED, _CHOSEN, _ELBOW, _QUIET = "#1f5fbf", "#8b919b", "#be185d", "#a16207", "#5c626d"
_BLURRED = "blurred error B (OKLab x 100)"


def color_plot(
    estimates: Sequence[GapEstimate], counts: Sequence[ColorCount], chosen: ColorCount, title: str
) -> Figure:
    """Draw blurred error by colours and by bytes, with the choices, then the Gap statistic.

    Args:
        estimates: from `dither.gap_statistic`, from few colours to many.
        counts: from `dither.color_curve`.
        chosen: the number of `dither.count_colors` and its error.
        title: name of the image.
    """
    figure = Figure(figsize=(10, 8), layout="constrained")
    figure.suptitle(
        f"{title}: {chosen.colors} colours is the smallest palette whose error is barely visible",
        parse_math=False,
    )
    (error, size), (loss, gap) = figure.subplots(2, 2)
    elbow = elbow_count(counts)
    _draw_error(error, counts, chosen, elbow)
    _draw_size(size, counts, chosen, elbow)
    _draw_loss(loss, estimates)
    _draw_gap(gap, estimates)
    for axes in (error, size, loss, gap):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e3e4e6")
        axes.set_axisbelow(True)
    return figure


def _draw_error(
    axes: Axes, counts: Sequence[ColorCount], chosen: ColorCount, elbow: ColorCount
) -> None:
    colors = [count.colors for count in counts]
    axes.plot(colors, [count.error for count in counts], "o-", color=_IMAGE)
    axes.axhline(HARDLY_VISIBLE, color=_CHOSEN, ls=":", label=f"{HARDLY_VISIBLE:g}: barely visible")
    axes.set(ylabel=_BLURRED, xscale="log", ylim=(0, _top(counts)))
    _name_colors(axes, colors)
    _mark(axes, chosen.colors, chosen.error, _CHOSEN, str(chosen.colors))
    _mark(axes, elbow.colors, elbow.error, _ELBOW, str(elbow.colors))
    _name(axes, "Error seen from a distance")


def _draw_size(
    axes: Axes, counts: Sequence[ColorCount], chosen: ColorCount, elbow: ColorCount
) -> None:
    sizes = [count.png_bytes / 1000 for count in counts]
    axes.plot(sizes, [count.error for count in counts], "o-", color=_IMAGE)
    ends = [counts[0].error, counts[-1].error]
    axes.plot([sizes[0], sizes[-1]], ends, "--", color=_QUIET, lw=0.8)
    axes.set(xlabel="size as PNG, kB", ylabel=_BLURRED, ylim=(0, _top(counts)))
    for count, color, text in ((chosen, _CHOSEN, "barely visible"), (elbow, _ELBOW, "elbow")):
        _mark(axes, count.png_bytes / 1000, count.error, color, str(count.colors), text)
    _name(axes, "Error over file size")


def _draw_loss(axes: Axes, estimates: Sequence[GapEstimate]) -> None:
    colors = [each.colors for each in estimates]
    losses = [each.loss / 1e6 for each in estimates]
    axes.loglog(colors, losses, "o-", color=_IMAGE, label="image")
    shuffled = [each.expected / 1e6 for each in estimates]
    axes.loglog(colors, shuffled, "s--", color=_SHUFFLED, label="its pixels, shuffled")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.set(ylabel="sum of squared errors, millions")
    _name_colors(axes, colors)
    _name(axes, "Loss of Floyd-Steinberg")


def _draw_gap(axes: Axes, estimates: Sequence[GapEstimate]) -> None:
    colors = [each.colors for each in estimates]
    gaps = [each.log_gap for each in estimates]
    errors = [each.log_gap_error for each in estimates]
    axes.errorbar(
        colors, gaps, errors, fmt="o-", capsize=3, color=_IMAGE, label="with standard error"
    )
    best = largest_gap(estimates)
    axes.axhline(0, color=_QUIET, lw=0.8)
    axes.set(ylabel="log gap: ln(shuffled loss / loss)", xscale="log")
    axes.margins(y=0.12)
    _name_colors(axes, colors)
    _mark(axes, best.colors, best.log_gap, _ELBOW, "", f"largest gap: {best.colors}")
    _name(axes, "Gap statistic")


def _top(counts: Sequence[ColorCount]) -> float:
    return max(1.1 * max(count.error for count in counts), 1.2 * HARDLY_VISIBLE)


def _mark(axes: Axes, x: float, y: float, color: str, number: str, label: str = "") -> None:
    """Mark a point by a star if it is the chosen number, else by a ring, with a number above."""
    shape = "*" if color == _CHOSEN else "o"
    axes.plot(*(x, y, shape), color=color, ms=14, mfc="none", mew=2, zorder=5, label=label or None)
    settings: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "weight": "bold"}
    axes.annotate(number, (x, y), xytext=(0, 11), color=color, **settings)


def _name(axes: Axes, title: str) -> None:
    """Write the title, and a legend between it and the plot, where it covers no data."""
    axes.set_title(title, loc="left", pad=26, weight="bold")
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1),
        ncols=3,
        frameon=False,
        fontsize=9,
        markerscale=0.6,
        columnspacing=1.2,
    )


def _name_colors(axes: Axes, colors: Sequence[int]) -> None:
    """Label the axis with the numbers of colours; of many, only the powers of two have room."""
    axes.set_xlabel("colours")
    powers = [len(colors) <= 6 or count & (count - 1) == 0 for count in colors]
    texts = [str(count) if shown else "" for count, shown in zip(colors, powers, strict=True)]
    axes.set_xticks(colors, texts)
    axes.minorticks_off()
