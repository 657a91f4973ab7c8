"""The task of `dither optimize --method published` and `--loss` on one image, and its options."""

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from dither.cli.choices import DescentMethodChoice
from dither.cli.memory import parse_bytes
from dither.cli.result_files import Dithered
from dither.console.compiled_cache import keep_compiled_code
from dither.console.options import number, option
from dither.errors import InputError
from dither.progress import OnProgress, no_progress

if TYPE_CHECKING:
    from dither.differentiable.tiles import WeightedLoss
    from dither.images.animation import Animation
    from dither.palettes.palette import Palette

_DESCENT = "Descent on every pixel"
_MEMORY = 2_000_000_000
_STEPS = 500
# Arrays of 4 bytes per pixel and colour of the published descent: logits, moments, slopes, temporaries.
_PUBLISHED_ARRAYS = 10
# Options that a descent lacks, for `refuse_without_effect`.
WITHOUT_DESCENT = {
    "with --method or --loss": (
        "--panel --cells --keep --device --preset --intent --viewing-filter --pixels --threads "
        "--line-art --mask --max-bytes --look --rate --recursive --fps"
    ),
    "with --method": "--palette",
    "without --method": "--variance",
    "without --method or --loss": "--steps --memory",
}


@dataclasses.dataclass(frozen=True)
class DescentOptions:
    """Options of a descent on every pixel."""

    method: Annotated[
        DescentMethodChoice | None,
        option(
            _DESCENT,
            "published: learn the palette and each pixel's probabilities, then draw its colour, as in "
            "Differentiable Dithering (Stefek 2020), with --colors N.",
        ),
    ] = None
    variance: Annotated[
        float | None,
        number(
            _DESCENT,
            *(0, 100),
            "With --method published, weight of the variance of a pixel's colour: near 0 the mean is "
            "right, with much noise; from 1 on each pixel takes the nearest colour [0.2].",
            value="WEIGHT",
        ),
    ] = None
    loss: Annotated[
        list[str] | None,
        option(
            _DESCENT,
            "Minimise this instead, with --colors N or --palette: blurred, ssim, ms-ssim, variance, or "
            "a function of the dithered and the original picture in jax.numpy; and its weight [1]. May "
            "be repeated. A file's code is run.",
            value="NAME|FILE.py:NAME[,WEIGHT]",
        ),
    ] = None
    steps: Annotated[
        int | None,
        number(
            _DESCENT, 1, 1_000_000, "Steps of gradient descent [published 1000, with --loss 500]."
        ),
    ] = None
    memory: Annotated[
        str | None,
        option(
            _DESCENT,
            "Memory for the descent; with --loss, larger pictures are optimised in random tiles [2GB].",
            value="SIZE",
        ),
    ] = None

    @property
    def given(self) -> bool:
        """Return whether a descent is wanted."""
        return self.method is not None or bool(self.loss)

    def task(
        self,
        colors: int | Literal["auto"] | None,
        palette: "Palette | None",
        seed: int,
        measured: bool,
    ) -> "DescentTask":
        """Return the task.

        Raises:
            InputError: options contradict each other, or a loss cannot be used.
        """
        if self.method is not None and self.loss:
            raise InputError("choose one of --method and --loss")
        if colors == "auto" or (colors is None and palette is None):
            alternative = "" if self.method else " or --palette"
            raise InputError(
                f"--{'method published' if self.method else 'loss'} needs a number of colours, such as "
                f"--colors 8{alternative}"
            )
        memory = _MEMORY
        if self.memory is not None:
            memory = parse_bytes("--memory", self.memory, "16MB", "1024TiB")
        return DescentTask(
            colors=colors,
            palette=palette,
            losses=tuple(self.loss or ()),
            variance=0.2 if self.variance is None else self.variance,
            steps=self.steps,
            seed=seed,
            memory=memory,
            measured=measured,
        )


@dataclasses.dataclass(frozen=True, eq=False)
class DescentTask:
    """Everything that decides the result of a descent on every pixel, and whether it is measured.

    Attributes:
        colors: number of colours to learn; None with a palette.
        palette: the palette; None to learn it.
        losses: texts of losses and weights; empty for the published method.
        variance: weight of the published method.
        steps: None for the method's own.
        seed: of the first palette, the tiles and the draws.
        memory: largest memory of the descent in bytes.
        measured: whether errors are measured for --json.
    """

    colors: int | None
    palette: "Palette | None"
    losses: tuple[str, ...]
    variance: float
    steps: int | None
    seed: int
    memory: int
    measured: bool = dataclasses.field(compare=False)

    def __call__(self, animation: "Animation", on_progress: OnProgress = no_progress) -> Dithered:
        """Optimise a still image.

        Raises:
            InputError: the image has several frames, or needs more memory than allowed.
        """
        frame, *more = animation.frames
        if more:
            raise InputError(
                f"--method published and --loss are for still images, and this one has {len(more) + 1} "
                "frames"
            )
        from dither.palettes.palette import Palette

        keep_compiled_code()
        optimized = self._losses if self.losses else self._published
        colors, indices, loss = optimized(frame.color, on_progress)
        # Colours may have become equal; a palette holds each once.
        distinct, first, merged = np.unique(colors, axis=0, return_index=True, return_inverse=True)
        if len(distinct) < 2:
            raise InputError("all colours became equal; use another --seed or less --variance")
        order = np.argsort(first)
        palette = self.palette
        if palette is None:
            palette = Palette(distinct[order], intent="absolute")
            indices = np.argsort(order)[merged.ravel()].astype(np.uint8)[indices]
        about: dict[str, Any] = {}
        if self.measured:
            from dither.cli.optimize_task import frame_errors

            counts = np.bincount(indices.ravel(), minlength=len(palette))
            about = {
                "palette": palette.hex,
                "usage": (counts / indices.size).tolist(),
                "loss": loss,
                "errors": frame_errors(frame, palette.colors[indices]),
            }
        return Dithered([indices], palette, about)

    def _published(
        self, image: np.ndarray, on_progress: OnProgress
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Return the colours, the indices and the last loss of the published method."""
        from dither.differentiable.stefek_2020 import published

        assert self.colors is not None
        pixels = image.shape[0] * image.shape[1]
        needed = 4 * _PUBLISHED_ARRAYS * pixels * self.colors
        if needed > self.memory:
            share = (self.memory / needed) ** 0.5
            raise InputError(
                f"{pixels} pixels and {self.colors} colours need about {needed / 1e6:.0f} MB of the "
                f"{self.memory / 1e6:.0f} MB allowed; use --resize {100 * share:.0f}%, fewer colours "
                "or --memory"
            )
        found = published(
            image,
            self.colors,
            variance=self.variance,
            steps=self.steps or 1000,
            seed=self.seed,
            on_progress=on_progress,
        )
        return found.colors, found.indices, float(found.trace[-1])

    def _losses(
        self, image: np.ndarray, on_progress: OnProgress
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Return the colours, the indices and the last loss of a descent on given losses."""
        from dither.color import linear_to_srgb
        from dither.differentiable.picture import largest_tile, optimize_picture

        palette: Palette | int
        palette, learned = self.colors or 0, None
        if self.palette is not None:
            palette, learned = self.palette, np.zeros(len(self.palette), bool)
        count = self.colors or len(learned if learned is not None else ())
        found = optimize_picture(
            image,
            palette,
            [parse_picture_loss(text) for text in self.losses],
            assignment="straight-through",
            tile=largest_tile(image.shape[:2], count, self.memory),
            memory=self.memory,
            steps=self.steps or _STEPS,
            seed=self.seed,
            learned=learned,
            on_progress=on_progress,
        )
        colors = np.rint(linear_to_srgb(found.palette) * 255).astype(np.uint8)
        return colors, found.indices, float(found.trace[-1])

    def draft(self, frames: int) -> "DescentTask":
        """Return the task itself: no pixels are left undithered."""
        return self

    def with_mapped(self, palette: "Palette") -> "DescentTask":
        """Return the task itself, as `draft` does."""
        return self


def parse_picture_loss(text: str) -> "WeightedLoss":
    """Return the weight and the loss that a text names.

    Args:
        text: blurred, ssim, ms-ssim, variance or FILE.py:NAME, and perhaps a comma and a weight.

    Raises:
        InputError: there is no such loss, or the weight is out of range.

    Example:
        >>> parse_picture_loss("ssim,0.5")
        (0.5, StructuralSimilarity(scales=1))
    """
    from dither.differentiable.losses import Blurred, StructuralSimilarity, Variance
    from dither.file_function import parse_file_function, parse_weight

    name, comma, number = text.partition(",")
    losses = {
        "blurred": Blurred(),
        "ssim": StructuralSimilarity(),
        "ms-ssim": StructuralSimilarity(5),
        "variance": Variance(),
    }
    if name not in losses:
        if ".py:" not in text:
            raise InputError(
                f"--loss is {text[:60]!r}; it must be {', '.join(losses)}, or FILE.py:NAME, and "
                "perhaps a comma and a weight"
            )
        function, weight = parse_file_function(text)
        return weight, function
    weight = parse_weight(number, f"--loss {text}") if comma else 1.0
    return weight, losses[name]
