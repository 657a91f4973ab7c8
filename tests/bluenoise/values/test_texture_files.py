import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bluenoise.values.texture_files import TextureFiles, is_texture, read_texture, texture_files
from bluenoise.values.value_set import value_set
from dither.errors import InputError


def write_codes(path: Path, codes: np.ndarray) -> None:
    Image.fromarray(codes.astype(np.uint8)).save(path)


def read(path: Path, kind: str | None = None) -> np.ndarray:
    return read_texture(TextureFiles(path.name, (path,)), kind).values


def test_other_tools_encodings_are_read(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    codes = generator.integers(0, 256, (8, 8, 4))
    write_codes(tmp_path / "vector2_uniform_gauss1_0_0.png", codes[..., :3])
    found = read(tmp_path / "vector2_uniform_gauss1_0_0.png")
    assert found[0] == pytest.approx(codes[..., :2] / 255)
    write_codes(tmp_path / "stbn_scalar_2Dx1Dx1D_128x128x64x1_0.png", codes[..., 0])
    assert read(tmp_path / "stbn_scalar_2Dx1Dx1D_128x128x64x1_0.png")[0, ..., 0] == pytest.approx(
        codes[..., 0] / 255
    )
    directions = value_set("cosine", 64).values.reshape(8, 8, 3)
    coded = np.rint(directions * 127.5 + 127.5)
    name = "stbn_unitvec3_cosine_2Dx1D_128x128x64_0.png"
    write_codes(tmp_path / name, np.concatenate([coded, codes[..., 3:]], axis=-1))
    found = read(tmp_path / name)[0]
    assert np.linalg.norm(found, axis=-1) == pytest.approx(1)
    assert np.abs(found - directions).max() < 0.006
    assert read(tmp_path / name, "sphere").shape == (1, 8, 8, 3)


def test_numbered_pictures_are_frames_in_their_order(tmp_path: Path) -> None:
    for number in (10, 2, 0, 1):
        write_codes(tmp_path / f"real_{number}.png", np.arange(16).reshape(4, 4) + number)
    write_codes(tmp_path / "scalar.png", np.eye(4) * 255)
    np.save(tmp_path / "own.npy", np.random.default_rng(0).random((1, 4, 4, 2)))
    found = texture_files([str(tmp_path)])
    assert {each.name: len(each.paths) for each in found} == {
        "own.npy": 1,
        "real": 4,
        "scalar.png": 1,
    }
    frames = read_texture(next(each for each in found if each.name == "real"))
    assert frames.kind == "scalar"
    assert np.rint(frames.values[:, 0, 0, 0] * 255).tolist() == [0, 1, 2, 10]
    both = texture_files([str(tmp_path / "scalar.png"), str(tmp_path / "more" / "scalar.png")])
    assert len({each.name for each in both}) == 2


def test_a_json_file_beside_it_says_what_the_values_are(tmp_path: Path) -> None:
    np.save(tmp_path / "n.npy", np.random.default_rng(0).random((1, 4, 4, 1)))
    path = tmp_path / "n.npy"
    assert read_texture(TextureFiles("n", (path,))).kind == "scalar"
    (tmp_path / "n.json").write_text(json.dumps({"values": "phase"}))
    assert read_texture(TextureFiles("n", (path,))).kind == "phase"
    for text in ("[", '{"values": 3}', "[1]", "{}"):
        (tmp_path / "n.json").write_text(text)
        assert read_texture(TextureFiles("n", (path,))).kind == "scalar"


def test_textures_are_told_from_matrices(tmp_path: Path) -> None:
    np.save(tmp_path / "vectors.npy", np.zeros((1, 4, 4, 2), np.float32))
    np.save(tmp_path / "matrix.npy", np.arange(16).reshape(4, 4))
    assert is_texture(str(tmp_path / "vectors.npy"))
    assert is_texture(str(tmp_path))
    assert is_texture("a-vec2.png")
    assert not is_texture("a.png")
    assert not is_texture(str(tmp_path / "matrix.npy"))
    assert not is_texture(str(tmp_path / "missing.npy"))
    assert not is_texture("blue-64x64")


def test_files_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    for name, sentence in (("x.txt", "no noise texture"), ("", "no .npy and no .png")):
        with pytest.raises(InputError, match=sentence):
            texture_files([str(tmp_path / name)])
    with pytest.raises(InputError, match="300 frames"):
        texture_files([f"a_{number}.png" for number in range(300)])
    write_codes(tmp_path / "vec3.png", np.eye(4))
    write_codes(tmp_path / "plain.png", np.eye(4))
    write_codes(tmp_path / "vec2_0.png", np.zeros((4, 4, 3)))
    write_codes(tmp_path / "vec2_1.png", np.zeros((4, 5, 3)))
    for name, kind, sentence in (
        ("missing.png", "vec2", "no such file"),
        ("vec3.png", None, "vec3 needs 3"),
        ("plain.png", None, "say it with --values"),
        ("plain.png", "points", "pictures hold one of scalar"),
    ):
        with pytest.raises(InputError, match=sentence):
            read(tmp_path / name, kind)
    with pytest.raises(InputError, match="differ in size"):
        read_texture(texture_files([str(tmp_path / f"vec2_{i}.png") for i in range(2)])[0])
