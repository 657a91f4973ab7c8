"""Options of every command that dithers images: inputs, outputs, and the preparation."""

import dataclasses
from fractions import Fraction
from pathlib import Path
from typing import Annotated, cast

import typer

from dither.cli.choices import (
    AlphaChoice,
    CompressionChoice,
    FitChoice,
    PackedChoice,
    RotateChoice,
    VideoCodecChoice,
)
from dither.cli.declare import PREPARATION
from dither.cli.options import MaxPixelsOption, NoColorManagementOption
from dither.console.options import (
    INPUT,
    OUTPUT,
    ForceOption,
    JsonOption,
    QuietOption,
    number,
    option,
)
from dither.errors import InputError
from dither.preparation.adjustments import (
    MAX_DPI,
    MAX_EXPOSURE,
    MAX_GAMMA,
    MAX_PERCENT,
    MIN_GAMMA,
    Preparation,
)
from dither.preparation.fit import Fit, Sides


def parse_resize(text: str) -> Sides | float:
    """Return the sides or the factor that --resize names.

    Raises:
        InputError: the text is none of WxH, Wx, xH and P%, or a number is out of range.

    Example:
        >>> parse_resize("320x"), parse_resize("50%")
        (Sides(width=320, height=None), 0.5)
    """
    try:
        if text.endswith("%"):
            resize = float(text[:-1]) / 100
            Preparation(resize=resize)
            return resize
        width, height = (int(side) if side else None for side in text.lower().split("x"))
        return Sides(width, height)
    except InputError as error:
        raise InputError(f"--resize is {text!r}: {error}") from None
    except ValueError:
        raise InputError(
            f"--resize is {text!r}; it must be like 320x240, 320x, x240 or 50%"
        ) from None


@dataclasses.dataclass(frozen=True)
class Job:
    """Options of every command that dithers images: the images, the outputs, and the preparation.

    Attributes:
        preparation: the options of the panel Preparation, checked.
    """

    images: Annotated[
        list[Path],
        typer.Argument(
            metavar="IMAGE",
            rich_help_panel=INPUT,
            help="PNG, JPEG, TIFF, WebP, BMP, GIF or PNM files, or - for standard input; grey, and "
            "colours that go to levels, may have 16 bits. GIF, PNG and WebP animations are read whole. "
            "Also MP4, MOV, MKV, WebM and AVI videos, with the extra video.",
        ),
    ]
    max_pixels: MaxPixelsOption = 1 << 28
    no_color_management: NoColorManagementOption = False
    output: Annotated[
        Path | None,
        option(
            OUTPUT,
            "A file (.png .gif .webp .tif .bmp .pnm .mp4 .webm ...), an existing folder, or - for "
            "standard output. .gif, .png, .webp and videos keep the animation; other formats keep the "
            "first frame.",
            *("--output", "-o"),
            value="FILE|FOLDER|-",
        ),
    ] = None
    output_dir: Annotated[
        Path | None,
        option(
            OUTPUT,
            "A folder, created if missing; with several inputs, all outputs are written or none.",
            value="FOLDER",
        ),
    ] = None
    name: Annotated[
        str | None,
        option(
            OUTPUT,
            "File name in a folder, with the {stem} or {name} (photo, photo.jpg) of the input "
            "[{stem}-dithered.png; with --recursive {stem}.png]; {frame} writes each frame of a clip "
            "or page of a TIFF to a file of its own, such as {stem}-{frame}.png.",
            value="TEMPLATE",
        ),
    ] = None
    fps: Annotated[
        float | None,
        number(
            OUTPUT,
            *(0.1, 100),
            "Frames per second of a clip or video (0.1 to 100). Several images, or those of a "
            "folder, become its frames in natural order (2 before 10). A clip keeps its length: frames "
            "are left out or repeated.",
            value="RATE",
        ),
    ] = None
    loop: Annotated[
        int | None,
        number(
            OUTPUT,
            *(0, 65535),
            "Times that a clip is shown, 0 for endless [that of the input; 0 for new clips].",
            value="N",
        ),
    ] = None
    video_codec: Annotated[
        VideoCodecChoice,
        option(
            OUTPUT,
            "For .mp4 .mov .mkv .webm: keep every pixel, for players built on FFmpeg such as VLC and "
            "mpv (lossless), or halve the resolution of colour, for all players (compatible).",
        ),
    ] = VideoCodecChoice.lossless
    compression: Annotated[
        CompressionChoice | None,
        option(
            OUTPUT,
            "Compression of a .tif; group4 is for 1 bit per pixel [that of a TIFF input, else none].",
        ),
    ] = None
    output_format: Annotated[
        str | None,
        option(
            OUTPUT,
            "Format of standard output: png, gif, webp, tif, bmp, pnm ... [png].",
            "--format",
            value="FORMAT",
        ),
    ] = None
    packed: Annotated[
        PackedChoice | None,
        option(
            OUTPUT,
            "Write raw pixels for displays, of grey, a palette, or levels such as rgb565: the leftmost "
            "in the highest bits and bytes (msb) or the lowest (lsb); pages of 8 rows (SSD1306); or a "
            "plane for each bit. With --panel, its raw buffer. Files in .h, .c, .xbm and .escpos "
            "(thermal printers) need no --packed.",
        ),
    ] = None
    preview: Annotated[
        Path | None,
        option(
            OUTPUT,
            "With --panel and a single image, also write the picture as it looks on the panel.",
            value="FILE",
        ),
    ] = None
    scale: Annotated[
        int, number(OUTPUT, 1, 64, "Enlarge the result N times without smoothing (1 to 64).")
    ] = 1
    dpi: Annotated[
        float | None,
        number(
            OUTPUT,
            1,
            MAX_DPI,
            "Dots per inch on paper, for programs that print a .png, .tif or .bmp (1 to 100000); with "
            "--scale N, the file has N times as many pixels per inch [the size on paper stays].",
        ),
    ] = None
    force: ForceOption = False
    json_output: JsonOption = False
    quiet: QuietOption = False
    gray: Annotated[bool, option(PREPARATION, "Dither the luminance only.", "--gray")] = False
    rotate: Annotated[
        RotateChoice | None,
        option(
            PREPARATION,
            "Degrees clockwise; auto turns by 90 if the image then fills more of the size.",
        ),
    ] = None
    resize: Annotated[
        str | None,
        option(
            PREPARATION,
            "Resize first, such as 800x480; 320x, x240 and 50% keep the aspect ratio.",
            value="WxH|Wx|xH|P%",
        ),
    ] = None
    fit: Annotated[
        FitChoice | None,
        option(
            PREPARATION,
            "For a size of other proportions: add bars (contain), cut off equally at both ends "
            "(cover), or distort (stretch) [stretch, with a note].",
        ),
    ] = None
    background: Annotated[
        str | None,
        option(
            PREPARATION,
            "Colour of the bars and behind transparent pixels, such as #ffffff or white, mixed in "
            "linear light [bars: transparent if the image has alpha, else white].",
            value="COLOUR",
        ),
    ] = None
    alpha: Annotated[
        AlphaChoice | None,
        option(
            PREPARATION,
            "Partial transparency: keep it, make pixels opaque from alpha 128 on (threshold) or by a "
            "blue-noise pattern (dither), or composite on --background, else white [keep; .gif and "
            "--cells: threshold; formats without alpha, packed rows and panel buffers: background].",
        ),
    ] = None
    auto_contrast: Annotated[
        float | None,
        number(
            PREPARATION,
            *(0, MAX_PERCENT),
            "Stretch linear light until this percentage of the pixels is black, and as many white "
            "(0 to 49; 0.5 is usual).",
            value="PERCENT",
        ),
    ] = None
    exposure: Annotated[
        float,
        number(
            PREPARATION,
            *(-MAX_EXPOSURE, MAX_EXPOSURE),
            "Multiply linear light by 2^EV (-5 to 5); clipped at white.",
            value="EV",
        ),
    ] = 0.0
    shadows: Annotated[
        float,
        number(
            PREPARATION,
            *(-1, 1),
            "Darken (-1) to lighten (1) dark tones; black stays, and colours keep their hue.",
            value="AMOUNT",
        ),
    ] = 0.0
    highlights: Annotated[
        float,
        number(
            PREPARATION,
            *(-1, 1),
            "Darken (-1) to lighten (1) light tones; white stays, and colours keep their hue.",
            value="AMOUNT",
        ),
    ] = 0.0
    gamma: Annotated[
        float,
        number(
            PREPARATION,
            *(MIN_GAMMA, MAX_GAMMA),
            "Lighten (above 1) or darken middle tones: sRGB codes to the power 1/GAMMA (0.1 to 10).",
            value="GAMMA",
        ),
    ] = 1.0
    saturation: Annotated[
        float,
        option(
            PREPARATION,
            "Colourfulness factor applied before dithering (0 to 10); 0 is grey.",
            value="FACTOR",
        ),
    ] = 1.0
    brightness: Annotated[
        float,
        option(
            PREPARATION,
            "Brightness factor applied before dithering (0 to 10); 0 is black.",
            value="FACTOR",
        ),
    ] = 1.0
    contrast: Annotated[
        float,
        option(
            PREPARATION,
            "Contrast factor applied before dithering (0 to 10); 0 is middle grey.",
            value="FACTOR",
        ),
    ] = 1.0
    line_art: Annotated[
        bool,
        option(
            PREPARATION,
            "Leave lines, text and flat areas undithered, in colours that keep them readable; dither "
            "photos, gradients, and flat areas that no colour resembles.",
            "--line-art",
        ),
    ] = False
    mask: Annotated[
        Path | None,
        option(
            PREPARATION,
            "A grey image of the same size: white is dithered, black takes the nearest colours without "
            "dithering. It is resized with the image.",
            value="FILE",
        ),
    ] = None
    preparation: Preparation = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        if self.line_art and self.mask is not None:
            raise InputError("choose one of --line-art and --mask")
        if self.background is not None and self.alpha not in (None, AlphaChoice.background):
            raise InputError(
                f"--background composites transparent pixels, and --alpha {self.alpha} does not; leave "
                "one of them out"
            )
        resize = None if self.resize is None else parse_resize(self.resize)
        if resize is not None:
            self._check_frame(resize)
        preparation = Preparation(
            gray=self.gray,
            resize=resize,
            saturation=self.saturation,
            brightness=self.brightness,
            contrast=self.contrast,
            fit=None if self.fit is None else cast(Fit, str(self.fit)),
            rotate=0 if self.rotate is None else self.rotate.degrees,
            background=self.background,
            exposure=self.exposure,
            gamma=self.gamma,
            shadows=self.shadows,
            highlights=self.highlights,
            auto_contrast=self.auto_contrast,
            dpi=self.dpi,
        )
        object.__setattr__(self, "preparation", preparation)

    @property
    def rate(self) -> Fraction:
        """The option --fps, exactly; a value such as 23.976 is taken as 24000/1001."""
        assert self.fps is not None
        ntsc = Fraction(round(self.fps * 1.001) * 1000, 1001)
        near = abs(float(ntsc) - self.fps) < 0.002 and self.fps != round(self.fps)
        return ntsc if near else Fraction(str(self.fps))

    @property
    def is_framewise(self) -> bool:
        """Whether each frame becomes a file."""
        return self.name is not None and "{frame}" in self.name

    @property
    def makes_clip(self) -> bool:
        """Whether the inputs become one clip."""
        return self.fps is not None and not self.is_framewise

    def preparation_in(self, frame: Sides | None = None) -> Preparation:
        """Return the preparation for a device of a known size, or for files of any size.

        Args:
            frame: the size of the device; --fit and --rotate auto fit images to it unless --resize is
                given. Without them, images keep their size.

        Raises:
            InputError: --fit or --rotate auto is given, and no size.
        """
        if frame is not None and (self.fit is not None or self.rotate == RotateChoice.auto):
            return self.preparation.in_frame(frame)
        self._check_frame(self.preparation.resize)
        return self.preparation

    def _check_frame(self, size: Sides | float | None) -> None:
        """Refuse options that need a width and a height."""
        given = {"--fit": self.fit is not None, "--rotate auto": self.rotate == RotateChoice.auto}
        for name in (name for name, is_given in given.items() if is_given):
            if not isinstance(size, Sides) or not size.are_both_given:
                raise InputError(f"{name} needs a width and a height; give --resize WxH or --panel")
