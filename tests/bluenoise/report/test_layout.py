import numpy as np

from bluenoise.report.layout import PAPER, framed, grid, text_block


def test_blocks_keep_their_pixels_in_a_grid() -> None:
    generator = np.random.default_rng(1)
    first, second, third = (
        generator.integers(0, 256, shape, dtype=np.uint8)
        for shape in ((3, 4), (2, 5, 3), (6, 2, 3))
    )
    page = grid([[first, second], [third]], gap=2)
    assert page.shape == (3 + 2 + 6, 4 + 2 + 5, 3)
    assert (page[:3, :4] == first[..., None]).all()
    assert (page[:2, 6:] == second).all()
    assert (page[5:, :2] == third).all()
    assert (page[3:5] == PAPER).all()
    assert (framed(page, 4)[4:-4, 4:-4] == page).all()


def test_text_stays_inside_its_width() -> None:
    for bold in (False, True):
        for text in ("words wrap " * 9, "9a5b3f" * 10):
            block = text_block(text, bold=bold, width=150)
            assert block.shape[1] == 150
            assert (block[:, 149:] == PAPER).all()
    aligned = text_block("12", width=150, right=True)
    assert (aligned[:, :100] == PAPER).all()
    assert (aligned[:, 140:] != PAPER).any()
