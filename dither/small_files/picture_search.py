"""Passes over one picture that lower its error plus the weighted bits of its file.

A palette is learned by k-means, unless it is given, and the pixels begin at its nearest colours. Each
pass of `match_search` or `lzw_search` chooses the pixels anew, and refits the palette to them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dither.color import linear_to_srgb, srgb_to_linear
from dither.images.formats.gif import CodedFrame, coded_gif
from dither.images.formats.lzw import index_bits, packed_codes
from dither.metrics.look import look as measure_look
from dither.optimizer.config import SearchConfig
from dither.optimizer.gamut_target import codes_to_linear
from dither.optimizer.loss import search_loss
from dither.optimizer.optimize import OptimizedPalette, with_usage
from dither.optimizer.palette_refit import refit_palette
from dither.optimizer.palette_request import PaletteRequest
from dither.optimizer.picture import visible
from dither.optimizer.search_image import SearchImage, prepare_search
from dither.palettes.device import merge_equal_colors
from dither.palettes.from_image import k_means
from dither.palettes.nearest import CHROMA_WEIGHT, nearest_indices
from dither.palettes.palette import Palette
from dither.small_files import lzw_search, match_search
from dither.small_files.byte_target import GIF_COLORS, PNG_COLORS, RATE_UNIT, band_rows, colors_for

# Fewer colours are tried for a GIF if 2^entropy of their shares is less than this share of those that
# are used, as in drawings; and no fewer than so many.
_COMMON, _FEWEST = 0.5, 4
# The blur is between those of "clean" and "balanced". The penalty limits grain: with less than half of
# it, photos take up to a tenth fewer bytes at equal look, and have half as much grain again; drawings
# have more grain than libimagequant's at equal bytes. Differences of a and b count twice, as for the
# nearest colours: otherwise dark green walls become grey where a bit weighs much.
SEARCH = SearchConfig(
    sigma=1.0,
    lightness_penalty=0.55,
    color_penalty=0.1375,
    color_weight=CHROMA_WEIGHT**2,
    mean_weight=0.0,
)
# Loss of a bit at rate 1: with this penalty, a rate gives about the look that it gives with alpha.
BIT_LOSS = 2 * RATE_UNIT
# Linear light of the entry for transparent pixels.
_FAR = 1e6

# Formats whose bits are counted.
Coding = Literal["deflate", "lzw"]
# Returns the file of (H, W) uint8 indices and (K, 3) uint8 colours.
Encode = Callable[[np.ndarray, np.ndarray], bytes]


@dataclass(frozen=True, eq=False)
class SmallPicture(OptimizedPalette):
    """An image of few bytes.

    Attributes:
        palette: as in `OptimizedPalette`.
        indices: as there.
        trace: empty.
        usage: as there.
        rate: weight of a bit by which it was found; 0 if it is the image itself.
        content: the encoded file.
        look: from `dither.metrics.look`.
    """

    rate: float
    content: bytes
    look: float


class LearnedPalettes:
    """Palettes of an image by k-means, each of which is learned once."""

    def __init__(self, picture: np.ndarray, mask: np.ndarray | None, seed: int) -> None:
        self._picture, self._mask, self._seed = picture, mask, seed
        self._known: dict[int, Palette] = {}

    def of(self, count: int) -> Palette:
        """Return a palette of so many colours."""
        if count not in self._known:
            self._known[count] = self._learned(count)
        return self._known[count]

    def _learned(self, count: int) -> Palette:
        shown = visible(self._picture, self._mask)
        if (shown == shown[:1, :1]).all():
            first = shown[0, 0]
            return Palette(np.stack([first, first ^ np.uint8(255)]), intent="absolute")
        return k_means(shown, count, seed=self._seed, chroma=CHROMA_WEIGHT)


class PictureSearch:
    """An image, its palette and its pixels, which passes improve.

    Each pass begins at the nearest colours, so the look follows the rate. A second pass for PNG takes
    up to a tenth more bytes at equal look in shadows and screenshots, and up to 5 % fewer in smooth
    photos. For GIF it takes from 3 % more to 5 % fewer, a tenth fewer in shadows, and half as much time
    again.
    """

    settles = False

    def __init__(
        self,
        picture: np.ndarray,
        mask: np.ndarray | None,
        request: PaletteRequest,
        fixed_count: bool,
        encode: Encode,
        coding: Coding,
        palettes: LearnedPalettes,
    ) -> None:
        self.picture, self.mask, self.request = picture, mask, request
        self._fixed_count, self._encode, self._palettes = fixed_count, encode, palettes
        self._prepared: tuple[SearchImage, np.ndarray] | None = None
        self._pixels: tuple[np.ndarray, np.ndarray] | None = None
        self._coding: Coding = coding
        self._codes: np.ndarray | None = None
        # The share of the colours that is used. It is kept from the first rate, so that the look
        # follows the rate.
        self._part: float | None = None

    @property
    def height(self) -> int:
        """Return the number of rows."""
        return len(self.picture)

    def bands(self) -> "PictureSearch":
        """Return the work on bands of rows, with the palettes of the whole; all of a small image."""
        rows = band_rows(self.height)
        if rows is None:
            return self
        mask = None if self.mask is None else self.mask[rows]
        if mask is not None and mask.all():
            return self
        return PictureSearch(
            *(self.picture[rows], mask, self.request),
            *(self._fixed_count, self._encode, self._coding, self._palettes),
        )

    def improve(self, rate: float) -> float:
        """Do a pass and refit the palette; return an estimate of the bytes."""
        count = self._count_for(rate)
        if self._part is None:
            return self._find_part(rate, count)
        return self._pass(rate, self._start(max(round(self._part * count), min(count, _FEWEST))))

    def _find_part(self, rate: float, count: int) -> float:
        """Do a pass with all colours and, in drawings, with parts of them; keep the best part."""
        first, self._part = self._start(count), 1.0
        size = self._pass(rate, first)
        free = not self._fixed_count and self.request.palette is None
        if not (free and self._coding == "lzw" and _few_are_common(first[1])):
            return size
        best = self._total(rate), size, self._part, self._pixels, self._codes
        while count >= 2 * _FEWEST:
            count //= 2
            self._part /= 2
            size = self._pass(rate, self._start(count))
            total = self._total(rate)
            if total < best[0]:
                best = total, size, self._part, self._pixels, self._codes
        _, size, self._part, self._pixels, self._codes = best
        return size

    def _pass(self, rate: float, first: tuple[np.ndarray, np.ndarray]) -> float:
        """Do a pass from colours and pixels, and refit the palette; return an estimate of the bytes."""
        image, penalties = self._image()
        colors, indices = first
        if self._coding == "lzw" and self.request.palette is None:
            colors, indices = _used(colors, indices)  # a smaller table has shorter codes
        linear = srgb_to_linear(colors / 255)  # two colours may have become equal
        weight = rate * BIT_LOSS
        if self._coding == "lzw":
            indices, bits = self._improve_codes(weight, linear, indices)
        else:
            state = match_search.init(indices, linear, image, penalties, SEARCH)
            state, info = match_search.step(state, linear, SEARCH, weight)
            indices, bits = state.indices, info.bits
        if self.request.palette is None:
            linear = refit_palette(indices, linear, image, SEARCH)
            colors = np.rint(linear_to_srgb(linear) * 255).astype(np.uint8)
        self._pixels = colors, indices
        return bits / 8 + 3 * len(colors)

    def _total(self, rate: float) -> float:
        """Return the loss and the weighted bits of the pixels as the last pass has coded them."""
        assert self._codes is not None
        image, penalties = self._image()
        colors, indices = self._latest
        loss = search_loss(indices, srgb_to_linear(colors / 255), image, SEARCH, penalties)
        return loss + rate * BIT_LOSS * 8 * len(self._coded(colors, self._codes))

    def _improve_codes(
        self, weight: float, linear: np.ndarray, indices: np.ndarray
    ) -> tuple[np.ndarray, float]:
        """Do a pass for LZW; return the pixels and an estimate of the bits."""
        image, penalties = self._image()
        if self.mask is not None:
            # Transparent pixels have an entry of their own, after the colours.
            indices = np.where(self.mask, np.uint8(len(linear)), indices)
            image = image._replace(fixed=image.fixed | self.mask)
            # It is so far from all colours that no visible pixel takes it.
            linear = np.concatenate([linear, np.full((1, 3), _FAR)])
        state = match_search.init(indices, linear, image, penalties, SEARCH)
        state, info = lzw_search.step(state, linear, SEARCH, weight)
        self._codes = info.codes
        indices = state.indices
        return (indices if self.mask is None else np.where(self.mask, 0, indices)), info.bits

    def shown(self) -> np.ndarray:
        """Return (H, W, 3) uint8: the pixels as they are."""
        colors, indices = self._latest
        return colors[indices]

    @property
    def _latest(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the colours and the pixels of the last pass."""
        assert self._pixels is not None
        return self._pixels

    def result(self, rate: float) -> SmallPicture:
        """Return the palette without colours that no pixel has, the pixels and the file."""
        colors, indices = self._latest
        coded = None if self._codes is None else self._coded(colors, self._codes)
        if self.request.palette is None:
            colors, indices = _used(colors, indices)
        return self.encoded(colors, indices, rate, coded)

    def _coded(self, colors: np.ndarray, codes: np.ndarray) -> bytes:
        """Return a GIF of codes that stand for the entries of a palette."""
        clear = None if self.mask is None else len(colors)
        bits = index_bits(len(colors) + (clear is not None))
        table = np.pad(colors, ((0, (1 << bits) - len(colors)), (0, 0)), mode="edge")
        height, width = self.picture.shape[:2]
        frame = CodedFrame(0, 0, height, width, packed_codes(codes, bits), clear)
        return coded_gif([frame], table, height, width, durations=[0], plays=1)

    def encoded(
        self, colors: np.ndarray, indices: np.ndarray, rate: float, coded: bytes | None = None
    ) -> SmallPicture:
        """Return a result with its file and its look; another file is taken if it is smaller."""
        content = self._encode(indices, colors)
        if coded is not None and len(coded) < len(content):
            content = coded
        palette = Palette(colors, intent="absolute")
        found = with_usage(palette, indices, np.empty(0, np.float32), self.mask)
        look = measure_look(self.picture, self._unmasked(colors[indices]))
        return SmallPicture(palette, indices, found.trace, found.usage, rate, content, look)

    def look(self) -> float:
        """Return the look of the pixels as they are."""
        return measure_look(self.picture, self._unmasked(self.shown()))

    def _unmasked(self, shown: np.ndarray) -> np.ndarray:
        """Return an image whose masked pixels are those of the original, so that they do not count."""
        return shown if self.mask is None else np.where(self.mask[..., None], self.picture, shown)

    def _image(self) -> tuple[SearchImage, np.ndarray]:
        if self._prepared is None:
            image = prepare_search(codes_to_linear(self.picture), mask=self.mask)
            weights, penalties = match_search.activity_weights(image)
            self._prepared = match_search.weighted(image, weights), penalties
        return self._prepared

    def _start(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (K, 3) uint8 colours, so many if they are learned, and the nearest for each pixel."""
        palette = self.request.palette or self._palettes.of(count)
        return palette.colors, nearest_indices(self.picture, palette)

    def _count_for(self, rate: float) -> int:
        """Return the number of colours that is asked for, or that a rate needs."""
        if self._fixed_count or self.request.palette is not None:
            return self.request.count
        at_one = GIF_COLORS if self._coding == "lzw" else PNG_COLORS
        return min(self.request.count, colors_for(rate, at_one))


def _used(colors: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a palette without equal colours and without those that no pixel has, and the pixels."""
    used = np.flatnonzero(np.bincount(indices.ravel(), minlength=len(colors)))
    used = used if len(used) > 1 else np.arange(2)
    merged, rank = merge_equal_colors(colors[used])
    if len(merged) < 2:
        return colors, indices
    places = np.zeros(len(colors), np.uint8)
    places[used] = rank
    return merged, places[indices]


def _few_are_common(indices: np.ndarray) -> bool:
    """Return whether most pixels have few of the colours: 2^entropy is a small share of these."""
    shares = np.bincount(indices.ravel()) / indices.size
    shares = shares[shares > 0]
    return float(np.exp2(-(shares * np.log2(shares)).sum())) < _COMMON * len(shares)
