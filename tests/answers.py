"""Results of every method for one small picture or seed: a digest of the bytes, and a figure.

`python answers.py exact|descents THREADS` prints them as JSON, to compare other numbers of threads,
devices and instruction sets. `python answers.py record` updates recorded_digests.json: it replaces the
exact digests, and adds those of descents to the digests from other types of processor.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import bluenoise
import dither
from bluenoise.methods.blue import default_swaps
from dither.metrics import Gaussian, blurred_error, level_energies

RECORDED = Path(__file__).with_name("recorded_digests.json")

Arrays = list[np.ndarray]
Answers = dict[str, Callable[[], tuple[Arrays, float]]]


def picture(height: int = 120, width: int = 160) -> np.ndarray:
    """Return ramps, edges and a texture: (H, W, 3) uint8."""
    y, x = np.mgrid[:height, :width]
    texture = (x * 37 + y * 91 + x * y) % 29
    planes = [x * 4 + texture, y * 5 + 20 * (x > y), (x + y) * 2 + texture // 2]
    return np.stack(planes, axis=2).clip(0, 255).astype(np.uint8)


def _matrix(*matrices: dither.ThresholdMatrix) -> tuple[Arrays, float]:
    """Return the ranks, and the mean level energy at sigma 1.5."""
    energies = [level_energies(matrix.ranks, [Gaussian(1.5)]) for matrix in matrices]
    return [matrix.ranks for matrix in matrices], float(np.mean(energies))


def _codes(*codes: np.ndarray) -> tuple[Arrays, float]:
    return list(codes), float(np.mean([each.mean() for each in codes]))


def exact(threads: int) -> Answers:
    """Return the methods whose results are the same on every processor."""
    from bluenoise.methods.void_and_cluster import void_and_cluster
    from dither.diffusion import dot_diffuse, error_diffuse, requantize, riemersma_dither

    colored = picture()
    gray = colored[..., 1]
    sixteen = gray.astype(np.uint16) * 257
    floats = (gray / 255).astype(np.float32)
    game_boy = dither.load_palette("game-boy")
    pico = dither.load_palette("pico-8")
    inky = dither.load_palette("inky-spectra-6")
    few = default_swaps((16, 16), levels=4)

    def ordered(image: np.ndarray, **options: Any) -> Callable[[], tuple[Arrays, float]]:
        return lambda: _codes(dither.ordered_dither(image, threads=threads, **options))

    def diffuse(image: np.ndarray, **options: Any) -> Callable[[], tuple[Arrays, float]]:
        return lambda: _codes(error_diffuse(image, threads=threads, **options))

    return {
        "blue": lambda: _matrix(bluenoise.generate((16, 20), seed=1)),
        "blue with frames": lambda: _matrix(bluenoise.generate((4, 12, 12), seed=1)),
        "blue for few levels": lambda: _matrix(bluenoise.blue((16, 16), few, seed=2)),
        "blue for channels": lambda: _matrix(*bluenoise.blue_channels((12, 12), seed=3)),
        "void-and-cluster": lambda: _matrix(void_and_cluster((24, 20), sigma=1.5, seed=1)),
        "white noise": lambda: _matrix(dither.white_noise(16, 16, seed=4)),
        "clustered dot": lambda: _matrix(dither.clustered_dot(8)),
        "ordered to 2 levels": ordered(colored, levels=2),
        "ordered to 5 levels in linear light": ordered(colored, levels=5, light="linear"),
        "ordered, 16 bits to 8": ordered(sixteen, levels=256),
        "ordered, floats": ordered(floats, levels=4, matrix="blue-16x64x64", phase=(3, 1, 2)),
        "ordered, half strength": ordered(gray, levels=3, strength=0.5),
        "noise added": lambda: _codes(
            dither.noise_dither(gray, np.linspace(-1, 1, 64).reshape(8, 8), levels=4)
        ),
        "mapped to a palette": lambda: _codes(dither.map_to_palette(colored, inky)),
        "mapped, nearest of the same hue": lambda: _codes(
            dither.map_to_palette(colored, inky, "relative")
        ),
        "mapped, nearest": lambda: _codes(dither.map_to_palette(colored, inky, "absolute")),
        "mixtures of many": lambda: _codes(dither.dither_to_palette(colored, pico)),
        "mixtures of two": lambda: _codes(dither.dither_to_palette(colored, pico, mix="two")),
        "diffused to 2 levels": diffuse(colored, levels=2),
        "diffused in rows": diffuse(gray, levels=4, serpentine=False),
        "diffused in linear light": diffuse(gray, levels=3, light="linear", kernel="atkinson"),
        "diffused to a palette": diffuse(colored, palette=game_boy.colors),
        "diffused to a palette in rows": diffuse(colored, palette=pico.colors, serpentine=False),
        "diffused by tone": diffuse(gray, levels=2, kernel="ostromoukhov"),
        "diffused with noise": diffuse(gray, levels=2, noise=0.5, seed=9),
        "along a curve": lambda: _codes(riemersma_dither(gray, levels=2)),
        "by dots": lambda: _codes(dot_diffuse(gray, levels=2)),
        "shown codes": lambda: _codes(requantize(gray, bits=2)),
        "median cut": lambda: _codes(dither.median_cut(colored, 6).colors),
        "k-means": lambda: _codes(dither.k_means(colored, 6, seed=1).colors),
    }


def descents(threads: int) -> Answers:
    """Return the methods that use JAX: the order of its float sums depends on the processor."""
    colored = picture()

    def anneal() -> tuple[Arrays, float]:
        twice = bluenoise.RunOptions(restarts=2)
        return _matrix(bluenoise.generate((16, 16), method="anneal", seed=1, run=twice))

    def spectrum() -> tuple[Arrays, float]:
        method, twice = bluenoise.Spectrum(steps=200), bluenoise.RunOptions(restarts=2)
        return _matrix(bluenoise.generate((16, 16), method=method, seed=1, run=twice))

    def optimized(**options: Any) -> tuple[Arrays, float]:
        config = dither.OptimizeConfig(steps=200)
        found = dither.optimize_palette(colored, preset=config, seed=1, threads=threads, **options)
        return [found.palette.colors, found.indices], blurred_error(colored, found.picture)

    def published() -> tuple[Arrays, float]:
        from dither import differentiable

        found = differentiable.published(colored[:16, :16], 4, steps=60, seed=1)
        return [found.colors, found.indices], float(found.trace[-1])

    return {
        "anneal": anneal,
        "spectrum": spectrum,
        "learned palette": lambda: optimized(colors=5),
        "given palette": lambda: optimized(palette=dither.load_palette("game-boy")),
        "published": published,
    }


def digest(arrays: Arrays) -> str:
    """Return a digest of dtypes, shapes and values."""
    summed = hashlib.sha256()
    for array in arrays:
        summed.update(f"{array.dtype.name} {array.shape} ".encode())
        summed.update(np.ascontiguousarray(array).tobytes())
    return summed.hexdigest()[:32]


def cpu_type() -> str:
    """Return the processor that compilers target here, and the version of JAX."""
    import jax
    from llvmlite import binding

    return f"{binding.get_host_cpu_name()}, jax {jax.__version__}"


def answered(answers: Answers) -> dict[str, dict[str, Any]]:
    """Return the digest and the figure of each result."""
    found = {name: answer() for name, answer in answers.items()}
    return {
        name: {"digest": digest(arrays), "figure": figure}
        for name, (arrays, figure) in found.items()
    }


def _record() -> None:
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {"descents": {}}
    recorded["exact"] = {name: each["digest"] for name, each in answered(exact(1)).items()}
    before = recorded["descents"]
    recorded["descents"] = {}
    for name, each in answered(descents(1)).items():
        digests = before.get(name, {}).get("digests", {})
        recorded["descents"][name] = {
            "figure": float(f"{each['figure']:.4g}"),
            "digests": {**digests, cpu_type(): each["digest"]},
        }
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    kind, *rest = sys.argv[1:]
    if kind == "record":
        _record()
    else:
        found = {"exact": exact, "descents": descents}[kind](int(rest[0]))
        print(json.dumps(answered(found)))
