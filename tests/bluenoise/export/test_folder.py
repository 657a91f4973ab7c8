import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bluenoise
from bluenoise.export.formats import FAMILIES, FORMATS, TEXTURES
from dither import InputError
from dither.matrix.catalog import load_channels, load_matrix, shipped_matrices

FRAMES = np.random.default_rng(2).permutation(3 * 5 * 7).reshape(3, 5, 7)
NOISE = np.linspace(-1, 1, 35).reshape(5, 7)
# Formats that need no extra and hold frames.
WITHOUT_EXR = tuple(
    each
    for each in FORMATS
    if each not in ("exr", "imagemagick", "aseprite")
    and (each not in TEXTURES or "thresholds" in TEXTURES[each].holds)
)


def _decided(red: np.ndarray) -> np.ndarray:
    return np.arange(256)[:, None, None] * 257 > red.astype(int)


def test_a_picture_in_an_engine_decides_as_numpy_does(tmp_path: Path) -> None:
    matrix = load_matrix("blue-64x64")
    sixteen, two = bluenoise.export(matrix, tmp_path / "new" / "out", ["png16", "rg8"], name="m")
    assert (sixteen.name, two.name) == ("m.r16.png", "m.rg8.png")
    red, green, _ = np.moveaxis(np.asarray(Image.open(two)).astype(int), -1, 0)
    threshold = (2 * matrix.ranks.astype(int) + 1) / 8192
    wanted = np.arange(256)[:, None, None] / 255 > threshold
    assert np.array_equal(_decided(red * 256 + green), wanted)
    assert np.array_equal(_decided(np.asarray(Image.open(sixteen))), wanted)


def test_every_format_is_written_with_its_settings(tmp_path: Path) -> None:
    formats = [each for each in WITHOUT_EXR if each != "npy"]
    paths = bluenoise.export(FRAMES, tmp_path, formats, name="clip")
    numbered = sum(each.startswith("frames-") for each in formats)
    assert len(paths) == len(set(paths)) == len(formats) + (len(FRAMES) - 1) * numbered
    written = {path.name for path in tmp_path.iterdir()}
    for path in paths:
        assert path.stat().st_size
        plain = path.suffix in (".h", ".glsl", ".hlsl", ".wgsl", ".gdshader")
        assert (f"{path.name}.json" in written) != plain
        assert (f"{path.name}.import" in written) == (path.suffix == ".png")
        assert (f"{path.name}.meta" in written) == (path.suffix in (".png", ".tiff"))
    assert not [name for name in written if name.startswith(".")]


def test_the_sidecar_of_a_shipped_matrix(tmp_path: Path) -> None:
    (path,) = bluenoise.export(load_matrix("blue-16x64x64"), tmp_path, ["png16"], name="m")
    facts = json.loads((tmp_path / "m.r16.png.json").read_text())
    assert facts["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert facts["file"] == "m.r16.png"
    assert (facts["dtype"], facts["shape"]) == ("uint16", [16, 64, 64, 1])
    with Image.open(path) as picture:
        assert (facts["width"], facts["height"]) == picture.size == (256, 256)
    assert facts["flipbook"] == {"columns": 4, "rows": 4, "frames": 16}
    assert facts["ranks"] == 65536
    assert "row 0" in facts["row_origin"]
    assert "sRGB" in facts["sampling"]["color_space"]
    assert facts["sampling"]["mipmaps"] == "none"
    entry = shipped_matrices()["blue-16x64x64"]
    assert facts["license"] == "CC0-1.0"
    assert all(facts[key] == entry[key] for key in ("seed", "command", "scores"))


def test_the_sidecar_holds_the_given_provenance_only(tmp_path: Path) -> None:
    origin = {"license": "MIT", "seed": 7}
    bluenoise.export(FRAMES, tmp_path, ["png8", "raw-f32"], name="m", origin=origin)
    facts = json.loads((tmp_path / "m.r8.png.json").read_text())
    assert (facts["license"], facts["seed"], facts["scores"]) == ("MIT", 7, None)
    assert facts["finer_values"] == "not exact for 16 bits or floats, such as linear light"
    assert "not exact" not in json.loads((tmp_path / "m.f32.raw.json").read_text())["finer_values"]
    assert "Licence: MIT." in (tmp_path / "README.md").read_text()
    bluenoise.export(load_matrix("blue-64x64"), tmp_path / "large", ["png8"], name="m")
    facts = json.loads((tmp_path / "large" / "m.r8.png.json").read_text())
    assert "4096 ranks share 255 codes" in facts["finer_values"]


def test_settings_of_engines(tmp_path: Path) -> None:
    bluenoise.export(load_matrix("blue-16x16"), tmp_path, ["png8", "png16", "rg8"], name="m")
    guids = set()
    for name, number in (("m.r8.png", 63), ("m.r16.png", 9), ("m.rg8.png", 3)):
        godot = (tmp_path / f"{name}.import").read_text()
        for line in (
            "flags/srgb=0",
            "flags/filter=false",
            "mipmaps/generate=false",
            "detect_3d=false",
        ):
            assert f"\n{line}\n" in godot
        unity = (tmp_path / f"{name}.meta").read_text()
        assert "sRGBTexture: 0\n" in unity
        assert "enableMipMap: 0\n" in unity
        assert f"textureFormat: {number}\n" in unity
        guids.add(unity.splitlines()[1])
    assert len(guids) == 3


def test_the_guide_has_ten_steps_for_each_engine(tmp_path: Path) -> None:
    bluenoise.export(load_matrix("blue-16x16"), tmp_path, name="m")
    first, *engines = (tmp_path / "README.md").read_text().split("\n## ")
    assert first.startswith("# m: a threshold matrix of 16 columns and 16 rows")
    names = [engine.splitlines()[0] for engine in engines]
    assert names == ["Unity", "Unreal", "Godot", "Bevy", "three.js", "Babylon.js", "Panda3D"]
    for engine in engines:
        assert [line.split(".")[0] for line in engine.split("\n\n")[1].splitlines()] == [
            str(number) for number in range(1, 11)
        ]
    assert "$" not in first + "".join(engines)


def test_families_write_the_formats_that_fit(tmp_path: Path) -> None:
    colours = load_channels("blue-64x64-rgb")
    paths = bluenoise.export(colours, tmp_path / "colours", ["raw", "ktx2", "dds"], name="m")
    assert [path.name for path in paths] == [
        "m.u8.raw",
        "m.f32.raw",
        "m.r8.ktx2",
        "m.r32f.ktx2",
        "m.r32f.dds",
    ]
    paths = bluenoise.export(NOISE, tmp_path / "noise", ["npy", *FAMILIES][:3], name="m")
    assert [path.name for path in paths] == ["m.npy", "m.f32.raw", "m.r32f.ktx2"]
    assert "to add before rounding" in (tmp_path / "noise" / "README.md").read_text()
    facts = json.loads((tmp_path / "noise" / "m.f32.raw.json").read_text())
    assert facts["content"].startswith("noise")
    with pytest.raises(InputError, match="float noise does not fit r16"):
        bluenoise.export(NOISE, tmp_path / "more", ["png16"])
    assert not (tmp_path / "more").exists()


@pytest.mark.parametrize(
    ("matrix", "options", "words"),
    [
        (np.arange(16).reshape(4, 4), {"formats": ["jpeg"]}, "no format is named 'jpeg'"),
        (np.arange(16).reshape(4, 4), {"formats": []}, "no formats"),
        (np.arange(16).reshape(4, 4), {"name": "../up"}, "letters, digits"),
        (np.arange(65792).reshape(257, 256), {}, "65792 ranks does not fit 16 bits"),
        (np.zeros((4, 4), int), {}, "no order"),
    ],
)
def test_unusable_arguments_are_refused_and_nothing_written(
    matrix: np.ndarray, options: dict, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        bluenoise.export(matrix, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_other_files_are_kept(tmp_path: Path) -> None:
    matrix = load_matrix("blue-16x16")
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "other").write_text("mine too")
    with pytest.raises(InputError, match="is not empty; give --force"):
        bluenoise.export(matrix, tmp_path, name="m")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "other"]
    assert (tmp_path / "README.md").read_text() == "mine"
    bluenoise.export(matrix, tmp_path, name="m", force=True)
    assert (tmp_path / "other").read_text() == "mine too"
    assert (tmp_path / "m.rg8.png").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="it is a file"):
        bluenoise.export(matrix, tmp_path / "file")


def test_the_same_matrix_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        bluenoise.export(FRAMES, tmp_path / folder, WITHOUT_EXR)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_an_empty_path_is_not_this_folder() -> None:
    with pytest.raises(InputError, match="an empty path; give its name"):
        bluenoise.export("bayer-2x2", "")
