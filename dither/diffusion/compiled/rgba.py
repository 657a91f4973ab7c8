"""Error diffusion of premultiplied colours and alpha to a palette with alpha."""

from dither.native.loop import compiled
from dither.palettes.rgba_nearest import nearest_entry


@compiled
def diffuse_rows(wanted, alphas, out, waiting, top, taps, serpentine, entries, first_opaque, white):
    """Diffuse the next rows.

    Args:
        wanted: (rows, W, 4) int64, premultiplied linear light and alpha; `white` is 1.
        alphas: (rows, W) uint8.
        out: (rows, W) uint8.
        waiting: (ring, W + 2 reach, 4) int64 errors that rows have received, times 65536.
        top: number of the first row.
        taps: (n, 3) int64: rows down, columns ahead, share in 1/65536.
        serpentine: whether odd rows are scanned to the left.
        entries: (K, 4) int64, as `wanted`.
        first_opaque: index of the first opaque entry; K if there is none.
        white: unit of light and alpha.
    """
    rows, width = out.shape
    ring = len(waiting)
    reach = (waiting.shape[1] - width) // 2
    for y in range(rows):
        own = waiting[(top + y) % ring]
        step = -1 if serpentine and (top + y) % 2 == 1 else 1
        for place in range(width):
            x = place if step == 1 else width - 1 - place
            if alphas[y, x] == 0 and entries[0, 3] == 0:
                out[y, x] = 0
                continue
            received = own[x + reach]
            is_opaque = alphas[y, x] == 255 and first_opaque < len(entries)
            low, high = -white // 4, white + white // 4  # colours that no mixture reaches
            red = min(high, max(low, wanted[y, x, 0] + ((received[0] + 32768) >> 16)))
            green = min(high, max(low, wanted[y, x, 1] + ((received[1] + 32768) >> 16)))
            blue = min(high, max(low, wanted[y, x, 2] + ((received[2] + 32768) >> 16)))
            alpha = wanted[y, x, 3]
            if not is_opaque:
                alpha = min(high, max(low, alpha + ((received[3] + 32768) >> 16)))
            index = nearest_entry(
                red, green, blue, alpha, entries, first_opaque if is_opaque else 0
            )
            out[y, x] = index
            red, green, blue = (
                red - entries[index, 0],
                green - entries[index, 1],
                blue - entries[index, 2],
            )
            alpha -= entries[index, 3]
            for tap in range(len(taps)):
                target = waiting[(top + y + taps[tap, 0]) % ring, x + reach + step * taps[tap, 1]]
                share = taps[tap, 2]
                target[0] += red * share
                target[1] += green * share
                target[2] += blue * share
                target[3] += alpha * share
        own[:] = 0
