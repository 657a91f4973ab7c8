"""Compile the listed loops in several processes."""

import contextlib
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from dither.native import cache, notice
from dither.native.listed import ListedLoop, listed_loops
from dither.native.machine_code import made_for
from dither.native.processor import Processor
from dither.parallel.processors import usable_processors


def compile_listed(processor: Processor, into: Path | None) -> dict[ListedLoop, str]:
    """Compile the listed loops that are not there yet, on all processors.

    Loops in the user's folder are copied from there, and new ones are kept there. Object files of other
    loops, such as those of earlier sources, are removed from the folder `into`.

    Args:
        processor: the processor to compile for.
        into: a folder for an installation, or None for the user's alone.

    Returns:
        The loops, each with "" or why it could not be compiled.
    """
    loops = listed_loops()
    outcomes = dict.fromkeys(loops, "")
    by_module: dict[str, list[ListedLoop]] = {}
    for each in loops:
        if not _is_there(each, processor, into):
            by_module.setdefault(each.module, []).append(each)
    # A process compiles all loops of a module: they share functions. Those with many come first.
    groups = sorted(by_module.values(), key=len, reverse=True)
    if groups:
        context = multiprocessing.get_context("spawn")
        # Processes inherit the variables of numba, which reads them at its import.
        with _environment(processor), ProcessPoolExecutor(usable_processors(), context) as pool:
            jobs = [pool.submit(_compile, group, processor, into) for group in groups]
            for job in jobs:
                outcomes.update(job.result())
    if into is not None:
        wanted = {each.file_name() for each in loops}
        for file in into.glob("*.o"):
            if file.name not in wanted:
                file.unlink()
    return outcomes


def _is_there(listed: ListedLoop, processor: Processor, into: Path | None) -> bool:
    """Return whether a loop needs no compiler; copy its file from the user's folder."""
    loop, name = listed.loop(), listed.file_name()
    if into is not None:
        content = cache.read_installed(name, into)
        if content is not None and made_for(content) == processor:
            return True
    content = cache.read_object(loop.kept_name(loop.symbol(listed.types), processor))
    return content is not None and (into is None or cache.write_object(name, content, into))


def _compile(
    loops: list[ListedLoop], processor: Processor, into: Path | None
) -> dict[ListedLoop, str]:
    notice.wanted = False
    return {each: _error(each, processor, into) for each in loops}


def _error(listed: ListedLoop, processor: Processor, into: Path | None) -> str:
    """Compile a loop; return "" or why this failed."""
    try:
        content = listed.loop().compile(listed.arguments(), processor)
    except Exception as error:  # of numba or LLVM: the other loops are worth having
        return f"{type(error).__name__}: {error}".splitlines()[0]
    if into is not None and not cache.write_object(listed.file_name(), content, into):
        return f"{into} cannot be written"
    return ""


@contextlib.contextmanager
def _environment(processor: Processor) -> Iterator[None]:
    """Set the variables of numba for the processes that are started meanwhile."""
    before = dict(os.environ)
    os.environ.update(processor.variables())
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
