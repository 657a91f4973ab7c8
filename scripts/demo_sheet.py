"""Draw demo/contact-sheet.png from what scripts/demo has made: demo_sheet.py PHOTO FOLDER.

Every pixel of a dithered picture is a pixel of the sheet.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "PHOTO", "FOLDER")

import json
import sys
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dither.files.atomic import atomic_write
from dither.images.io import read_image
from dither.matrix.catalog import load_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.spectrum import power_spectrum

METHODS = {
    "blue": "Default method (blue): void-and-cluster, then rank swaps",
    "spectrum": "Published method (spectrum): gradient descent on the matrix's spectrum",
}
FILTERS = {
    "gaussian:1.0": "σ 1 px",
    "gaussian:1.5": "σ 1.5 px",
    "gaussian:2.0": "σ 2 px",
    "gaussian:3.0": "σ 3 px",
    "nasanen:300dpi,30cm": "300 dpi, 30 cm",
}
# Grey levels whose dot patterns are drawn, as shares of white.
PATTERN_GREY = 1 / 8
# Spectra are drawn from -20 dB (black) to 10 dB (white), against white noise.
DECIBELS = (-20, 10)

NOTES = """\
Anisotropy is best at 0 dB: Bayer's patterns are regular, and the eye sees their lines.
Spectra: black in the middle means no error at the low frequencies that the eye sees. The published
method empties the middle of the matrix's own spectrum, but not of its dot patterns: hence the grain."""

COLUMN, MARGIN, CELL, LABEL = 320, 24, 128, 22
PAPER, INK, FAINT, ACCENT, RULE = "#fbfaf7", "#1c1c1c", "#6b6b6b", "#1f5fa8", "#d8d5cc"
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return DejaVu Sans, which matplotlib carries."""
    return ImageFont.truetype(str(FONTS / f"DejaVuSans{'-Bold' * bold}.ttf"), size)


def spectrum_picture(values: np.ndarray) -> np.ndarray:
    """Return the power spectrum as uint8, zero frequency in the middle."""
    power = np.fft.fftshift(power_spectrum(values))
    low, high = DECIBELS
    level = 10 * np.log10(np.maximum(power / power.mean(), 1e-9))
    return np.clip((level - low) / (high - low) * 255, 0, 255).astype(np.uint8)


def matrix_pictures(matrix: ThresholdMatrix) -> dict[str, np.ndarray]:
    """Return a matrix, a dot pattern that it makes, and the spectra of both, by their labels."""
    pattern = matrix.thresholds < PATTERN_GREY
    return {
        "threshold matrix": (matrix.thresholds * 255).astype(np.uint8),
        "its spectrum": spectrum_picture(matrix.thresholds),
        "pattern, 1/8 black": np.where(pattern, 0, 255).astype(np.uint8),
        "pattern's spectrum": spectrum_picture(pattern),
    }


class Sheet:
    """A sheet of paper that pictures and text are put on."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height), PAPER)
        self._draw = ImageDraw.Draw(self.image)

    def text(
        self, x: int, y: int, words: str, size: int = 13, color: str = INK, *,
        bold: bool = False, anchor: str = "la",
    ) -> None:  # fmt: skip
        """Write a line, or several, at a place."""
        self._draw.text((x, y), words, color, font(size, bold=bold), anchor, spacing=6)

    def rule(self, x: int, y: int, width: int, color: str = RULE) -> None:
        """Draw a thin horizontal line."""
        self._draw.line([(x, y), (x + width, y)], color)

    def picture(self, x: int, y: int, picture: Image.Image, label: str) -> None:
        """Paste a picture below its label."""
        self.text(x, y, label, color=FAINT)
        self.image.paste(picture, (x, y + LABEL))


def draw_scores(sheet: Sheet, x: int, y: int, scores: dict[str, dict]) -> None:
    """Draw a table: a row for each matrix, a column for each viewing filter, the best in colour."""
    columns = [x + 330 + 112 * number for number in range(len(FILTERS) + 1)]
    sheet.text(x, y, "Visible error of the dot patterns", 17, bold=True)
    sheet.text(
        x,
        y + 26,
        "Mean over all grey levels, through five viewing filters, times 1,000,000. Lower is better; "
        "the lowest is coloured.",
        color=FAINT,
    )
    y += 62
    for right, title in zip(columns, [*FILTERS.values(), "anisotropy"], strict=True):
        sheet.text(right, y, title, color=FAINT, anchor="ra")
    energies = {name: [score["energy"][each] for each in FILTERS] for name, score in scores.items()}
    best = np.argmin(list(energies.values()), axis=0)
    for row, (name, score) in enumerate(scores.items()):
        top = y + 28 + 32 * row
        sheet.rule(x, top - 6, columns[-1] - x)
        made = name in METHODS.values()
        sheet.text(x, top, name.partition(":")[0], 14, bold=made)
        for column, energy in enumerate(energies[name]):
            first = best[column] == row
            sheet.text(
                columns[column], top, f"{energy:,.0f}", 14, ACCENT if first else INK,
                bold=bool(first), anchor="ra",
            )  # fmt: skip
        sheet.text(columns[-1], top, f"{score['anisotropy_db']:+.1f} dB", 14, anchor="ra")
    sheet.text(x, y + 28 + 32 * len(scores) + 14, NOTES, color=FAINT)


def draw_method(sheet: Sheet, y: int, method: str, folder: Path) -> None:
    """Draw a row: the matrix at twice its size, and the photo dithered with it three times."""
    sheet.rule(MARGIN, y, sheet.image.width - 2 * MARGIN)
    sheet.text(MARGIN, y + 14, METHODS[method], 17, bold=True)
    y += 48
    matrix = load_matrix(folder / f"{method}.npy")
    for number, (label, picture) in enumerate(matrix_pictures(matrix).items()):
        down, right = divmod(number, 2)
        enlarged = Image.fromarray(picture).resize((CELL, CELL), Image.Resampling.NEAREST)
        place = (MARGIN + right * (CELL + MARGIN), y + down * (CELL + LABEL + 14))
        sheet.picture(*place, enlarged, label)
    labels = {
        "1-bit": "1 bit a channel",
        "2-bit": "2 bits a channel",
        "palette": "pico-8, 16 colours",
    }
    for number, (name, label) in enumerate(labels.items(), 1):
        with Image.open(folder / f"photo-{method}-{name}.png") as picture:
            place = (MARGIN + number * (COLUMN + MARGIN), y)
            sheet.picture(*place, picture.convert("RGB"), label)


def main() -> None:
    """Draw the sheet."""
    folder = Path(sys.argv[2])
    photo = Image.fromarray(read_image(sys.argv[1]).color).convert("RGB")
    photo = photo.resize((COLUMN, max(1, round(COLUMN * photo.height / photo.width))))
    measured = json.loads((folder / "scores.json").read_text("utf-8"))["matrices"]
    paths = {title: f"{folder}/{method}.npy" for method, title in METHODS.items()}
    scores = {title: measured[path][path] for title, path in paths.items()}
    baselines = measured[f"{folder}/blue.npy"]
    scores |= {name: baselines[name] for name in ("void-and-cluster", "Bayer", "white noise")}

    top = 96
    band = max(photo.height + LABEL, 300) + MARGIN
    row = 48 + LABEL + max(photo.height, 2 * CELL + LABEL + 14) + MARGIN
    sheet = Sheet(4 * COLUMN + 5 * MARGIN, top + band + len(METHODS) * row)
    sheet.text(MARGIN, 20, "bluenoise-dither", 28, bold=True)
    sheet.text(
        MARGIN,
        58,
        "Threshold matrices of 64 x 64 pixels from two methods, scored, and one photo dithered with "
        "each. Look at this sheet at 100 %: scaling changes dithered pictures.",
        color=FAINT,
    )
    draw_scores(sheet, MARGIN, top, scores)
    sheet.picture(MARGIN + 3 * (COLUMN + MARGIN), top, photo, "the photo")
    for number, method in enumerate(METHODS):
        draw_method(sheet, top + band + number * row, method, folder)
    with atomic_write(folder / "contact-sheet.png") as file:
        sheet.image.save(file, format="PNG")


main()
