"""Small files of the peers: libimagequant, gifsicle, Pillow, gifski and ffmpeg."""

import importlib
import io
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from byte_judges import Judge, Point
from PIL import Image

from dither.palettes.device import merge_equal_colors
from dither.small_files.fewest_bytes import encoded_tightly

FPS = 20
COLORS, STRENGTHS = (4, 8, 12, 16, 24, 32, 64, 128, 256), (0.0, 0.5, 1.0)
# gifsicle's lossy option is tried on these results, with these losses.
LOSSY_COLORS, LOSSES = (8, 16, 32, 64, 256), (30, 100)
QUALITIES = (10, 30, 50, 70, 100)
CLIP_COLORS, DITHERS = (256, 128, 64, 32, 16), ("none", "bayer:bayer_scale=3", "sierra2_4a")


def quantized(image: np.ndarray, colors: int, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices and the palette of libimagequant, in the order of our own files."""
    imagequant: Any = importlib.import_module("imagequant")
    height, width = image.shape[:2]
    opaque = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    found, flat = imagequant.quantize_raw_rgba_bytes(
        opaque.tobytes(), width, height, dithering_level=strength, max_colors=colors
    )
    palette = np.array(flat[: 4 * 256], np.uint8).reshape(-1, 4)[:, :3]
    indices = np.frombuffer(found, np.uint8).reshape(image.shape[:2])
    used = np.unique(indices)
    palette, rank = merge_equal_colors(palette[used])
    places = np.zeros(256, np.uint8)
    places[used] = rank
    return places[indices], palette


def png_files(image: np.ndarray, step: int = 1) -> Iterator[tuple[np.ndarray, int, float]]:
    """Yield the files of libimagequant: as they look, their bytes and their CPU seconds."""
    for colors in COLORS[::step]:
        for strength in STRENGTHS:
            begin = time.process_time()
            indices, palette = quantized(image, colors, strength)
            size = len(encoded_tightly(indices, palette))
            yield palette[indices], size, time.process_time() - begin


def png_peers(image: np.ndarray, judge: Judge, step: int) -> list[Point]:
    """Return the files of libimagequant."""
    return [
        judge.point(image, shown, size, seconds, "png")
        for shown, size, seconds in png_files(image, step)
    ]


def gif_peers(image: np.ndarray, judge: Judge, step: int) -> list[Point]:
    """Return the files of libimagequant packed by gifsicle, with losses too, and those of Pillow."""
    points = []
    for colors in LOSSY_COLORS[::step]:
        for strength in STRENGTHS:
            indices, palette = quantized(image, colors, strength)
            content = encoded_tightly(indices, palette, ".gif")
            losses = LOSSES[::step] if strength < 1 else ()
            for loss in ((), *((f"--lossy={each}",) for each in losses)):
                packed = gifsicle(content, *loss) if loss else packed_gif(content)
                points.append(judge.point(image, shown_frames(packed)[0], len(packed), 0.0, "gif"))
        stream = io.BytesIO()
        Image.fromarray(image).quantize(colors).save(stream, "GIF", optimize=True)
        packed = packed_gif(stream.getvalue())
        points.append(judge.point(image, shown_frames(packed)[0], len(packed), 0.0, "gif"))
    return points


def gifsicle(content: bytes, *options: str) -> bytes:
    """Return a GIF packed by gifsicle."""
    command = ["gifsicle", "-O3", *options]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def packed_gif(content: bytes) -> bytes:
    """Return a GIF packed by gifsicle, or as it is if that is shorter."""
    return min(gifsicle(content), content, key=len)


def shown_frames(content: bytes) -> list[np.ndarray]:
    """Return the frames of a GIF, each as often as a frame of our clips lasts."""
    frames = []
    with Image.open(io.BytesIO(content)) as picture:
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            times = max(1, round(picture.info.get("duration", 0) * FPS / 1000))
            frames += [np.array(picture.convert("RGB"))] * times
    return frames


def gifski(frames: list[np.ndarray], judge: Judge, step: int) -> list[Point]:
    """Return the clips of gifski; none if it is not installed."""
    commands = [
        ["gifski", "--fps", str(FPS), "--quality", str(quality), "-o", "{out}", "{frames}"]
        for quality in QUALITIES[::step]
    ]
    return _clips("gifski", commands, frames, judge)


def ffmpeg(frames: list[np.ndarray], judge: Judge, step: int) -> list[Point]:
    """Return the clips of ffmpeg with a palette of its own, packed by gifsicle; none without it."""
    commands = []
    for colors in CLIP_COLORS[::step]:
        for dither in DITHERS:
            palette = f"[a]palettegen=max_colors={colors}:stats_mode=full[p]"
            use = f"[b][p]paletteuse=dither={dither}:diff_mode=rectangle"
            commands.append(
                [
                    *("ffmpeg", "-y", "-framerate", str(FPS), "-i", "{pattern}"),
                    *("-vf", f"split[a][b];{palette};{use}", "{out}"),
                ]
            )
    return _clips("ffmpeg", commands, frames, judge)


def _clips(
    program: str, commands: list[list[str]], frames: list[np.ndarray], judge: Judge
) -> list[Point]:
    """Run commands with the paths of the frames; return the clips, packed by gifsicle if that helps."""
    if shutil.which(program) is None:
        print(f"the program {program} is missing")
        return []
    points = []
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{number:03}.png" for number in range(len(frames))]
        for path, frame in zip(paths, frames, strict=True):
            Image.fromarray(frame).save(path, compress_level=0)
        names = {
            "{out}": [f"{folder}/x.gif"],
            "{frames}": paths,
            "{pattern}": [f"{folder}/%03d.png"],
        }
        for command in commands:
            words = [word for each in command for word in names.get(each, [each])]
            begin = _child_seconds()
            subprocess.run(words, capture_output=True, check=True)
            seconds = _child_seconds() - begin
            content = packed_gif(Path(f"{folder}/x.gif").read_bytes())
            shown = shown_frames(content)
            shown += [shown[-1]] * (len(frames) - len(shown))
            points.append(judge.clip(frames, shown[: len(frames)], len(content), seconds))
    return points


def _child_seconds() -> float:
    """Return the CPU seconds of the processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
