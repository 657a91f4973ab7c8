"""The package's front: names load late, and functions win over modules of the same name."""

import subprocess
import sys

import pytest

SAME_NAME = ("generate", "evaluate", "export", "report")


def _python(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_loads_nothing_heavy() -> None:
    loaded = _python("import sys, bluenoise; print(*sys.modules)").split()
    assert not {"numpy", "jax", "numba", "PIL", "typer", "rich"} & set(loaded)


@pytest.mark.parametrize("first", ["module", "function"])
def test_a_function_stays_a_function_whichever_comes_first(first: str) -> None:
    modules = "\n".join(f"import bluenoise.{name} as _" for name in SAME_NAME)
    inner = "from bluenoise.generate import parse_shape\nfrom bluenoise.export.texels import texels"
    use = "\n".join(f"assert callable(bluenoise.{name})" for name in SAME_NAME)
    steps = [modules, inner, use] if first == "module" else [use, modules, inner, use]
    _python(
        "\n".join(
            ["import bluenoise", *steps, "from bluenoise import generate", "generate.__call__"]
        )
    )


def test_the_version_is_that_of_the_installation() -> None:
    import bluenoise
    import dither

    assert bluenoise.__version__ == dither.__version__
