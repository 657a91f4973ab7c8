"""Walking an image and the tiled matrix together in blocks that stay in a processor's cache.

The rows of the matrix are taken a few at a time and widened once; then they meet all rows of the image
that face them. Nothing as large as the image is kept.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

# Bytes of the widened rows that are met again and again; about half a core's second-level cache.
_TILE_BYTES = 1 << 19
# Samples in a row of a block at most, and in a block at least, where the image has as many.
_MOST_ACROSS, _FEWEST_SAMPLES = 1 << 16, 1 << 14
_ROWS = 64
# Of images whose rows are worked on one block after the other.
_BLOCK_PIXELS = 1 << 17

# Called with the samples of a block, what faces them, where their result goes, and as many spare bytes.
TileWork = Callable[[np.ndarray, Sequence[np.ndarray], np.ndarray, np.ndarray], None]


def for_each_tile(
    image: np.ndarray,
    faces: Sequence[np.ndarray],
    out: np.ndarray,
    work: TileWork,
    *,
    threads: int = 1,
    shared: int = 1,
) -> None:
    """Let `work` see every block of the image once.

    Args:
        image: (H, W) or (H, W, C).
        faces: arrays (h, w, 1) or (h, w, C), which tile the image from its first pixel on.
        out: of the image's shape, or (H, ceil(W / shared)); blocks of it are written.
        work: gets 2-D arrays with the channels side by side.
        threads: how many blocks are worked on at once; the result does not depend on it.
        shared: how many samples of a row of (H, W) share an element of `out`: 1, 2, 4 or 8.
    """
    if image.size == 0:
        return
    height, width = image.shape[:2]
    channels = image.size // (height * width)
    face_height, face_width = faces[0].shape[:2]
    across = 8 * face_width * max(1, _MOST_ACROSS // (8 * channels * face_width))
    samples = min(across, width) * channels
    # Few rows of a small matrix are repeated, so that a block is worth its call.
    rows = max(_ROWS, _FEWEST_SAMPLES // samples)
    repeats = -(-rows // face_height)
    tall = repeats * face_height
    size = samples * sum(face.itemsize for face in faces)
    chunk = min(tall, max(1, _TILE_BYTES // size), max(1, -(-tall // threads)))
    whole = across >= width and all(array.flags.c_contiguous for array in (image, out))
    if whole:
        image, out = image.reshape(height, -1), out.reshape(height, -1)

    def one(place: tuple[int, int]) -> None:
        left, top = place
        columns = min(across, width - left)
        which = np.arange(top, min(top + chunk, tall, height)) % face_height
        tiles = [_widened(face[which], columns, channels) for face in faces]
        spare = np.empty((len(which), columns * channels), np.uint8)
        for y in range(top, height, tall):
            count = min(len(which), height - y)
            facing = tiles if count == len(which) else [tile[:count] for tile in tiles]
            if whole:
                work(image[y : y + count], facing, out[y : y + count], spare[:count])
                continue
            block = image[y : y + count, left : left + columns]
            target = out[y : y + count, left // shared : -(-(left + columns) // shared)]
            part = target.reshape(count, -1)
            work(block.reshape(count, -1), facing, part, spare[:count])
            if not np.may_share_memory(part, target):  # then it was a copy
                target[...] = part.reshape(target.shape)

    places = [(x, y) for x in range(0, width, across) for y in range(0, min(tall, height), chunk)]
    if threads == 1:
        for place in places:
            one(place)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(one, places):
            pass  # an error in a thread is raised here


def _widened(face: np.ndarray, columns: int, channels: int) -> np.ndarray:
    """(rows, columns * channels): the face repeated to the width, its channels side by side."""
    rows, width, own = face.shape
    times = -(-columns // width)
    wide = np.empty((rows, times, width, channels // own, own), face.dtype)
    wide[...] = face[:, None, :, None, :]
    # Rows without a gap between them are compared as one.
    return np.ascontiguousarray(wide.reshape(rows, -1)[:, : columns * channels])


def at_phase(planes: np.ndarray, phase: tuple[int, int, int]) -> np.ndarray:
    """The frame that an image meets, turned so that it faces the image's first pixel with its own.

    Args:
        planes: (T, h, w, ...).
        phase: frame, row and column at that pixel, around the torus.

    Example:
        >>> at_phase(np.array([[[1, 2, 3]], [[4, 5, 6]]]), (1, 0, 2)).tolist()
        [[6, 4, 5]]
    """
    frame, row, column = phase
    return np.roll(planes[frame % len(planes)], (-row, -column), (0, 1))


def block_rows(height: int, width: int) -> Iterator[slice]:
    """Slices of rows that make blocks of a size worth a call and small enough to stay in cache.

    Example:
        >>> [(rows.start, rows.stop) for rows in block_rows(300, 1000)]
        [(0, 131), (131, 262), (262, 300)]
    """
    rows = max(1, _BLOCK_PIXELS // max(1, width))
    for start in range(0, height, rows):
        yield slice(start, min(height, start + rows))
