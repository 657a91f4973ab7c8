"""Diffusion kernels by name, and from JSON files."""

import json
from pathlib import Path

from dither.diffusion.kernels import DIFFUSION_KERNELS, DiffusionKernel
from dither.diffusion.tone_kernels import VARIABLE_KERNELS, VariableKernel
from dither.errors import InputError
from dither.files.safe_open import read_file

_MOST_BYTES = 1 << 16
_FIELDS = {"weights", "origin", "divisor"}


def load_kernel(name: str | Path) -> DiffusionKernel | VariableKernel:
    """A published kernel by its name, or one of your own from a JSON file.

    The file holds one object: {"weights": [[0, 0, 7], [3, 5, 1]], "origin": 1, "divisor": 16}; the
    divisor is 1 if not given.

    Args:
        name: a key of `DIFFUSION_KERNELS`, "ostromoukhov", or a path ending in .json.

    Raises:
        InputError: there is no such name or file, or the file does not hold a kernel.

    Example:
        >>> load_kernel("sierra-lite").weights
        ((0, 0, 2), (1, 1, 0))
    """
    if str(name) in DIFFUSION_KERNELS:
        return DIFFUSION_KERNELS[str(name)]
    if str(name) in VARIABLE_KERNELS:
        return VARIABLE_KERNELS[str(name)]
    path = Path(name)
    if path.suffix != ".json":
        raise InputError(
            f"no kernel is named {str(name)!r}; give a .json file or one of: "
            f"{', '.join([*DIFFUSION_KERNELS, *VARIABLE_KERNELS])}"
        )
    try:
        fields = json.loads(read_file(path, _MOST_BYTES))
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is not a JSON file") from None
    if not isinstance(fields, dict) or not {"weights", "origin"} <= fields.keys() <= _FIELDS:
        raise InputError(f'{path} must hold an object of "weights", "origin" and "divisor" alone')
    try:
        return DiffusionKernel(**fields)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
