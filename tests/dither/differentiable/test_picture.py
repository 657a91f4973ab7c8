from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dither.color import linear_to_oklab, srgb_to_linear
from dither.differentiable.losses import Blurred, StructuralSimilarity, Variance
from dither.differentiable.picture import OptimizedPicture, needed_memory, optimize_picture
from dither.differentiable.tiles import TileDescent, compiled_steps, start
from dither.errors import InputError
from dither.palettes.palette import Palette

PALETTE = Palette.from_hex("141e3c c83c28 5aa046 f0e6c8")
FIXED = np.zeros(4, bool)
LOSS = Blurred(1.5)


@pytest.fixture
def linear(photo: np.ndarray) -> np.ndarray:
    return srgb_to_linear(photo / 255)


def _nearest(linear: np.ndarray, palette: Palette = PALETTE) -> np.ndarray:
    apart = linear_to_oklab(linear)[:, :, None] - palette.oklab
    return palette.linear[(apart**2).sum(axis=-1).argmin(axis=-1)]


def _same(first: OptimizedPicture, second: OptimizedPicture) -> bool:
    return all(one.tobytes() == other.tobytes() for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("assignment", ["expected", "straight-through", "gumbel"])
def test_the_loss_falls_whatever_it_looks_at(photo: np.ndarray, assignment: Any) -> None:
    made = optimize_picture(photo, PALETTE, [(1.0, LOSS)], assignment=assignment, steps=300)
    assert made.probabilities.shape == (48, 80, 4)
    assert made.probabilities.dtype == np.float32
    assert np.allclose(made.probabilities.sum(axis=2), 1, atol=1e-5)
    assert (made.indices == made.probabilities.argmax(axis=2)).all()
    assert made.trace.shape == (300,)
    assert made.trace[-1] < 0.2 * made.trace[0]


def test_one_color_a_pixel_comes_nearer_than_the_nearest_colors(
    photo: np.ndarray, linear: np.ndarray
) -> None:
    plain = float(LOSS(_nearest(linear), linear))
    options: Any = {"assignment": "straight-through", "steps": 400}
    fixed = optimize_picture(photo, PALETTE, [(1.0, LOSS)], learned=FIXED, **options)
    assert (fixed.palette == PALETTE.linear).all()
    assert float(LOSS(PALETTE.linear[fixed.indices], linear)) < 0.6 * plain
    assert fixed.trace[-1] == pytest.approx(
        float(LOSS(PALETTE.linear[fixed.indices], linear)), rel=0.05
    )
    moved = optimize_picture(photo, PALETTE, [(1.0, LOSS)], **options)
    assert moved.trace[-1] < 0.7 * fixed.trace[-1]


def test_tiles_reach_every_pixel_and_bring_the_loss_down(
    photo: np.ndarray, linear: np.ndarray
) -> None:
    made = optimize_picture(
        photo, PALETTE, [(1.0, LOSS)], assignment="straight-through", tile=24, steps=900,
        learned=FIXED,
    )  # fmt: skip
    hard = PALETTE.linear[made.indices]
    assert float(LOSS(hard, linear)) < 0.7 * float(LOSS(_nearest(linear), linear))
    first = start(_descent((24, 24)), linear.astype(np.float32), PALETTE.linear, 0)
    assert (np.asarray(jax.nn.softmax(first.logits)) != made.probabilities).any(axis=2).all()


@pytest.mark.slow
def test_a_tile_leaves_what_lies_beside_it_alone(linear: np.ndarray) -> None:
    descent, light = _descent((5, 7), steps=1), linear.astype(np.float32)
    before = np.asarray(start(descent, light, PALETTE.linear, 0).logits)
    state, _ = compiled_steps(descent)(
        start(descent, light, PALETTE.linear, 0), 1, light, FIXED, jax.random.key(3)
    )
    changed = (np.asarray(state.logits) != before).any(axis=2)
    rows, columns = (np.flatnonzero(changed.any(axis=axis)) for axis in (1, 0))
    assert changed.sum() == 35
    assert (np.ptp(rows), np.ptp(columns)) == (4, 6)
    for moment in (state.moments[0][1], state.moments[1][1]):
        assert ((np.asarray(moment) != 0).any(axis=2) == changed).all()


def _descent(tile: tuple[int, int], **changed: Any) -> TileDescent:
    common: dict[str, Any] = {"losses": ((1.0, LOSS),), "assignment": "straight-through"}
    return TileDescent(**({"steps": 100, "tile": tile} | common | changed))


def test_a_loss_of_ones_own_is_gone_down(photo: np.ndarray, linear: np.ndarray) -> None:
    def edges(relaxed: jax.Array, original: jax.Array) -> jax.Array:
        return jnp.mean((jnp.diff(relaxed, axis=1) - jnp.diff(original, axis=1)) ** 2)

    made = optimize_picture(photo, 6, [(1.0, edges)], steps=200)
    assert made.palette.shape == (6, 3)
    assert made.trace[-1] < 0.1 * made.trace[0]
    relaxed = made.probabilities @ made.palette.astype(np.float32)
    assert float(edges(jnp.asarray(relaxed), jnp.asarray(linear))) == pytest.approx(
        made.trace[-1], rel=0.05
    )


@pytest.mark.slow
def test_losses_add_up_by_their_weights(photo: np.ndarray) -> None:
    def first(losses: Any) -> float:
        return float(optimize_picture(photo, PALETTE, losses, steps=1).trace[0])

    both = first([(0.5, LOSS), (2.0, StructuralSimilarity()), (3.0, Variance())])
    each = [first([(1.0, loss)]) for loss in (LOSS, StructuralSimilarity(), Variance())]
    assert both == pytest.approx(0.5 * each[0] + 2 * each[1] + 3 * each[2], rel=1e-5)


@pytest.mark.slow
def test_variance_makes_mixtures_purer(photo: np.ndarray) -> None:
    def purity(weight: float) -> float:
        losses = [(1.0, LOSS), (weight, Variance())]
        return float(
            optimize_picture(photo, PALETTE, losses, steps=150).probabilities.max(2).mean()
        )

    assert purity(1.0) > purity(1e-6) + 0.03


@pytest.mark.parametrize("assignment", ["straight-through", "gumbel"])
@pytest.mark.slow
def test_the_seed_decides(photo: np.ndarray, assignment: Any) -> None:
    def made(seed: int) -> OptimizedPicture:
        return optimize_picture(
            photo, PALETTE, [(1.0, LOSS)], assignment=assignment, tile=20, steps=20, seed=seed
        )

    first = made(1)
    assert _same(first, made(1))
    assert (first.probabilities != made(2).probabilities).any()


def test_images_of_every_kind_are_taken_and_progress_is_told(photo: np.ndarray) -> None:
    told: list[float] = []

    def made(image: np.ndarray) -> OptimizedPicture:
        return optimize_picture(
            image, PALETTE, [(1.0, LOSS)], steps=40, on_progress=lambda share, _: told.append(share)
        )

    first = made(photo)
    assert told == [0.5, 1]
    assert np.allclose(made(photo / 255).trace, first.trace, rtol=1e-3)
    assert np.allclose(made(photo.astype(np.uint16) * 257).trace, first.trace, rtol=1e-3)
    assert made(photo[..., 0]).indices.shape == (48, 80)


@pytest.mark.parametrize("tile", [(48, 80), (16, 16)])
@pytest.mark.parametrize("assignment", ["expected", "gumbel"])
@pytest.mark.parametrize("colors", [pytest.param(2, marks=pytest.mark.slow), 40])
def test_what_is_claimed_covers_what_the_compiled_program_holds(
    linear: np.ndarray, tile: tuple[int, int], assignment: Any, colors: int
) -> None:
    losses = (1.0, LOSS), (1.0, StructuralSimilarity()), (1.0, Variance())
    descent = _descent(tile, losses=losses, assignment=assignment)
    light = linear.astype(np.float32)
    state = start(descent, light, np.random.default_rng(0).random((colors, 3)), 0)
    steps = compiled_steps(descent).lower(
        state, 20, jnp.asarray(light), jnp.ones(colors, bool), jax.random.key(0)
    )
    held = steps.compile().memory_analysis()
    total = held.temp_size_in_bytes + held.argument_size_in_bytes + held.output_size_in_bytes
    assert total - held.alias_size_in_bytes <= needed_memory((48, 80), tile, colors)


def test_what_does_not_fit_is_refused_with_what_would(photo: np.ndarray) -> None:
    def refused(**changed: Any) -> str:
        with pytest.raises(InputError) as error:
            optimize_picture(photo, PALETTE, [(1.0, LOSS)], steps=1, **changed)
        return str(error.value)

    sentence = refused(memory=2 << 20)
    side = int(sentence.rpartition("tile of ")[2].split()[0])
    assert needed_memory((48, 80), (side, side), 4) <= 2 << 20
    assert needed_memory((48, 80), (side + 1, min(48, side + 1)), 4) > 2 << 20
    optimize_picture(photo, PALETTE, [(1.0, LOSS)], steps=1, memory=2 << 20, tile=side)
    assert "3 colours" in refused(memory=1_100_000)
    assert "smaller picture" in refused(memory=1000)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"losses": []}, "losses is empty"),
        ({"losses": [(0.0, LOSS)]}, "above 0"),
        ({"losses": [(1.0, "blur")]}, "a loss function"),
        ({"assignment": "hard"}, "expected, straight-through, gumbel"),
        ({"tile": 0}, "tile is 0"),
        ({"steps": 0}, "steps is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 1 << 32}, "4294967295"),
        ({"palette": np.zeros((2, 2))}, "rows of three"),
        ({"palette": np.full((2, 3), np.nan)}, "0 to 1"),
        ({"palette": 1}, "colors is 1"),
        ({"learned": np.ones(3, bool)}, "4 colours"),
        ({"image": np.zeros((0, 4, 3), np.uint8)}, "has no pixels"),
        ({"image": np.zeros((4, 4, 2), np.uint8)}, "1 or 3 channels"),
    ],
)
def test_what_cannot_be_optimized_is_refused(
    photo: np.ndarray, changed: dict[str, Any], message: str
) -> None:
    arguments: dict[str, Any] = {"image": photo, "palette": PALETTE, "losses": [(1.0, LOSS)]}
    with pytest.raises(InputError, match=message):
        optimize_picture(**(arguments | changed))
