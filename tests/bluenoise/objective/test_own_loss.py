import dataclasses
from typing import Any

import numpy as np
import pytest

from bluenoise.objective.own_loss import OwnLoss, own_losses
from dither.errors import InputError


def _scaled(factor: float) -> Any:
    def loss(values: Any, patterns: Any, levels: Any) -> Any:
        return factor * values.sum()

    return loss


def test_checkpoints_tell_functions_by_what_they_do() -> None:
    once, again, other = _scaled(1.0), _scaled(1.0), _scaled(2.0)
    assert repr(OwnLoss(once)) == repr(OwnLoss(again))
    assert repr(OwnLoss(once)) != repr(OwnLoss(other))
    assert repr(OwnLoss(once)) != repr(OwnLoss(once, 2.0))
    assert "0x" not in repr(OwnLoss(once))


def test_what_a_function_holds_is_told_apart_by_its_content() -> None:
    def around(held: Any) -> Any:
        def loss(values: Any, patterns: Any, levels: Any) -> Any:
            return loss.__name__ and (held(values) if callable(held) else (held * values).sum())

        return loss

    def twice(times: int) -> Any:
        return lambda values: times * values.sum()

    zeros, ones = np.zeros((99, 99)), np.zeros((99, 99))
    ones[50, 50] = 1  # numpy does not print the middle of large arrays
    assert repr(OwnLoss(around(zeros))) == repr(OwnLoss(around(zeros.copy())))
    assert repr(OwnLoss(around(zeros))) != repr(OwnLoss(around(ones)))
    assert repr(OwnLoss(around(twice(2)))) == repr(OwnLoss(around(twice(2))))
    assert repr(OwnLoss(around(twice(2)))) != repr(OwnLoss(around(twice(3))))
    for held in (zeros, twice(2), 3.0):
        OwnLoss(around(held)).check_recorded()
    with pytest.raises(InputError, match=r"loss loss holds <object object at .*could not resume"):
        OwnLoss(around(object())).check_recorded()


def test_a_loss_may_be_a_frozen_value_of_numbers() -> None:
    @dataclasses.dataclass(frozen=True)
    class Scaled:
        factor: float

        def __call__(self, values: Any, patterns: Any, levels: Any) -> Any:
            return self.factor * values.sum()

    assert OwnLoss(Scaled(1.0)) == OwnLoss(Scaled(1.0))
    assert repr(OwnLoss(Scaled(1.0))).endswith("Scaled(factor=1.0), 1.0)")
    Changing = dataclasses.make_dataclass("Changing", ["factor"], bases=(Scaled,), frozen=True)  # noqa: N806
    with pytest.raises(InputError, match="cannot be hashed"):
        OwnLoss(Changing([1.0]))


def test_one_loss_or_several_are_losses() -> None:
    loss = _scaled(1.0)
    assert own_losses(loss) == own_losses([loss]) == own_losses(OwnLoss(loss)) == (OwnLoss(loss),)
    assert own_losses([OwnLoss(loss, 2), loss]) == (OwnLoss(loss, 2), OwnLoss(loss))


@pytest.mark.parametrize("losses", [[], 3, "nothing", [None]])
def test_what_is_no_loss_is_one_sentence(losses: Any) -> None:
    with pytest.raises(InputError, match=r"loss is|no function"):
        own_losses(losses)
    with pytest.raises(InputError, match="weight"):
        OwnLoss(_scaled(1), 0)
