"""Compare bytes at equal look with libimagequant: FOLDER OF PNG.

Photos of the folder are cut to 900 x 450; a screenshot, a drawing and a soft shadow are added. The peer
dithers at three strengths to many numbers of colours; ours is `optimize_bytes` at several rates. All
files are packed by oxipng. Judges are SSIMULACRA2 and FLIP at 67 pixels per degree; bytes are
interpolated along the best files (the log of bytes, linear in the judge). Needs `imagequant`,
`pyoxipng`, `ssimulacra2` and `flip-evaluator`.
"""

import argparse
import importlib
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from dither.metrics import grain, structural_similarity
from dither.metrics.look import look
from dither.optimizer.fewest_bytes import encoded_tightly, optimize_bytes
from dither.palettes.device import merge_equal_colors

WIDTH, HEIGHT = 900, 450
COLORS = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
STRENGTHS = (0.0, 0.5, 1.0)
RATES = (0.03, 0.08, 0.2, 0.5, 1.2, 2.5, 5.0, 10.0, 30.0)
SCORES = (40, 50, 60, 70, 80)
WORDS = ("palette", "colour", "error", "image", "dither", "matrix", "noise", "pixel", "file", "of")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder", type=Path)
parser.add_argument("--photos", type=int, default=4, help="number of photos [%(default)s]")
parser.add_argument("--only", help="names of pictures, separated by commas")
options = parser.parse_args()
imagequant: Any = importlib.import_module("imagequant")
flip: Any = importlib.import_module("flip_evaluator")
ssimulacra2: Any = importlib.import_module("ssimulacra2")


class Point(NamedTuple):
    """A file: its bytes, SSIMULACRA2, FLIP, grain, SSIM at half size, look, and CPU seconds."""

    bytes: int
    score: float
    flip: float
    grain: float
    half: float
    look: float
    seconds: float


def _screenshot(photo: np.ndarray) -> np.ndarray:
    """Return a window with lines of text, a chart, a gradient and a photo."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#f5f6f8")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    draw.rectangle((0, 0, WIDTH, 40), "#24292f")
    draw.text((16, 12), "Project  Issues  Pull requests  Wiki", font=font, fill="#ffffff")
    for x in range(180):
        draw.line((x, 41, x, HEIGHT), fill=(235 - x // 20, 238 - x // 20, 244 - x // 24))
    rng = np.random.default_rng(3)
    for row in range(19):
        color = ("#24292f", "#0969da", "#cf222e", "#116329")[row % 4]
        draw.text((16, 60 + 20 * row), " ".join(rng.choice(WORDS, 3)), font=font, fill="#57606a")
        draw.text((210, 60 + 20 * row), " ".join(rng.choice(WORDS, 9)), font=font, fill=color)
    draw.rounded_rectangle((640, 60, 880, 200), 8, "#ffffff", "#d0d7de")
    for bar in range(12):
        top = 190 - int(rng.integers(10, 110))
        color = ("#2da44e", "#bf8700", "#0969da")[bar % 3]
        draw.rectangle((660 + 17 * bar, top, 670 + 17 * bar, 190), fill=color)
    image = np.array(picture)
    image[230:430, 640:880] = np.array(ImageOps.fit(Image.fromarray(photo), (240, 200)))
    return image


def _drawing() -> np.ndarray:
    """Return a flat landscape with antialiased edges, and bars that resemble lines of text."""
    picture = Image.new("RGB", (2 * WIDTH, 2 * HEIGHT), "#7ec8e3")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((1350, 80, 1610, 340), "#ffd23f")
    draw.polygon([(0, 620), (420, 240), (900, 620)], "#5b6c8f")
    draw.polygon([(500, 620), (1000, 330), (1800, 620)], "#8093b8")
    draw.rectangle((0, 600, 1800, 900), "#4f9d4f")
    draw.rectangle((240, 470, 520, 760), "#d1495b")
    draw.polygon([(200, 470), (380, 330), (560, 470)], "#6b2737")
    draw.rounded_rectangle((940, 440, 1720, 840), 30, "#fdf6ec")
    for row in range(9):
        left = 980
        for width in np.random.default_rng(row).integers(14, 100, 7).tolist():
            draw.rectangle((left, 480 + 38 * row, left + width, 492 + 38 * row), "#222222")
            left += width + 16
    return np.array(picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))


def _shadow() -> np.ndarray:
    """Return a card and a ball with soft shadows."""
    picture, mask = Image.new("RGB", (WIDTH, HEIGHT), "#eef2f7"), Image.new("L", (WIDTH, HEIGHT), 0)
    draw = ImageDraw.Draw(mask)
    draw.rounded_rectangle((150, 90, 420, 350), 24, 120)
    draw.ellipse((560, 100, 800, 340), 160)
    shade = Image.new("RGB", (WIDTH, HEIGHT), "#1f2a44")
    picture.paste(shade, mask=mask.filter(ImageFilter.GaussianBlur(28)))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((140, 75, 410, 335), 24, "#ffffff")
    draw.ellipse((550, 85, 790, 325), "#ff7a59")
    return np.array(picture)


def _pictures() -> dict[str, np.ndarray]:
    paths = sorted(options.folder.glob("*.png"))
    chosen = np.linspace(0, len(paths) - 1, options.photos).round().astype(int)
    photos = {
        paths[index].stem: np.array(
            ImageOps.fit(Image.open(paths[index]).convert("RGB"), (WIDTH, HEIGHT))
        )
        for index in dict.fromkeys(chosen.tolist())
    }
    last = list(photos.values())[-1]
    photos |= {"screenshot": _screenshot(last), "drawing": _drawing(), "shadow": _shadow()}
    names = options.only.split(",") if options.only else list(photos)
    return {name: photos[name] for name in names}


def _judged(image: np.ndarray, shown: np.ndarray, size: int, seconds: float) -> Point:
    """Return a file with what all judges say."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{name}.png" for name in ("before", "after")]
        for path, pixels in zip(paths, (image, shown), strict=True):
            Image.fromarray(pixels).save(path, compress_level=0)
        score = float(ssimulacra2.compute_ssimulacra2(*paths))
    before, after = image / np.float32(255), shown / np.float32(255)
    error = float(flip.evaluate(before, after, "LDR", applyMagma=False)[1])
    half = structural_similarity(image, shown, scale=2)
    return Point(size, score, error, grain(image, shown), half, look(image, shown), seconds)


def _peer(image: np.ndarray, colors: int, strength: float) -> Point:
    begin = time.process_time()
    opaque = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    found, flat = imagequant.quantize_raw_rgba_bytes(
        opaque.tobytes(), WIDTH, HEIGHT, dithering_level=strength, max_colors=colors
    )
    palette = np.array(flat[: 4 * 256], np.uint8).reshape(-1, 4)[:, :3]
    indices = np.frombuffer(found, np.uint8).reshape(image.shape[:2])
    # In the order and without the unused entries of our own files.
    used = np.unique(indices)
    palette, rank = merge_equal_colors(palette[used])
    places = np.zeros(256, np.uint8)
    places[used] = rank
    content = encoded_tightly(places[indices], palette)
    seconds = time.process_time() - begin
    return _judged(image, palette[places[indices]], len(content), seconds)


def _ours(image: np.ndarray, rate: float) -> Point:
    begin = time.process_time()
    found = optimize_bytes(image, rate=rate)
    seconds = time.process_time() - begin
    return _judged(image, found.picture, len(found.content), seconds)


def _bytes_at(points: Sequence[Point], measure: str, wanted: float, sign: int) -> float:
    """Return the bytes at a value of a judge; NaN if no point has it.

    The smallest file counts for all worse values.
    """
    best: list[tuple[float, float]] = []
    for point in sorted(points):
        value = sign * getattr(point, measure)
        if not best or value > best[-1][0]:
            best.append((value, float(np.log(point.bytes))))
    values, logs = zip(*best, strict=True)
    if sign * wanted > values[-1]:
        return float("nan")
    return float(np.exp(np.interp(sign * wanted, values, logs)))


def _value_at(points: Sequence[Point], measure: str, size: float) -> float:
    """Return another measure of the best files at a number of bytes."""
    best: list[Point] = []
    for point in sorted(points):
        if not best or point.score > best[-1].score:
            best.append(point)
    logs = [float(np.log(point.bytes)) for point in best]
    return float(np.interp(np.log(size), logs, [getattr(point, measure) for point in best]))


table, flips = {}, {}
for name, image in _pictures().items():
    peers = [_peer(image, colors, strength) for colors in COLORS for strength in STRENGTHS]
    ours = [_ours(image, rate) for rate in RATES]
    table[name], cells, sizes = [], [], []
    for score in SCORES:
        mine, other = (_bytes_at(points, "score", score, 1) for points in (ours, peers))
        table[name].append(mine / other)
        sizes.append(f"{mine / 1000:.1f} ({other / 1000:.1f})")
        if np.isfinite(mine):
            grains = _value_at(ours, "grain", mine) / max(_value_at(peers, "grain", mine), 0.01)
            half = _value_at(ours, "half", mine) - _value_at(peers, "half", mine)
            cells.append(f"{grains:.2f}/{half:+.3f}")
    scores, flip_errors = zip(*sorted((each.score, each.flip) for each in peers), strict=True)
    errors = [float(np.interp(score, scores, flip_errors)) for score in SCORES]
    flips[name] = [
        _bytes_at(ours, "flip", error, -1) / _bytes_at(peers, "flip", error, -1) for error in errors
    ]
    print(f"\n{name}: kB, ours (libimagequant), at SSIMULACRA2 {SCORES}: {', '.join(sizes)}")
    print("  ratio of bytes    ", " ".join(f"{each:5.2f}" for each in table[name]))
    print("  at equal FLIP     ", " ".join(f"{each:5.2f}" for each in flips[name]))
    print("  at equal bytes: ratio of grain / difference of SSIM at half size:", " ".join(cells))
    for rate, point in zip(RATES, ours, strict=True):
        print(
            f"  rate {rate:5}: {point.bytes:7} bytes, SSIMULACRA2 {point.score:6.1f}, look "
            f"{point.look:6.1f}, FLIP {point.flip:.4f}, {point.seconds:.1f} s",
            flush=True,
        )

for title, rows in (("SSIMULACRA2", table), ("FLIP", flips)):
    found = np.log(np.array(list(rows.values())))
    print(
        f"\ngeometric mean at equal {title}:", np.exp(np.nanmean(found, axis=0)).round(3).tolist()
    )
    print(f"worst at equal {title}:", np.exp(np.nanmax(found, axis=0)).round(3).tolist())
