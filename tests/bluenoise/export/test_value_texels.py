"""Textures of values, read back by Pillow and numpy and decoded by the formulas in their sidecars."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bluenoise
from bluenoise.export.texels import grid
from bluenoise.export.value_texels import (
    VALUE_FORMATS,
    ValueFormat,
    decoded,
    error_bound,
    largest_error,
    value_texels,
)
from bluenoise.value_texture import KINDS, ValueTexture, value_texture_of
from dither import InputError

RNG = np.random.default_rng(8)


def noise(kind: str, *shape: int) -> np.ndarray:
    """Return random values of a kind."""
    facts = KINDS[kind]
    values = RNG.random((*shape, facts.components or 3)) * 2 - 1
    if facts.low == 0 and facts.high == 1:
        values = (values + 1) / 2
    if facts.unit:
        values /= np.linalg.norm(values, axis=-1, keepdims=True)
    if kind == "disk":
        values /= np.sqrt(2)
    if facts.upper:
        values[..., 2] = np.abs(values[..., 2])
    return values.astype(np.float32)


def fits(found: ValueTexture, value_format: ValueFormat) -> bool:
    """Return whether a format holds these values."""
    try:
        value_texels(found, value_format)
    except InputError:
        return False
    return True


def frames_of(sheet: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Cut a flipbook into its frames."""
    frames, height, width = shape
    columns, _ = grid(frames)
    return np.stack(
        [
            sheet[t // columns * height :, t % columns * width :][:height, :width]
            for t in range(frames)
        ]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_decoded_values_are_within_the_bound_of_every_format(kind: str) -> None:
    found = value_texture_of(noise(kind, 2, 24, 32), kind)
    held: list[ValueFormat] = [each for each in VALUE_FORMATS if fits(found, each)]
    wanted: dict[int, set[ValueFormat]] = {
        1: {each for each in VALUE_FORMATS if not each.startswith("oct")},
        2: {"rg8", "rgba8", "rgb10a2", "rg16", "rgba16", "rgba16f", "r32f"},
        3: {"rgba8", "rgb10a2", "rgba16", "rgba16f", "r32f"},
    }
    octahedral: set[ValueFormat] = {"octahedral8", "octahedral16"}
    unit_vectors = found.unit and found.components == 3
    assert set(held) == wanted[found.components] | (octahedral if unit_vectors else set())
    for each in held:
        bound, largest = error_bound(found, each), largest_error(found, each)
        # Near the bound, so that the bound says something; floats in degrees have rounding errors.
        assert bound * 0.6 <= largest <= bound + 1e-5, each
        assert decoded(value_texels(found, each), found, each).shape == found.values.shape


def test_errors_as_documented() -> None:
    sphere = value_texture_of(noise("sphere", 2, 2), "sphere")
    circle = value_texture_of(noise("circle", 2, 2), "circle")
    pair = value_texture_of(noise("vec2", 2, 2), "vec2")
    disk = value_texture_of(noise("disk", 2, 2), "disk")
    scalar = value_texture_of(noise("scalar", 2, 2), "scalar")
    assert error_bound(scalar, "r8") == 1 / 512
    assert error_bound(scalar, "r16") == 1 / 131072
    assert error_bound(pair, "rg8") == 1 / 510
    assert error_bound(disk, "rg8") == 1 / 255
    assert error_bound(disk, "rgb10a2") == 1 / 1023
    assert error_bound(disk, "rgba16f") == 1 / 4096
    assert error_bound(disk, "r32f") == 0
    degrees = {each: error_bound(sphere, each) for each in VALUE_FORMATS}
    assert round(degrees["rgba8"], 3) == 0.389
    assert round(degrees["rgb10a2"], 3) == 0.097
    assert round(degrees["rgba16"], 5) == 0.00151
    assert round(degrees["rgba16f"], 3) == 0.024
    assert (degrees["octahedral8"], degrees["octahedral16"]) == (0.64, 0.0025)
    assert round(error_bound(circle, "rg8"), 3) == 0.318


@pytest.mark.parametrize("kind", ["vec2", "circle", "disk"])
def test_two_components_as_png(kind: str, tmp_path: Path) -> None:
    values = noise(kind, 3, 8, 6)
    (path,) = bluenoise.export(values, tmp_path, values=kind)
    assert path.name == f"{kind}-3x8x6.rg8.png"
    with Image.open(path) as picture:
        assert (picture.mode, picture.info) == ("RGB", {})
        codes = frames_of(np.asarray(picture).astype(float), (3, 8, 6))
    assert not codes[..., 2].any()
    found = codes[..., :2] / 255 if kind == "vec2" else 2 * codes[..., :2] / 255 - 1
    assert np.abs(found - values).max() <= (1 / 510 if kind == "vec2" else 1 / 255) + 1e-7


def test_a_sphere_with_its_pdf_as_png_in_frames_of_their_own(tmp_path: Path) -> None:
    pdf = RNG.random((3, 8, 6, 1)) * 4
    values = np.concatenate([noise("sphere", 3, 8, 6), pdf], axis=-1)
    paths = bluenoise.export(values, tmp_path, ["frames-rgba8"], values="sphere", name="n")
    assert [path.name for path in paths] == [f"n.rgba8.000{t}.png" for t in range(3)]
    for t, path in enumerate(paths):
        codes = np.asarray(Image.open(path)).astype(float)
        assert np.array_equal(codes[..., :3], np.rint(127.5 * (values[t, ..., :3] + 1.0)))
        facts = json.loads((tmp_path / f"{path.name}.json").read_text())
        assert (facts["frame"], facts["pdf"]["channel"]) == (t, "alpha")
        most = float(facts["pdf"]["decode"].split()[2])
        assert np.abs(codes[..., 3] / 255 * most - pdf[t, ..., 0]).max() <= most / 510 + 1e-6
        assert facts["channels"] == {"red": "x", "green": "y", "blue": "z", "alpha": "pdf"}
        assert "alphaUsage: 1\n" in (tmp_path / f"{path.name}.meta").read_text()


def test_scalars_are_bins(tmp_path: Path) -> None:
    values = ((RNG.permutation(64 * 64) + 0.5) / 4096).astype(np.float32).reshape(64, 64, 1)
    eight, sixteen = bluenoise.export(
        values, tmp_path, ["png8", "png16"], values="scalar", name="n"
    )
    for path, count in ((eight, 256), (sixteen, 65536)):
        codes = np.asarray(Image.open(path)).astype(int)
        assert np.array_equal(codes, (values[..., 0] * count).astype(int))
        facts = json.loads((tmp_path / f"{path.name}.json").read_text())
        assert facts["decode"] == f"v = (code + 1/2) / {count}"
        assert facts["animation"].startswith("frame t of a plane: fract(v + t * 0.61803399)")


def test_ten_bits_are_packed_with_red_lowest(tmp_path: Path) -> None:
    values = noise("vec3", 4, 5)
    _, path = bluenoise.export(values, tmp_path, ["rgb10a2"], values="vec3", name="n")
    packed = np.frombuffer(path.read_bytes(), "<u4", offset=148).reshape(4, 5)
    codes = np.stack([packed >> shift & 1023 for shift in (0, 10, 20)], axis=-1)
    assert np.abs(codes / 1023 - values).max() <= 1 / 2046 + 1e-7
    assert (packed >> 30 == 3).all()


def test_points_beyond_1_are_scaled(tmp_path: Path) -> None:
    points = RNG.normal(size=(6, 5, 4)) * 10
    (path,) = bluenoise.export(points, tmp_path, ["rgba8"], values="points", name="n")
    facts = json.loads((tmp_path / "n.rgba8.png.json").read_text())
    low, high = facts["range"]
    assert 0 <= points.min() - low < 0.011 * np.ptp(points)
    assert 0 <= high - points.max() < 0.011 * np.ptp(points)
    assert (round(low, 2), round(high, 2)) == (low, high)
    codes = np.asarray(Image.open(path)).astype(float)
    found = low + (high - low) * codes / 255
    assert np.abs(found - points).max() <= facts["decode_error"]["bound"] + 1e-6
    with pytest.raises(InputError, match="rgba16f holds numbers up to 65504, not "):
        bluenoise.export(points * 1e8, tmp_path / "no", ["rgba16f"], values="points")


def test_sidecars_name_the_traps(tmp_path: Path) -> None:
    values = noise("sphere", 3, 8, 6)
    formats = ["rgba8", "ktx2-rgba8", "ktx2-volume-rgba8", "dds-rgba16f", "octahedral8"]
    paths = bluenoise.export(values, tmp_path, formats, values="sphere", name="n")
    traps = {path.name: json.loads((tmp_path / f"{path.name}.json").read_text()) for path in paths}
    for name, facts in traps.items():
        assert "sRGB" in facts["traps"]["srgb"]
        assert ("snorm" in facts["traps"]) == ("16f" not in name)
        assert "frame" in facts["traps"]["frame_order"]
        assert "normalize" in facts["decode"]
    assert "different frames" in traps["n.rgba8.png"]["traps"]["mipmaps"]
    assert "linear filters also mix frames" in traps["n.rgba8.volume.ktx2"]["traps"]["filter"]
    assert traps["n.rgba8.volume.ktx2"]["layout"] == "a 3-D texture with one slice per frame"


@pytest.mark.parametrize(
    ("kind", "formats", "words"),
    [
        ("sphere", ["rg8"], "rg8 holds 2 components, and the values have 3; use rgba8"),
        ("vec2", ["png16"], "r16 holds 1 component, and"),
        (
            "vec2",
            ["octahedral16"],
            "octahedral16 holds unit vectors of 3 components, not values of vec2",
        ),
        ("vec2", ["c"], "c holds thresholds, not values of vec2; use npy"),
        ("vec2", ["aseprite"], "aseprite holds thresholds, not values"),
        ("vec2", ["ktx2-r16ui"], "ktx2-r16ui holds thresholds, not values; use rgba8"),
        ("vec2", ["ktx2-volume"], "a volume needs frames, and this texture has none"),
        ("sphre", ["rgba8"], "no values are named 'sphre'; did you mean 'sphere'"),
    ],
)
def test_formats_that_do_not_fit_are_one_sentence(
    kind: str, formats: list[str], words: str, tmp_path: Path
) -> None:
    values = noise(kind if kind in KINDS else "sphere", 8, 6)
    with pytest.raises(InputError, match=words):
        bluenoise.export(values, tmp_path / "out", formats, values=kind)
    assert not (tmp_path / "out").exists()


def test_a_pdf_is_not_dropped(tmp_path: Path) -> None:
    values = np.concatenate([noise("circle", 8, 6), np.ones((8, 6, 1))], axis=-1)
    for each in ("rg8", "rgb10a2"):
        with pytest.raises(InputError, match=f"{each} has no channel for the pdf; use rgba8"):
            bluenoise.export(values, tmp_path / "out", [each], values="circle")
    (path,) = bluenoise.export(values, tmp_path / "out", values="circle")
    assert path.name.endswith(".rgba8.png")
    matrix = np.arange(12).reshape(3, 4)
    with pytest.raises(
        InputError, match="rgba8 holds values such as vectors, not thresholds; use png16"
    ):
        bluenoise.export(matrix, tmp_path / "more", ["rgba8"])
