"""Find the smallest GIF clip for a look, or the best look for its bytes: one palette, still pixels.

1. A palette is learned from frames spread over the clip.
2. Each frame is searched as a still GIF is (`lzw_search`), and a pixel may also stay as the frame
   before shows it. Few areas change, so most of a frame is long strings of pixels that stay.
3. A pixel that changes where the clip does not flickers. So each pixel's penalty counts the change from
   frame to frame too, less where the clip itself changes. A pixel that then stays for long counts for
   all these frames when it is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_oklab, linear_to_srgb, srgb_to_linear
from dither.errors import InputError
from dither.extras import require_extra
from dither.images.formats.gif import CodedFrame, coded_gif
from dither.images.formats.lzw import index_bits, packed_codes
from dither.images.indexed_files import encode_indexed
from dither.metrics.look import look as measure_look
from dither.optimizer.blur import gaussian_blur
from dither.optimizer.gamut_target import codes_to_linear
from dither.optimizer.optimize import OptimizedPalette, few_colors, with_usage
from dither.optimizer.palette_refit import refit_palette
from dither.optimizer.palette_request import PaletteRequest
from dither.optimizer.picture import checked_picture
from dither.optimizer.search_image import SearchImage, prepare_search
from dither.palettes.device import merge_equal_colors
from dither.palettes.from_image import k_means
from dither.palettes.nearest import CHROMA_WEIGHT, nearest_indices
from dither.palettes.palette import MAX_COLORS, Palette
from dither.palettes.palette_like import PaletteLike, as_palette
from dither.progress import OnProgress, no_progress
from dither.small_files import lzw_search, match_search
from dither.small_files.byte_target import GIF_COLORS, check_target, colors_for, found_by_passes
from dither.small_files.lzw_search import Rectangle, Unchanged
from dither.small_files.match_search import MatchState
from dither.small_files.picture_search import BIT_LOSS, SEARCH
from dither.wording import counted, sides_text

# One entry of the colour table leaves pixels unchanged.
_MOST_COLORS = MAX_COLORS - 1
# Frames from which the palette is learned, and in which the look is measured.
_LEARNED_FRAMES, _LOOKED_FRAMES = 4, 8
# Weight of a change from frame to frame against that of a pixel's own error, where the clip is still
# and elsewhere; there, it is halved where OKLab changes by _MOVING.
_STILL_CHANGE, _CHANGE, _MOVING = 10.0, 0.6, 0.03
# A pixel is new where OKLab, blurred by so many pixels, has changed by so many times what the tenth
# part that changes least has changed by, within these limits.
_NEW_SIGMA, _NOISE, _NEW = 1.0, 4.0, (0.002, 0.005)
# The most frames for which a pixel counts when it is drawn.
_MOST_COUNTED = 6.0
# A second search in the rectangle that changes is worth its time if it is at most this share.
_SMALLER = 0.85


@dataclass(frozen=True, eq=False)
class SmallClip:
    """A clip of few bytes.

    Attributes:
        frames: the result of each frame, all with the same palette.
        rate: weight of a bit by which it was found; 0 if it is the clip itself.
        content: the GIF.
        look: mean of `dither.metrics.look` of up to 8 frames spread over the clip.
    """

    frames: list[OptimizedPalette]
    rate: float
    content: bytes
    look: float


def optimize_clip_bytes(
    frames: Sequence[np.ndarray],
    *,
    durations: Sequence[int],
    plays: int = 0,
    rate: float | None = None,
    max_bytes: int | None = None,
    look: float | None = None,
    colors: int | None = None,
    palette: PaletteLike | None = None,
    seed: int = 0,
    on_progress: OnProgress = no_progress,
) -> SmallClip:
    """Find palette, number of colours and pixels of a GIF clip that look best for their bytes.

    Args:
        frames: two or more images of one size, as for `optimize_bytes`; all pixels are opaque.
        durations: milliseconds per frame.
        plays: number of times that the clip is shown, 0 for endless.
        rate: as for `optimize_bytes`, like the next three.
        max_bytes: as there.
        look: as there.
        colors: as there, up to 255.
        palette: as there, up to 255 colours.
        seed: as there.
        on_progress: as there.

    Returns:
        The frames and the file.

    Raises:
        InputError: as `optimize_bytes`; there is one frame, sizes differ, or durations do not fit.

    Example:
        >>> still = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
        >>> moved = np.roll(still, 1, axis=1)
        >>> clip = optimize_clip_bytes([still, moved], durations=[50, 50], rate=1)  # doctest: +SKIP
        >>> len(clip.frames)  # doctest: +SKIP
        2
    """
    target = check_target(rate, max_bytes, look)
    given = None if palette is None else as_palette(palette)
    count = len(given) if given is not None else _MOST_COLORS if colors is None else colors
    if count > _MOST_COLORS:
        raise InputError(
            f"a GIF clip of few bytes has at most {_MOST_COLORS} colours, not {count}: one more entry "
            "leaves pixels unchanged"
        )
    pictures = [checked_picture(frame, None)[0] for frame in frames]
    shapes = {picture.shape for picture in pictures}
    if len(shapes) != 1 or len(pictures) < 2:
        found = " and ".join(map(sides_text, sorted(shapes)))
        raise InputError(f"frames must be two or more of one shape, not {len(pictures)} of {found}")
    if len(durations) != len(pictures):
        raise InputError(
            f"there are {counted(len(durations), 'duration')} for {counted(len(pictures), 'frame')}"
        )
    require_extra("optimizing pixels", "optimize", "numba")
    request = PaletteRequest(None if given is not None else count, given)
    work = _Work(pictures, request, colors is not None, durations, plays, seed, on_progress)
    unchanged = work.unchanged()
    count = 0 if unchanged is None else len(unchanged.frames[0].palette)
    return found_by_passes(
        work, rate, target, lambda: target.first_rate, on_progress, unchanged, count
    )


class _Frame(NamedTuple):
    """State of a frame after a pass.

    Attributes:
        shown: (H, W) uint8, the colours that it shows.
        stays: (H, W) bool, True for pixels that show what the frame before shows.
        area: the rectangle that is drawn.
        codes: of its pixels.
    """

    shown: np.ndarray
    stays: np.ndarray
    area: Rectangle
    codes: np.ndarray


class _Before(NamedTuple):
    """The frame before: the (H, W) uint8 colours that it shows, and (H, W, 3) OKLab of the clip."""

    shown: np.ndarray
    original: np.ndarray


class _Work:
    """A clip, its palette and its pixels, which passes improve."""

    settles = True

    def __init__(
        self,
        pictures: list[np.ndarray],
        request: PaletteRequest,
        fixed_count: bool,
        durations: Sequence[int],
        plays: int,
        seed: int,
        on_progress: OnProgress,
    ) -> None:
        self._pictures, self._request = pictures, request
        self._fixed_count, self._seed = fixed_count, seed
        self._durations, self._plays = durations, plays
        self._on_progress = on_progress
        self._colors, self._count = np.empty((0, 3), np.uint8), 0
        self._frames: list[_Frame] = []
        self._moved = _moved(pictures)

    def unchanged(self) -> SmallClip | None:
        """Return the clip itself if its colours fit."""
        found = few_colors(np.concatenate(self._pictures), self._request, None)
        if found is None:
            return None
        indices = np.split(found.indices, len(self._pictures))
        content = encode_indexed(
            indices, found.palette.colors, ".gif", durations=self._durations, plays=self._plays
        )
        frames = [with_usage(found.palette, each, found.trace, None) for each in indices]
        return SmallClip(frames, 0.0, content, 100.0)

    def improve(self, rate: float) -> float:
        """Do a pass over all frames; return an estimate of the bytes."""
        if self._count_for(rate) > self._count:
            # The pixels begin anew with more colours.
            self._count, self._frames = self._count_for(rate), []
            self._colors = self._learned(rate)
        before: _Before | None = None
        count = len(self._pictures)
        for number in range(count):
            image, penalties = self._weighted(number)
            old = self._frames[number] if number < len(self._frames) else None
            start = self._start(number, before, old)
            whole = Rectangle(0, 0, *start.shape)
            area = whole if old is None else old.area
            frame = self._improved(number, start, image, penalties, before, area, rate)
            box = _box(~frame.stays)
            if old is None and before is not None and _share(box, whole) < _SMALLER:
                # The first search has found what changes.
                frame = self._improved(number, frame.shown, image, penalties, before, box, rate)
            self._frames[number : number + 1] = [frame]
            before = _Before(frame.shown, image.original)
        return sum(len(frame.codes) for frame in self._frames) * 11.5 / 8 + 3 * len(self._colors)

    def _weighted(self, number: int) -> tuple[SearchImage, np.ndarray]:
        """Return a frame and its penalties; new pixels count for the frames in which they stay."""
        image, penalties = _prepared(self._pictures[number])
        counted = np.ones(penalties.shape, np.float32)
        stays = self._moved[number]
        for moved in self._moved[number + 1 :][: int(_MOST_COUNTED) - 1]:
            stays = stays & ~moved
            counted += stays
        return match_search.weighted(image, counted), penalties * counted

    def _start(self, number: int, before: _Before | None, old: _Frame | None) -> np.ndarray:
        """Return (H, W) uint8: the colours that a frame shows before a search."""
        if old is not None:
            return old.shown if before is None else np.where(old.stays, before.shown, old.shown)
        palette = Palette(self._colors, intent="absolute")
        nearest = nearest_indices(self._pictures[number], palette)
        if before is None:
            return nearest
        return np.where(self._moved[number], nearest, before.shown)

    def _improved(
        self,
        number: int,
        start: np.ndarray,
        image: SearchImage,
        penalties: np.ndarray,
        before: _Before | None,
        area: Rectangle,
        rate: float,
    ) -> _Frame:
        """Search the pixels of a rectangle; those around it stay."""
        linear = srgb_to_linear(self._colors / 255)
        unchanged = None
        if before is not None:
            inside = np.zeros(start.shape, bool)
            inside[area.top : area.bottom, area.left : area.right] = True
            start = np.where(inside, start, before.shown)
            unchanged = Unchanged(before.shown, len(self._colors))
        state = match_search.init(start, linear, image, penalties, SEARCH)
        if before is not None:
            state = _stilled(state, image, before, self._moved[number], linear_to_oklab(linear))
        state, info = lzw_search.step(
            *(state, linear, SEARCH, rate * BIT_LOSS), unchanged=unchanged, area=area
        )
        stays = np.zeros(start.shape, bool) if before is None else state.indices == before.shown
        return _Frame(state.indices, stays, area, info.codes)

    def result(self, rate: float) -> SmallClip:
        """Return the palette, the pixels and the file."""
        mark = len(self._colors)
        bits = index_bits(mark + 1)
        coded = []
        for number, (_, _, (top, left, bottom, right), codes) in enumerate(self._frames):
            data = packed_codes(codes, index_bits(mark + (number > 0)))
            skipped = mark if number else None
            coded.append(CodedFrame(top, left, bottom - top, right - left, data, skipped))
        table = np.pad(self._colors, ((0, (1 << bits) - mark), (0, 0)), mode="edge")
        size = self._pictures[0].shape[:2]
        content = coded_gif(coded, table, *size, durations=self._durations, plays=self._plays)
        palette = Palette(self._colors, intent="absolute")
        trace = np.empty(0, np.float32)
        frames = [with_usage(palette, frame.shown, trace, None) for frame in self._frames]
        return SmallClip(frames, rate, content, self.look())

    def look(self) -> float:
        """Return the mean look of a few frames."""
        return float(
            np.mean(
                [
                    measure_look(self._pictures[number], self._colors[self._frames[number].shown])
                    for number in _spread(len(self._pictures), _LOOKED_FRAMES)
                ]
            )
        )

    def _count_for(self, rate: float) -> int:
        """Return the number of colours that is asked for, or that a rate needs."""
        if self._fixed_count or self._request.palette is not None:
            return self._request.count
        # Most frames are short, so their codes must begin with few bits: a power of two, one less for
        # the mark. As for a higher rate, since a colour is worth less where most pixels stay.
        bits = round(log2(colors_for(1.5 * rate, GIF_COLORS)))
        return min(self._request.count, (1 << bits) - 1)

    def _learned(self, rate: float) -> np.ndarray:
        """Return (K, 3) uint8, learned from a few frames."""
        if self._request.palette is not None:
            return self._request.palette.colors
        picture = np.concatenate(
            [self._pictures[number] for number in _spread(len(self._pictures), _LEARNED_FRAMES)]
        )
        palette = k_means(picture, self._count, seed=self._seed, chroma=CHROMA_WEIGHT)
        image, penalties = _prepared(picture)
        state = match_search.init(
            nearest_indices(picture, palette), palette.linear, image, penalties, SEARCH
        )
        state, _ = lzw_search.step(state, palette.linear, SEARCH, rate * BIT_LOSS)
        linear = refit_palette(state.indices, palette.linear, image, SEARCH)
        colors, _ = merge_equal_colors(np.rint(linear_to_srgb(linear) * 255).astype(np.uint8))
        return colors if len(colors) > 1 else palette.colors


def _prepared(picture: np.ndarray) -> tuple[SearchImage, np.ndarray]:
    """Return an image whose errors have weights, and (H, W) float32 weights of its penalty."""
    image = prepare_search(codes_to_linear(picture))
    weights, penalties = match_search.activity_weights(image)
    return match_search.weighted(image, weights), penalties


def _stilled(
    state: MatchState,
    image: SearchImage,
    before: _Before,
    moved: np.ndarray,
    labs: np.ndarray,
) -> MatchState:
    """Return a state whose penalty also counts how a pixel changes against how the clip changes.

    Both penalties are squares of the distance to a colour, so their sum is one square of the distance
    to a colour between both, and a constant.

    Args:
        state: from `match_search.init`.
        image: the frame.
        before: the frame before.
        moved: (H, W) bool, True for pixels in which the clip differs from the frame before.
        labs: (K, 3) OKLab of the palette.
    """
    # Where the clip is still, it changes by noise, which is not to be followed.
    change = (image.original - before.original) * moved[..., None]
    weight = _CHANGE / (1 + np.square(change).sum(axis=2, keepdims=True) / np.float32(_MOVING**2))
    weight = np.where(moved[..., None], weight, np.float32(_STILL_CHANGE))
    followed = labs[before.shown].astype(np.float32) + change
    pixels = state.pixels
    pixels[..., 3:6] = (pixels[..., 3:6] + weight * followed) / (1 + weight)
    return state._replace(weights=state.weights * (1 + weight[..., 0]))


def _moved(pictures: list[np.ndarray]) -> list[np.ndarray]:
    """Return for each frame (H, W) bool, True for pixels that differ by more than noise.

    A pixel is compared with the frame in which it was new last, so that slow changes are seen too.
    """
    found = [np.ones(pictures[0].shape[:2], bool)]
    reference = None
    for picture in pictures:
        lab = linear_to_oklab(codes_to_linear(picture)).astype(np.float32)
        lab = gaussian_blur(lab, _NEW_SIGMA)
        if reference is None:
            reference = lab
            continue
        change = np.sqrt(np.square(lab - reference).sum(axis=2))
        least, most = _NEW
        found.append(change > min(max(_NOISE * float(np.quantile(change, 0.1)), least), most))
        reference = np.where(found[-1][..., None], lab, reference)
    return found


def _share(part: Rectangle, whole: Rectangle) -> float:
    return (part.bottom - part.top) * (part.right - part.left) / (whole.bottom * whole.right)


def _spread(count: int, most: int) -> list[int]:
    """Return the numbers of at most `most` frames, spread evenly."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int)).tolist()


def _box(changed: np.ndarray) -> Rectangle:
    """Return the smallest rectangle around pixels; the first pixel if there are none."""
    rows, columns = (np.flatnonzero(changed.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return Rectangle(0, 0, 1, 1)
    return Rectangle(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
