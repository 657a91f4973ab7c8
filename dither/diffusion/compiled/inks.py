"""Error diffusion of inks whose dots avoid each other: first their number at a pixel, then the inks."""

from dither.diffusion.compiled.quantize import HALF, threshold
from dither.native.loop import compiled


@compiled
def diffuse_rows(
    amounts, levels, out, waiting, top, taps, serpentine, order, step, bounds, thresholds
):
    """Diffuse the next rows.

    Args:
        amounts: (rows, W, inks) uint8.
        levels: of each ink, 2 to 256.
        out: (rows, W, inks) uint8.
        waiting: (ring, W + 2 reach, inks) int64 errors that rows have received, times 65536.
        top: number of the first row.
        taps: (n, 3) int64: rows down, columns ahead, share in 1/65536.
        serpentine: whether odd rows are scanned to the left.
        order: (inks,) int64, inks in the order in which they win ties.
        step: units of an amount between two levels; a multiple of 255.
        bounds: (low, high) to which an amount with its errors is clipped.
        thresholds: modulation, as in `dither.diffusion.compiled`.
    """
    rows, width, inks = out.shape
    ring = len(waiting)
    reach = (waiting.shape[1] - width) // 2
    low, high = bounds
    varies, offsets, noise, seed = thresholds
    scale = (levels - 1) * step // 255
    for y in range(rows):
        own = waiting[(top + y) % ring]
        turn = -1 if serpentine and (top + y) % 2 == 1 else 1
        for place in range(width):
            x = place if turn == 1 else width - 1 - place
            values = own[x + reach]  # the errors received become what is missing from each ink
            total, least, most = 0, 0, 0
            for ink in range(inks):
                value = int(amounts[y, x, ink]) * scale + ((values[ink] + HALF) >> 16)
                value = min(max(value, low), high)
                level = min(max(value // step, 0), levels - 2)
                out[y, x, ink] = level
                values[ink] = value - level * step
                total += values[ink]
                least += values[ink] >= step
                most += values[ink] > 0
            share = threshold(varies, offsets, noise, seed, top + y, x, 0)
            dots = total // step
            dots += total - dots * step > ((step * share) >> 16)
            dots = min(max(dots, least), most)
            for _ in range(dots):
                chosen = order[0]
                for ink in order:
                    if values[ink] > values[chosen]:
                        chosen = ink
                out[y, x, chosen] += 1
                values[chosen] -= 4 * high  # below all others
            for ink in range(inks):
                error = values[ink]
                if error < -2 * high:
                    error += 4 * high - step
                for tap in range(len(taps)):
                    column = x + reach + turn * taps[tap, 1]
                    waiting[(top + y + taps[tap, 0]) % ring, column, ink] += error * taps[tap, 2]
        own[:] = 0
