"""Plots of how many colours an image needs: loss, gap, error, and error over file size."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dither.color_count.count import HARDLY_VISIBLE
from dither.color_count.curve import ColorCount, elbow_count
from dither.color_count.gap_estimate import GapEstimate, largest_gap

_CHOSEN, _ELBOW = "tab:red", "tab:green"


def color_plot(
    estimates: Sequence[GapEstimate], counts: Sequence[ColorCount], chosen: ColorCount, title: str
) -> Figure:
    """Draw loss and gap as in the article, then blurred error and bytes, with the choice of each.

    Args:
        estimates: from `dither.gap_statistic`, from few colours to many.
        counts: from `dither.color_curve`.
        chosen: the number of `dither.count_colors` and its error.
        title: name of the image.
    """
    figure = Figure(figsize=(10, 7), layout="constrained")
    figure.suptitle(title, parse_math=False)
    (loss, gap), (error, size) = figure.subplots(2, 2)
    _draw_loss(loss, estimates)
    _draw_gap(gap, estimates)
    elbow = elbow_count(counts)
    _draw_error(error, counts, chosen, elbow)
    _draw_size(size, counts, chosen, elbow)
    return figure


def _draw_loss(axes: Axes, estimates: Sequence[GapEstimate]) -> None:
    colors = [each.colors for each in estimates]
    axes.loglog(colors, [each.loss for each in estimates], "o-", label="image")
    axes.loglog(colors, [each.expected for each in estimates], "s--", label="its pixels, shuffled")
    axes.set(title="Loss of Floyd-Steinberg dithering", ylabel="sum of squared errors, codes")
    _name_colors(axes, colors)
    axes.legend()


def _draw_gap(axes: Axes, estimates: Sequence[GapEstimate]) -> None:
    colors = [each.colors for each in estimates]
    gaps, errors = [each.gap for each in estimates], [each.gap_error for each in estimates]
    axes.errorbar(colors, gaps, errors, fmt="o-", capsize=3, label="gap")
    best = largest_gap(estimates)
    axes.plot(best.colors, best.gap, "o", color=_CHOSEN, ms=11, mfc="none", mew=2)
    axes.axhline(0, color="gray", lw=0.8)
    axes.set(
        title=f"Gap statistic: largest at K = {best.colors}",
        ylabel="gap: mean shuffled loss - loss",
        xscale="log",
    )
    _name_colors(axes, colors)
    logs = axes.twinx()
    logs.errorbar(
        colors,
        [each.log_gap for each in estimates],
        [each.log_gap_error for each in estimates],
        fmt="^:",
        capsize=3,
        color="tab:gray",
    )
    axes.plot([], [], "^:", color="tab:gray", label="log gap (right axis)")
    logs.set_ylabel("log gap")
    axes.legend(loc="center right")


def _draw_error(
    axes: Axes, counts: Sequence[ColorCount], chosen: ColorCount, elbow: ColorCount
) -> None:
    colors = [count.colors for count in counts]
    axes.plot(colors, [count.error for count in counts], "o-")
    axes.axhline(HARDLY_VISIBLE, color=_CHOSEN, ls=":", label=f"barely visible: {HARDLY_VISIBLE:g}")
    _mark(axes, chosen.colors, chosen.error, _CHOSEN, f"dither optimize, K = {chosen.colors}")
    _mark(axes, elbow.colors, elbow.error, _ELBOW, f"elbow: K = {elbow.colors}")
    axes.set(title="Error seen from afar", ylabel="blurred error B, 100 OKLab", xscale="log")
    _name_colors(axes, colors)
    axes.set_ylim(bottom=0)
    axes.legend()


def _draw_size(
    axes: Axes, counts: Sequence[ColorCount], chosen: ColorCount, elbow: ColorCount
) -> None:
    sizes = [count.png_bytes / 1000 for count in counts]
    axes.plot(sizes, [count.error for count in counts], "o-")
    axes.plot(
        [sizes[0], sizes[-1]], [counts[0].error, counts[-1].error], "--", color="gray", lw=0.8
    )
    _mark(
        axes,
        chosen.png_bytes / 1000,
        chosen.error,
        _CHOSEN,
        f"dither optimize, K = {chosen.colors}",
    )
    _mark(axes, elbow.png_bytes / 1000, elbow.error, _ELBOW, f"elbow: K = {elbow.colors}")
    axes.set(title="Error over file size", xlabel="PNG, kB", ylabel="blurred error B, 100 OKLab")
    axes.set_ylim(bottom=0)
    axes.legend()


def _mark(axes: Axes, x: float, y: float, color: str, label: str) -> None:
    shape = "*" if color == _CHOSEN else "o"
    axes.plot(x, y, shape, color=color, ms=14, mfc="none", mew=2, label=label)


def _name_colors(axes: Axes, colors: Sequence[int]) -> None:
    """Label the axis with the numbers of colours."""
    axes.set_xlabel("colours K")
    axes.set_xticks(colors, [str(count) for count in colors], fontsize=7)
    axes.minorticks_off()
