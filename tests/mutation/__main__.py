"""`python -m tests.mutation`: how many small mistakes of a platform the suite finds."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.campaigns import say
from tests.mutation import campaign, results, sample
from tests.mutation.memory import Memory


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the sample was tried; 2 when a run left no report."""
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    chosen = sample.drawn(sample.all_mutants(), options.size, options.seed)
    with tempfile.TemporaryDirectory(prefix="mutation-cache-") as directory:
        cache = Path(directory)
        memory = Memory(Path(options.memory or directory))
        try:
            say(f"{len(chosen)} mutants; the run that tells what reaches them")
            reached = campaign.reach(chosen, cache, memory)
            say(f"{len(reached.requirements)} are reached; {time.monotonic() - started:.0f} s")
            if options.again:
                memory.forget_survivors()
            found = campaign.judge(
                chosen,
                reached,
                partial(campaign.judged, chosen, reached, cache),
                memory,
                by_itself=partial(campaign.judged_alone, chosen, reached, cache),
                jobs=options.jobs,
                tell=say,
                rounds=options.rounds,
            )
        except campaign.BrokenRunError as error:
            say(f"a run ended without a report: {error}")
            return 2
    told = results.of(chosen, reached, found, seed=options.seed, rounds=options.rounds)
    for line in results.summary(told):
        say(line)
    if options.write:
        results.write(told)
    say(f"{time.monotonic() - started:.0f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--size", type=int, default=sample.SIZE, metavar="N", help="of the sample")
    parser.add_argument("--seed", type=int, default=sample.SEED, metavar="N", help="of the draw")
    parser.add_argument(
        "--rounds",
        type=int,
        default=campaign.ROUNDS,
        metavar="N",
        help="in the first 12 requirements judge a mutant, in each further one 36 more; "
        "what is not failed then is tried alone",
    )
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs at a time")
    parser.add_argument(
        "--memory", metavar="DIR", help="go on with what this folder holds of the same sample"
    )
    parser.add_argument(
        "--again", action="store_true", help="judge anew what no check failed so far"
    )
    parser.add_argument("--write", action="store_true", help="write the results file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
