"""The loops that commands use give the same bytes as their functions in plain Python."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba", reason="an extra of its own")

from dither.color_count import gap_loops
from dither.diffusion import dot_diffuse, error_diffuse, riemersma_dither
from dither.native.loop import Compiled

_GENERATOR = np.random.default_rng(0)
_IMAGE = _GENERATOR.integers(0, 256, (9, 14, 3), np.uint8)
_GRAY = np.ascontiguousarray(_IMAGE[..., 1])
_FEW = _GENERATOR.integers(0, 256, (5, 3), np.uint8)
_MANY = _GENERATOR.integers(0, 256, (20, 3), np.uint8)
_COLORS = _FEW.astype(np.float64)
_CODES = _IMAGE.astype(np.int32).reshape(-1, 3) @ np.array([1 << 16, 1 << 8, 1], np.int32)

_JOBS: dict[str, Callable[[], Any]] = {
    "serpentine, palette": lambda: error_diffuse(_IMAGE, palette=_FEW),
    "serpentine, large palette": lambda: error_diffuse(_IMAGE, palette=_MANY, noise=0.3),
    "raster, palette": lambda: error_diffuse(_IMAGE, palette=_FEW, serpentine=False),
    "raster, palette, clipped": lambda: error_diffuse(
        _IMAGE, palette=_FEW, serpentine=False, clamp="none", kernel="jarvis-judice-ninke"
    ),
    "serpentine, two": lambda: error_diffuse(_GRAY),
    "serpentine, five": lambda: error_diffuse(_GRAY, levels=5, noise=0.5, seed=3),
    "raster, two": lambda: error_diffuse(_GRAY, serpentine=False),
    "raster, five": lambda: error_diffuse(_IMAGE, levels=5, serpentine=False),
    "tones": lambda: error_diffuse(_GRAY, kernel="ostromoukhov"),
    "curve, palette": lambda: riemersma_dither(_IMAGE, palette=_FEW),
    "curve, levels": lambda: riemersma_dither(_GRAY, levels=3),
    "dots, palette": lambda: dot_diffuse(_IMAGE, palette=_FEW),
    "dots, levels": lambda: dot_diffuse(_GRAY, levels=3),
    "grid loss": lambda: gap_loops.grid_loss(_CODES, 14, 3),
}


# In Python, the tables of nearest colours of a palette take several seconds.
@pytest.mark.parametrize(
    "job",
    [pytest.param(name, marks=[pytest.mark.slow] if "palette" in name else []) for name in _JOBS],
)
def test_machine_code_and_python_give_the_same_bytes(
    job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = np.asarray(_JOBS[job]()).tobytes()
    called: list[str] = []

    def in_python(loop: Compiled, *given: Any, **named: Any) -> Any:
        called.append(loop.python.__name__)
        return loop.python(*given, **named)

    monkeypatch.setattr(Compiled, "__call__", in_python)
    with np.errstate(over="ignore"):
        assert np.asarray(_JOBS[job]()).tobytes() == compiled
    assert called
