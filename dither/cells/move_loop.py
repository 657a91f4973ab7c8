"""Compiled loop: try other sets of colours in each cell, and search its pixels anew."""

import numpy as np

from dither.native.loop import compiled

_INFINITE = np.float32(1e30)


@compiled(fastmath=True)
def move_cells(
    pixels: np.ndarray,
    field: np.ndarray,
    sets: np.ndarray,
    members: np.ndarray,
    offers: np.ndarray,
    choice: np.ndarray,
    visited: np.ndarray,
    size: np.ndarray,
    order: np.ndarray,
    passes: int,
    border: float,
    cones: np.ndarray,
    labs: np.ndarray,
    roots_to_oklab: np.ndarray,
    row_taps: np.ndarray,
    column_taps: np.ndarray,
    penalty: np.ndarray,
) -> int:
    """Try other sets of colours in cells, and keep the one that lowers the loss of the search most.

    For each set, the pixels of the cell are searched anew with the rest of the image as it is.

    Args:
        pixels: as from `dither.optimizer.search.float_pixels`; the last sample is the set. Written.
        field: as there. Written.
        sets: (sets, N) uint8, colours of each set.
        members: (sets, K) bool, whether a colour is in a set.
        offers: (cells, M) int32, the sets that a cell may take, also the one that it has; -1 for none.
        choice: (cell rows, cell columns) int32, the set of each cell; written.
        visited: (cells,) int64, the cells in the order of their visits.
        size: (2,) int64, height and width of a cell.
        order: (N, 2) int64, rows and columns of a cell in the order of their visits.
        passes: number of times that each pixel of a cell is decided.
        border: loss of each pair of neighbouring cells with different sets.
        cones: as in `visit`, like the following.
        labs: as there.
        roots_to_oklab: as there.
        row_taps: as there.
        column_taps: as there.
        penalty: as there.

    Returns:
        The number of cells with another set than before.
    """
    height, width = pixels.shape[:2]
    span = row_taps.shape[1]
    reach = (len(field) - height) // 2
    m = roots_to_oklab
    o00 = m[0, 0] * m[0, 0] + m[1, 0] * m[1, 0] + m[2, 0] * m[2, 0]
    o11 = m[0, 1] * m[0, 1] + m[1, 1] * m[1, 1] + m[2, 1] * m[2, 1]
    o22 = m[0, 2] * m[0, 2] + m[1, 2] * m[1, 2] + m[2, 2] * m[2, 2]
    o01 = 2 * (m[0, 0] * m[0, 1] + m[1, 0] * m[1, 1] + m[2, 0] * m[2, 1])
    o02 = 2 * (m[0, 0] * m[0, 2] + m[1, 0] * m[1, 2] + m[2, 0] * m[2, 2])
    o12 = 2 * (m[0, 1] * m[0, 2] + m[1, 1] * m[1, 2] + m[2, 1] * m[2, 2])
    w0, w1, w2 = penalty
    tall, wide = size[0], size[1]
    columns = choice.shape[1]
    around = (tall + 2 * reach, 3 * (wide + span))
    work, kept = np.empty(around, np.float32), np.empty(around, np.float32)
    now, found = np.empty((tall, wide), np.uint8), np.empty((tall, wide), np.uint8)
    spread = np.empty(3 * span, np.float32)
    moved = 0
    for cell in visited:
        row, column = cell // columns, cell % columns
        top, left = row * tall, column * wide
        h, w = min(tall, height - top), min(wide, width - left)
        lines, line_length = h + 2 * reach, 3 * (w + span)
        least, chosen = np.float32(-1e-7), -1
        for offer in offers[cell]:
            if offer < 0:
                continue
            for y in range(lines):
                line = field[top + y, 3 * left : 3 * left + line_length]
                for t in range(line_length):
                    work[y, t] = line[t]
            for y in range(h):
                for x in range(w):
                    now[y, x] = int(pixels[top + y, left + x, 6])
            # Among sets that are nearly as good, the neighbours' set shows no border.
            total = np.float32(0)
            for side in range(4):
                r, c = row + (side - 1) % 2 * (1 - side), column + side % 2 * (side - 2)
                if 0 <= r < len(choice) and 0 <= c < columns:
                    differs = int(choice[r, c] != offer) - int(choice[r, c] != choice[row, column])
                    total += np.float32(border * differs)
            for _ in range(passes):
                changed = 0
                for visit in range(len(order)):
                    y, x = order[visit, 0], order[visit, 1]
                    if y >= h or x >= w or pixels[top + y, left + x, 7] < 0:
                        continue
                    pixel = pixels[top + y, left + x]
                    s0, s1, s2 = pixel[0], pixel[1], pixel[2]
                    l0, l1, l2 = pixel[3], pixel[4], pixel[5]
                    seen = np.float32(1) if s0 > 0 else np.float32(0)  # a masked pixel has no error
                    f0 = 2 * work[y + reach, 3 * (x + reach)]
                    f1 = 2 * work[y + reach, 3 * (x + reach) + 1]
                    f2 = 2 * work[y + reach, 3 * (x + reach) + 2]
                    a0 = s0 * (m[0, 0] * f0 + m[1, 0] * f1 + m[2, 0] * f2)
                    a1 = s1 * (m[0, 1] * f0 + m[1, 1] * f1 + m[2, 1] * f2)
                    a2 = s2 * (m[0, 2] * f0 + m[1, 2] * f1 + m[2, 2] * f2)
                    own = row_taps[top + y, reach] * column_taps[left + x, reach]
                    q00, q01, q02 = own * o00 * s0 * s0, own * o01 * s0 * s1, own * o02 * s0 * s2
                    q11, q12, q22 = own * o11 * s1 * s1, own * o12 * s1 * s2, own * o22 * s2 * s2
                    old = now[y, x]
                    before = (
                        w0 * (labs[old, 0] - l0) ** 2
                        + w1 * (labs[old, 1] - l1) ** 2
                        + w2 * (labs[old, 2] - l2) ** 2
                    )
                    best, low = old, np.float32(-1e-9)
                    if not members[offer, old]:
                        low = _INFINITE
                    for other in sets[offer]:
                        d0 = cones[other, 0] - cones[old, 0]
                        d1 = cones[other, 1] - cones[old, 1]
                        d2 = cones[other, 2] - cones[old, 2]
                        change = (
                            d0 * (a0 + q00 * d0 + q01 * d1 + q02 * d2)
                            + d1 * (a1 + q11 * d1 + q12 * d2)
                            + d2 * (a2 + q22 * d2)
                        )
                        change += seen * (
                            w0 * (labs[other, 0] - l0) ** 2
                            + w1 * (labs[other, 1] - l1) ** 2
                            + w2 * (labs[other, 2] - l2) ** 2
                            - before
                        )
                        if change < low:
                            best, low = other, change
                    if best == old:
                        continue
                    changed += 1
                    total += low
                    now[y, x] = best
                    r0 = s0 * (cones[best, 0] - cones[old, 0])
                    r1 = s1 * (cones[best, 1] - cones[old, 1])
                    r2 = s2 * (cones[best, 2] - cones[old, 2])
                    e0 = m[0, 0] * r0 + m[0, 1] * r1 + m[0, 2] * r2
                    e1 = m[1, 0] * r0 + m[1, 1] * r1 + m[1, 2] * r2
                    e2 = m[2, 0] * r0 + m[2, 1] * r1 + m[2, 2] * r2
                    for t in range(span):
                        spread[3 * t] = column_taps[left + x, t] * e0
                        spread[3 * t + 1] = column_taps[left + x, t] * e1
                        spread[3 * t + 2] = column_taps[left + x, t] * e2
                    for dy in range(2 * reach + 1):
                        line = work[y + dy, 3 * x : 3 * (x + span)]
                        weight = row_taps[top + y, dy]
                        for t in range(len(spread)):
                            line[t] += weight * spread[t]
                if changed == 0:
                    break
            if total < least:
                least, chosen = total, offer
                work, kept = kept, work
                now, found = found, now
        if chosen < 0:
            continue
        moved += chosen != choice[row, column]
        choice[row, column] = chosen
        for y in range(lines):
            line = field[top + y, 3 * left : 3 * left + line_length]
            for t in range(line_length):
                line[t] = kept[y, t]
        for y in range(h):
            for x in range(w):
                pixels[top + y, left + x, 6] = found[y, x]
                if pixels[top + y, left + x, 7] >= 0:
                    pixels[top + y, left + x, 7] = chosen
    return moved
