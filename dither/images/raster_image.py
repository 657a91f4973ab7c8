"""Images as they are stored: from Pillow's pictures to samples, and back in the fewest bits.

What a picture holds decides how it is stored, not what it came from: black and white takes 1 bit, a PNG
of 4 or 16 even greys 2 or 4, and one of at most 256 colours, alpha counted, a palette of 1, 2, 4 or 8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dither.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

MAX_COLORS = 256
MAX_WEBP_SIDE = 16383


@dataclass(frozen=True, eq=False)
class RasterImage:
    """An image as it was stored: colour samples, the alpha beside them, and the colour profile.

    Attributes:
        color: (H, W) grey or (H, W, 3) RGB; uint8, uint16 or float32.
        alpha: (H, W) uint8, or None where every pixel is opaque.
        profile: ICC profile of the samples, or None for sRGB.
    """

    color: np.ndarray
    alpha: np.ndarray | None = None
    profile: bytes | None = None


def from_pillow(image: "Image.Image") -> RasterImage:
    """The samples of a loaded picture of any of Pillow's modes.

    Raises:
        ValueError: grey of 32 bits reaches beyond 16 bits; who reads the file knows its name.
    """
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        samples = np.asarray(image)
        if samples.min() < 0 or samples.max() > 65535:
            raise ValueError(
                f"grey of 32 bits is read where its values are 0 to 65535, not {samples.min()} to "
                f"{samples.max()}"
            )
        return RasterImage(samples.astype(np.uint16), None, profile)
    if image.mode == "F":
        return RasterImage(np.array(image, np.float32), None, profile)
    has_alpha = "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBA", "RGBa")
    gray = image.mode in ("1", "L", "LA", "La")
    indexed = image.mode in ("P", "PA")
    if image.mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA"):
        profile = None  # the profile speaks of the samples before this conversion
    if not has_alpha:
        samples, alpha = np.array(image.convert("L" if gray else "RGB")), None
    else:
        if image.mode == "P" and isinstance(image.info.get("transparency"), bytes):
            image.apply_transparency()
        samples = np.array(image.convert("RGBA"))
        samples, alpha = samples[..., 0] if gray else samples[..., :3], samples[..., 3].copy()
    # A palette of greys is how other programs, and this one, store few greys; a profile of colours
    # would not fit them.
    if indexed and profile is None and is_gray(samples):
        samples = samples[..., 0]
    return RasterImage(np.ascontiguousarray(samples), alpha, profile)


def is_gray(color: np.ndarray) -> bool:
    """Whether all pixels of an image are grey.

    Example:
        >>> is_gray(np.array([[[1, 1, 1], [9, 9, 9]]])), is_gray(np.array([[[1, 1, 2]]]))
        (True, False)
    """
    return color.ndim == 2 or bool((color == color[..., :1]).all())


def over_white(image: RasterImage) -> np.ndarray:
    """What is seen of an image laid over white, its sRGB codes mixed as browsers mix them.

    Returns:
        The colour samples, of the same type and shape; those of an opaque image as they are.

    Example:
        >>> over_white(RasterImage(np.array([[0, 9]], np.uint8), np.array([[127, 255]], np.uint8)))
        array([[128,   9]], dtype=uint8)
    """
    if image.alpha is None:
        return image.color
    color = image.color
    alpha = image.alpha if color.ndim == 2 else image.alpha[..., None]
    if np.issubdtype(color.dtype, np.floating):
        return (1 + (color - 1) * (alpha / 255)).astype(color.dtype)
    white = np.uint32(np.iinfo(color.dtype).max)
    # The largest product, 65,535 * 255, and what rounds it fit into 32 bits.
    mixed = color * alpha.astype(np.uint32) + white * (np.uint32(255) - alpha)
    return ((mixed + 127) // 255).astype(color.dtype)


def to_pillow(image: RasterImage, ending: str, format_name: str) -> tuple["Image.Image", int]:
    """The picture that holds an image in the fewest bits, and how many a pixel or index takes.

    Args:
        image: uint8 samples, or uint16 grey without alpha.
        ending: of the file's name, in small letters, with its dot.
        format_name: Pillow's name for the format.

    Raises:
        InputError: the format cannot hold such samples.
    """
    from PIL import Image

    color, alpha = image.color, image.alpha
    if color.dtype == np.uint16:
        if color.ndim == 3 or alpha is not None or format_name not in ("PNG", "TIFF", "PPM"):
            raise InputError(
                "more than 8 bits are written for grey without alpha, as PNG, TIFF or PNM"
            )
        little = color.astype("<u2")
        return Image.frombytes("I;16", (color.shape[1], color.shape[0]), little.tobytes()), 16
    if color.dtype != np.uint8:
        raise InputError(f"samples are uint8 or uint16, not {color.dtype}")
    if alpha is not None and format_name in ("BMP", "PPM"):
        raise InputError(f"{format_name} holds no alpha; choose .png")
    bits = _gray_bits(color) if alpha is None and color.ndim == 2 else 8
    if (ending == ".pbm" and bits > 1) or (ending == ".pgm" and color.ndim == 3):
        raise InputError(f"{ending} holds no such image; choose .pnm")
    if bits == 1 and ending not in (".webp", ".pgm", ".ppm"):
        picture = Image.fromarray(np.ascontiguousarray(color))
        return picture.convert("1", dither=Image.Dither.NONE), 1
    if format_name == "PNG" and bits in (2, 4) and _writes_gray_of_few_bits():
        return Image.fromarray(np.ascontiguousarray(color)), bits
    # A palette's profile is one of colours, which that of a grey picture is not.
    if format_name == "PNG" and (color.ndim == 3 or image.profile is None):
        found = indexed([image])
        # Grey of 8 bits needs no palette to be as small.
        if found is not None and (color.ndim == 3 or alpha is not None or found.bits < 8):
            return found.picture(0), found.bits
    picture = plain(image)
    return (picture.convert("RGB") if ending == ".ppm" else picture), 8


def _writes_gray_of_few_bits() -> bool:
    """Pillow does from 13 on; before, a palette of greys is as small but for its few entries."""
    import PIL

    return int(PIL.__version__.partition(".")[0]) >= 13


def _gray_bits(gray: np.ndarray) -> int:
    """The fewest bits whose even greys from black to white are all that the image has."""
    from PIL import Image

    present = np.flatnonzero(Image.fromarray(np.ascontiguousarray(gray)).histogram())
    return next(bits for bits in (1, 2, 4, 8) if not (present % (255 // ((1 << bits) - 1))).any())


def plain(image: RasterImage) -> "Image.Image":
    """The picture of uint8 samples in 8 bits each, grey or colour, with alpha or without."""
    from PIL import Image

    if image.alpha is None:
        return Image.fromarray(np.ascontiguousarray(image.color))
    color = image.color[..., None] if image.color.ndim == 2 else image.color
    return Image.fromarray(np.concatenate([color, image.alpha[..., None]], axis=2))


def check_webp(image: RasterImage) -> None:
    """Refuse what no WebP holds.

    Raises:
        InputError: a side is longer than 16,383 pixels.
    """
    height, width = image.color.shape[:2]
    if max(height, width) > MAX_WEBP_SIDE:
        raise InputError(f"a WebP has sides up to {MAX_WEBP_SIDE}, not {width}x{height}")


@dataclass(frozen=True, eq=False)
class Indexed:
    """Frames of at most 256 colours between them, alpha counted, as indices into one table.

    Attributes:
        frames: (H, W) uint8 indices each.
        table: (K, 4) uint8 red, green, blue and alpha; those that are not opaque come first.
    """

    frames: tuple[np.ndarray, ...]
    table: np.ndarray

    @property
    def bits(self) -> int:
        """That an index takes: 1, 2, 4 or 8."""
        return next(bits for bits in (1, 2, 4, 8) if len(self.table) <= 1 << bits)

    def picture(self, frame: int) -> "Image.Image":
        """One of the frames as Pillow's picture."""
        from PIL import Image

        picture = Image.fromarray(self.frames[frame])
        picture.putpalette(self.table[:, :3].tobytes())
        clear = int((self.table[:, 3] < 255).sum())
        if clear:
            picture.info["transparency"] = self.table[:clear, 3].tobytes()
        return picture


def indexed(images: Sequence[RasterImage]) -> Indexed | None:
    """The frames as indices into one table of all their colours, or None if there are more than 256.

    Args:
        images: uint8 samples, all of one size.

    Example:
        >>> found = indexed([RasterImage(np.array([[7, 9, 7]], np.uint8))])
        >>> found.table[:, 0].tolist(), found.frames[0].tolist()
        ([7, 9], [[0, 1, 0]])
    """
    from PIL import Image

    colors: set[Any] = set()
    for image in images:
        # Few rows at a time: a photo of many colours is known by its first ones.
        for start in range(0, len(image.color), 256):
            part = _codes(image, slice(start, start + 256))
            picture = Image.fromarray(part.astype("<u4").view(np.uint8).reshape(*part.shape, 4))
            more = picture.getcolors(MAX_COLORS)
            colors.update(color for _, color in more or ())
            if more is None or len(colors) > MAX_COLORS:
                return None
    # Opaque is 255 in the highest byte, so that ascending order has what is not opaque first.
    codes = np.sort(np.array(list(colors), np.uint8).view("<u4").ravel())
    frames = []
    for image in images:
        frame = np.empty(image.color.shape[:2], np.uint8)
        for start in range(0, len(frame), 256):
            rows = slice(start, start + 256)
            frame[rows] = np.searchsorted(codes, _codes(image, rows))
        frames.append(frame)
    table = (codes[:, None] >> np.array([16, 8, 0, 24], np.uint32) & 255).astype(np.uint8)
    return Indexed(tuple(frames), table)


def _codes(image: RasterImage, rows: slice) -> np.ndarray:
    """0xAARRGGBB of each pixel of some rows."""
    color = image.color[rows].astype(np.uint32)
    if color.ndim == 2:
        codes = color * np.uint32(0x010101)
    else:
        codes = color[..., 0] << 16 | color[..., 1] << 8 | color[..., 2]
    if image.alpha is None:
        return codes | np.uint32(255 << 24)
    return codes | image.alpha[rows].astype(np.uint32) << 24
