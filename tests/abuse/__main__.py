"""Run the whole corpus, or the cases whose labels contain a word: python -m abuse [WORD]."""

import argparse
import collections
import sys

from abuse.corpus import cases
from abuse.runner import run_all


def main() -> int:
    """Print faults as they are found, then one line per kind of file; return 1 if there was a fault."""
    parser = argparse.ArgumentParser(prog="abuse", description=__doc__)
    parser.add_argument(
        "word",
        nargs="?",
        default="",
        help="run only cases whose label contains this, such as png or place",
    )
    parser.add_argument(
        "--light", action="store_true", help="leave out cases that take seconds each"
    )
    parser.add_argument("--jobs", type=int, default=2, help="number of processes [2]")
    given = parser.parse_args()
    chosen = [
        case for case in cases() if given.word in case.label and not (given.light and case.heavy)
    ]
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    slowest, largest = (0.0, ""), (0, "")
    for done, (case, outcome) in enumerate(run_all(chosen, given.jobs), 1):
        row = table[case.label.partition("/")[0]]
        row["refused" if outcome.code == 2 else "read"] += 1
        slowest = max(slowest, (outcome.seconds, case.label))
        if not case.heavy:
            largest = max(largest, (outcome.memory >> 20, case.label))
        if outcome.fault:
            row["faults"] += 1
            print(f"{case.label}: {' '.join(case.command)!r} {outcome.fault}", flush=True)
        if sys.stderr.isatty() and done % 50 == 0:
            print(f"\r{done} of {len(chosen)}", end="", file=sys.stderr)
    for kind, row in table.items():
        print(f"{kind:11} {row['refused']:6} refused {row['read']:6} read {row['faults']:4} faults")
    print(f"the slowest took {slowest[0]:.1f} s: {slowest[1]}")
    print(f"the largest took {largest[0]} MiB: {largest[1]}")
    return int(any(row["faults"] for row in table.values()))


if __name__ == "__main__":
    sys.exit(main())
