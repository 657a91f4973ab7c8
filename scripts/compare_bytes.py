"""Compare bytes at equal look with libimagequant, gifsicle, Pillow, gifski and ffmpeg: FOLDER OF PNG.

Two photos of the folder are cut to 900 x 450; a screenshot, a drawing and a soft shadow are added. The
peers run at many settings, ours is `optimize_bytes` at several rates. PNG files are packed by oxipng.
Judges are SSIMULACRA2 and, for PNG, FLIP at 67 pixels per degree. Bytes are interpolated along the best
files (the log of bytes, linear in the judge), and grain and SSIM at half size are compared at equal
bytes with the best that any file of the peers has. Clips are compared with gifski and ffmpeg at equal
SSIMULACRA2.

`--points FILE` keeps what was measured, and a later run continues there. `--write` writes the tables of
docs/small-pictures.md. Needs `imagequant`, `pyoxipng`, `ssimulacra2` and `flip-evaluator`; gifsicle for
GIF; gifski (of npm, for example) and ffmpeg for clips.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from byte_judges import Judge, Point
from byte_peers import FPS, ffmpeg, gif_peers, gifski, png_peers
from byte_pictures import clips, drawing, photos, screenshot, shadow
from write_comparisons import END, table

from dither.small_files.fewest_bytes import optimize_bytes
from dither.small_files.small_clip import optimize_clip_bytes

PAGE = Path(__file__).parents[1] / "docs" / "small-pictures.md"
SCORES = (40, 50, 60, 70, 80)
RATES = (0.2, 0.5, 1.2, 3.0, 8.0, 25.0)
CLIP_RATES = (0.5, 2.0)

Kept = dict[str, list[list[float]]]


def main() -> None:
    """Measure, print the tables, and write them if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=2, help="number of photos [%(default)s]")
    parser.add_argument("--only", help="names of pictures, separated by commas")
    parser.add_argument("--kinds", default="png,gif,clips", help="what to compare [%(default)s]")
    parser.add_argument("--quick", action="store_true", help="half as many settings, no FLIP")
    parser.add_argument("--no-flip", action="store_true", help="judge by SSIMULACRA2 alone")
    parser.add_argument("--points", type=Path, help="JSON file that keeps what was measured")
    parser.add_argument("--write", action="store_true", help="write the tables of the page")
    options = parser.parse_args()
    step = 2 if options.quick else 1
    flip = not (options.quick or options.no_flip)
    judge = Judge(flip=flip)
    found = photos(options.folder, options.photos)
    shown = list(found.values())
    pictures = {f"photo {name}": each for name, each in found.items()}
    pictures |= {"screenshot": screenshot(shown[-1]), "drawing": drawing(), "shadow": shadow()}
    if options.only:
        pictures = {name: pictures[name] for name in options.only.split(",")}
    kept: Kept = {}
    if options.points and options.points.exists():
        kept = json.loads(options.points.read_text())

    def points(name: str, measure: Callable[..., list[Point]], *arguments: Any) -> list[Point]:
        if name not in kept:
            kept[name] = [list(each) for each in measure(*arguments)]
            if options.points:
                options.points.write_text(json.dumps(kept))
        return [Point(*each) for each in kept[name]]

    parts = {}
    for kind, peers in (("png", png_peers), ("gif", gif_peers)):
        if kind not in options.kinds.split(","):
            continue
        rows = {}
        for name, image in pictures.items():
            others = points(f"{kind}, {name}, peers", peers, image, judge, step)
            mine = points(f"{kind}, {name}", ours, image, judge, kind, RATES[::step])
            rows[name] = Row(mine, others)
        parts[f"bytes of {kind}"] = pictures_table(rows, flip=kind == "png" and flip)
        print(f"\n{kind}\n{parts[f'bytes of {kind}']}", flush=True)
    if "clips" in options.kinds.split(","):
        rows = {}
        for name, frames in clips(shown[0], shown[-1]).items():
            others = [
                points(f"clip, {name}, {each.__name__}", each, frames, judge, step)
                for each in (gifski, ffmpeg)
            ]
            mine = points(f"clip, {name}", our_clips, frames, judge, CLIP_RATES[::step])
            rows[name] = [Row(mine, each) for each in others]
        parts["bytes of clips"] = clips_table(rows)
        print(f"\nclips\n{parts['bytes of clips']}", flush=True)
    if options.write:
        text = PAGE.read_text(encoding="utf-8")
        for name, part in parts.items():
            begin = f"<!-- {name}, written by scripts/compare_bytes.py -->\n"
            before, rest = text.split(begin)
            text = f"{before}{begin}\n{part}\n{END}{rest.split(END, 1)[1]}"
        PAGE.write_text(text, encoding="utf-8")


def ours(image: np.ndarray, judge: Judge, kind: str, rates: Sequence[float]) -> list[Point]:
    """Return our files at some rates."""
    points = []
    for rate in rates:
        begin = time.process_time()
        found = optimize_bytes(image, rate=rate, coding="lzw" if kind == "gif" else "deflate")
        seconds = time.process_time() - begin
        points.append(judge.point(image, found.picture, len(found.content), seconds, kind))
    return points


def our_clips(frames: list[np.ndarray], judge: Judge, rates: Sequence[float]) -> list[Point]:
    """Return our clips at some rates."""
    points = []
    for rate in rates:
        begin = time.process_time()
        found = optimize_clip_bytes(frames, durations=[1000 // FPS] * len(frames), rate=rate)
        seconds = time.process_time() - begin
        shown = [each.picture for each in found.frames]
        points.append(judge.clip(frames, shown, len(found.content), seconds))
    return points


def front(points: Sequence[Point], measure: str, sign: int) -> list[Point]:
    """Return the files that no smaller one excels by a measure; `sign` is -1 if less is better."""
    best: list[Point] = []
    for point in sorted(points):
        if not best or sign * getattr(point, measure) > sign * getattr(best[-1], measure):
            best.append(point)
    return best


def bytes_at(points: Sequence[Point], measure: str, wanted: float, sign: int) -> float:
    """Return the bytes at a value of a measure; NaN if no point has it or all are better."""
    best = front(points, measure, sign)
    values = [sign * getattr(point, measure) for point in best]
    if not best or not values[0] <= sign * wanted <= values[-1]:
        return float("nan")
    logs = [float(np.log(point.bytes)) for point in best]
    return float(np.exp(np.interp(sign * wanted, values, logs)))


def best_at(points: Sequence[Point], measure: str, size: float, sign: int) -> float:
    """Return the best value of a measure at a number of bytes; NaN below the smallest file."""
    best = front(points, measure, sign)
    if not best or size < best[0].bytes:
        return float("nan")
    logs = [float(np.log(point.bytes)) for point in best]
    return float(np.interp(np.log(size), logs, [getattr(point, measure) for point in best]))


def along(points: Sequence[Point], measure: str, score: float) -> float:
    """Return a measure of the files of the best looks, at a look."""
    best = front(points, "score", 1)
    scores = [point.score for point in best]
    return float(np.interp(score, scores, [getattr(point, measure) for point in best]))


class Row(NamedTuple):
    """Our files and those of the peers."""

    ours: list[Point]
    peers: list[Point]

    def ratio(self, score: float) -> float:
        """Return our bytes as a share of the peers' at a look."""
        mine, other = (bytes_at(points, "score", score, 1) for points in self)
        return mine / other

    def flip_ratio(self, score: float) -> float:
        """Return the same at the FLIP error that the peers have at a look."""
        error = along(self.peers, "flip", score)
        mine, other = (bytes_at(points, "flip", error, -1) for points in self)
        return mine / other

    def grains(self) -> tuple[float, float, float]:
        """Return the worst ratio of grain, difference of SSIM, and ratio of grain at equal look.

        The first two are at equal bytes. Our files of the best looks count, from the lowest to the
        highest of the looks of the tables.
        """
        ratios, halves, equal = [], [], []
        for point in front(self.ours, "score", 1):
            if not SCORES[0] - 2 <= point.score <= SCORES[-1] + 2:
                continue
            ratios.append(point.grain / best_at(self.peers, "grain", point.bytes, -1))
            halves.append(point.half - best_at(self.peers, "half", point.bytes, 1))
            equal.append(point.grain / along(self.peers, "grain", point.score))
        no = [np.nan]
        return (
            float(np.nanmax(ratios or no)),
            float(np.nanmin(halves or no)),
            float(np.nanmax(equal or no)),
        )


def text(number: float, form: str = ".2f") -> str:
    """Return a number as the tables show it; a dash if there is none."""
    return format(number, form) if np.isfinite(number) else "–"


def mean(numbers: Sequence[float]) -> float:
    """Return the geometric mean of the numbers that there are."""
    known = np.array(numbers)[np.isfinite(numbers)]
    return float(np.exp(np.log(known).mean())) if len(known) else float("nan")


def pictures_table(rows: dict[str, Row], *, flip: bool) -> str:
    """Return shares of bytes at each look, at equal FLIP, and grain."""
    heading = ["picture", *(f"at {SCORES[0]}", *map(str, SCORES[1:]))]
    heading += ["equal FLIP"] if flip else []
    heading += ["grain", "SSIM", "grain at equal look", "CPU s"]
    heading += ["the peer's"] if flip else []
    lines, ratios = [], np.array([[row.ratio(score) for score in SCORES] for row in rows.values()])
    for (name, row), shares in zip(rows.items(), ratios, strict=True):
        cells = [name, *map(text, shares)]
        if flip:
            cells.append(text(mean([row.flip_ratio(score) for score in SCORES])))
        grains, halves, equal = row.grains()
        times = [span(row.ours), *([span(row.peers)] if flip else [])]
        lines.append([*cells, text(grains), text(halves, "+.3f"), text(equal), *times])
    whole = ["geometric mean", *(text(mean(column)) for column in ratios.T)]
    lines.append([*whole, *[""] * (len(heading) - len(whole))])
    return table(heading, lines)


def clips_table(rows: dict[str, list[Row]]) -> str:
    """Return the shares of the bytes of gifski and ffmpeg at the look of our clips, and flicker."""
    lines = []
    for name, peers in rows.items():
        for point in peers[0].ours:
            shares = [point.bytes / bytes_at(row.peers, "score", point.score, 1) for row in peers]
            flickers = [
                along(row.peers, "flicker", point.score) if row.peers else float("nan")
                for row in peers
            ]
            cells = (f"{point.bytes / 1000:.0f} kB", text(point.score, ".0f"), *map(text, shares))
            lines.append(
                [name, *cells, f"{point.flicker:.2f}", *map(text, flickers), span([point])]
            )
    heading = ["clip", "bytes", "SSIMULACRA2", "share of gifski's", "of ffmpeg's", "flicker"]
    return table([*heading, "gifski's", "ffmpeg's", "CPU s"], lines)


def span(points: Sequence[Point]) -> str:
    """Return the least and the most CPU seconds of files."""
    seconds = [point.seconds for point in points]
    least, most = (
        f"{each:.1f}" if each < 10 else f"{each:.0f}" for each in (min(seconds), max(seconds))
    )
    return least if least == most else f"{least} to {most}"


if __name__ == "__main__":
    main()
