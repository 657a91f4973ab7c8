import numpy as np

from dither.color import linear_to_srgb, oklab_to_linear, to_gray
from dither.metrics import (
    lost_hues,
)


def _of_hues(*degrees: float, chroma: float = 0.09) -> np.ndarray:
    """A picture of vertical bars, each of a hue in OKLab, all of one lightness and chroma."""
    angle = np.radians(np.repeat(degrees, 24))
    ab = chroma * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lab = np.insert(ab, 0, 0.65, axis=1)
    return np.tile(linear_to_srgb(oklab_to_linear(lab)).clip(0, 1), (40, 1, 1))


def test_a_hue_turned_to_another_is_lost_and_a_near_one_is_not() -> None:
    picture = _of_hues(45, 165, 285)
    assert lost_hues(picture, picture) == ()
    assert lost_hues(picture, _of_hues(45, 185, 285)) == ()
    assert lost_hues(picture, _of_hues(45, 225, 285)) == (165,)
    # The same hues elsewhere do not help.
    assert lost_hues(picture, _of_hues(165, 285, 45)) == (45, 165, 285)
    assert lost_hues(picture, to_gray(picture)) == (45, 165, 285)
    assert lost_hues(to_gray(picture), picture) == ()


def test_a_hue_lives_on_with_half_its_chroma_and_pale_colors_have_none() -> None:
    picture = _of_hues(45)
    assert lost_hues(picture, _of_hues(45, chroma=0.046)) == ()
    assert lost_hues(picture, _of_hues(45, chroma=0.044)) == (45,)
    assert lost_hues(_of_hues(45, chroma=0.041), np.full((40, 24), 0.6)) == (45,)
    assert lost_hues(_of_hues(45, chroma=0.039), np.full((40, 24), 0.6)) == ()


def test_mixtures_at_edges_are_no_hues() -> None:
    # Between yellow and blue lie colours of other hues once blurred.
    picture, without = _of_hues(105, 255, chroma=0.12), _of_hues(105, 255, chroma=0.12)
    without[:, 24:] = 0.6
    assert lost_hues(picture, without) == (255,)


def test_a_hue_of_few_pixels_does_not_count_and_a_fifth_keeps_one() -> None:
    picture = np.full((100, 100, 3), 0.6)
    picture[:20, :20] = _of_hues(45)[0, 0]
    assert lost_hues(picture, np.full((100, 100), 0.6)) == (45,)
    assert lost_hues(picture, np.full((100, 100), 0.6), least_share=0.06) == ()
    picture[6:] = 0.6
    for columns, lost in ((9, (45,)), (8, ())):
        picture[:, columns:] = 0.6
        assert lost_hues(picture, np.full((100, 100), 0.6), sigma=0) == lost
    picture[:20, :20] = _of_hues(45)[0, 0]
    for columns, lost in ((6, ()), (3, (45,))):
        kept = picture.copy()
        kept[:, columns:] = 0.6
        assert lost_hues(picture, kept, sigma=0) == lost


def test_dots_side_by_side_are_seen_as_their_mixture() -> None:
    dots = np.where(np.indices((40, 40)).sum(axis=0)[..., None] % 2, [255, 0, 0], [0, 255, 0])
    yellow = np.broadcast_to(np.array([188, 188, 0], np.uint8), (40, 40, 3))
    assert lost_hues(yellow, dots.astype(np.uint8)) == ()
    assert lost_hues(yellow, dots.astype(np.uint8), sigma=0) == (105,)
