"""Choices of options that several commands share."""

import enum
from typing import cast

from dither.preparation.fit import Rotate


class MixInChoice(enum.StrEnum):
    """The space in which neighbouring pixels keep their mean."""

    encoded = "encoded"
    linear = "linear"


class IntentChoice(enum.StrEnum):
    """The way colours that the palette cannot show are mapped to those that it can."""

    perceptual = "perceptual"
    relative = "relative"
    absolute = "absolute"
    lightness = "lightness"


class VideoCodecChoice(enum.StrEnum):
    """The way in which a video keeps pixels."""

    lossless = "lossless"
    compatible = "compatible"


class FitChoice(enum.StrEnum):
    """Ways to fit an image to a size of other proportions."""

    contain = "contain"
    cover = "cover"
    stretch = "stretch"


class RotateChoice(enum.StrEnum):
    """Degrees clockwise, or the choice between 0 and 90 by the proportions."""

    auto = "auto"
    quarter = "90"
    half = "180"
    three_quarters = "270"

    @property
    def degrees(self) -> Rotate:
        """The value for `Preparation`."""
        return "auto" if self == RotateChoice.auto else cast(Rotate, int(self))


class PackedChoice(enum.StrEnum):
    """Layouts of raw pixels; see `dither.images.raw_layout`."""

    msb = "msb"
    lsb = "lsb"
    pages = "pages"
    planes = "planes"


class CompressionChoice(enum.StrEnum):
    """The compression of a TIFF."""

    none = "none"
    deflate = "deflate"
    lzw = "lzw"
    group4 = "group4"
    zstd = "zstd"


class AlphaChoice(enum.StrEnum):
    """Ways to treat transparent pixels."""

    keep = "keep"
    threshold = "threshold"
    dither = "dither"
    background = "background"


class DescentMethodChoice(enum.StrEnum):
    """Descents on every pixel."""

    published = "published"
