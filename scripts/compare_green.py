"""Measure green noise on a printer that spreads its dots; writes docs/green-noise.png and a table.

    python scripts/compare_green.py            # takes some minutes

Every matrix prints nine greys as patches of 128 x 128 pixels. The share of pixels with ink is chosen by
the matrix's own tone curve, so that each patch has the wanted coverage. Variances are those of the
coverage as an eye sees it at 30 cm on a printer of 600 dots per inch (Näsänen 1984), and from patch to
patch if the mean diameter of a disc, or the energy of a laser, drifts by 5 %.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__)

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import bluenoise
from bluenoise import Blue
from dither.matrix.classical import clustered_dot
from dither.metrics.dot_gain import DotGain, LaserSpot, Printer, printed_coverage, tone_curve
from dither.metrics.spectrum import frequency_axes
from dither.metrics.viewing import parse_filter

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIDE = 128
EYE = "nasanen:600dpi,30cm"
GREYS = np.arange(1, 10) / 10
PRINTERS: dict[str, Printer] = {
    "discs, 1.4 px, 5 %": DotGain(1.42, 0.05),
    "discs, 1.6 px, 10 %": DotGain(1.6, 0.1),
    "discs, 1.8 px, 20 %": DotGain(1.8, 0.2),
    "laser, 0.6 px, 10 %": LaserSpot(0.6, 0.3, 0.1),
}
DRIFT = 0.05
# Largest frequency of the chirp in cycles per pixel: 50 lines per inch at 600 dots per inch.
CHIRP = 1 / 12


def matrices() -> dict[str, np.ndarray]:
    """Return the ranks of the matrices by name, tiled to SIDE."""
    made = {"blue": bluenoise.generate((64, 64)).ranks}
    for frequency in ("0.25", "0.2", "0.15", "0.1"):
        method = Blue(viewing=f"green:{frequency}")
        made[f"green:{frequency}"] = bluenoise.generate((64, 64), method=method).ranks
    made["blue, pixels of 2 x 2"] = np.kron(made["blue"], np.ones((2, 2), int))
    for size in (4, 6, 8):
        made[f"clustered dots, {size} px, 45°"] = clustered_dot(size).ranks
    return {name: _tiled(ranks) for name, ranks in made.items()}


def _tiled(ranks: np.ndarray) -> np.ndarray:
    """Return thresholds 0..1 over SIDE x SIDE."""
    repeats = [-(-SIDE // side) for side in ranks.shape]
    return ((np.tile(ranks, repeats)[:SIDE, :SIDE] + 0.5) / (ranks.max() + 1)).astype(np.float64)


def _curve(thresholds: np.ndarray, printer: Printer) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(thresholds, axis=None, kind="stable")
    ranks = np.empty(thresholds.size, np.int64)
    ranks[order] = np.arange(thresholds.size)
    return tone_curve(ranks.reshape(thresholds.shape), printer, points=17, seed=100)


def _seen(coverage: np.ndarray) -> np.ndarray:
    gain = parse_filter(EYE).transfer(*frequency_axes(coverage.shape))
    return np.fft.ifft2(np.fft.fft2(coverage) * gain).real


def measure(thresholds: np.ndarray, printer: Printer) -> dict[str, float]:
    """Return variances, the straightness of the tone curve, and the fidelity of a fine pattern."""
    shares, coverage = _curve(thresholds, printer)
    narrow, wide = printer.scaled(1 - DRIFT), printer.scaled(1 + DRIFT)
    seen, drift, tone = [], [], []
    for index, grey in enumerate(GREYS):
        ink = thresholds < np.interp(grey, coverage, shares)
        printed = printed_coverage(ink, printer, seed=index)
        seen.append(_seen(printed).var())
        tone.append(printed.mean() - grey)
        ends = [printed_coverage(ink, each, seed=index).mean() for each in (narrow, wide)]
        drift.append(((ends[1] - ends[0]) / 2) ** 2)
    chirp = 0.5 + 0.3 * np.sin(np.pi * CHIRP * np.arange(SIDE) ** 2 / SIDE)
    wanted = np.broadcast_to(chirp, (SIDE, SIDE))
    printed = printed_coverage(thresholds < np.interp(wanted, coverage, shares), printer, seed=50)
    detail = np.corrcoef(_seen(printed).ravel(), _seen(wanted).ravel())[0, 1]
    return {
        "gain": float(np.interp(0.5, shares, coverage) - 0.5),
        "tone": float(np.abs(tone).max()),
        "seen": 1e6 * float(np.mean(seen)),
        "drift": 1e6 * float(np.mean(drift)),
        "detail": float(detail),
    }


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the table of the page."""
    head = "| printer | matrix | gain at 50 % | tone error | seen | drift | sum / blue | detail |"
    lines = [head, "|---|---|--:|--:|--:|--:|--:|--:|"]
    for printer, rows in found.items():
        blue = rows["blue"]["seen"] + rows["blue"]["drift"]
        for name, row in rows.items():
            share = (row["seen"] + row["drift"]) / blue
            lines.append(
                f"| {printer} | {name} | {row['gain']:+.2f} | {row['tone']:.3f} | {row['seen']:.1f} | "
                f"{row['drift']:.0f} | {share:.2f} | {row['detail']:.3f} |"
            )
    return "\n".join(lines)


def picture(made: dict[str, np.ndarray], printer: Printer, names: list[str]) -> Image.Image:
    """Return patches of 64 x 64 pixels, each pixel as 4 x 4: ink as sent and as printed."""
    rows = []
    for name in names:
        shares, coverage = _curve(made[name], printer)
        patches = []
        for grey in (0.1, 0.3, 0.5, 0.8):
            ink = made[name] < np.interp(grey, coverage, shares)
            for shown in (ink.astype(float), printed_coverage(ink, printer, seed=1)):
                patch = np.rint(255 * (1 - np.kron(shown[:40, :40], np.ones((3, 3)))))
                patches.append(np.pad(patch, 3, constant_values=160))
        rows.append(np.hstack(patches))
    return Image.fromarray(np.vstack(rows).astype(np.uint8))


def main() -> None:
    """Measure, draw the picture, and replace the table of the page."""
    made = matrices()
    found = {
        label: {name: measure(thresholds, printer) for name, thresholds in made.items()}
        for label, printer in PRINTERS.items()
    }
    names = ["blue", "green:0.25", "green:0.15", "clustered dots, 6 px, 45°"]
    picture(made, PRINTERS["discs, 1.6 px, 10 %"], names).save(
        DOCS / "green-noise.png", optimize=True
    )
    page = DOCS / "green-noise.md"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition("<!-- table -->")
    _, _, after = rest.partition("<!-- end -->")
    page.write_text(
        f"{before}<!-- table -->\n\n{table(found)}\n\n<!-- end -->{after}", encoding="utf-8"
    )
    print(table(found), file=sys.stderr)


if __name__ == "__main__":
    main()
