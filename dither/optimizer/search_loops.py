"""Compiled loops of the pixel search, its loss and the palette refit."""

import numpy as np

from dither.native.loop import compiled

# Tiles of a row that are visited together: an even number whose pixels fit in a processor's cache.
_TILES_AT_ONCE = 32


@compiled(fastmath=True)
def visit(
    pixels: np.ndarray,
    field: np.ndarray,
    table: np.ndarray,
    cones: np.ndarray,
    labs: np.ndarray,
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

    In every second column of tiles, then in the others, the pixels at one position are decided at once:
    they are so far apart that they do not change each other's decision.

    Args:
        pixels: (H, W, 8) float32, for each pixel the derivative of the cube root at the target (3), the
            original in OKLab (3), its palette index and its row of `table`, negative if the pixel keeps
            its index. Indices are written.
        field: (H + 2R, 3 (W + L)) float32, the error convolved with the autocorrelation of the blur:
            that of pixel (y, x) is at [y + R, 3 (x + R)] and the next two. Written.
        table: (rows, M) uint8, candidate colours; a single row counts for all pixels.
        cones: (K, 3) float32 cone responses of the palette.
        labs: (K, 3) float32 OKLab of the palette.
        roots_to_oklab: (3, 3) float32.
        row_taps: (H, L) float32, the first 2R + 1 from `mirrored_taps`, then zeros: what a pixel
            contributes to `field` in the rows around it.
        column_taps: (W, L) float32, the same for columns.
        penalty: (3,) float32, weights of a pixel's own error in L, a and b.
        change_threshold: a change must lower the loss by at least this much.
        sums: (tile rows + 1, tile columns + 1, 3) float32, weighted sum of the error around each
            corner of a tile (`dither.optimizer.loss.corner_sums`). Written.
        row_weights: (tile rows + 1,) float32; the weight of the square of a sum is the product of this
            and of `column_weights`.
        column_weights: (tile columns + 1,) float32.
        side: height and width of a tile, a power of two and at least L - 1.
        order: (N, 2) int64, rows and columns of a tile to visit.
        shifts: (tile rows, tile columns, 2) int64, added to `order` modulo `side`.
        first: the first row of tiles; every second one follows.
        last: one past the last row of tiles.

    Returns:
        The number of pixels that changed.
    """
    height, width = pixels.shape[:2]
    span = row_taps.shape[1]
    reach = (len(field) - height) // 2
    m00, m01, m02 = roots_to_oklab[0]
    m10, m11, m12 = roots_to_oklab[1]
    m20, m21, m22 = roots_to_oklab[2]
    # The quadratic form of the cube roots' changes, with both halves of each mixed term together.
    o00 = m00 * m00 + m10 * m10 + m20 * m20
    o11 = m01 * m01 + m11 * m11 + m21 * m21
    o22 = m02 * m02 + m12 * m12 + m22 * m22
    o01 = 2 * (m00 * m01 + m10 * m11 + m20 * m21)
    o02 = 2 * (m00 * m02 + m10 * m12 + m20 * m22)
    o12 = 2 * (m01 * m02 + m11 * m12 + m21 * m22)
    w0, w1, w2 = penalty
    # A part of a row is visited at all positions while it is in the processor's cache.
    tiles_at_once = min(_TILES_AT_ONCE, shifts.shape[1])
    most = (tiles_at_once + 1) // 2
    ys, xs, best = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int32)
    tiles = np.empty(most, np.int64)
    downs, rights, shared = (
        np.empty(most, np.float32),
        np.empty(most, np.float32),
        np.empty(most, np.float32),
    )
    before, least = np.empty(most, np.float32), np.empty(most, np.float32)
    c0, c1, c2 = np.empty(most, np.float32), np.empty(most, np.float32), np.empty(most, np.float32)
    l0, l1, l2 = np.empty(most, np.float32), np.empty(most, np.float32), np.empty(most, np.float32)
    # The change of the loss is (a + Q d) d in the changes d of the cone responses, plus the penalty's.
    a0, a1, a2 = np.empty(most, np.float32), np.empty(most, np.float32), np.empty(most, np.float32)
    q00, q11, q22 = (
        np.empty(most, np.float32),
        np.empty(most, np.float32),
        np.empty(most, np.float32),
    )
    q01, q02, q12 = (
        np.empty(most, np.float32),
        np.empty(most, np.float32),
        np.empty(most, np.float32),
    )
    spread = np.empty(3 * span, np.float32)
    threshold = np.float32(-change_threshold - 1e-9)
    changed = 0
    for tile_row in range(first, last, 2):
        for half in range(-(-shifts.shape[1] // tiles_at_once) * 2 * len(order)):
            step = half // 2 % len(order)
            start = half // (2 * len(order)) * tiles_at_once
            end = min(start + tiles_at_once, shifts.shape[1])
            count = 0
            for tile_column in range(start + (half + step) % 2, end, 2):
                down, right = shifts[tile_row, tile_column]
                y = tile_row * side + (order[step, 0] + down & side - 1)
                x = tile_column * side + (order[step, 1] + right & side - 1)
                if y < height and x < width and pixels[y, x, 7] >= 0:
                    ys[count], xs[count], tiles[count] = y, x, tile_column
                    best[count] = int(pixels[y, x, 6])
                    near = field[y + reach, 3 * (x + reach) : 3 * (x + reach) + 3]
                    v = np.float32((y - tile_row * side + 0.5) / side)
                    h = np.float32((x - tile_column * side + 0.5) / side)
                    downs[count], rights[count] = v, h
                    n0, n1 = sums[tile_row, tile_column], sums[tile_row, tile_column + 1]
                    n2, n3 = sums[tile_row + 1, tile_column], sums[tile_row + 1, tile_column + 1]
                    above, below = row_weights[tile_row] * (1 - v), row_weights[tile_row + 1] * v
                    left = column_weights[tile_column] * (1 - h)
                    beside = column_weights[tile_column + 1] * h
                    shared[count] = (above * (1 - v) + below * v) * (left * (1 - h) + beside * h)
                    k0, k1, k2, k3 = above * left, above * beside, below * left, below * beside
                    a0[count] = near[0] + k0 * n0[0] + k1 * n1[0] + k2 * n2[0] + k3 * n3[0]
                    a1[count] = near[1] + k0 * n0[1] + k1 * n1[1] + k2 * n2[1] + k3 * n3[1]
                    a2[count] = near[2] + k0 * n0[2] + k1 * n1[2] + k2 * n2[2] + k3 * n3[2]
                    count += 1
            for i in range(count):
                y, x = ys[i], xs[i]
                now = best[i]
                s0, s1, s2 = pixels[y, x, 0], pixels[y, x, 1], pixels[y, x, 2]
                l0[i], l1[i], l2[i] = pixels[y, x, 3], pixels[y, x, 4], pixels[y, x, 5]
                f0, f1, f2 = 2 * a0[i], 2 * a1[i], 2 * a2[i]
                a0[i] = s0 * (m00 * f0 + m10 * f1 + m20 * f2)
                a1[i] = s1 * (m01 * f0 + m11 * f1 + m21 * f2)
                a2[i] = s2 * (m02 * f0 + m12 * f1 + m22 * f2)
                own = row_taps[y, reach] * column_taps[x, reach] + shared[i]
                q00[i], q01[i], q02[i] = (
                    own * o00 * s0 * s0,
                    own * o01 * s0 * s1,
                    own * o02 * s0 * s2,
                )
                q11[i], q12[i], q22[i] = (
                    own * o11 * s1 * s1,
                    own * o12 * s1 * s2,
                    own * o22 * s2 * s2,
                )
                c0[i], c1[i], c2[i] = cones[now, 0], cones[now, 1], cones[now, 2]
                before[i] = (
                    w0 * (labs[now, 0] - l0[i]) ** 2
                    + w1 * (labs[now, 1] - l1[i]) ** 2
                    + w2 * (labs[now, 2] - l2[i]) ** 2
                )
                least[i] = threshold
            # One list of candidates: the inner loop over pixels becomes vector instructions.
            for candidate in range(table.shape[1] if len(table) == 1 else 0):
                other = table[0, candidate]
                k0, k1, k2 = cones[other, 0], cones[other, 1], cones[other, 2]
                g0, g1, g2 = labs[other, 0], labs[other, 1], labs[other, 2]
                for i in range(count):
                    d0, d1, d2 = k0 - c0[i], k1 - c1[i], k2 - c2[i]
                    change = (
                        d0 * (a0[i] + q00[i] * d0 + q01[i] * d1 + q02[i] * d2)
                        + d1 * (a1[i] + q11[i] * d1 + q12[i] * d2)
                        + d2 * (a2[i] + q22[i] * d2)
                    )
                    change += (
                        w0 * (g0 - l0[i]) ** 2
                        + w1 * (g1 - l1[i]) ** 2
                        + w2 * (g2 - l2[i]) ** 2
                        - before[i]
                    )
                    better = change < least[i]
                    least[i] = change if better else least[i]
                    best[i] = other if better else best[i]
            for i in range(0 if len(table) == 1 else count):
                for other in table[int(pixels[ys[i], xs[i], 7])]:
                    d0 = cones[other, 0] - c0[i]
                    d1 = cones[other, 1] - c1[i]
                    d2 = cones[other, 2] - c2[i]
                    change = (
                        d0 * (a0[i] + q00[i] * d0 + q01[i] * d1 + q02[i] * d2)
                        + d1 * (a1[i] + q11[i] * d1 + q12[i] * d2)
                        + d2 * (a2[i] + q22[i] * d2)
                    )
                    change += (
                        w0 * (labs[other, 0] - l0[i]) ** 2
                        + w1 * (labs[other, 1] - l1[i]) ** 2
                        + w2 * (labs[other, 2] - l2[i]) ** 2
                        - before[i]
                    )
                    if change < least[i]:
                        least[i], best[i] = change, other
            for i in range(count):
                y, x, other = ys[i], xs[i], best[i]
                if other == pixels[y, x, 6]:
                    continue
                changed += 1
                pixels[y, x, 6] = other
                r0 = pixels[y, x, 0] * (cones[other, 0] - c0[i])
                r1 = pixels[y, x, 1] * (cones[other, 1] - c1[i])
                r2 = pixels[y, x, 2] * (cones[other, 2] - c2[i])
                e0 = m00 * r0 + m01 * r1 + m02 * r2
                e1 = m10 * r0 + m11 * r1 + m12 * r2
                e2 = m20 * r0 + m21 * r1 + m22 * r2
                v, h = downs[i], rights[i]
                for corner in range(4):
                    share = v if corner & 2 else 1 - v
                    share *= h if corner & 1 else 1 - h
                    total = sums[tile_row + (corner >> 1), tiles[i] + (corner & 1)]
                    total[0] += share * e0
                    total[1] += share * e1
                    total[2] += share * e2
                for t in range(span):
                    spread[3 * t] = column_taps[x, t] * e0
                    spread[3 * t + 1] = column_taps[x, t] * e1
                    spread[3 * t + 2] = column_taps[x, t] * e2
                for dy in range(2 * reach + 1):
                    line = field[y + dy, 3 * x : 3 * (x + span)]
                    weight = row_taps[y, dy]
                    for t in range(len(spread)):
                        line[t] += weight * spread[t]
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
