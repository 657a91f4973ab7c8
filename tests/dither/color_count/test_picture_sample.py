import numpy as np
import pytest

from dither.color_count.picture_sample import PictureSample


@pytest.mark.parametrize("shape", [(300, 500), (64, 2000), (2000, 64), (40, 3000), (3000, 7)])
def test_tiles_are_pieces_from_edge_to_edge(shape: tuple[int, int]) -> None:
    place = np.arange(shape[0] * shape[1]).reshape(shape)
    image = np.stack([place >> 16, place >> 8 & 255, place & 255], axis=2).astype(np.uint8)
    sample = PictureSample.whole(image, None).tiles(1 << 14)
    assert sample.pixels == place.size
    codes = sample.picture.astype(int) @ [1 << 16, 1 << 8, 1]
    assert (1 << 12) <= codes.size <= (1 << 14)
    assert len(np.unique(codes)) == codes.size
    assert codes[0, 0] == 0
    assert (np.diff(codes, axis=1) == 1).all()
    assert codes.max() > 0.8 * place.size


def test_a_small_picture_is_its_own_sample(photo: np.ndarray) -> None:
    picture = PictureSample.whole(photo, None)
    assert picture.tiles(photo[..., 0].size) is picture


def test_tiles_that_nobody_sees_are_left_out() -> None:
    image = np.zeros((256, 256, 3), np.uint8)
    mask = np.ones((256, 256), bool)
    mask[100, 200] = False
    sample = PictureSample.whole(image, mask).tiles(1 << 13)
    assert sample.mask is not None
    assert sample.picture.shape == (64, 64, 3)
    assert (~sample.mask).sum() == 1
    assert sample.visible.shape == (1, 1, 3)
