"""The studio's page, and its scripts in node where that is installed; tests/engines opens it."""

import base64
import dataclasses
import io
import json
import re
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from studio_scripts import TEMPLATE, in_node
from typer.testing import CliRunner

from dither.cli.app import app
from dither.color import to_gray
from dither.diffusion import (
    DIFFUSION_KERNELS,
    DiffusionKernel,
    dot_diffuse,
    error_diffuse,
    riemersma_dither,
)
from dither.diffusion.light import light_of_codes
from dither.gamut.device_link import link_table
from dither.gamut.exact_colors import exact_colors, keep_exact
from dither.images.indexed_files import encode_indexed, read_indexed
from dither.images.raster_image import RasterImage
from dither.matrix.arrays import matrices_of
from dither.matrix.catalog import load_channels, load_matrix
from dither.matrix.threshold_matrix import is_permutation
from dither.ordered.alpha import dither_alpha
from dither.ordered.levels import ordered_dither
from dither.ordered.mixture_tables import candidate_table, pair_table
from dither.ordered.palette import dither_to_palette
from dither.palettes.named import palette_names
from dither.palettes.palette import Intent, Palette
from dither.palettes.palette_like import load_palette
from dither.panels.files import load_panel, panel_names
from dither.preparation.adjustments import Preparation, adjusted
from dither.preparation.alpha import composite, threshold_alpha
from dither.preparation.fit import Sides
from dither.preparation.mask import without_hidden_colors
from dither.preparation.tones import LightChange, change_light
from dither.samples import Light, level_picture, levels_of
from dither.studio import studio_page
from dither.studio.tables import CLASSICAL, SHIPPED, studio_tables


def _carried(page: str) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/json" id="tables">(.*?)</script>', page, re.S)
    return json.loads(text)


def _codes(colors: list[str]) -> np.ndarray:
    return np.array([list(bytes.fromhex(color[1:])) for color in colors], np.uint8)


def test_the_page_is_whole_and_fetches_nothing() -> None:
    page = studio_page()
    assert len(page) < 1_000_000
    assert "{{" not in page
    assert not re.findall(r"https?:|\bfetch\(|XMLHttpRequest|import\(|<link|\ssrc=", page)
    # The text of a script that holds its own end would end there.
    assert page.count("</script>") == 4
    scripts = {path.stem for path in TEMPLATE.glob("*.js")}
    assert all((TEMPLATE / f"{name}.js").read_text(encoding="utf-8") in page for name in scripts)


def test_the_page_carries_what_the_commands_have() -> None:
    carried = _carried(studio_page())
    assert set(carried["matrices"]) == {*SHIPPED, *CLASSICAL}
    for name, packed in carried["matrices"].items():
        matrices = load_channels(name) if name in SHIPPED else (CLASSICAL[name](),)
        shape = (len(matrices), packed["height"], packed["width"])
        ranks = np.frombuffer(base64.b64decode(packed["ranks"]), "<u2").reshape(shape)
        assert packed["shipped"] == (name in SHIPPED)
        for matrix, plane in zip(matrices, ranks, strict=True):
            assert (plane == matrix.ranks).all()
            assert is_permutation(plane)
    assert carried["palettes"] == {name: load_palette(name).hex for name in palette_names()}
    assert set(carried["panels"]) == set(panel_names())
    for name, panel in carried["panels"].items():
        shipped = load_panel(name)
        looks = Palette.from_hex(" ".join(panel["looks"]), device=_codes(panel["pure"]))
        assert looks == shipped.palette  # also white and black, which the page chooses by the rule
        assert panel["size"] == [shipped.width, shipped.height]
    for name, kernel in DIFFUSION_KERNELS.items():
        assert [tuple(tap) for tap in carried["kernels"][name]] == list(kernel.taps)


def test_a_page_is_written_once(run: Callable, refused: Callable, tmp_path: Path) -> None:
    assert "open it in a browser" in run("dither studio -o studio.html").stderr
    written = (tmp_path / "studio.html").read_text(encoding="utf-8")
    assert written == studio_page()
    assert "studio.html exists; give --force" in refused("dither studio -o studio.html")
    assert "must end in .html or .htm" in refused("dither studio -o studio.png")


def _random_palette(count: int, **options: Any) -> Palette:
    codes = np.random.default_rng(count).permutation(np.arange(0, 1 << 24, 4099))[:count]
    colors = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)
    return Palette(colors, **options)


# Flat gamuts, one that touches that of sRGB, one that holds it, one well inside it, and any.
MAPPED = {
    "game-boy": load_palette("game-boy"),
    "black-white": load_palette("black-white"),
    "spectra-6": load_palette("spectra-6"),
    "web-safe": load_palette("web-safe"),
    "panel": load_panel("spectra-6-7.3").palette,
    "two": _random_palette(2),
    "three": _random_palette(3),
    "twelve": _random_palette(12),
}
# Mixtures of these are compared too.
MIXED = ("game-boy", "panel", "twelve")


# Each takes some ten seconds; perceptual uses all the formulas but one.
INTENTS = pytest.mark.parametrize(
    "intent",
    [
        "perceptual",
        pytest.param("relative", marks=pytest.mark.slow),
        pytest.param("absolute", marks=pytest.mark.slow),
        "lightness",
    ],
)


def _mapping_jobs(palettes: Iterable[Palette], intents: Iterable[Intent]) -> list[dict[str, Any]]:
    return [
        {"colors": each.colors.tolist(), "device": each.device_colors.tolist(), "intent": intent}
        for each in palettes
        for intent in intents
    ]


@INTENTS
def test_every_node_is_mapped_alike(tmp_path: Path, intent: Intent) -> None:
    script = """
    const { linear } = given.tables;
    const made = given.jobs.map(({ colors, intent }) => {
        const link = finished(linkTable(new Link(lightMapper(paletteOf(colors, linear), intent))));
        return link && Buffer.from(link.buffer).toString("base64");
    });
    console.log(JSON.stringify(made));
    """
    made = in_node(tmp_path, script, jobs=_mapping_jobs(MAPPED.values(), [intent]))
    for (name, palette), text in zip(MAPPED.items(), made, strict=True):
        link = link_table(palette, intent)
        assert (link is None) == (text is None), name
        if link is not None:
            assert (_unpacked(text, "<u2") == link.ravel()).all(), name


@INTENTS
def test_every_mapped_node_is_mixed_alike(tmp_path: Path, intent: Intent) -> None:
    script = """
    const { linear } = given.tables;
    const axis = gridCodes.map((_, i) => i);
    const wholeTable = ({ at, ...tables }) => {
        for (const red of axis) for (const green of axis) for (const blue of axis) at(red, green, blue);
        const arrays = Object.values(tables).filter((table) => table.buffer);
        return arrays.map(({ buffer }) => Buffer.from(buffer).toString("base64"));
    };
    const made = given.jobs.map(({ colors, intent }) => {
        const palette = paletteOf(colors, linear);
        const map = lightMapper(palette, intent);
        const many = candidateTable(palette, map, "linear", 1, linear);
        return [many, pairTable(palette, map, "encoded", linear)].map(wholeTable);
    });
    console.log(JSON.stringify(made));
    """
    palettes = [MAPPED[name] for name in MIXED]
    made = in_node(tmp_path, script, jobs=_mapping_jobs(palettes, [intent]))
    for palette, ((table,), (pairs, shares)) in zip(palettes, made, strict=True):
        many = candidate_table(palette, intent, 64 if len(palette) <= 8 else 32, "linear", 1.0)
        assert (_unpacked(table, "u1") == many.ravel()).all(), palette.hex
        two = pair_table(palette, intent, "encoded")
        assert (_unpacked(pairs, "u1") == two.pairs.ravel()).all(), palette.hex
        assert (_unpacked(shares, "<u2") == two.shares.ravel()).all(), palette.hex


def _unpacked(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


def test_white_black_and_exact_colours_follow_the_same_rule(tmp_path: Path) -> None:
    palettes = [load_palette(name) for name in palette_names()]
    palettes += [load_panel(name).palette for name in panel_names()]
    palettes += [_random_palette(count) for count in (*range(2, 12), 256)]
    # The driver's colours of these are colours of other entries.
    turned = [np.roll(_random_palette(count).colors, 1, axis=0) for count in (4, 128, 129)]
    palettes += [_random_palette(len(device), device=device) for device in turned]
    intents: list[Intent] = ["perceptual", "relative", "absolute", "lightness"]
    script = """
    const { linear } = given.tables;
    const made = given.jobs.map(({ colors, device, intent }) => {
        const palette = paletteOf(colors, linear);
        const exact = exactColors(colors, device, intent, lightMapper(palette, intent), linear);
        const found = [...device, ...colors].map(([r, g, b]) => exact((r << 16) | (g << 8) | b) ?? -1);
        const ends = [palette.black, palette.white].map((light) => palette.lights.indexOf(light));
        return { ends, found };
    });
    console.log(JSON.stringify(made));
    """
    made = iter(in_node(tmp_path, script, jobs=_mapping_jobs(palettes, intents)))
    for palette in palettes:
        for intent in intents:
            result = next(made)
            assert result["ends"] == [palette.black, palette.white], palette.hex
            offered = np.concatenate([palette.device_colors, palette.colors])[None]
            found = np.full(offered.shape[:2], -1)
            keep_exact(offered, exact_colors(palette, intent), np.arange(len(palette)), found)
            assert result["found"] == found[0].tolist(), (palette.hex, intent)


def test_codes_have_the_light_of_the_commands(tmp_path: Path) -> None:
    script = """
    const both = (light) => [lightOfCodes({ light }, given.tables), deepLight(light)];
    const made = ["linear", "encoded"].map((light) => both(light).map((each) => Array.from(each)));
    console.log(JSON.stringify(made));
    """
    lights: list[Light] = ["linear", "encoded"]
    for light, made in zip(lights, in_node(tmp_path, script), strict=True):
        for dtype, units in zip((np.uint8, np.uint16), made, strict=True):
            assert units == light_of_codes(np.dtype(dtype), light).tolist()


def test_the_command_of_the_page_has_only_options_that_the_help_lists(tmp_path: Path) -> None:
    # Nothing is as by default.
    shared = {"gray": True, "light": "encoded", "width": 31, "saturation": 2, "brightness": 2}
    shared |= {"height": 32, "fit": "cover", "rotate": "auto", "exposure": 0.5, "gamma": 1.5}
    shared |= {"contrast": 2, "scale": 2, "paletteName": None, "levels": 5, "target": "palette"}
    shared |= {"panel": None, "intent": "relative", "shadows": 0.5, "highlights": -0.5}
    shared |= {"autoContrast": 1, "alpha": "dither", "background": None, "clamp": "range"}
    shared |= {"undithered": "nothing"}
    three = {**shared, "colors": ["#000000", "#ff0000", "#ffffff"]}
    ordered = {**three, "method": "ordered", "matrix": "bayer", "strength": 0.5}
    ordered["mixtureSize"] = 2
    diffuse = {**three, "method": "diffuse", "kernel": "atkinson", "serpentine": False}
    diffuse |= {"order": "rows", "amount": 0.5, "noise": 0.25, "seed": 7}
    diffuse |= {"modulation": "bayer-8x8", "modulationStrength": 0.75}
    choices = [
        ordered,
        {**ordered, "mixtureSize": 64, "colors": ["#000000", "#ffffff"], "background": "#ff0000"},
        {**ordered, "target": "levels", "light": "linear"},
        {**diffuse, "light": "linear", "panel": "playdate", "intent": "absolute"},
        {**diffuse, "target": "levels", "levels": 2, "light": "linear", "order": "dots"},
        {**diffuse, "order": "curve", "undithered": "line-art"},
        {**ordered, "undithered": "mask"},
    ]
    script = (TEMPLATE / "command.js").read_text(encoding="utf-8")
    script += """
    const source = { name: "photo.png", clear: true, mask: "its mask.png" };
    console.log(JSON.stringify(given.choices.map((each) => commandOf(each, source))));
    """
    commands = in_node(tmp_path, script, choices=choices)
    assert "--mixture-size 2 --mix-in encoded" in commands[0]
    assert "--rotate auto --resize 31x32 --fit cover --alpha dither" in commands[0]
    assert "--exposure 0.5 --shadows 0.5 --highlights -0.5 --gamma 1.5" in commands[0]
    assert "--mixture-size 64" in commands[1]
    assert "--alpha" not in commands[1]
    assert "--background '#ff0000'" in commands[1]
    assert "--intent relative" in commands[0]
    assert "--panel playdate" in commands[3]
    assert "--amount 0.5 --threshold-noise 0.25 --seed 7 --matrix bayer-8x8" in commands[3]
    assert "--mix-in" not in commands[3]
    assert "--intent" not in commands[4]
    assert "--strength" not in commands[4]
    assert "--matrix" not in commands[5]
    assert "--line-art" in commands[5]
    assert "--mask 'its mask.png'" in commands[6]
    for command in commands:
        page = CliRunner().invoke(app, [command.split()[1], "--help"]).output
        for option in re.findall(r"--[a-z-]+", command):
            assert re.search(rf"(^|[ /]){option}\b(?!-)", page), option


def _downloaded(folder: Path, pictures: list[dict[str, Any]], scale: int) -> list[bytes]:
    """Return the PNG of each picture as the page writes it."""
    script = """
    const written = given.pictures.map(async (each) => {
        const pixels = Uint8ClampedArray.from(each.pixels);
        const blob = await encodedPng({ ...each, pixels }, given.scale);
        return Buffer.from(await blob.arrayBuffer()).toString("base64");
    });
    Promise.all(written).then((texts) => console.log(JSON.stringify(texts)));
    """
    texts = in_node(folder, script, pictures=pictures, scale=scale)
    return [base64.b64decode(text) for text in texts]


@pytest.mark.parametrize("scale", [1, 3])
def test_the_page_writes_the_palette_and_indices_of_the_command(tmp_path: Path, scale: int) -> None:
    rng = np.random.default_rng(0)
    pictures, expected = [], []
    opaque, clear, partial = [255], [0, 255], [0, 9, 200, 255]
    cases = [
        *((count, opaque) for count in (2, 3, 4, 17, 255, 256)),
        *((count, clear) for count in (2, 4, 255, 256)),
        *((count, partial) for count in (3, 6, 250)),
    ]
    for count, used in cases:
        codes = rng.permutation(np.arange(0, 1 << 24, 4099))[:count]
        colors = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)
        indices = rng.integers(0, max(count - 2, 2), (9, 14))
        alpha = rng.choice(np.array(used, np.uint8), indices.shape)
        pixels = np.dstack([colors[indices], alpha]).ravel().tolist()
        pictures.append({"width": 14, "height": 9, "pixels": pixels, "colors": colors.tolist()})
        large, clouds = (
            np.kron(each, np.ones((scale, scale), np.uint8)) for each in (indices, alpha)
        )
        expected.append(encode_indexed([large], colors, ".png", alphas=[clouds.astype(np.uint8)]))
    for made, written in zip(_downloaded(tmp_path, pictures, scale), expected, strict=True):
        assert made[16:26] == written[16:26]  # size, bits and type of colour
        if written[25] == 3:
            both = (read_indexed(io.BytesIO(each)) for each in (written, made))
            (ours, table), (theirs, entries) = both
            assert (theirs == ours).all()
            assert entries.tolist() == table.tolist()
        else:
            assert written[25] == 6  # red, green, blue and alpha
        with Image.open(io.BytesIO(written)) as one, Image.open(io.BytesIO(made)) as other:
            assert (np.asarray(one.convert("RGBA")) == np.asarray(other.convert("RGBA"))).all()


# What the page's choices are when nothing is chosen.
PLAIN = {
    "method": "ordered",
    "levels": 2,
    "colors": None,
    "device": None,
    "intent": "perceptual",
    "order": "rows",
    "kernel": "floyd-steinberg",
    "serpentine": True,
    "amount": 1,
    "noise": 0,
    "seed": 0,
    "modulation": None,
    "clamp": "none",
    "gray": False,
    "light": "encoded",
    "matrix": "blue-60x68",
    "strength": 1,
    "mixtureSize": 32,
    "rotate": 0,
    "width": None,
    "height": None,
    "fit": "contain",
    "alpha": "keep",
    "background": None,
    "undithered": "nothing",
    "autoContrast": None,
    "exposure": 0,
    "shadows": 0,
    "highlights": 0,
    "gamma": 1,
    "saturation": 1,
    "brightness": 1,
    "contrast": 1,
}
# Settings of error diffusion.
DIFFUSED = {"method": "diffuse", "strength": 0.5}
CHOICES = [
    {},
    *({"levels": levels, "light": "encoded"} for levels in (3, 8, 9, 256)),
    *({"levels": levels, "light": "linear"} for levels in (3, 8, 9, 256)),
    {"gray": True, "levels": 16, "light": "linear", "strength": 0.35},
    {"levels": 4, "matrix": "blue-64x64-rgb", "saturation": 1.7, "strength": 0.85},
    {"levels": 5, "width": 31, "brightness": 1.2, "contrast": 0.7},
    {"levels": 2, "width": 131, "gray": True},
    {"palette": "game-boy", "light": "linear", "width": 47, "mixtureSize": 64},
    {"palette": "pico-8", "light": "linear", "mixtureSize": 5},
    {"levels": [32, 64, 32]},
    {"palette": "pico-8", "light": "encoded", "mixtureSize": 2, "strength": 0.6},
    {"palette": "spectra-6", "light": "linear", "intent": "relative"},
    {"palette": "c64", "light": "linear", "intent": "absolute", "mixtureSize": 2},
    {"palette": "spectra-6", "light": "linear", "strength": 0},
    {"palette": "c64", "light": "linear", "intent": "lightness"},
    {**DIFFUSED, "panel": "spectra-6-7.3", "light": "linear", "intent": "lightness"},
    {"palette": "web-safe", "light": "linear", "intent": "absolute", "strength": 0},
    {"panel": "spectra-6-7.3", "light": "linear"},
    {"panel": "spectra-6-7.3", "method": "diffuse", "light": "linear"},
    {**DIFFUSED, "kernel": "ostromoukhov", "levels": 3, "light": "linear", "noise": 0.3},
    {**DIFFUSED, "kernel": "ostromoukhov", "serpentine": False, "amount": 0.85, "gray": True},
    {**DIFFUSED, "noise": 0.4, "seed": 1 << 40, "levels": [4, 2, 8], "serpentine": False},
    {**DIFFUSED, "palette": "pico-8", "noise": 1, "seed": 3, "modulation": "blue-60x68"},
    {**DIFFUSED, "palette": "pico-8", "noise": 0.1, "serpentine": False, "clamp": "range"},
    {**DIFFUSED, "modulation": "bayer-8x8", "strength": 0.7, "light": "linear", "amount": 0.5},
    {**DIFFUSED, "palette": "c64", "kernel": "stucki", "amount": 0.35, "light": "linear"},
    {**DIFFUSED, "order": "curve", "levels": 4, "clamp": "range"},
    {**DIFFUSED, "order": "curve", "palette": "pico-8", "width": 31},
    {**DIFFUSED, "order": "dots", "light": "linear"},
    {**DIFFUSED, "order": "dots", "palette": "game-boy", "modulation": "blue-60x68"},
    {"panel": "game-boy", "method": "diffuse", "light": "linear", "intent": "relative"},
    {"palette": "pico-8", "method": "diffuse", "light": "encoded", "intent": "absolute"},
    {"palette": "web-safe", "method": "diffuse", "light": "linear", "kernel": "atkinson"},
    {"levels": 200, "height": 31, "rotate": 90},
    {"levels": 256, "width": 43, "height": 48, "fit": "cover", "rotate": 180},
    {"levels": 256, "width": 37, "height": 61, "fit": "cover", "rotate": "auto", "gray": True},
    {"levels": 256, "width": 61, "height": 29, "fit": "cover", "rotate": 0},
    {"levels": 256, "width": 200, "height": 31, "fit": "cover", "rotate": 270},
    {"levels": 256, "width": 90, "height": 91, "fit": "contain", "rotate": 270, "gamma": 1.45},
    {
        "levels": 256,
        "width": 23,
        "height": 80,
        "fit": "contain",
        "rotate": "auto",
        "exposure": 1.25,
    },
    {"levels": 256, "width": 33, "height": 80, "fit": "stretch", "exposure": -2.75, "gamma": 0.55},
    {"levels": 256, "rotate": 90, "exposure": 0.5, "saturation": 1.5, "contrast": 1.2},
    {"levels": 256, "shadows": 0.7, "highlights": -0.45, "gamma": 1.15},
    {"levels": 256, "shadows": -1, "highlights": 1, "autoContrast": 3, "exposure": 0.25},
    {"levels": 256, "gray": True, "shadows": 0.35, "highlights": 1},
    {"levels": 256, "alpha": "threshold"},
    {"levels": 256, "alpha": "dither", "width": 90, "height": 60},
    {"levels": 256, "alpha": "background"},
    {"levels": 256, "background": "#dc3214", "width": 90, "height": 60},
    {"levels": 256, "background": "#dc3214", "gray": True, "width": 60, "height": 60},
    {**DIFFUSED, "alpha": "threshold", "palette": "pico-8"},
]


def _with_alpha(image: RasterImage, job: dict[str, Any]) -> RasterImage:
    """Return a prepared image as the command dithers it."""
    if image.alpha is None:
        return image
    if job["alpha"] == "background":
        return composite(image, "#ffffff", gray=job["gray"])
    rules = {"threshold": threshold_alpha, "dither": dither_alpha}
    image = rules.get(job["alpha"], lambda same: same)(image)
    return without_hidden_colors(image) if job["method"] == "diffuse" else image


def _shown(color: np.ndarray, job: dict[str, Any], palette: Palette | None) -> np.ndarray:
    """Return the (H, W, 3) uint8 colours that the library gives a prepared image."""
    options = {"light": job["light"]}
    levels = tuple(job["levels"]) if isinstance(job["levels"], list) else job["levels"]
    chosen = {"levels": levels} if palette is None else {"palette": palette}
    if palette is not None:
        chosen["intent"] = job["intent"]
    if job["method"] == "ordered" and palette is None:
        options["strength"] = job["strength"]
        codes = ordered_dither(color, load_channels(job["matrix"]), levels=levels, **options)
    elif job["method"] == "ordered":
        assert palette is not None
        size = job["mixtureSize"]
        options |= {"strength": job["strength"], "intent": job["intent"]}
        options |= {"mix": "two"} if size == 2 else {"mix": "many", "candidates": size}
        codes = dither_to_palette(color, palette, load_matrix(job["matrix"]), **options)
    else:
        pytest.importorskip("numba")
        options |= {"clamp": job["clamp"], **chosen}
        if job["modulation"] and job["order"] != "curve":
            options["matrix"] = load_matrix(job["modulation"])
        if job["order"] == "rows":
            names = ("kernel", "serpentine", "amount", "noise", "seed", "strength")
            options |= {name: job[name] for name in names}
        methods = {"rows": error_diffuse, "curve": riemersma_dither, "dots": dot_diffuse}
        codes = methods[job["order"]](color, **options)
    if palette is not None:
        return palette.colors[codes]
    counts = levels_of(levels, 1 if codes.ndim == 2 else 3)
    shown = level_picture(codes, counts, np.dtype(np.uint8))
    return shown if shown.ndim == 3 else np.stack([shown] * 3, axis=2)


@pytest.mark.parametrize("opaque", [False, True])
def test_the_scripts_dither_as_the_library_does(
    tmp_path: Path, photo: np.ndarray, opaque: bool
) -> None:
    photo[:8, :, :] = np.arange(80)[:, None] * 3
    alpha = None
    if not opaque:
        alpha = np.random.default_rng(0).integers(0, 256, photo.shape[:2], np.uint8)
        alpha[:12] = 0
    jobs = [{**PLAIN, **choice} for choice in CHOICES]
    palettes = []
    for job in jobs:
        name, panel = job.pop("palette", None), job.pop("panel", None)
        palette = load_panel(panel).palette if panel else load_palette(name) if name else None
        if palette is not None:
            job["colors"], job["device"] = palette.colors.tolist(), palette.device_colors.tolist()
        palettes.append(palette)
    script = """
    const { width, height } = given;
    const samples = Uint8Array.from(given.samples);
    const alpha = given.alpha && Uint8Array.from(given.alpha);
    const picture = { width, height, channels: 3, samples, alpha };
    const ditherer = new Ditherer();
    const made = given.jobs.map((settings) => {
        const name = settings.method === "ordered" ? settings.matrix : settings.modulation;
        const matrix = name && unpackedMatrix(given.tables.matrices[name]);
        const message = { tables: given.tables, picture, settings, matrix, pixels: {} };
        const { result, pixels } = finished(ditherer.steps(message));
        return { ...result, pixels: Array.from(pixels) };
    });
    console.log(JSON.stringify(made));
    """
    samples = {"samples": photo.ravel().tolist(), "alpha": None}
    if alpha is not None:
        samples["alpha"] = alpha.ravel().tolist()
    made = in_node(tmp_path, script, width=80, height=48, jobs=jobs, **samples)
    for job, palette, result in zip(jobs, palettes, made, strict=True):
        names = {field.name for field in dataclasses.fields(Preparation)} & job.keys()
        sides = job["width"], job["height"]
        resize = None if sides == (None, None) else Sides(*sides)
        chosen = {name: job[name] for name in names - {"autoContrast"}}
        chosen["auto_contrast"] = job["autoContrast"]
        chosen["fit"] = None if None in sides else job["fit"]
        preparation = Preparation(resize=resize, **chosen)
        ready = _with_alpha(adjusted(RasterImage(photo, alpha), preparation), job)
        shown = _shown(ready.color, job, palette)
        if ready.alpha is not None and job["method"] == "diffuse":
            hidden = np.array([0, 0, 0] if palette is None else palette.colors[0], np.uint8)
            shown = np.where(ready.alpha[..., None] == 0, hidden, shown)
        clear = np.full(shown.shape[:2], 255) if ready.alpha is None else ready.alpha
        expected = np.concatenate([shown, clear[..., None]], axis=2)
        pixels = np.reshape(result["pixels"], (result["height"], result["width"], 4))
        assert (pixels == expected).all(), job


# Mixtures, a link, and the link of a picture with kept pixels.
DRAFTED = [
    {"mixtureSize": 2},
    {"method": "diffuse"},
    {"method": "diffuse", "undithered": "line-art"},
]


def test_a_result_uses_no_table_of_a_preview(tmp_path: Path, photo: np.ndarray) -> None:
    colors = load_palette("game-boy").colors.tolist()
    script = """
    const { tables, width, height } = given;
    const samples = Uint8Array.from(given.samples);
    const picture = { width, height, channels: 3, samples, alpha: null };
    const matrix = unpackedMatrix(tables.matrices["blue-60x68"]);
    const pixelsAfter = (drafts, settings) => {
        const ditherer = new Ditherer();
        const made = [...drafts, settings].map((each) =>
            finished(ditherer.steps({ tables, picture, settings: each, matrix, pixels: {} })),
        );
        return made.at(-1).pixels.join();
    };
    const made = given.jobs.map((settings) => {
        const [draft, exact] = [{ ...settings, draft: true }, pixelsAfter([], settings)];
        return [pixelsAfter([], draft) !== exact, pixelsAfter([draft], settings) === exact];
    });
    console.log(JSON.stringify(made));
    """
    jobs = [{**PLAIN, "colors": colors, **choice} for choice in DRAFTED]
    samples = photo.ravel().tolist()
    made = in_node(tmp_path, script, width=80, height=48, jobs=jobs, samples=samples)
    # A draft is another picture, or the test would show nothing.
    assert made == [[True, True]] * len(DRAFTED)


def test_a_large_picture_is_looked_at_in_steps(tmp_path: Path) -> None:
    script = """
    const picture = { channels: 3, samples: new Uint8Array(3 * (1 << 20)) };
    const steps = [...new Link((light) => light).around(picture)];
    console.log(JSON.stringify(steps.length));
    """
    assert in_node(tmp_path, script) == 4


def test_exposure_and_gamma_are_the_same_at_every_step_of_the_sliders(tmp_path: Path) -> None:
    ramp = np.arange(256, dtype=np.uint8)[None]
    pairs = [(step / 4, 1.0) for step in range(-12, 13)]
    pairs += [(exposure, step / 20) for exposure in (0, 0.75, -1.5) for step in range(10, 41)]
    script = """
    const samples = Uint8Array.from({ length: 256 }, (_, code) => code);
    const picture = { width: 256, height: 1, channels: 1, samples, alpha: null };
    const usual = { autoContrast: null, shadows: 0, highlights: 0 };
    const made = given.pairs.map(([exposure, gamma]) => {
        const settings = { ...usual, exposure, gamma };
        return changedLight(picture, settings, given.tables).samples;
    });
    console.log(JSON.stringify(made.map((samples) => Array.from(samples))));
    """
    made = in_node(tmp_path, script, pairs=pairs)
    for (exposure, gamma), codes in zip(pairs, made, strict=True):
        change = LightChange(exposure=exposure, gamma=gamma)
        assert (change_light(ramp, change)[0] == codes).all(), (exposure, gamma)


@pytest.mark.slow
def test_every_colour_has_the_same_grey() -> None:
    """The page's way, limits between codes, in numpy: node would take as long as a minute."""
    tables = studio_tables()
    linear, limits = np.array(tables["linear"]), np.array(tables["limits"])
    codes = np.arange(256, dtype=np.uint8)
    green, blue = np.meshgrid(codes, codes, indexing="ij")
    for red in range(256):
        luminance = 0.2126 * linear[red] + 0.7152 * linear[green] + 0.0722 * linear[blue]
        grays = np.searchsorted(limits, luminance, side="right")
        grays[red, red] = red
        colors = np.stack([np.full_like(green, red), green, blue], axis=2)
        assert (grays == to_gray(colors)).all(), red


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_the_page_reads_pngs_with_alpha_itself(
    tmp_path: Path, photo: np.ndarray, mode: str
) -> None:
    alpha = np.random.default_rng(2).integers(0, 256, photo.shape[:2], np.uint8)
    image = Image.fromarray(np.dstack([photo, alpha]))
    image = image.quantize(13) if mode == "P" else image.convert(mode)
    image.save(tmp_path / "clear.png")
    script = """
    const file = new Blob([require("fs").readFileSync("clear.png")]);
    pngPixels(file).then((pixels) => console.log(JSON.stringify(Array.from(pixels))));
    """
    expected = np.asarray(Image.open(tmp_path / "clear.png").convert("RGBA"))
    assert in_node(tmp_path, script) == expected.ravel().tolist()


@pytest.mark.parametrize("dtype", ["u1", ">u2", "<i4", ">i8", "<f4", ">f8"])
def test_the_page_takes_matrix_files_by_their_order(tmp_path: Path, dtype: str) -> None:
    ranks = np.random.default_rng(3).permutation(30).reshape(5, 6)
    for array in ((ranks + 1).astype(dtype), np.asfortranarray(ranks).astype(dtype, order="F")):
        np.save(tmp_path / "m.npy", array)
        script = (TEMPLATE / "npy.js").read_text(encoding="utf-8")
        script += """
        const bytes = new Uint8Array(require("fs").readFileSync("m.npy"));
        const { height, width, planes } = readNpy(bytes);
        console.log(JSON.stringify([height, width, Array.from(planes[0])]));
        """
        assert in_node(tmp_path, script) == [5, 6, ranks.ravel().tolist()]


def test_the_page_reads_the_palette_files_of_the_commands(tmp_path: Path) -> None:
    colors = np.array([[0, 0, 0], [255, 128, 1], [9, 10, 255]])
    codes = ["000000", "ff8001", "090aff"]
    block = b"".join(
        struct.pack(">HIHH4s3fH", 1, 22, 1, 0, b"RGB ", *(color / 255), 2) for color in colors
    )
    wide = b"".join(struct.pack(">5H", 0, *(257 * color), 0) for color in colors)
    entries = b"".join(struct.pack("<H4B", 0, *color, 255) for color in colors)
    chunk = struct.pack("<IHIII8x", 26 + len(entries), 0x2019, 3, 0, 2) + entries
    frame = struct.pack("<IHHHxxI", 16 + len(chunk), 0xF1FA, 1, 9, 1) + chunk
    files = {
        "a.ase": b"ASEF" + struct.pack(">HHI", 1, 0, 3) + block,
        "a.aco": struct.pack(">HH", 1, 3) + wide,
        "b.ase": struct.pack("<IHHHHH", 0, 0xA5E0, 1, 8, 8, 32).ljust(128, b"\0") + frame,
        "a.json": json.dumps({"colors": codes}).encode(),
        "a.txt": b"; paint.net\n" + b"".join(f"FF{code}\n".encode() for code in codes),
        "b.txt": b"#000, ff8001 '#090aff'",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    script = (TEMPLATE / "palette_files.js").read_text(encoding="utf-8")
    script += """
    const read = (name) => colorsOfFile(name, new Uint8Array(require("fs").readFileSync(name)));
    console.log(JSON.stringify(given.names.map(read)));
    """
    found = in_node(tmp_path, script, names=list(files))
    for name, read in zip(files, found, strict=True):
        assert read == [f"#{code}" for code in codes], name
        if name != "b.txt":  # the command takes such a list as text, not as a file
            assert load_palette(tmp_path / name).hex == read


def test_the_page_takes_frames_and_channels_of_a_matrix(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    arrays = {
        "frames": rng.permutation(2 * 5 * 3).reshape(2, 5, 3).astype("<u2"),
        "values": rng.random((6, 5, 7)).astype("<f4"),
        "columns": np.asfortranarray(rng.permutation(5 * 6 * 8).reshape(5, 6, 8)),
        "channels": rng.random((6, 5, 3)),
        "single": rng.random((6, 5, 1)),
    }
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    script = (TEMPLATE / "npy.js").read_text(encoding="utf-8")
    script += """
    const made = given.names.map((name) => {
        const bytes = new Uint8Array(require("fs").readFileSync(`${name}.npy`));
        const { height, width, count, planes, frames } = readNpy(bytes);
        const all = (frames ?? planes).map((ranks) => Array.from(ranks));
        return { shape: [height, width], count, planes: all, isClip: Boolean(frames) };
    });
    console.log(JSON.stringify(made));
    """
    made = in_node(tmp_path, script, names=list(arrays))
    for (name, array), read in zip(arrays.items(), made, strict=True):
        matrices = matrices_of(array)
        planes = [plane for matrix in matrices for plane in matrix.planes]
        assert read["planes"] == [plane.ravel().tolist() for plane in planes], name
        assert read["count"] == matrices[0].ranks.size
        assert read["shape"] == list(planes[0].shape)
        assert read["isClip"] == (matrices[0].ranks.ndim == 3)


def test_the_page_reads_the_kernels_of_the_commands(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    kernels = [
        {"weights": [[0, 0, 7], [3, 5, 1]], "origin": 1, "divisor": 16},
        {"weights": [[0, 1, 1, 1]], "origin": 0, "divisor": 3},
        {"weights": [[0, 0.1], [0.2, 0.7000999]], "origin": 0},
        {"weights": [[0, 1], [1, 1]], "origin": 0, "divisor": 3.7},
    ]
    for _ in range(20):
        weights = rng.integers(0, 50, (3, 5)) * rng.choice([1, 0.37])
        weights[0, :3] = 0
        total = float(weights.sum()) * rng.choice([1, 1.3])
        kernels.append({"weights": weights.tolist(), "origin": 2, "divisor": total})
    bad = [
        {"weights": [[0, 1]]},
        {"weights": [[0, 1]], "origin": 0, "about": 1},
        {"weights": [[1, 1]], "origin": 0, "divisor": 2},
        {"weights": [[0, 2]], "origin": 0},
        {"weights": [[0, -1]], "origin": 0},
        {"weights": [[0, 1], [1]], "origin": 0},
        {"weights": [], "origin": 0},
        {"weights": [[0, 1]], "origin": 2},
        {"weights": [[0, 1]], "origin": 0, "divisor": 0},
    ]
    script = (TEMPLATE / "kernel_files.js").read_text(encoding="utf-8")
    script += """
    const refusal = (kernel) => {
        try {
            return String(tapsOfKernel(kernel));
        } catch (error) {
            return error.message;
        }
    };
    console.log(JSON.stringify([given.kernels.map(tapsOfKernel), given.bad.map(refusal)]));
    """
    taps, refusals = in_node(tmp_path, script, kernels=kernels, bad=bad)
    for kernel, made in zip(kernels, taps, strict=True):
        assert [tuple(tap) for tap in made] == list(DiffusionKernel(**kernel).taps), kernel
    for kernel, sentence in zip(bad, refusals, strict=True):
        assert sentence.startswith("This kernel cannot be used: "), kernel
