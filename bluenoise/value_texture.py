"""Input of export: a noise texture of values, such as vectors or points of a sphere, not of ranks."""

import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dither.errors import InputError
from dither.files.npy import read_npy
from dither.files.safe_open import safe_open
from dither.held import as_array
from dither.matrix.catalog import shipped_path, shipped_textures
from dither.suggestions import did_you_mean

# Float32 arithmetic leaves lengths and ranges this far off.
_SLACK = 1e-3
_MAX_SIDECAR = 1 << 22


class ValueKind(NamedTuple):
    """Kind of the values of a texture.

    Attributes:
        components: numbers per value; 0 means 1 to 4.
        low, high: range of each number; equal if the data decides.
        unit: whether values have length 1.
        upper: whether the third number is never negative.
    """

    components: int
    low: float
    high: float
    unit: bool = False
    upper: bool = False


KINDS = {
    "scalar": ValueKind(1, 0.0, 1.0),
    "phase": ValueKind(1, 0.0, 1.0),
    "vec2": ValueKind(2, 0.0, 1.0),
    "vec3": ValueKind(3, 0.0, 1.0),
    "circle": ValueKind(2, -1.0, 1.0, unit=True),
    "disk": ValueKind(2, -1.0, 1.0),
    "sphere": ValueKind(3, -1.0, 1.0, unit=True),
    "hemisphere": ValueKind(3, -1.0, 1.0, unit=True, upper=True),
    "cosine": ValueKind(3, -1.0, 1.0, unit=True, upper=True),
    "points": ValueKind(0, 0.0, 0.0),
}


@dataclass(frozen=True, eq=False)
class ValueTexture:
    """A texture of values, with or without frames, and their probability densities if known.

    Attributes:
        kind: a name from KINDS.
        values: (T, H, W, C) float32; T is 1 without frames.
        has_frames: whether T counts frames.
        pdf: (T, H, W) float32, at least 0: the density with which each value was drawn; or None.

    Raises:
        InputError: the kind is unknown, or the values are not of it.

    Example:
        >>> ValueTexture("vec2", np.zeros((1, 4, 4, 2), np.float32), has_frames=False).range
        (0.0, 1.0)
    """

    kind: str
    values: np.ndarray
    has_frames: bool
    pdf: np.ndarray | None = None

    def __post_init__(self) -> None:
        known = kind_named(self.kind)
        channels = self.values.shape[-1]
        if channels != (known.components or channels) or not 1 <= channels <= 4:
            wanted = {0: "1 to 4 components", 1: "1 component"}.get(
                known.components, f"{known.components} components"
            )
            raise InputError(f"values of {self.kind} have {wanted}, not {channels}")
        _check_values(self.kind, self.values)
        if self.pdf is not None and not (np.isfinite(self.pdf).all() and self.pdf.min() >= 0):
            raise InputError("the pdf in the last channel must be finite and at least 0")

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W), or (T, H, W) with frames."""
        return self.values.shape[:3] if self.has_frames else self.values.shape[1:3]

    @property
    def components(self) -> int:
        """Numbers per value, 1 to 4."""
        return self.values.shape[-1]

    @property
    def scalar(self) -> bool:
        """Whether values are thresholds or phases from 0 to 1, whose codes are bins."""
        return self.kind in ("scalar", "phase")

    @property
    def unit(self) -> bool:
        """Whether values have length 1."""
        return KINDS[self.kind].unit

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest number that a texture has to hold.

        The range of the kind. For points 0 and 1, or -1 and 1 if a value is below 0; their own lowest
        and highest number if they exceed that, rounded outwards to a hundredth of their distance or
        less, because some shader compilers keep six digits.
        """
        known = KINDS[self.kind]
        if known.low < known.high:
            return known.low, known.high
        least, most = float(self.values.min()), float(self.values.max())
        if least >= -1 and most <= 1:
            return (0.0 if least >= 0 else -1.0), 1.0
        return _round_outwards(least, most if most > least else least + max(1, abs(least)))

    @property
    def pdf_range(self) -> float:
        """Highest pdf that a texture has to hold, rounded up; at least 1."""
        return 1.0 if self.pdf is None else _round_outwards(0, max(1.0, float(self.pdf.max())))[1]

    def npy(self) -> bytes:
        """Return the .npy file that `bluenoise generate --values` writes, the pdf as last channel."""
        array = self.values
        if self.pdf is not None:
            array = np.concatenate([array, self.pdf[..., None]], axis=-1)
        array = np.ascontiguousarray(array, "<f4")
        stream = io.BytesIO()
        np.save(stream, array, allow_pickle=False)
        return stream.getvalue()

    def sidecar(self) -> bytes:
        """Return the JSON file that belongs next to it, by which `load_value_texture` reads it back."""
        return (json.dumps({"values": self.kind, "pdf": self.pdf is not None}) + "\n").encode()


def kind_named(name: str) -> ValueKind:
    """Return a kind of values.

    Raises:
        InputError: there is none of this name.
    """
    if name not in KINDS:
        advice = f"use one of {', '.join(KINDS)}"
        raise InputError(f"no values are named {name!r}; {did_you_mean(name, list(KINDS), advice)}")
    return KINDS[name]


def value_texture_of(
    array: Any, kind: str | None = None, *, pdf: bool | None = None
) -> ValueTexture:
    """Return a texture of values from an array as `bluenoise generate --values` writes it.

    Args:
        array: (T, H, W, C), T being 1 for a plane; or (H, W, C), or (H, W) for scalars.
        kind: a name from KINDS; None to take it from the values: vectors of length 1 are directions,
            and numbers from 0 to 1 are scalars, vec2 or vec3.
        pdf: whether the last channel is the pdf; None: if there is one channel more than the kind has
            components.

    Raises:
        InputError: the array has another shape, or its values are not of this kind.

    Example:
        >>> found = value_texture_of(np.full((2, 3, 3), 0.5), "vec2")
        >>> found.components, found.pdf is not None, found.shape
        (2, True, (2, 3))
    """
    array = as_array(array, "values")
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim not in (3, 4) or array.dtype.kind not in "iuf" or array.size == 0:
        raise InputError(
            "values are numbers of the shape (T, H, W, C) or (H, W, C), not "
            f"{array.dtype} {array.shape}"
        )
    has_frames = array.ndim == 4 and len(array) != 1
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and refused
        array = np.ascontiguousarray(array if array.ndim == 4 else array[None], np.float32)
    kind = kind or _recognised(array)
    known = kind_named(kind)
    if pdf is None:
        pdf = known.components > 0 and array.shape[-1] == known.components + 1
    if pdf and array.shape[-1] < 2:
        raise InputError("a pdf needs a channel of its own beside the values; the array has one")
    if pdf:
        return ValueTexture(kind, array[..., :-1], has_frames, array[..., -1])
    return ValueTexture(kind, array, has_frames)


def load_texture(name: Path | str, kind: str | None = None) -> ValueTexture:
    """Load a shipped noise texture by name, or a .npy file of values.

    Args:
        name: a name from `shipped_textures`, or a path.
        kind: a name from KINDS; None to take it from the file.

    Raises:
        InputError: there is no such texture, or the file holds no values of this kind.

    Example:
        >>> load_texture("sphere-128x128").values.shape
        (1, 128, 128, 3)
    """
    if Path(name).suffix != ".npy" and str(name) not in shipped_textures():
        names = list(shipped_textures())
        advice = f"give a .npy file or one of: {', '.join(names)}"
        raise InputError(
            f"no noise texture is named {str(name)[:80]!r}; "
            f"{did_you_mean(str(name)[:80], names, advice)}"
        )
    return load_value_texture(name, kind) or value_texture_of(read_npy(name), kind)


def load_value_texture(path: Path | str, kind: str | None = None) -> ValueTexture | None:
    """Load a shipped texture or a .npy file of values; None if nothing says that it holds values.

    A file holds values if `kind` is given, if the JSON file next to it (N.json beside N.npy) has
    `"values": KIND`, or if it has four axes, which no matrix has. `"pdf": true` there means that the
    last channel is the pdf.

    Raises:
        InputError: the file cannot be read, or holds no values of this kind.
    """
    entry = shipped_textures().get(str(path))
    if entry is not None:
        return value_texture_of(read_npy(shipped_path(entry)), kind or entry["values"])
    path = Path(path)
    if path.suffix != ".npy":
        if kind is not None:
            raise InputError(f"values are read from .npy files, not from {path}")
        return None
    facts = _sidecar(path.with_suffix(".json"))
    array = read_npy(path)
    said, pdf = facts.get("values"), facts.get("pdf")
    if kind is None:
        kind = said if isinstance(said, str) else None
    if kind is None and array.ndim != 4:
        return None
    try:
        return value_texture_of(array, kind, pdf=pdf if isinstance(pdf, bool) else None)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _recognised(values: np.ndarray) -> str:
    """Return the kind of finite values (T, H, W, C); a last channel may be their density."""
    channels = values.shape[-1]
    if not np.isfinite(values).all():
        return "points"  # refused there
    for kind, count in (("sphere", 3), ("circle", 2)):
        if channels in (count, count + 1):
            lengths = np.linalg.norm(values[..., :count], axis=-1)
            if np.abs(lengths - 1).max() <= _SLACK:
                upper = kind == "sphere" and values[..., 2].min() >= 0
                # The mean height is 2/3 with a cosine's density and 1/2 without.
                even = upper and values[..., 2].mean() < 7 / 12
                return "hemisphere" if even else "cosine" if upper else kind
    if channels == 2 and np.linalg.norm(values, axis=-1).max() <= 1 + _SLACK and values.min() < 0:
        return "disk"
    if not (values.min() >= 0 and channels <= 3):
        return "points"
    if values.max() <= 1:
        return ("scalar", "vec2", "vec3")[channels - 1]
    # A density is 1 on average over the square, and above 1 somewhere.
    return "vec2" if channels == 3 and values[..., :2].max() <= 1 else "points"


def _round_outwards(low: float, high: float) -> tuple[float, float]:
    """Return a range around another, in steps of a hundredth to a thousandth of its length.

    Example:
        >>> _round_outwards(-1.2345, 8.7654)
        (-1.24, 8.77)
    """
    digits = 2 - math.floor(math.log10(high - low))
    # Numbers that have so few digits already stay as they are.
    step, exact = 10.0**digits, 9
    return (
        round(math.floor(round(low * step, exact)) / step, max(digits, 0)),
        round(math.ceil(round(high * step, exact)) / step, max(digits, 0)),
    )


def _sidecar(path: Path) -> dict[str, Any]:
    """Return what a JSON file says; nothing if it is missing or not such a file."""
    try:
        with safe_open(path) as file:
            found = json.loads(file.read(_MAX_SIDECAR))
    except (OSError, ValueError, RecursionError, InputError):
        return {}
    return found if isinstance(found, dict) else {}


def _check_values(kind: str, values: np.ndarray) -> None:
    """Refuse values that are not finite, out of the range of the kind, or off its circle or sphere."""
    if not np.isfinite(values).all():
        raise InputError("values must be finite; the array has NaN or infinity")
    known = KINDS[kind]
    least, most = values.min(), values.max()
    if known.low < known.high and not known.low - _SLACK <= least <= most <= known.high + _SLACK:
        raise InputError(
            f"values of {kind} are from {known.low:g} to {known.high:g}, not {least:g} to {most:g}"
        )
    if not known.unit and kind != "disk":
        return
    lengths = np.linalg.norm(values, axis=-1)
    if known.unit and np.abs(lengths - 1).max() > _SLACK:
        worst = lengths.flat[np.abs(lengths - 1).argmax()]
        raise InputError(f"values of {kind} have length 1; one has length {worst:g}")
    if kind == "disk" and lengths.max() > 1 + _SLACK:
        raise InputError(f"values of disk have length 1 or less; one has length {lengths.max():g}")
    if known.upper and values[..., 2].min() < -_SLACK:
        raise InputError(
            f"the third number of {kind} is 0 or more; one is {values[..., 2].min():g}"
        )
