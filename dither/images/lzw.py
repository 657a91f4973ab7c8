"""LZW compression of GIF frames, in which some pixels may take either of two values.

A pixel that does not change between frames may be stored as it is or as transparent. All strings of
the table that match are followed, and the longest is taken.

Source: CompuServe, "Graphics Interchange Format, version 89a" (1990), appendix F; T. Welch, "A
technique for high-performance data compression" (1984).
"""

import importlib.util
import io

import numpy as np

from dither.native.loop import compiled

_MOST_BITS = 12
_MOST_CODES = 1 << _MOST_BITS
# Window and tolerance of `write_codes`.
_RESETS = ((0, 1.0), (256, 1.1), (2048, 1.2))
_BLOCK = 255
# Strings that are followed at a time.
_STRINGS = 16


def compress(pixels: np.ndarray, free: np.ndarray, transparent: int, bits: int) -> bytes:
    """Compress a frame: the minimum code size, and blocks of the shortest of a few attempts.

    Args:
        pixels: (N,) uint8 indices below 2**bits.
        free: (N,) bool, True for pixels that may be `transparent` as well.
        transparent: index of the transparent entry, below 2**bits; any if no pixel is free.
        bits: of an index, 2 to 8.

    Example:
        >>> compress(np.array([1, 1, 1, 1], np.uint8), np.zeros(4, bool), 0, 2).hex(" ")
        '02 02 8c 53 00'
    """
    if importlib.util.find_spec("numba") is None:
        return _by_pillow(np.where(free, np.uint8(transparent), pixels), bits)
    fixed = np.zeros_like(free)
    ways = [(pixels, fixed, False)]
    if free.any():
        skipped = np.where(free, np.uint8(transparent), pixels)
        # A background that others leave behind is best kept everywhere, which makes long runs.
        background = np.bincount(pixels).argmax()
        around = np.where(pixels == background, pixels, skipped)
        ways += [(each, fixed, False) for each in (skipped, around)]
        ways += [(pixels, free, False), (pixels, free, True)]
    best = min(
        (
            _encoded(each, choices, transparent, bits, first, *reset)
            for each, choices, first in ways
            for reset in _RESETS
        ),
        key=len,
    )
    return _blocks(best, bits)


def packed_codes(codes: np.ndarray, bits: int) -> bytes:
    """Pack codes that were chosen elsewhere: the minimum code size, and blocks.

    Args:
        codes: (N,) integers, clear codes included; the first clear code and the end code are added.
        bits: of an index, 2 to 8.

    Example:
        >>> packed_codes(np.array([1, 6, 1]), 2).hex(" ")
        '02 02 8c 53 00'
    """
    clear = 1 << bits
    every = np.concatenate([[clear], codes, [clear + 1]])
    places = np.arange(len(every))
    since = places - np.maximum.accumulate(np.where(every == clear, places, 0))
    # A clear code has the size of the code before it and one more entry.
    since[1:][every[1:] == clear] = since[:-1][every[1:] == clear] + 1
    largest = np.where(since > 1, clear + since, clear)
    sizes = np.clip(np.floor(np.log2(largest)).astype(np.int64) + 1, bits + 1, _MOST_BITS)
    digits = every[:, None] >> np.arange(_MOST_BITS) & 1
    chosen = digits[np.arange(_MOST_BITS) < sizes[:, None]]
    return _blocks(np.packbits(chosen.astype(np.uint8), bitorder="little").tobytes(), bits)


def _blocks(content: bytes, bits: int) -> bytes:
    blocks = [bytes([bits])]
    for start in range(0, len(content), _BLOCK):
        block = content[start : start + _BLOCK]
        blocks.append(bytes([len(block)]) + block)
    return b"".join([*blocks, b"\0"])


def _encoded(
    pixels: np.ndarray,
    free: np.ndarray,
    transparent: int,
    bits: int,
    first: bool,
    window: int,
    tolerance: float,
) -> bytes:
    # Every pixel takes 12 bits at most, and a clear code follows at most each 3,800 codes.
    out = np.zeros(len(pixels) * 3 // 2 + len(pixels) // 1024 + 16, np.uint8)
    table = np.zeros((_MOST_CODES, 1 << bits), np.int16)
    count = write_codes(pixels, free, transparent, bits, first, window, tolerance, table, out)
    return out[:count].tobytes()


def _by_pillow(pixels: np.ndarray, bits: int) -> bytes:
    """Compress with Pillow, which knows no free pixels: without numba, ours takes seconds."""
    from PIL import Image, ImageFile

    line = Image.frombytes("P", (len(pixels), 1), pixels.tobytes())
    stream = io.BytesIO(bytes([bits]))
    stream.seek(1)
    ImageFile._save(line, stream, [("gif", (0, 0, len(pixels), 1), 0, ("P", bits, 0))])  # pyright: ignore[reportArgumentType, reportPrivateUsage]
    return stream.getvalue() + b"\0"


@compiled
def write_codes(
    pixels: np.ndarray,
    free: np.ndarray,
    transparent: int,
    bits: int,
    transparent_first: bool,
    window: int,
    tolerance: float,
    table: np.ndarray,
    out: np.ndarray,
) -> int:
    """Write the codes of a frame, and return the number of bytes.

    Args:
        pixels: (N,) uint8.
        free: (N,) bool.
        transparent: index.
        bits: of an index.
        transparent_first: try and add the transparent value of free pixels before their own.
        window: keep a full table as long as it compresses this many pixels as well as those before; 0
            to start anew at once.
        tolerance: how many times the bits of the best window another may take.
        table: (4096, 2**bits) int16 of zeros: the code of each string and a further index; 0 for none.
        out: room for the bytes, of zeros.
    """
    clear = 1 << bits
    size, following = bits + 1, clear + 2
    place = 0  # in bits
    # The clear code.
    for bit in range(size):
        out[(place + bit) >> 3] |= (clear >> bit & 1) << (place + bit & 7)
    place += size
    # The strings of the table that match the pixels since the last code.
    strings, longer = np.zeros(_STRINGS, np.int64), np.zeros(_STRINGS, np.int64)
    count = 0
    window_start, window_place, best_rate = 0, 0, 1e9
    for n in range(len(pixels)):
        one = int(pixels[n])
        two = one
        if free[n]:
            if transparent_first:
                one, two = transparent, one
            else:
                two = transparent
        found = 0
        for k in range(count):
            for value in (one, two):
                code = int(table[strings[k], value])
                is_new = code != 0 and found < len(longer)
                for other in range(found):
                    is_new = is_new and longer[other] != code
                if is_new:
                    longer[found] = code
                    found += 1
                if one == two:
                    break
        if found > 0:
            strings[:found] = longer[:found]
            count = found
            continue
        if count == 0:
            strings[0], count = one, 1
            continue
        current = strings[0]
        for bit in range(size):
            out[(place + bit) >> 3] |= (current >> bit & 1) << (place + bit & 7)
        place += size
        if following < 4096:
            table[current, one] = following
            if following == 1 << size:
                size += 1
            following += 1
            window_start, window_place, best_rate = n, place, 1e9
        elif n - window_start < window:
            pass
        else:
            rate = (place - window_place) / max(1, n - window_start)
            if window > 0 and rate <= tolerance * best_rate:
                best_rate = min(best_rate, rate)
                window_start, window_place = n, place
            else:
                for bit in range(size):
                    out[(place + bit) >> 3] |= (clear >> bit & 1) << (place + bit & 7)
                place += size
                table[:] = 0
                size, following = bits + 1, clear + 2
        # A decoder has added the last string and this value, so no other may begin the next.
        strings[0], count = one, 1
    if count > 0:
        current = strings[0]
        for bit in range(size):
            out[(place + bit) >> 3] |= (current >> bit & 1) << (place + bit & 7)
        place += size
        # The decoder adds a string after each code, also after the last.
        if following == 1 << size and size < 12:
            size += 1
    for bit in range(size):
        out[(place + bit) >> 3] |= (clear + 1 >> bit & 1) << (place + bit & 7)
    place += size
    return (place + 7) >> 3
