import jax.numpy as jnp
import numpy as np
import pytest

from dither.differentiable import quick_compilation
from dither.differentiable.quick_compilation import quickly_compiled


@pytest.mark.parametrize("option", ["xla_cpu_use_fusion_emitters", "xla_cpu_no_such_option"])
def test_programs_are_the_same_with_and_without_the_option(
    monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setattr(quick_compilation, "_OPTIONS", {option: False})
    quick_compilation._has_options.cache_clear()
    tripled = quickly_compiled(lambda count, x: count * jnp.sin(x), (0,))
    x = np.linspace(0, 1, 100, dtype=np.float32)
    np.testing.assert_allclose(tripled(3, x), 3 * np.sin(x), rtol=1e-6)
    assert quick_compilation._has_options() == (option == "xla_cpu_use_fusion_emitters")
    quick_compilation._has_options.cache_clear()
