"""Diffusion kernels by name or from JSON files."""

import json
from pathlib import Path

from dither.diffusion.kernels import DIFFUSION_KERNELS, DiffusionKernel
from dither.diffusion.tone_kernels import VARIABLE_KERNELS, VariableKernel
from dither.errors import InputError
from dither.files.safe_open import read_file
from dither.suggestions import did_you_mean

_MAX_BYTES = 1 << 16
_FIELDS = {"weights", "origin", "divisor"}


def load_kernel(name: str | Path) -> DiffusionKernel | VariableKernel:
    """Return a published kernel by its name, or read one from a JSON file.

    The file holds one object: {"weights": [[0, 0, 7], [3, 5, 1]], "origin": 1, "divisor": 16}; the
    divisor is 1 if not given.

    Args:
        name: a key of `DIFFUSION_KERNELS`, "ostromoukhov", or a path ending in .json.

    Raises:
        InputError: no kernel has that name, the file cannot be read, or it does not hold a kernel.

    Example:
        >>> load_kernel("sierra-lite").weights
        ((0, 0, 2), (1, 1, 0))
    """
    published: dict[str, DiffusionKernel | VariableKernel] = DIFFUSION_KERNELS | VARIABLE_KERNELS
    if str(name) in published:
        return published[str(name)]
    path = Path(name)
    if path.suffix != ".json":
        advice = f"give a .json file or one of: {', '.join(published)}"
        raise InputError(
            f"no kernel is named {str(name)!r}; {did_you_mean(str(name)[:80], published, advice)}"
        )
    content = read_file(path, _MAX_BYTES)
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise InputError(f"{path} is not a JSON file") from None
    if not isinstance(fields, dict) or not {"weights", "origin"} <= fields.keys() <= _FIELDS:
        raise InputError(f'{path} must hold an object of "weights", "origin" and "divisor" alone')
    try:
        return DiffusionKernel(**fields)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
