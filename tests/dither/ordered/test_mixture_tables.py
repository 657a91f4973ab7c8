import numpy as np
import pytest
from mixture_reference import best_mixture, candidates, mixture_cost

from dither.color import srgb_to_linear
from dither.gamut.intent import map_light
from dither.ordered.mixture_tables import candidate_table, pair_table
from dither.palettes.palette import Intent, Palette
from dither.palettes.palette_like import load_palette
from dither.samples import Light


def _node(place: np.ndarray, palette: Palette, intent: Intent) -> np.ndarray:
    """Return the linear light that the node of the grid becomes."""
    return map_light(srgb_to_linear(np.rint(place * 255 / 32) / 255)[None], palette, intent)[0]


@pytest.mark.parametrize("name", ["game-boy", "c64", "acep-7"])
@pytest.mark.parametrize(("intent", "strength"), [("absolute", 1.0), ("perceptual", 0.4)])
def test_the_table_holds_each_nodes_candidates(name: str, intent: Intent, strength: float) -> None:
    palette = load_palette(name)
    table = candidate_table(palette, intent, 8, "linear", strength)
    assert table.shape == (33, 33, 33, 8)
    assert not table.flags.writeable
    rng = np.random.default_rng(0)
    for place in rng.integers(0, 33, (40, 3)):
        color = _node(place, palette, intent)
        assert table[tuple(place)].tolist() == candidates(color, palette, 8, strength)


@pytest.mark.parametrize("name", ["black-white", "game-boy", "acep-7", "cga-16"])
@pytest.mark.parametrize(("intent", "light"), [("relative", "linear"), ("absolute", "encoded")])
def test_a_pair_is_the_best_of_all(name: str, intent: Intent, light: Light) -> None:
    palette = load_palette(name)
    pairs, shares = pair_table(palette, intent, light)
    assert pairs.shape == (33, 33, 33, 2)
    assert shares.shape == (33, 33, 33)
    assert not pairs.flags.writeable
    assert not shares.flags.writeable
    for place in np.random.default_rng(0).integers(0, 33, (25, 3)):
        color = _node(place, palette, intent)
        (dark, bright), share = pairs[tuple(place)], float(shares[tuple(place)]) / 65535
        assert palette.oklab[dark, 0] <= palette.oklab[bright, 0]
        best = best_mixture(color, palette, light)
        mine = mixture_cost(color, palette, light, int(dark), int(bright), share)
        # Entries of the metric are whole numbers of at most 14 bits.
        assert mine == pytest.approx(best, rel=2e-3, abs=1e-5)


@pytest.mark.slow
def test_a_pair_of_many_colours_is_nearly_the_best_of_all() -> None:
    palette = load_palette("web-safe")
    pairs, shares = pair_table(palette, "absolute", "linear")
    for place in np.random.default_rng(1).integers(0, 33, (3, 3)):
        color = _node(place, palette, "absolute")
        best = best_mixture(color, palette, "linear")
        dark, bright = map(int, pairs[tuple(place)])
        share = float(shares[tuple(place)]) / 65535
        mine = mixture_cost(color, palette, "linear", dark, bright, share)
        assert mine <= 1.2 * best + 1e-5


def test_shares_of_black_and_white_are_those_of_their_light() -> None:
    _, shares = pair_table(load_palette("black-white"), "absolute", "linear")
    greys = np.arange(33)
    expected = srgb_to_linear(np.rint(greys * 255 / 32) / 255)
    assert shares[greys, greys, greys] / 65535 == pytest.approx(expected, abs=1e-4)
