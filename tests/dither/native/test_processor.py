import platform

import pytest

pytest.importorskip("llvmlite", reason="comes with numba")

from dither.native.processor import NAMED, Processor, host, named

_OLD = Processor("x86_64-linux", "haswell", "+avx2,+fma,-avx512f")


@pytest.mark.parametrize(
    ("change", "runs"),
    [
        ({}, True),
        ({"features": "+avx2"}, True),
        ({"features": "+avx2,+avx512f"}, False),
        ({"features": "+sse4a"}, False),
        ({"cpu": "generic"}, True),
        ({"cpu": "znver4"}, False),
        ({"triple": "x86_64-windows"}, False),
    ],
)
def test_code_runs_where_nothing_is_missing(change: dict[str, str], runs: bool) -> None:
    assert Processor(**{**vars(_OLD), **change}).runs_on(_OLD) is runs


def test_features_need_a_sign() -> None:
    with pytest.raises(ValueError, match=r"need \+ or -: avx2"):
        Processor("x86_64-linux", "generic", "avx2")


def test_this_processor_runs_its_own_code_and_that_of_all() -> None:
    assert named("host") == host()
    assert host().runs_on(host())
    assert named("generic").runs_on(host())


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="choose host, generic, x86-64-v2"):
        named("pentium")


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="levels of x86-64")
def test_llvm_has_the_features_of_the_levels() -> None:
    from llvmlite import binding

    known = set(binding.get_host_cpu_features())
    smaller = frozenset()
    for name in NAMED:
        needed = named(name).needed()
        assert needed <= known
        assert smaller < needed or name == "generic"
        smaller = needed
