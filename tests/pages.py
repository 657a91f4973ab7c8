"""Pages with text beside pictures, with the truth of each pixel."""

import io
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FLAT, TEXT, PHOTO = 0, 1, 2
_WORDS = "The quick brown fox jumps over the lazy dog while panels refresh "


class Page(NamedTuple):
    """A page.

    Attributes:
        picture: (H, W, 3) uint8.
        truth: (H, W) uint8: FLAT, TEXT or PHOTO, which includes gradients.
        ink: (H, W) float, coverage of the pixel by text, 0 to 1.
    """

    picture: np.ndarray
    truth: np.ndarray
    ink: np.ndarray


def natural_photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Return (H, W, 3) uint8 with the spectrum of photographs, 1 / f, and a smooth sky at the top."""
    rng = np.random.default_rng(seed)
    rows, columns = np.meshgrid(np.fft.fftfreq(height), np.fft.fftfreq(width), indexing="ij")
    amplitude = 1 / np.maximum(np.hypot(rows, columns), 1 / max(height, width))
    fields = []
    for weights in (1.0, 0.4):
        noise = np.fft.fft2(rng.normal(size=(height, width)))
        field = np.fft.ifft2(noise * amplitude).real
        fields.append(weights * field / field.std())
    texture = fields[0][..., None] + fields[1][..., None] * np.array([1, 0, -1])
    sky = np.clip(np.linspace(2, -2, height), 0, 1)[:, None, None]
    ground = 115 + 45 * texture + rng.normal(0, 2, (height, width, 1))
    above = np.array([120, 150, 205]) + np.linspace(0, 90, height)[:, None, None]
    above = above + rng.normal(0, 1, (height, width, 1))
    return np.clip(ground * (1 - sky) + above * sky, 0, 255).round().astype(np.uint8)


def text_page(
    background: tuple[int, int, int] = (255, 255, 255),
    foreground: tuple[int, int, int] = (20, 20, 20),
    size: int = 13,
    seed: int = 0,
) -> Page:
    """Return a page of 480 x 400 pixels: a headline, a rule, columns of text, a photo, a gradient."""
    image = Image.new("RGB", (480, 400), background)
    cover = Image.new("L", image.size)
    draw, ink = ImageDraw.Draw(image), ImageDraw.Draw(cover)

    def write(place: tuple[int, int], text: str, points: int) -> None:
        font = ImageFont.load_default(points)
        draw.text(place, text, fill=foreground, font=font)
        ink.text(place, text, fill=255, font=font)

    write((20, 8), "Daily Dither", 34)
    for target, fill in ((draw, foreground), (ink, 255)):
        target.line((20, 56, 460, 56), fill=fill, width=2)
    for line in range(9):
        write((20, 68 + line * (size + 5)), _WORDS[line : line + 28], size)
    for line in range(8):
        write((20, 270 + line * (size + 2)), _WORDS[line:] + _WORDS[: line + 2], size - 2)
    truth = np.where(np.asarray(cover) > 0, TEXT, FLAT).astype(np.uint8)
    picture = np.array(image)
    picture[70:240, 240:456] = natural_photo(170, 216, seed)
    truth[70:240, 240:456] = PHOTO
    return Page(picture, truth, np.asarray(cover) / 255)


def as_jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    """Return the picture after storing it as JPEG."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream).convert("RGB"))


def as_scan(picture: np.ndarray, sigma: float = 3.0) -> np.ndarray:
    """Return the picture as scanned: blurred, on darker paper to the right, with noise."""
    blurred = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(0.6)))
    shade = 1 - 0.06 * np.linspace(0, 1, picture.shape[1])[None, :, None]
    noise = np.random.default_rng(1).normal(0, sigma, picture.shape)
    return np.clip(blurred * shade * 0.97 + noise, 0, 255).round().astype(np.uint8)
