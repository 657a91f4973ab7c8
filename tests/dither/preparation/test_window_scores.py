import numpy as np
from pages import natural_photo, text_page

from dither.preparation.window_scores import luma_of, steps_of, window_scores


def _scores(picture: np.ndarray, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    return window_scores(luma_of(picture), steps_of(picture), noise)


def test_the_score_is_that_of_its_formula() -> None:
    picture = natural_photo(40, 56, 3)
    luma, steps, noise = luma_of(picture).astype(float), steps_of(picture), 5.0
    scores, contrast = _scores(picture, noise)
    ends, shares = [], []
    for row in (8, 16, 24):
        for column in (16, 24, 32):
            around = luma[row - 8 : row + 16, column - 8 : column + 16]
            low, span = around.min(), np.ptp(around)
            assert contrast[row // 8, column // 8] == span
            cell = np.s_[row : row + 8, column : column + 8]
            position = (luma[cell] - low) / span
            ends.append(((position < 0.15) | (position > 0.85)).mean())
            shares.append(np.maximum(steps[cell] - 2 * noise, 0).mean() / span)
    assert np.isclose(scores[2, 3], np.mean(ends) + 3.58 * np.mean(shares) - 0.88, atol=1e-6)


def test_text_scores_above_zero_and_photos_below() -> None:
    page = text_page()
    score, contrast = _scores(page.picture)
    photo = natural_photo(400, 400, 4)[240:]
    below, _ = _scores(photo, float(np.percentile(steps_of(photo), 20)))
    lines = contrast > 60
    lines[:34] = False  # text only
    assert (score[lines] > 0).mean() > 0.98
    assert (below < 0).mean() > 0.95


def test_steps_are_those_to_the_next_pixels() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (4, 5, 3)).astype(np.uint8)
    steps, codes = steps_of(picture), picture.astype(int)
    for row, column in np.ndindex(4, 5):
        nexts = [(row + 1, column), (row, column + 1)]
        expected = [
            abs(codes[row, column] - codes[r, c]).max() for r, c in nexts if r < 4 and c < 5
        ]
        assert steps[row, column] == max(expected, default=0)
