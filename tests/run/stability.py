"""Many whole runs, each with a seed and a test order of its own: no verdict may change.

python -m tests.run.stability --runs 20
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.run.suite import Finished, run_suite


def main() -> int:
    """Exit status 0 where every run reached the same verdict for every requirement."""
    parser = argparse.ArgumentParser(description="Repeat the certification of the reference.")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    first: Finished | None = None
    unlike = 0
    with tempfile.TemporaryDirectory(prefix="stability-") as directory:
        for number in range(chosen.runs):
            seed = random.SystemRandom().randrange(2**32)
            began = time.monotonic()
            finished = one_run(Path(directory) / str(number), seed, chosen.workers)
            first = first or finished
            changes = differences(first, finished)
            unlike += bool(changes)
            took = time.monotonic() - began
            headline = finished.run["headline"]
            sys.stdout.write(f"seed {seed:>10}  {took:5.1f} s  {headline}  {changes or ''}\n")
            sys.stdout.flush()
    return 1 if unlike else 0


def one_run(directory: Path, seed: int, workers: int) -> Finished:
    """A whole run whose draws and whose order of tests come from `seed`."""
    return run_suite(
        *("conformance", "-q", "-n", str(workers), "--run-seed", str(seed)),
        f"--randomly-seed={seed}",
        directory=directory,
    )


def differences(first: Finished, other: Finished) -> list[str]:
    """Requirements whose verdict is another than in the first run."""
    return [
        f"{name}: {verdict} -> {other.verdicts.get(name)}"
        for name, verdict in first.verdicts.items()
        if other.verdicts.get(name) != verdict
    ]


if __name__ == "__main__":
    sys.exit(main())
