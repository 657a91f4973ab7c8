"""The front door: make a threshold matrix with any method.

Methods are imported where they are used, because their compilers take a second to load.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, get_args, overload

from bluenoise.runs.options import RunOptions, check_seed, is_whole
from dither.errors import InputError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.wording import counted

if TYPE_CHECKING:
    from bluenoise.objective.own_loss import MatrixLoss, OwnLoss

    Losses = MatrixLoss | str | OwnLoss | Sequence[MatrixLoss | str | OwnLoss]

MethodName = Literal["blue", "anneal", "void-and-cluster", "spectrum"]
METHODS: tuple[str, ...] = get_args(MethodName)

# Features that each method supports.
_SUPPORT = {
    "frames": ("blue", "void-and-cluster"),
    "channels": ("blue",),
    "restarts": ("anneal", "spectrum"),
    "jobs or schedulers": ("anneal", "spectrum"),
    "checkpoints": ("blue", "anneal", "spectrum"),
}

LARGEST_SIDE = 2048
MOST_FRAMES = 256
# Cells of all frames together: more would take hours.
MOST_CELLS = 1 << 22


class Method(Protocol):
    """Method with its options: `Blue`, `VoidAndCluster`, `Anneal` or `Spectrum`."""

    name: ClassVar[str]

    def make(
        self, shape: tuple[int, ...], seed: int, channels: int | None, run: RunOptions
    ) -> tuple[ThresholdMatrix, ...]:
        """Make one matrix, or one for each channel; the arguments are those of `generate`."""
        ...


@overload
def generate(
    shape: Sequence[int] | int | str,
    *,
    method: MethodName | Method = "blue",
    seed: int = 0,
    channels: None = None,
    loss: "Losses | None" = None,
    pair_weight: float = 1.0,
    run: RunOptions = RunOptions(),
) -> ThresholdMatrix: ...


@overload
def generate(
    shape: Sequence[int] | int | str,
    *,
    method: MethodName | Method = "blue",
    seed: int = 0,
    channels: int,
    loss: "Losses | None" = None,
    pair_weight: float = 1.0,
    run: RunOptions = RunOptions(),
) -> tuple[ThresholdMatrix, ...]: ...


def generate(
    shape: Sequence[int] | int | str,
    *,
    method: MethodName | Method = "blue",
    seed: int = 0,
    channels: int | None = None,
    loss: "Losses | None" = None,
    pair_weight: float = 1.0,
    run: RunOptions = RunOptions(),
) -> ThresholdMatrix | tuple[ThresholdMatrix, ...]:
    """Make a blue-noise threshold matrix.

    Args:
        shape: rows and columns, each from 1 to 2048; or 2 to 256 frames, rows and columns for a matrix
            that is blue over time as well. 2 to 2^22 cells. A text such as "64x48" is taken too.
        method: a method with its options, or a name for its defaults: "blue" (the best:
            void-and-cluster, then rank swaps), "anneal" (gradient descent alone, from noise),
            "void-and-cluster" (Ulichney 1993; the fastest), or "spectrum" (Wronski 2020, as
            published). Blue and void-and-cluster make frames.
        seed: an integer from 0 to 2^32 - 1; the same seed gives the same bytes.
        channels: 2 to 4 for a matrix for each channel of a colour image, with blue; None for one.
        loss: a loss of your own, or a list of them: functions of values, patterns and levels that JAX
            can differentiate (see `bluenoise.objective.own_loss`), texts FILE.py:NAME[,WEIGHT], or
            `OwnLoss` values with weights. The method is then anneal, which may be given with its
            options, and makes one matrix without frames or channels.
        pair_weight: weight of the pair energy, the error of all dot patterns, beside them; 0 leaves it
            out.
        run: checkpoint, restarts, processes and progress.

    Returns:
        The matrix; with channels, a tuple of one for each.

    Raises:
        InputError: the shape, the method, the seed or the channels are out of range; the method does
            not support what is asked for; or the checkpoint cannot be used.
        KeyboardInterrupt: passed on after the checkpoint is written.

    Example:
        >>> generate((8, 8), seed=3).shape
        (8, 8)
    """
    shape = as_shape(shape)
    check_seed(seed)
    if channels is not None and not (is_whole(channels) and 2 <= channels <= 4):
        raise InputError(f"channels is {channels!r:.80}; it must be a whole number from 2 to 4")
    if channels is not None and len(shape) == 3:
        raise InputError("channels and frames do not go together; leave out one of them")
    chosen = _default_method(method) if isinstance(method, str) else method
    if loss is not None:
        chosen = _with_losses(chosen, loss, pair_weight, method == "anneal")
    elif pair_weight != 1:
        raise InputError(f"pair_weight {pair_weight} has no effect without loss")
    if hasattr(chosen, "losses") and (len(shape) == 3 or channels is not None):
        what = "frames" if len(shape) == 3 else "channels"
        raise InputError(
            f"loss makes one matrix without {what}; make one for each with a seed of its own, and "
            "stack their thresholds"
        )
    asked = {
        "frames": len(shape) == 3,
        "channels": channels is not None,
        "restarts": run.restarts is not None,
        "jobs or schedulers": run.distributed,
        "checkpoints": run.checkpoint is not None,
    }
    for what, methods in _SUPPORT.items():
        if asked[what] and chosen.name not in methods:
            others = " and ".join(methods) + (" does" if len(methods) == 1 else " do")
            raise InputError(f"the method {chosen.name} does not support {what}; {others}")
    matrices = chosen.make(shape, seed, channels, run)
    return matrices[0] if channels is None else matrices


def _with_losses(chosen: Method, loss: "Losses", pair_weight: float, named: bool) -> Method:
    """Return anneal with losses, with the options of an `Anneal` value."""
    from bluenoise.methods.anneal import Anneal
    from bluenoise.methods.blue import Blue
    from bluenoise.methods.loss_anneal import LossAnneal
    from bluenoise.objective.own_loss import own_losses

    if chosen != Blue() and not isinstance(chosen, Anneal):
        raise InputError(
            f"the method {chosen.name} does not support losses of your own; anneal does"
        )
    if isinstance(chosen, Anneal) and not named:
        return LossAnneal(own_losses(loss), chosen, pair_weight)
    return LossAnneal(own_losses(loss), pair_weight=pair_weight)


def _default_method(name: str) -> Method:
    """Return the method of that name with its default options."""
    if name == "blue":
        from bluenoise.methods.blue import Blue

        return Blue()
    if name == "void-and-cluster":
        from bluenoise.methods.void_and_cluster import VoidAndCluster

        return VoidAndCluster()
    if name == "anneal":
        from bluenoise.methods.anneal import Anneal

        return Anneal()
    if name == "spectrum":
        from bluenoise.methods.spectrum import Spectrum

        return Spectrum()
    raise InputError(f"no method is named {name!r}; there are {', '.join(METHODS)}")


def as_shape(held: Sequence[int] | int | str) -> tuple[int, ...]:
    """Return a shape: of sides, of one side of a square, or of a text as in `parse_shape`.

    Raises:
        InputError: it is no shape, or a side is out of range.

    Example:
        >>> as_shape("64"), as_shape((16, 8, 8))
        ((64, 64), (16, 8, 8))
    """
    if isinstance(held, str):
        return parse_shape(held)
    sides = (held, held) if is_whole(held) else held
    if not isinstance(sides, Sequence) or not all(is_whole(side) for side in sides):
        raise InputError(
            f"shape is {held!r:.80}; it must be whole numbers such as (64, 64), or a text such as 64x64"
        )
    shape = tuple(int(side) for side in sides)
    check_shape(shape)
    return shape


def parse_shape(text: str) -> tuple[int, ...]:
    """Parse a shape: "64", "60x68", or "16x64x64" with frames first.

    Raises:
        InputError: the text is no shape, or a side is out of range.

    Example:
        >>> parse_shape("64"), parse_shape("60x68"), parse_shape("16x64x64")
        ((64, 64), (60, 68), (16, 64, 64))
    """
    sides = text.lower().split("x")
    if len(sides) > 3 or not all(side.isascii() and side.isdigit() for side in sides):
        raise InputError(
            f"{text[:40]!r} is no shape; write it as 64, 64x64, or 16x64x64 with frames"
        )
    # Python refuses to convert thousands of digits; nine are more than any side may have.
    numbers = tuple(int(side[:9]) for side in sides)
    shape = numbers * 2 if len(numbers) == 1 else numbers
    check_shape(shape)
    return shape


def check_shape(shape: tuple[int, ...]) -> None:
    """Raise InputError unless there are two sides from 1 to 2048, or 2 to 256 frames before them.

    Frames need 2 columns: files take a last axis of one for a single channel.
    """
    sides, text = shape[-2:], "x".join(map(str, shape))
    if len(sides) != 2 or any(not 1 <= side <= LARGEST_SIDE for side in sides):
        raise InputError(
            f"shape {text} is out of range; each of two sides must be from 1 to {LARGEST_SIDE}"
        )
    if len(shape) > 3 or (len(shape) == 3 and not 2 <= shape[0] <= MOST_FRAMES):
        raise InputError(
            f"shape {text} has {counted(shape[0], 'frame')}; 2 to {MOST_FRAMES} can be made"
        )
    if len(shape) == 3 and sides[1] == 1:
        raise InputError(f"shape {text} has frames of 1 column; they need 2 or more")
    if not 2 <= math.prod(shape) <= MOST_CELLS:
        raise InputError(
            f"shape {text} has {counted(math.prod(shape), 'cell')}; 2 to {MOST_CELLS} can be made"
        )
