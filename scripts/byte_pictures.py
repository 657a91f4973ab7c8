"""Pictures and clips on which `compare_bytes.py` counts bytes."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

WIDTH, HEIGHT = 900, 450
CLIP_SIZE, CLIP_FRAMES = (320, 240), 16
_WORDS = ("palette", "colour", "error", "image", "dither", "matrix", "noise", "pixel", "file", "of")


def photos(folder: Path, most: int) -> dict[str, np.ndarray]:
    """Return photos of a folder of PNG files, spread evenly by name, cut to one size."""
    paths = sorted(folder.glob("*.png"))
    chosen = np.linspace(0, len(paths) - 1, most).round().astype(int)
    return {
        paths[index].stem: np.array(
            ImageOps.fit(Image.open(paths[index]).convert("RGB"), (WIDTH, HEIGHT))
        )
        for index in dict.fromkeys(chosen.tolist())
    }


def screenshot(photo: np.ndarray) -> np.ndarray:
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
        draw.text((16, 60 + 20 * row), " ".join(rng.choice(_WORDS, 3)), font=font, fill="#57606a")
        draw.text((210, 60 + 20 * row), " ".join(rng.choice(_WORDS, 9)), font=font, fill=color)
    draw.rounded_rectangle((640, 60, 880, 200), 8, "#ffffff", "#d0d7de")
    for bar in range(12):
        top = 190 - int(rng.integers(10, 110))
        color = ("#2da44e", "#bf8700", "#0969da")[bar % 3]
        draw.rectangle((660 + 17 * bar, top, 670 + 17 * bar, 190), fill=color)
    image = np.array(picture)
    image[230:430, 640:880] = np.array(ImageOps.fit(Image.fromarray(photo), (240, 200)))
    return image


def drawing(*, door: bool = False) -> np.ndarray:
    """Return a flat landscape with antialiased edges, and bars that resemble lines of text."""
    picture = Image.new("RGB", (2 * WIDTH, 2 * HEIGHT), "#7ec8e3")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((1350, 80, 1610, 340), "#ffd23f")
    draw.polygon([(0, 620), (420, 240), (900, 620)], "#5b6c8f")
    draw.polygon([(500, 620), (1000, 330), (1800, 620)], "#8093b8")
    draw.rectangle((0, 600, 1800, 900), "#4f9d4f")
    draw.rectangle((240, 470, 520, 760), "#d1495b")
    draw.polygon([(200, 470), (380, 330), (560, 470)], "#6b2737")
    if door:
        draw.rectangle((340, 600, 420, 760), "#2d1e2f")
    draw.rounded_rectangle((940, 440, 1720, 840), 30, "#fdf6ec")
    for row in range(9):
        left = 980
        for width in np.random.default_rng(row).integers(14, 100, 7).tolist():
            draw.rectangle((left, 480 + 38 * row, left + width, 492 + 38 * row), "#222222")
            left += width + 16
    return np.array(picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))


def shadow() -> np.ndarray:
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


def clips(first: np.ndarray, last: np.ndarray) -> dict[str, list[np.ndarray]]:
    """Return a noisy still with a ball that moves, a fade of two photos, and a pan over one.

    Args:
        first: (H, W, 3) uint8, a photo.
        last: another.
    """
    width, height = CLIP_SIZE
    one, two = (np.array(ImageOps.fit(Image.fromarray(each), CLIP_SIZE)) for each in (first, last))
    rng = np.random.default_rng(5)
    balls, fades, pans = [], [], []
    wide = ImageOps.fit(Image.fromarray(last), (width + 8 * CLIP_FRAMES, height))
    for number in range(CLIP_FRAMES):
        noisy = np.clip(one + rng.normal(0, 2, one.shape), 0, 255).astype(np.uint8)
        ball = Image.fromarray(noisy)
        x = 20 + 16 * number
        ImageDraw.Draw(ball).ellipse((x, 100, x + 30, 130), "#e63946")
        balls.append(np.array(ball))
        share = number / (CLIP_FRAMES - 1)
        fades.append(np.rint(one * (1 - share) + two * share).astype(np.uint8))
        pans.append(np.array(wide.crop((6 * number, 0, 6 * number + width, height))))
    return {"still, a ball moves": balls, "fade of two photos": fades, "pan": pans}
