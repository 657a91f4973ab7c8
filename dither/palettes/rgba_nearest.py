"""The nearest entry of a palette with alpha, in compiled code."""

from dither.native.loop import compiled


@compiled
def nearest_entry(red, green, blue, alpha, entries, first):
    """Return the index, from `first` on, of the entry of the least error over black and over white."""
    best, least = first, -1
    for index in range(first, len(entries)):
        coverage = alpha - entries[index, 3]
        r, g, b = red - entries[index, 0], green - entries[index, 1], blue - entries[index, 2]
        error = r * r + g * g + b * b
        r, g, b = r - coverage, g - coverage, b - coverage
        error += r * r + g * g + b * b
        if least < 0 or error < least:
            best, least = index, error
    return best
