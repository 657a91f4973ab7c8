"""Compiled loops of the pixel search, its loss and the palette refit."""

import numpy as np

from dither.native.instructions import LANES, add_products, prefetch
from dither.native.loop import compiled

# Tiles of a row that are visited together: their pixels fit in a processor's cache.
_TILES_AT_ONCE = 32
# Places in the 16 samples of 16 bits of a pixel, and the integer that stands for 1 in them.
ORIGINAL, ROW, INDEX, SETTLED, ONE = 6, 9, 10, 11, 32767


@compiled(fastmath=True, zero_division=False)
def visit(
    pixels: np.ndarray,
    slopes: np.ndarray,
    field: np.ndarray,
    table: np.ndarray,
    colors: np.ndarray,
    roots_to_oklab: np.ndarray,
    row_taps: np.ndarray,
    column_taps: np.ndarray,
    penalty: np.ndarray,
    change_threshold: float,
    sums: np.ndarray,
    row_weights: np.ndarray,
    column_weights: np.ndarray,
    side: int,
    order: np.ndarray,
    shifts: np.ndarray,
    first: int,
    last: int,
) -> int:
    """Visit pixels of every second row of tiles, and give each the colour that lowers the loss most.

    A decision depends only on the error around the pixel. So each decision also finds how far this
    error may move before another colour is better, and until then the pixel is passed over.

    Args:
        pixels: (16 H W,) int16, 32 bytes for each pixel: after the three slopes, the original in OKLab
            (3), the row of `table`, negative if the pixel keeps its index, the palette index, the error
            in which the pixel was decided last (3), and the distance from there within which the
            decision stays, 0 for one that must be decided. Colours, errors and distances are in units
            of 1 / ONE. The index and what follows it are written.
        slopes: (8 H W,) float32, the same memory: the first three samples of each pixel are the
            derivative of the cube root at the target.
        field: ((H + 2R) 3 (W + L),) float32, the error convolved with the autocorrelation of the blur:
            that of pixel (y, x) is in row y + R at 3 (x + R) and the next two. Written.
        table: (rows, M) uint8, candidate colours; a single row counts for all pixels.
        colors: (6, K) float32, cone responses and OKLab of the palette.
        roots_to_oklab: (3, 3) float32.
        row_taps: (H, L) float32, the first 2R + 1 from `mirrored_taps`, then zeros: what a pixel
            contributes to `field` in the rows around it.
        column_taps: (W, L) float32, the same for columns.
        penalty: (3,) float32, weights of a pixel's own error in L, a and b.
        change_threshold: a change must lower the loss by at least this much.
        sums: (tile rows + 1, tile columns + 1, 3) float32, weighted sum of the error around each
            corner of a tile (`dither.optimizer.loss.corner_sums`). Written.
        row_weights: (tile rows + 1,) float32; the weight of the square of a sum is the product of this
            and of `column_weights`. If the first is 0, so are all.
        column_weights: (tile columns + 1,) float32.
        side: height and width of a tile, a power of two and at least L - 1.
        order: (N, 2) int64, rows and columns of a tile to visit.
        shifts: (tile rows, tile columns, 2) int64, added to `order` modulo `side`.
        first: the first row of tiles; every second one follows.
        last: one past the last row of tiles.

    Returns:
        The number of pixels that changed.
    """
    height, width = len(row_taps), len(column_taps)
    columns = shifts.shape[1]
    span = row_taps.shape[1]
    row_length = 3 * (width + span)
    reach = (len(field) // row_length - height) // 2
    # Filled up to whole vectors with the first candidate.
    offered = table.shape[1]
    filled = -(-offered // LANES) * LANES
    m00, m01, m02 = roots_to_oklab[0]
    m10, m11, m12 = roots_to_oklab[1]
    m20, m21, m22 = roots_to_oklab[2]
    # The quadratic form of the cube roots' changes, with both halves of each mixed term together.
    o00 = m00 * m00 + m10 * m10 + m20 * m20
    o11 = m01 * m01 + m11 * m11 + m21 * m21
    o22 = m02 * m02 + m12 * m12 + m22 * m22
    o01 = np.float32(2) * (m00 * m01 + m10 * m11 + m20 * m21)
    o02 = np.float32(2) * (m00 * m02 + m10 * m12 + m20 * m22)
    o12 = np.float32(2) * (m01 * m02 + m11 * m12 + m21 * m22)
    w0, w1, w2 = penalty
    one, far, tiny = np.float32(1), np.float32(1e30), np.float32(1e-12)
    unit, units = np.float32(1 / ONE), np.float32(ONE)
    has_means = row_weights[0] > 0
    threshold = np.float32(-change_threshold - 1e-9)
    spread = np.empty(3 * span, np.float32)
    changes, gaps = np.empty(filled, np.float32), np.empty(filled, np.float32)
    change_bits, gap_bits = changes.view(np.int32), gaps.view(np.int32)
    c0, c1, c2 = (
        np.empty(filled, np.float32),
        np.empty(filled, np.float32),
        np.empty(filled, np.float32),
    )
    l0, l1, l2 = (
        np.empty(filled, np.float32),
        np.empty(filled, np.float32),
        np.empty(filled, np.float32),
    )
    for j in range(filled):
        entry = table[0, j if j < offered else 0]
        c0[j], c1[j], c2[j] = colors[0, entry], colors[1, entry], colors[2, entry]
        l0[j], l1[j], l2[j] = colors[3, entry], colors[4, entry], colors[5, entry]
    changed = 0
    for tile_row in range(first, last, 2):
        for number in range(columns):
            # In each part of the row, every second tile, then the tiles between them.
            part = number - number % _TILES_AT_ONCE
            count = min(_TILES_AT_ONCE, columns - part)
            place = 2 * (number - part)
            tile_column = part + (place if place < count else place - (count - 1 | 1))
            down, right = shifts[tile_row, tile_column, 0], shifts[tile_row, tile_column, 1]
            ahead = min(tile_column + 2, columns - 1)
            down_ahead, right_ahead = shifts[tile_row, ahead, 0], shifts[tile_row, ahead, 1]
            for step in range(len(order)):
                y = tile_row * side + (order[step, 0] + down_ahead & side - 1)
                x = ahead * side + (order[step, 1] + right_ahead & side - 1)
                if y < height and x < width:
                    prefetch(slopes, 8 * (y * width + x))
                    prefetch(field, (y + reach) * row_length + 3 * (x + reach))
                y = tile_row * side + (order[step, 0] + down & side - 1)
                x = tile_column * side + (order[step, 1] + right & side - 1)
                if y >= height or x >= width:
                    continue
                near = (y + reach) * row_length + 3 * (x + reach)
                a0, a1, a2 = field[near], field[near + 1], field[near + 2]
                own = row_taps[y, reach] * column_taps[x, reach]
                v = (np.float32(y & side - 1) + np.float32(0.5)) / np.float32(side)
                h = (np.float32(x & side - 1) + np.float32(0.5)) / np.float32(side)
                if has_means:
                    above, below = row_weights[tile_row] * (one - v), row_weights[tile_row + 1] * v
                    left = column_weights[tile_column] * (one - h)
                    beside = column_weights[tile_column + 1] * h
                    own += (above * (one - v) + below * v) * (left * (one - h) + beside * h)
                    for corner in range(4):
                        share = (below if corner & 2 else above) * (beside if corner & 1 else left)
                        a0 += share * sums[tile_row + (corner >> 1), tile_column + (corner & 1), 0]
                        a1 += share * sums[tile_row + (corner >> 1), tile_column + (corner & 1), 1]
                        a2 += share * sums[tile_row + (corner >> 1), tile_column + (corner & 1), 2]
                slope = 8 * (y * width + x)
                pixel = 2 * slope + ORIGINAL
                settled = 2 * slope + SETTLED
                d0 = units * a0 - np.float32(pixels[settled])
                d1 = units * a1 - np.float32(pixels[settled + 1])
                d2 = units * a2 - np.float32(pixels[settled + 2])
                distance = np.float32(pixels[settled + 3])
                if d0 * d0 + d1 * d1 + d2 * d2 < distance * distance:
                    continue
                row = np.int64(pixels[2 * slope + ROW])
                if row < 0:
                    continue
                now = np.int64(pixels[2 * slope + INDEX])
                if len(table) > 1:
                    for j in range(filled):
                        entry = table[row, j if j < offered else 0]
                        c0[j], c1[j], c2[j] = colors[0, entry], colors[1, entry], colors[2, entry]
                        l0[j], l1[j], l2[j] = colors[3, entry], colors[4, entry], colors[5, entry]
                else:
                    row = 0
                s0, s1, s2 = slopes[slope], slopes[slope + 1], slopes[slope + 2]
                k0 = unit * np.float32(pixels[pixel])
                k1 = unit * np.float32(pixels[pixel + 1])
                k2 = unit * np.float32(pixels[pixel + 2])
                n0, n1, n2 = colors[0, now], colors[1, now], colors[2, now]
                f0, f1, f2 = a0 + a0, a1 + a1, a2 + a2
                b0 = s0 * (m00 * f0 + m10 * f1 + m20 * f2)
                b1 = s1 * (m01 * f0 + m11 * f1 + m21 * f2)
                b2 = s2 * (m02 * f0 + m12 * f1 + m22 * f2)
                p00, p11, p22 = o00 * s0 * s0, o11 * s1 * s1, o22 * s2 * s2
                p01, p02, p12 = o01 * s0 * s1, o02 * s0 * s2, o12 * s1 * s2
                q00, q01, q02 = own * p00, own * p01, own * p02
                q11, q12, q22 = own * p11, own * p12, own * p22
                h0, h1, h2 = colors[3, now] - k0, colors[4, now] - k1, colors[5, now] - k2
                before = w0 * h0 * h0 + w1 * h1 * h1 + w2 * h2 * h2
                # Loops over as many candidates as a vector holds: compilers would fill vectors in a
                # longer loop only where there are many more.
                for j in range(filled):
                    d0, d1, d2 = c0[j] - n0, c1[j] - n1, c2[j] - n2
                    h0, h1, h2 = l0[j] - k0, l1[j] - k1, l2[j] - k2
                    changes[j] = (
                        d0 * (b0 + q00 * d0 + q01 * d1 + q02 * d2)
                        + d1 * (b1 + q11 * d1 + q12 * d2)
                        + d2 * (b2 + q22 * d2)
                        + (w0 * h0 * h0 + w1 * h1 * h1 + w2 * h2 * h2)
                        - before
                    )
                # As whole numbers in the order of the changes, with the place in the lowest bits:
                # compilers make vector instructions of the minimum of these only.
                lowest = np.int64(1 << 62)
                for j in range(filled):
                    bits = np.int64(change_bits[j])
                    key = (bits ^ (bits >> 63 & 0x7FFFFFFF)) << 8 | j
                    lowest = key if key < lowest else lowest
                best = lowest & 255
                least = changes[best]
                if least < threshold:
                    other = int(table[row, best])
                else:
                    least, other, best = np.float32(0), now, np.int64(-1)
                if other != now:
                    changed += 1
                    pixels[2 * slope + INDEX] = other
                    r0 = s0 * (colors[0, other] - n0)
                    r1 = s1 * (colors[1, other] - n1)
                    r2 = s2 * (colors[2, other] - n2)
                    e0 = m00 * r0 + m01 * r1 + m02 * r2
                    e1 = m10 * r0 + m11 * r1 + m12 * r2
                    e2 = m20 * r0 + m21 * r1 + m22 * r2
                    a0 += own * e0
                    a1 += own * e1
                    a2 += own * e2
                    if has_means:
                        for corner in range(4):
                            share = v if corner & 2 else one - v
                            share *= h if corner & 1 else one - h
                            sums[tile_row + (corner >> 1), tile_column + (corner & 1), 0] += (
                                share * e0
                            )
                            sums[tile_row + (corner >> 1), tile_column + (corner & 1), 1] += (
                                share * e1
                            )
                            sums[tile_row + (corner >> 1), tile_column + (corner & 1), 2] += (
                                share * e2
                            )
                    for t in range(span):
                        spread[3 * t] = column_taps[x, t] * e0
                        spread[3 * t + 1] = column_taps[x, t] * e1
                        spread[3 * t + 2] = column_taps[x, t] * e2
                    for dy in range(2 * reach + 1):
                        begin = (y + dy) * row_length + 3 * x
                        weight = row_taps[y, dy]
                        for t in range(0, 3 * span, LANES):
                            add_products(field, begin + t, spread, t, weight)
                    n0, n1, n2 = colors[0, other], colors[1, other], colors[2, other]
                least += threshold
                for j in range(filled):
                    d0, d1, d2 = c0[j] - n0, c1[j] - n1, c2[j] - n2
                    apart = (
                        d0 * (p00 * d0 + p01 * d1 + p02 * d2)
                        + d1 * (p11 * d1 + p12 * d2)
                        + d2 * p22 * d2
                    )
                    gap = changes[j] - least
                    gap = gap * gap / (apart if apart > tiny else tiny)
                    gaps[j] = far if j == best or apart < tiny else gap
                smallest = np.int32(0x7F000000)
                for j in range(filled):
                    bits = gap_bits[j]
                    smallest = bits if bits < smallest else smallest
                gap_bits[0] = smallest
                # Less by what the rounded errors may be off.
                distance = np.float32(0.4999) * units * np.sqrt(gaps[0]) - one
                a0, a1, a2 = units * a0, units * a1, units * a2
                most = max(abs(a0), abs(a1), abs(a2))
                if most >= units or distance < one:
                    pixels[settled + 3] = 0
                    continue
                pixels[settled] = np.int64(np.rint(a0))
                pixels[settled + 1] = np.int64(np.rint(a1))
                pixels[settled + 2] = np.int64(np.rint(a2))
                pixels[settled + 3] = np.int64(min(distance, units))
    return changed


@compiled(fastmath=True)
def errors(
    indices: np.ndarray,
    target: np.ndarray,
    slopes: np.ndarray,
    cones: np.ndarray,
    roots_to_oklab: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write (3, H, W): the OKLab error of each pixel, linearised at the target.

    Args:
        indices: (H, W) uint8.
        target: (H, W, 3) float32 cone responses.
        slopes: (H, W, 3) float32, derivative of the cube root at the target.
        cones: as in `visit`.
        roots_to_oklab: as in `visit`.
        out: (3, H, W) float32; written.
    """
    height, width = indices.shape
    for y in range(height):
        for x in range(width):
            now = indices[y, x]
            r0 = slopes[y, x, 0] * (cones[now, 0] - target[y, x, 0])
            r1 = slopes[y, x, 1] * (cones[now, 1] - target[y, x, 1])
            r2 = slopes[y, x, 2] * (cones[now, 2] - target[y, x, 2])
            for i in range(3):
                out[i, y, x] = (
                    roots_to_oklab[i, 0] * r0
                    + roots_to_oklab[i, 1] * r1
                    + roots_to_oklab[i, 2] * r2
                )


@compiled(fastmath=True)
def convolve(planes: np.ndarray, taps: np.ndarray) -> None:
    """Convolve planes with taps along rows and columns, mirrored at the borders, in place.

    Args:
        planes: (C, H, W) float32; written.
        taps: (2R + 1,) float32.
    """
    count, height, width = planes.shape
    reach = len(taps) // 2
    line = np.zeros(width + 2 * reach, np.float32)
    columns = np.empty((height, width), np.float32)
    for c in range(count):
        plane = planes[c]
        for y in range(height):
            line[reach : reach + width] = plane[y]
            for x in range(reach):
                line[x] = plane[y, _mirrored(x - reach, width)]
                line[reach + width + x] = plane[y, _mirrored(width + x, width)]
            out = plane[y]
            out[:] = 0
            for t in range(len(taps)):
                for x in range(width):
                    out[x] += taps[t] * line[x + t]
        for y in range(height):
            out = columns[y]
            out[:] = 0
            for t in range(len(taps)):
                row = plane[_mirrored(y + t - reach, height)]
                for x in range(width):
                    out[x] += taps[t] * row[x]
        plane[:] = columns


@compiled
def _mirrored(place: int, length: int) -> int:
    """Return the sample that is seen at a place of a line with mirrors at both ends."""
    place %= 2 * length
    return min(place, 2 * length - 1 - place)


@compiled
def gather_normal(
    indices: np.ndarray,
    target: np.ndarray,
    slopes: np.ndarray,
    cones: np.ndarray,
    squares: np.ndarray,
    kernel: np.ndarray,
    stride: int,
    normal: np.ndarray,
    gradient: np.ndarray,
) -> None:
    """Add up the normal equations of the palette's cone responses under the blurred error.

    Args:
        indices: (H, W) uint8.
        target: (H, W, 3) float32 cone responses.
        slopes: (H, W, 3) float32.
        cones: (K, 3) float32 cone responses of the palette.
        squares: (3, 3) float64, M^T M with M the matrix from cube roots to OKLab.
        kernel: (2R + 1, 2R + 1) float32, the blur.
        stride: step of the rows and columns at which the blurred error is sampled.
        normal: (K, 3, K, 3) float64; added to.
        gradient: (K, 3) float64, half the gradient of the loss; added to.
    """
    height, width = indices.shape
    reach = kernel.shape[0] // 2
    count = len(cones)
    shares = np.zeros((count, 3))
    seen = np.empty(count, np.int64)
    is_seen = np.zeros(count, np.bool_)
    for y in range(0, height, stride):
        for x in range(0, width, stride):
            here = 0
            rest = np.zeros(3)
            for dy in range(max(-reach, -y), min(reach, height - 1 - y) + 1):
                for dx in range(max(-reach, -x), min(reach, width - 1 - x) + 1):
                    weight = kernel[dy + reach, dx + reach]
                    color = indices[y + dy, x + dx]
                    if not is_seen[color]:
                        is_seen[color] = True
                        seen[here] = color
                        here += 1
                    for i in range(3):
                        share = weight * slopes[y + dy, x + dx, i]
                        shares[color, i] += share
                        rest[i] += share * (cones[color, i] - target[y + dy, x + dx, i])
            for a in range(here):
                one = seen[a]
                for i in range(3):
                    for j in range(3):
                        gradient[one, i] += shares[one, i] * squares[i, j] * rest[j]
                for b in range(here):
                    other = seen[b]
                    for i in range(3):
                        for j in range(3):
                            normal[one, i, other, j] += (
                                shares[one, i] * squares[i, j] * shares[other, j]
                            )
            for a in range(here):
                shares[seen[a]] = 0
                is_seen[seen[a]] = False
