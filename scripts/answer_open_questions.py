"""Sweep the options of the spectrum and anneal methods; draw docs/open-questions.png."""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from bluenoise.evaluate import evaluate, mean_gain_db
from bluenoise.methods import anneal, spectrum
from bluenoise.methods.spectrum import Adam, GradientDescent, LossWeights, Momentum, Spectrum
from bluenoise.methods.void_and_cluster import void_and_cluster
from bluenoise.objective.target import DISTRIBUTIONS, SpectrumTarget
from dither.files.atomic import atomic_write
from dither.metrics.spectrum import low_frequency_power

SHAPE = (64, 64)
SEEDS = range(3)
reference = evaluate(void_and_cluster(SHAPE))


def behind(matrices):
    """Return mean and range, over seeds, of the dB that patterns are behind void-and-cluster."""
    gains = [mean_gain_db(evaluate(matrix), reference) for matrix in matrices]
    return np.mean(gains), np.ptp(gains)


def descended(**options):
    """Return one matrix per seed by the published method with these options."""
    config = Spectrum(SHAPE, **options)
    return [spectrum.optimize_spectrum(config, seed=seed).matrix for seed in SEEDS]


def trace(config):
    """Return the unweighted loss at every step of one run."""
    infos = [info for _, info in spectrum.trajectory(config, spectrum.start(config, 0))]
    terms = [sum(np.asarray(term[:, 0]) for term in info[1:]) for info in infos]
    return np.concatenate(terms)


figure, axes = plt.subplots(2, 3, figsize=(13, 7), layout="constrained")

cutoffs = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
made = [descended(target=SpectrumTarget(cutoff)) for cutoff in cutoffs]
means, spreads = zip(*map(behind, made), strict=True)
axes[0, 0].errorbar(cutoffs, means, np.array(spreads) / 2, marker="o")
axes[0, 0].set(
    title="cutoff", xlabel="cycles per pixel", ylabel="patterns: dB behind void-and-cluster"
)
print("cutoff", *(f"{c}: {m:.2f}" for c, m in zip(cutoffs, means, strict=True)))

balances = (0, 0.01, 0.1, 0.3, 1, 3, 10)
made = [descended(weights=LossWeights(smoothness=balance)) for balance in balances]
means, spreads = zip(*map(behind, made), strict=True)
axes[0, 1].errorbar(range(len(balances)), means, np.array(spreads) / 2, marker="o")
axes[0, 1].set_xticks(range(len(balances)), [f"{balance:g}" for balance in balances])
axes[0, 1].set(title="weight of smoothness, low frequencies 1", xlabel="weight")
print("smoothness", *(f"{b}: {m:.2f}" for b, m in zip(balances, means, strict=True)))

for rule in (Adam(), Momentum(), GradientDescent()):
    for random_weights, line in ((True, "-"), (False, ":")):
        config = Spectrum(
            SHAPE, optimizer=rule, random_weights=random_weights, steps=600, fine_tune_steps=0
        )
        weights = "random" if random_weights else "fixed"
        axes[0, 2].semilogy(trace(config), line, label=f"{type(rule).__name__}, {weights}", lw=1)
        mean, spread = behind(descended(optimizer=rule, random_weights=random_weights))
        print(f"{type(rule).__name__} {weights}: {mean:.2f} +- {spread / 2:.2f} dB")
axes[0, 2].set(title="momentum and random weights", xlabel="step", ylabel="sum of the three terms")
axes[0, 2].legend(fontsize=7)

for kind in DISTRIBUTIONS.values():
    config = Spectrum(SHAPE, distribution=kind)
    result = spectrum.optimize_spectrum(config)
    power = low_frequency_power(result.values)
    mean, _ = behind(descended(distribution=kind))
    axes[1, 0].hist(
        result.values.ravel(), 64, histtype="step", label=f"{kind.name}: {mean:.1f} dB behind"
    )
    print(f"{kind.name}: {mean:.2f} dB, own power in 0 < |f| < 0.25: {power:.1e}")
axes[1, 0].set(title="distribution of the values", xlabel="value")
axes[1, 0].legend(fontsize=7)

for random_weights in (False, True):
    config = anneal.Anneal(SHAPE, random_weights=random_weights)
    mean, spread = behind([anneal.anneal(config, seed=seed).matrix for seed in SEEDS])
    weights = "random" if random_weights else "fixed"
    axes[1, 1].bar(weights, mean, yerr=spread / 2)
    print(f"anneal, {weights} weights: {mean:.3f} +- {spread / 2:.3f} dB")
axes[1, 1].set(title="random weights, once annealed", ylabel="dB against void-and-cluster")

ends = (3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.002)
means = []
for end in ends:
    config = anneal.Anneal(SHAPE, narrowest=end)
    means.append(behind([anneal.anneal(config, seed=seed).matrix for seed in SEEDS])[0])
axes[1, 2].semilogx(ends, means, marker="o")
axes[1, 2].invert_xaxis()
axes[1, 2].set(
    title="how far epsilon falls", xlabel="last epsilon", ylabel="dB against void-and-cluster"
)
print("last epsilon", *(f"{e}: {m:.2f}" for e, m in zip(ends, means, strict=True)))

with atomic_write(Path(__file__).parent.parent / "docs" / "open-questions.png") as file:
    figure.savefig(file, format="png", dpi=80)
