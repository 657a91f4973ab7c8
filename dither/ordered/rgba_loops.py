"""The compiled loop of ordered dithering to a palette with alpha."""

from dither.native.loop import compiled
from dither.palettes.rgba_nearest import nearest_entry


@compiled
def mix_rows(wanted, alphas, out, top, picks, entries, ranks, first_opaque, mixture):
    """Dither the next rows.

    Args:
        wanted: (rows, W, 4) int64, premultiplied linear light and alpha.
        alphas: (rows, W) uint8.
        out: (rows, W) uint8.
        top: number of the first row.
        picks: (h, w) int64, the place in the sorted mixture that a cell takes.
        entries: (K, 4) int64, as `wanted`.
        ranks: (K,) int64, the order of the entries in a mixture.
        first_opaque: index of the first opaque entry; K if there is none.
        mixture: (N,) int64, scratch.
    """
    rows, width = out.shape
    old_red, old_green, old_blue, old_alpha = -1, -1, -1, -1
    for y in range(rows):
        cells = picks[(top + y) % len(picks)]
        for x in range(width):
            if alphas[y, x] == 0 and entries[0, 3] == 0:
                out[y, x] = 0
                continue
            red, green, blue, alpha = (
                wanted[y, x, 0],
                wanted[y, x, 1],
                wanted[y, x, 2],
                wanted[y, x, 3],
            )
            # Neighbours of one colour share a mixture.
            if not (
                old_red == red and old_green == green and old_blue == blue and old_alpha == alpha
            ):
                first = first_opaque if alphas[y, x] == 255 and first_opaque < len(entries) else 0
                r, g, b, a = red, green, blue, alpha
                for number in range(len(mixture)):
                    index = nearest_entry(r, g, b, a, entries, first)
                    r += red - entries[index, 0]
                    g += green - entries[index, 1]
                    b += blue - entries[index, 2]
                    a += alpha - entries[index, 3]
                    # Insertion into the entries sorted so far.
                    place = number
                    while place > 0 and ranks[mixture[place - 1]] > ranks[index]:
                        mixture[place] = mixture[place - 1]
                        place -= 1
                    mixture[place] = index
                old_red, old_green, old_blue, old_alpha = red, green, blue, alpha
            out[y, x] = mixture[cells[x % len(cells)]]
