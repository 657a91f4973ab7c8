import subprocess
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import nnls

from dither.color import linear_to_oklab, linear_to_srgb, srgb_to_linear
from dither.differentiable.config import DescentConfig
from dither.differentiable.descent import Descended, Parameters, Points, descend, init, step
from dither.differentiable.distances import RGB
from dither.differentiable.losses import Info, mixture_losses
from dither.errors import InputError

COLORS = srgb_to_linear(
    np.array([[20, 30, 60], [200, 60, 40], [90, 160, 70], [240, 230, 200]]) / 255
)


@pytest.fixture
def pixels(photo: np.ndarray) -> np.ndarray:
    """(576, 3) linear light of a small picture with few distinct colours."""
    return srgb_to_linear((photo[::2, ::3][:24, :24] // 32 * 32).reshape(-1, 3) / 255)


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _plain_loss(
    points: np.ndarray, palette: np.ndarray, logits: np.ndarray, variance: float, light: str
) -> np.ndarray:
    """The loss of each point in double precision, with every sum written out."""
    chances = _softmax(logits)
    decode = srgb_to_linear if light == "encoded" else lambda mixed: mixed
    mean = linear_to_oklab(decode(chances @ palette))
    colors = linear_to_oklab(decode(palette))
    error = ((mean - linear_to_oklab(points)) ** 2).sum(axis=1)
    apart = (colors[None] - mean[:, None]) ** 2 @ np.array([1, 0.25, 0.25])
    return error + variance * (chances * apart).sum(axis=1)


@pytest.mark.parametrize("light", ["linear", "encoded"])
def test_loss_and_slopes_are_those_of_the_formula(pixels: np.ndarray, light: Any) -> None:
    config = DescentConfig(variance=0.3, light=light)
    points, weights = pixels[:40], np.arange(1.0, 41)
    fixed, state = init(points, weights, COLORS, config)
    palette, logits = (np.asarray(part, np.float64) for part in state.parameters)
    logits = np.random.default_rng(1).normal(logits, 1)
    logits -= logits.max(axis=0)
    share = weights / weights.sum()

    def plain(palette: np.ndarray, logits: np.ndarray) -> float:
        return float(share @ _plain_loss(points, palette, logits.T, config.variance, light))

    def total(parameters: Parameters) -> Any:
        return (fixed.weights * mixture_losses(config, fixed.targets, *parameters).loss).sum()

    value, slopes = jax.jit(jax.value_and_grad(total))(
        Parameters(*(jnp.asarray(part, jnp.float32) for part in (palette, logits)))
    )
    assert value == pytest.approx(plain(palette, logits), rel=1e-5)
    for name, slope in slopes._asdict().items():
        wanted = np.empty(slope.shape)
        for place in np.ndindex(slope.shape):
            sides = []
            for sign in (-1, 1):
                moved = {"palette": palette.copy(), "logits": logits.copy()}
                moved[name][place] += sign * 1e-5
                sides.append(plain(**moved))
            wanted[place] = (sides[1] - sides[0]) / 2e-5
        assert np.allclose(slope, wanted, rtol=1e-3, atol=1e-4 * abs(wanted).max()), name


def test_all_pixels_and_their_histogram_go_down_together(pixels: np.ndarray) -> None:
    distinct, place, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    assert len(distinct) < len(pixels) / 2
    config = DescentConfig(steps=300)
    whole = descend(pixels, np.ones(len(pixels)), COLORS, config)
    bins = descend(distinct, counts, COLORS, config)
    assert np.allclose(whole.trace, bins.trace, rtol=1e-4)
    assert np.allclose(whole.palette, bins.palette, atol=1e-4)
    assert np.allclose(whole.probabilities, bins.probabilities[place], atol=2e-3)


def test_the_loss_falls_below_that_of_the_best_fixed_mixtures(pixels: np.ndarray) -> None:
    weights = np.ones(len(pixels))
    fixed = descend(pixels, weights, COLORS, learned=np.zeros(4, bool))
    moved = descend(pixels, weights, COLORS)
    assert len(moved.trace) == 2000
    assert moved.trace[-1] < 0.5 * fixed.trace[-1]
    assert fixed.trace[-1] < 0.8 * fixed.trace[0]
    assert np.allclose(moved.probabilities.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(_softmax(moved.logits), moved.probabilities, atol=1e-6)
    assert moved.palette.min() >= 0
    assert moved.palette.max() <= 1


def test_without_variance_the_mean_is_the_nearest_point_of_the_hull() -> None:
    points = np.random.default_rng(2).random((60, 3))
    config = DescentConfig(steps=4000, variance=0, distance=RGB())
    descended = descend(points, np.ones(60), COLORS, config, learned=np.zeros(4, bool))
    # Chances that must add up to 1 are an equation of great weight.
    system = np.vstack([COLORS.T, np.full(4, 1e4)])
    for point, chances in zip(points, descended.probabilities, strict=True):
        nearest = COLORS.T @ nnls(system, np.append(point, 1e4))[0]
        apart, least = (np.linalg.norm(point - mean) for mean in (chances @ COLORS, nearest))
        assert least - 1e-5 <= apart <= least + 2e-3


def test_with_much_variance_each_point_takes_its_nearest_color(pixels: np.ndarray) -> None:
    config = DescentConfig(variance=1, distance=RGB("encoded"), light="encoded", temperature=1)
    descended = descend(pixels, np.ones(576), COLORS, config, learned=np.zeros(4, bool))
    apart = linear_to_srgb(pixels)[:, None] - linear_to_srgb(COLORS)
    assert (descended.probabilities.argmax(axis=1) == (apart**2).sum(axis=2).argmin(axis=1)).all()
    assert descended.probabilities.max(axis=1).min() > 0.99


def test_fixed_colors_keep_every_bit_and_others_move(pixels: np.ndarray) -> None:
    learned = np.array([False, True, False, True])
    for light in ("linear", "encoded"):
        config = DescentConfig(steps=50, light=light)
        palette = descend(pixels, np.ones(576), COLORS, config, learned=learned).palette
        assert ((palette == COLORS).all(axis=1) == ~learned).all()


def test_weights_count_pixels_and_rare_points_learn_as_fast() -> None:
    points = srgb_to_linear(np.array([[0.2, 0.2, 0.2], [0.8, 0.3, 0.3], [0.5, 0.5, 0.5]]))
    config, fixed = DescentConfig(steps=30), np.zeros(4, bool)
    alike = descend(points, np.ones(3), COLORS, config, learned=fixed)
    rare = descend(points, np.array([1e7, 1, 1]), COLORS, config, learned=fixed)
    assert np.allclose(alike.logits, rare.logits, atol=1e-3)
    assert rare.trace[0] == pytest.approx(_first_loss(config, points[:1]), rel=1e-4)
    assert alike.trace[0] == pytest.approx(_first_loss(config, points), rel=1e-4)


def _first_loss(config: DescentConfig, points: np.ndarray) -> float:
    logits = -((linear_to_oklab(points)[:, None] - linear_to_oklab(COLORS)) ** 2).sum(axis=2)
    return _plain_loss(
        points, COLORS, logits / config.temperature, config.variance, "linear"
    ).mean()


def test_a_descent_goes_on_from_the_logits_of_another(pixels: np.ndarray) -> None:
    first = descend(pixels, np.ones(576), COLORS, DescentConfig(steps=500))
    config = DescentConfig(steps=1, palette_rate=1e-6, logit_rate=1e-6)
    second = descend(pixels, np.ones(576), first.palette, config, logits=first.logits)
    assert second.trace[0] == pytest.approx(first.trace[-1], rel=1e-3)
    assert np.allclose(second.probabilities, first.probabilities, atol=1e-5)


def _same(first: Descended, second: Descended) -> bool:
    return all(one.tobytes() == other.tobytes() for one, other in zip(first, second, strict=True))


def test_the_same_input_gives_the_same_bytes_and_progress_is_told(pixels: np.ndarray) -> None:
    told: list[tuple[float, str]] = []
    config = DescentConfig(steps=250)
    first = descend(pixels, np.ones(576), COLORS, config)
    second = descend(
        pixels, np.ones(576), COLORS, config, on_progress=lambda *seen: told.append(seen)
    )
    assert _same(first, second)
    assert [share for share, _ in told] == [0.4, 0.8, 1]
    assert told[-1][1] == f"loss {first.trace[-1]:.3g}"


def test_many_points_more_change_nothing_where_they_have_no_weight(pixels: np.ndarray) -> None:
    config = DescentConfig(steps=100)
    weights = np.concatenate([np.ones(300), np.zeros(276)])
    some, all_of_them = (
        descend(pixels[:300], np.ones(300), COLORS, config),
        descend(pixels, weights, COLORS, config),
    )
    assert np.allclose(some.trace, all_of_them.trace, rtol=1e-4)
    assert np.allclose(some.palette, all_of_them.palette, atol=1e-4)


def test_one_step_is_a_step_of_the_whole(pixels: np.ndarray) -> None:
    config = DescentConfig(steps=3)
    fixed, state = init(pixels, np.ones(576), COLORS, config)
    assert isinstance(fixed, Points)
    seen: list[Info] = []
    for _ in range(3):
        state, info = step(config, fixed, state)
        seen.append(info)
    whole = descend(pixels, np.ones(576), COLORS, config)
    assert np.allclose([info.loss for info in seen], whole.trace, rtol=1e-4)
    for info in seen:
        both = float(info.error + config.variance * info.scatter)
        assert float(info.loss) == pytest.approx(both, rel=1e-5)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"points": np.zeros((4, 2))}, "points must be colours in rows of three"),
        ({"points": np.full((2, 3), np.nan)}, "points must be linear light"),
        ({"palette": np.full((2, 3), 1.1)}, "palette must be linear light"),
        ({"palette": np.zeros((257, 3))}, "257 colours"),
        ({"weights": np.ones(3)}, "weights must be 2"),
        ({"weights": np.zeros(2)}, "not all 0"),
        ({"weights": np.array([1, np.inf])}, "finite"),
        ({"learned": np.ones(2)}, "float64"),
        ({"learned": np.ones(3, bool)}, r"\(3,\)"),
        ({"logits": np.zeros((2, 3))}, r"\(2, 2\)"),
        ({"logits": np.full((2, 2), np.nan)}, "finite"),
    ],
)
def test_what_cannot_descend_is_refused(changed: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {
        "points": np.zeros((2, 3)),
        "weights": np.ones(2),
        "palette": np.eye(3)[:2],
    }
    with pytest.raises(InputError, match=message):
        descend(**(arguments | changed))


def test_more_than_fits_is_refused_before_it_is_made() -> None:
    points = np.broadcast_to(0.5, (1 << 19, 3))
    with pytest.raises(InputError, match="bins of a histogram"):
        descend(points, np.ones(len(points)), np.zeros((256, 3)))


@pytest.mark.parametrize(
    "changed",
    [
        {"steps": 0},
        {"steps": 1.5},
        {"palette_rate": 0.0},
        {"logit_rate": np.nan},
        {"temperature": -1.0},
        {"variance": -0.1},
        {"variance": np.inf},
        {"light": "gamma"},
    ],
)
def test_a_config_out_of_range_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(changed))):
        DescentConfig(**changed)


def test_without_jax_one_sentence_says_what_to_install() -> None:
    script = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] == 'jax':
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, Missing())
try:
    import dither.differentiable
except ModuleNotFoundError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "differentiable dithering needs jax: pip install 'bluenoise-dither[optimize]'\n"
    )
