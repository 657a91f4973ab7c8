import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.preparation.adjustments import Preparation, adjusted
from dither.preparation.fit import Fit, Placement, Sides, placement, resized_shape


@pytest.mark.parametrize(
    ("resize", "shape"),
    [
        (Sides(40, 24), (24, 40)),
        (Sides(width=20), (12, 20)),
        (Sides(height=96), (96, 160)),
        (Sides(width=1), (1, 1)),
        (Sides(7, 90), (90, 7)),
        (0.5, (24, 40)),
        (0.001, (1, 1)),
        (None, (48, 80)),
    ],
)
def test_sides_keep_their_ratio(
    photo: np.ndarray, resize: Sides | float | None, shape: tuple[int, int]
) -> None:
    assert resized_shape((48, 80), resize) == shape
    image = adjusted(RasterImage(photo, photo[..., 0]), Preparation(resize=resize))
    assert image.color.shape == (*shape, 3)
    assert image.alpha is not None
    assert image.alpha.shape == shape


def test_sides_out_of_range() -> None:
    with pytest.raises(InputError, match="a width, a height or both"):
        Sides()
    for side in (0, 65536):
        with pytest.raises(InputError, match="from 1 to 65535"):
            Sides(height=side)


SHAPES = st.tuples(st.integers(1, 300), st.integers(1, 300))


def _filled(shape: tuple[int, int], frame: tuple[int, int]) -> float:
    """The share of a frame that an image fills, scaled to fit into it."""
    scale = min(frame[0] / shape[0], frame[1] / shape[1])
    return shape[0] * shape[1] * scale**2 / (frame[0] * frame[1])


@given(SHAPES, SHAPES)
def test_contain_is_as_large_as_pillow_makes_it(
    shape: tuple[int, int], frame: tuple[int, int]
) -> None:
    place = placement(shape, Sides(frame[1], frame[0]), "contain")
    assert place.frame == frame
    assert place.box == (0, 0, shape[1], shape[0])
    for side in (shape[0] * frame[1] / shape[1], shape[1] * frame[0] / shape[0]):
        assume(abs(side % 1 - 0.5) > 1e-9)  # Pillow rounds halves to even
    size = ImageOps.contain(Image.new("L", (shape[1], shape[0])), (frame[1], frame[0])).size
    assert place.shape == tuple(max(1, side) for side in size[::-1])
    for side, whole, start in zip(place.shape, frame, place.offset, strict=True):
        assert 0 <= (whole - side - start) - start <= 1


@given(SHAPES, SHAPES)
def test_cover_cuts_a_centred_box_of_the_proportions(
    shape: tuple[int, int], frame: tuple[int, int]
) -> None:
    place = placement(shape, Sides(frame[1], frame[0]), "cover")
    left, top, right, bottom = place.box
    assert place.shape == place.frame == frame
    assert place.offset == (0, 0)
    assert (left, right) == (0, shape[1]) or (top, bottom) == (0, shape[0])
    assert 0 <= left < right <= shape[1]
    assert 0 <= top < bottom <= shape[0]
    if min(right - left, bottom - top) > 1:
        assert (right - left) / (bottom - top) == pytest.approx(frame[1] / frame[0])
    assert abs((left + right) - shape[1]) <= 1 + 1e-9
    assert abs((top + bottom) - shape[0]) <= 1 + 1e-9


@given(SHAPES, SHAPES)
def test_auto_turns_what_then_fills_more_of_the_frame(
    shape: tuple[int, int], frame: tuple[int, int]
) -> None:
    place = placement(shape, Sides(frame[1], frame[0]), rotate="auto")
    better = _filled((shape[1], shape[0]), frame) > _filled(shape, frame) * (1 + 1e-9)
    assert place.turns == int(better)
    assert place.turned == (shape[::-1] if better else shape)


@given(SHAPES, SHAPES)
def test_a_size_distorts_unless_a_side_follows_from_the_other(
    shape: tuple[int, int], frame: tuple[int, int]
) -> None:
    for side in (shape[0] * frame[1] / shape[1], shape[1] * frame[0] / shape[0]):
        assume(abs(side % 1 - 0.5) > 1e-9)
        assume(side >= 0.5)
    sides = Sides(frame[1], frame[0])
    follows = frame in (
        resized_shape(shape, Sides(width=frame[1])),
        resized_shape(shape, Sides(height=frame[0])),
    )
    assert Preparation(resize=sides).distorts(shape) == (not follows)
    fits: tuple[Fit, ...] = ("contain", "cover", "stretch")
    assert not any(Preparation(resize=sides, fit=fit).distorts(shape) for fit in fits)
    for resize in (Sides(width=frame[1]), Sides(height=frame[0]), 0.37):
        assert not Preparation(resize=resize).distorts(shape)


@given(SHAPES, st.integers(1, 300))
def test_a_rounded_side_is_no_distortion(shape: tuple[int, int], side: int) -> None:
    for one in (Sides(width=side), Sides(height=side)):
        follows = min(shape) * side / max(shape) >= 0.5  # else the other side is 1, not 0
        height, width = resized_shape(shape, one)
        assert not (follows and Preparation(resize=Sides(width, height)).distorts(shape))


@pytest.mark.parametrize("size", [(80, 31), (43, 48), (80, 30), (44, 48)])
def test_cutting_alone_keeps_the_samples(photo: np.ndarray, size: tuple[int, int]) -> None:
    alpha = photo[..., 0]
    made = adjusted(RasterImage(photo, alpha), Preparation(resize=Sides(*size), fit="cover"))
    top, left = (48 - size[1]) // 2, (80 - size[0]) // 2
    assert (made.color == photo[top : top + size[1], left : left + size[0]]).all()
    assert made.alpha is not None
    assert (made.alpha == alpha[top : top + size[1], left : left + size[0]]).all()


@pytest.mark.parametrize(
    ("degrees", "turn"),
    [
        (90, Image.Transpose.ROTATE_270),  # Pillow's angles are counterclockwise
        (180, Image.Transpose.ROTATE_180),
        (270, Image.Transpose.ROTATE_90),
    ],
)
def test_turning_is_clockwise(photo: np.ndarray, degrees: int, turn: Image.Transpose) -> None:
    made = adjusted(RasterImage(photo, photo[..., 0]), Preparation(rotate=degrees))  # pyright: ignore
    expected = np.asarray(Image.fromarray(photo).transpose(turn))
    assert (made.color == expected).all()
    assert made.alpha is not None
    assert (made.alpha == expected[..., 0]).all()
    half = adjusted(RasterImage(photo), Preparation(rotate=degrees, resize=Sides(width=12)))  # pyright: ignore
    assert half.color.shape == ((12 * 80 // 48, 12, 3) if degrees != 180 else (7, 12, 3))


@pytest.mark.parametrize("frame", [(1, 3000), (3000, 1), (1, 1)])
@pytest.mark.parametrize("shape", [(1, 3000), (3000, 1), (1, 1)])
@pytest.mark.parametrize("fit", ["contain", "cover", "stretch"])
def test_slivers_have_their_size(shape: tuple[int, int], frame: tuple[int, int], fit: Fit) -> None:
    image = RasterImage(np.full(shape, 100, np.uint8))
    made = adjusted(image, Preparation(resize=Sides(frame[1], frame[0]), fit=fit))
    assert made.color.shape == frame
    assert 100 in made.color


def test_places_are_values() -> None:
    whole: Placement = placement((4, 6), None)
    assert whole == Placement(0, (4, 6), (0, 0, 6, 4), (4, 6), (4, 6))
    assert whole.is_cut_only
