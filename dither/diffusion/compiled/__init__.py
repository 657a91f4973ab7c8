"""Compiled loops of error diffusion, by scan order and kind of target.

All loops that write codes share these arguments:

    samples     (H, W) or, for palettes, (H, W, 3); codes, or light as int32
    units       light of each code; empty if the samples are light
    codes       (H, W), the output
    taps        (taps, 3) int64: rows down, columns ahead, share in 1/65536
    target      `LevelTable` or `PaletteTable`
    thresholds  `ThresholdModulation`
    channel     number of the channel, for the noise
    bounds      (low, high) to which light with its errors is clipped
"""
