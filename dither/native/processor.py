"""Processors that machine code is made for, and whether it runs on this one."""

import functools
from dataclasses import dataclass

# Instructions of the levels of x86-64, by LLVM's names.
# Source: H. J. Lu and others, "System V Application Binary Interface, AMD64 Architecture Processor
# Supplement", version 1.0, table 3.1.
_V2 = "cx16 popcnt sahf sse3 sse4.1 sse4.2 ssse3"
_V3 = f"{_V2} avx avx2 bmi bmi2 f16c fma lzcnt movbe xsave"
_V4 = f"{_V3} avx512bw avx512cd avx512dq avx512f avx512vl"
# LLVM's name of a processor with the instructions that all processors of its kind have.
_ANY = "generic"
# Processors that can be named: the instructions that they add to those of all.
NAMED = {_ANY: "", "x86-64-v2": _V2, "x86-64-v3": _V3, "x86-64-v4": _V4}


@dataclass(frozen=True)
class Processor:
    """A system and a processor, as LLVM names them.

    Attributes:
        triple: architecture, vendor and system, such as x86_64-unknown-linux-gnu.
        cpu: name such as znver4, or generic.
        features: groups of instructions after + (there) or - (not there), joined by commas.
    """

    triple: str
    cpu: str
    features: str

    def __post_init__(self) -> None:
        """Check the features.

        Raises:
            ValueError: one of them has no sign.
        """
        if any(each[0] not in "+-" for each in self.features.split(",") if each):
            raise ValueError(f"features need + or -: {self.features}")

    def needed(self) -> frozenset[str]:
        """Return the names of the features that are there."""
        return frozenset(each[1:] for each in self.features.split(",") if each.startswith("+"))

    def variables(self) -> dict[str, str]:
        """Return the environment variables by which numba optimises for this processor.

        numba reads them when it is imported.
        """
        return {"NUMBA_CPU_NAME": self.cpu, "NUMBA_CPU_FEATURES": self.features}

    def runs_on(self, other: "Processor") -> bool:
        """Return whether machine code for this processor runs on another.

        A name can stand for instructions that are not among the features (on ARM, most are not), so it
        must be the same, or generic. Another processor of the same name can have less: virtual machines
        hide instructions.

        Example:
            >>> new = Processor("x86_64-linux", "znver4", "+avx2,+avx512f")
            >>> old = Processor("x86_64-linux", "generic", "+avx2")
            >>> old.runs_on(new), new.runs_on(old)
            (True, False)
        """
        same = self.cpu in (_ANY, other.cpu)
        return self.triple == other.triple and same and self.needed() <= other.needed()


@functools.cache
def host() -> Processor:
    """Return the processor of this machine."""
    from llvmlite import binding

    try:
        features = binding.get_host_cpu_features().flatten()
    except RuntimeError:  # unknown on this system
        features = ""
    return Processor(binding.get_default_triple(), binding.get_host_cpu_name(), features)


def named(name: str) -> Processor:
    """Return this machine's processor ("host"), or one of `NAMED` with this machine's system.

    Raises:
        ValueError: the name is unknown, or of another architecture.
    """
    if name == "host":
        return host()
    triple = host().triple
    if name not in NAMED or (name != _ANY and not triple.startswith("x86_64")):
        raise ValueError(f"no processor of {triple} is {name}: choose host, {', '.join(NAMED)}")
    features = ",".join(f"+{each}" for each in NAMED[name].split())
    return Processor(triple, _ANY, features)
