"""Sweep the options of the spectrum and anneal methods; draw docs/open-questions.png: [--draw].

The figures are kept in scripts/measured/open-questions.json. With --draw, they are drawn again without
measuring, which takes about six CPU minutes.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "--draw")

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from plot_style import COLORS, INK, QUIET, WIDTH, keep, kept, label_line, number_ticks, plt, save

from bluenoise.evaluate import evaluate, mean_gain_db
from bluenoise.methods import anneal, spectrum
from bluenoise.methods.spectrum import Adam, GradientDescent, LossWeights, Momentum, Spectrum
from bluenoise.methods.void_and_cluster import void_and_cluster
from bluenoise.objective.target import DISTRIBUTIONS, SpectrumTarget
from dither.matrix.threshold_matrix import ThresholdMatrix

SHAPE = (64, 64)
SEEDS = range(3)
CUTOFFS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
BALANCES = (0, 0.01, 0.1, 0.3, 1, 3, 10)
ENDS = (3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.002)
RULES = {"Adam": Adam(), "momentum": Momentum(), "gradient descent": GradientDescent()}
# Every so many steps of a loss are kept.
EVERY = 10

# Mean, smallest and largest over the seeds, in dB against void-and-cluster.
Span = tuple[float, float, float]


def measured() -> dict[str, Any]:
    """Return all figures of the plots."""
    reference = evaluate(void_and_cluster(SHAPE))

    def behind(matrices: Iterable[ThresholdMatrix]) -> Span:
        gains = [mean_gain_db(evaluate(matrix), reference) for matrix in matrices]
        return float(np.mean(gains)), min(gains), max(gains)

    def descended(**options: Any) -> Span:
        config = Spectrum(SHAPE, **options)
        return behind(spectrum.optimize_spectrum(config, seed=seed).matrix for seed in SEEDS)

    def annealed(**options: Any) -> Span:
        config = anneal.Anneal(SHAPE, **options)
        return behind(anneal.anneal(config, seed=seed).matrix for seed in SEEDS)

    found: dict[str, Any] = {
        "cutoff": [descended(target=SpectrumTarget(cutoff)) for cutoff in CUTOFFS],
        "smoothness": [descended(weights=LossWeights(smoothness=each)) for each in BALANCES],
        "distribution": {
            name: descended(distribution=kind) for name, kind in DISTRIBUTIONS.items()
        },
        "rules": {
            f"{name}, {'random' if random else 'fixed'}": {
                "patterns": descended(optimizer=rule, random_weights=random),
                "loss": _loss(rule, random),
            }
            for name, rule in RULES.items()
            for random in (True, False)
        },
        "anneal": {
            "fixed": annealed(random_weights=False),
            "random": annealed(random_weights=True),
        },
    }
    found["epsilon"] = [annealed(narrowest=end) for end in ENDS]
    return found


def _loss(rule: Any, random_weights: bool) -> list[float]:
    """Return the unweighted loss at every tenth step of one run."""
    config = Spectrum(
        SHAPE, optimizer=rule, random_weights=random_weights, steps=600, fine_tune_steps=0
    )
    infos = [info for _, info in spectrum.trajectory(config, spectrum.start(config, 0))]
    terms = np.concatenate([sum(np.asarray(term[:, 0]) for term in info[1:]) for info in infos])
    return [float(loss) for loss in terms[::EVERY]]


def drawn(found: dict[str, Any]) -> None:
    """Draw the plots: how visible the patterns are, then the loss."""
    figure, axes = plt.subplots(3, 2, figsize=(WIDTH, 8.4), layout="constrained")
    color = COLORS["spectrum"]
    for panel, name, values, title, label in (
        (axes[0, 0], "cutoff", CUTOFFS, "Cutoff", "cutoff, cycles per pixel"),
        (
            axes[0, 1],
            "smoothness",
            range(len(BALANCES)),
            "Weight of smoothness",
            "weight; that of low frequencies is 1",
        ),
    ):
        _spans(panel, values, found[name], color)
        panel.axhline(0, color=COLORS["void-and-cluster"], lw=1.2)
        panel.set(title=title, xlabel=label, ylim=(-1, 13))
    number_ticks(axes[0, 0], "x", (0.1, 0.2, 0.3, 0.4, 0.5))
    axes[0, 1].set_xticks(range(len(BALANCES)), [f"{each:g}" for each in BALANCES])
    kinds = list(found["distribution"])
    _bars(axes[1, 0], kinds, [found["distribution"][each] for each in kinds], color)
    axes[1, 0].set(title="Distribution of the values", ylim=(-1, 13))
    for panel in (axes[0, 0], axes[1, 0], axes[2, 0]):
        panel.set_ylabel("dots, dB against\nvoid-and-cluster")
    _losses(axes[1, 1], found["rules"])
    _spans(axes[2, 0], ENDS, found["epsilon"], COLORS["anneal"])
    axes[2, 0].axhline(0, color=COLORS["void-and-cluster"], lw=1.2)
    axes[2, 0].set(title="How far epsilon falls", xlabel="last epsilon", xscale="log")
    axes[2, 0].invert_xaxis()
    axes[2, 0].set_yticks((0, 5, 10, 15))
    number_ticks(axes[2, 0], "x", (3, 1, 0.3, 0.1, 0.03, 0.01, 0.002))
    axes[2, 0].tick_params(axis="x", labelsize=8)
    _rules(axes[2, 1], found)
    save(figure, "open-questions")


def _error(spans: Sequence[Sequence[float]]) -> np.ndarray:
    """Return the lengths of error bars that reach from the smallest to the largest seed."""
    table = np.array(spans)
    return np.abs(table[:, 1:] - table[:, :1]).T


def _spans(panel: Any, values: Any, spans: Sequence[Sequence[float]], color: str) -> None:
    panel.errorbar(values, [span[0] for span in spans], _error(spans), fmt="o-", color=color)


def _bars(panel: Any, names: Sequence[str], spans: Sequence[Sequence[float]], color: str) -> None:
    heights = [span[0] for span in spans]
    panel.bar(names, heights, 0.6, yerr=_error(spans), color=color, ecolor=INK)
    panel.grid(axis="x", visible=False)
    panel.axhline(0, color=COLORS["void-and-cluster"], lw=1.2)
    for place, height in enumerate(heights):
        panel.text(place, height / 2, f"{height:.1f}", ha="center", color="white")


def _rules(panel: Any, found: dict[str, Any]) -> None:
    rules = {name: each["patterns"] for name, each in found["rules"].items()}
    rules |= {f"anneal, {name}": each for name, each in found["anneal"].items()}
    for row, (name, span) in enumerate(rules.items()):
        color = COLORS["anneal" if name.startswith("anneal") else "spectrum"]
        panel.errorbar(span[0], row, xerr=_error([span]), fmt="o", color=color)
        panel.text(0.4, row, name, color=color, va="center", fontsize=8)
    panel.axvline(0, color=COLORS["void-and-cluster"], lw=1.2)
    panel.set(
        yticks=[], xticks=(0, 5, 10), xlim=(-2, 12), xlabel="dots, dB against void-and-cluster"
    )
    panel.invert_yaxis()
    panel.set_title("Update rule and weights")


def _losses(panel: Any, rules: dict[str, Any]) -> None:
    shades = {"gradient descent": "#3b0764", "Adam": "#6d28d9", "momentum": "#a78bfa"}
    for name, each in rules.items():
        rule, _, weights = name.partition(", ")
        steps = EVERY * np.arange(len(each["loss"]))
        line = "-" if weights == "random" else ":"
        panel.plot(steps, each["loss"], line, color=shades[rule], lw=1.3)
    panel.set(title="Loss of three update rules", xlabel="step", ylabel="sum of the three terms")
    panel.set(yscale="log", xlim=(0, 880), ylim=(3e-8, 1))
    panel.set_xticks((0, 200, 400, 600))
    panel.set_yticks([1, 1e-2, 1e-4, 1e-6], ["1", "0.01", "0.0001", "0.000001"])
    panel.set_yticks([], minor=True)
    for rule, place in zip(shades, (2e-6, 5e-7, 1.2e-7), strict=True):
        label_line(panel, 600, place, rule.replace("gradient descent", "plain"), shades[rule])
    panel.text(
        870, 0.6, "solid: random weights\ndotted: fixed weights", ha="right", va="top", color=QUIET
    )


if __name__ == "__main__":
    if "--draw" not in sys.argv:
        keep("open-questions", measured())
    drawn(kept("open-questions"))
