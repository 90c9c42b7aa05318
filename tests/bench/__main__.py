"""`python -m tests.bench`: what a run costs, as a table. It judges nothing."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from reports.options import TIERS
from tests.bench import runs
from tests.bench.processes import CONTROLLER, REFERENCE, WORKERS

# What the quick form runs: a step of middling size, with plans, races and lists in it.
QUICK: Final = "conformance/step11_loyalty"
Row = tuple[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything that was asked for is measured; 1 where a run left no report."""
    options = _parser().parse_args(arguments)
    for part in options.only or PARTS:
        _say(f"\n{part}")
        try:
            for name, told in PARTS[part](options):
                _say(f"  {name:<44}{told}")
        except RuntimeError as error:
            _say(f"the run left no report:\n{error}")
            return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "checks", nargs="*", default=[], metavar="PATH", help="what is run; default: the suite"
    )
    parser.add_argument(
        "--quick", action="store_true", help=f"in a minute: {QUICK}, at 0 and 50 ms alone"
    )
    parser.add_argument(
        "--only", action="append", choices=PARTS, metavar="PART", help=f"of {', '.join(PARTS)}"
    )
    parser.add_argument(
        "--round-trip", action="append", type=int, metavar="MS", help="default: 0, 50 and 150"
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="of parallel runs")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    return parser


def _checks(options: argparse.Namespace) -> list[str]:
    return options.checks or [QUICK if options.quick else "conformance"]


def _seed(options: argparse.Namespace) -> list[str]:
    return ["--run-seed", str(options.seed)]


def exchange(options: argparse.Namespace) -> Iterator[Row]:
    """CPU and time of an exchange, beside a bare loop over the same requests."""
    told = runs.beside_httpx(options.checks or [QUICK], *_seed(options))
    for name, cost in told.items():
        of = f"over {cost['exchanges']:.0f} requests"
        yield name, f"{cost['cpu_ms']:6.2f} ms of CPU  {cost['time_ms']:6.2f} ms  {of}"
    suite, bare = told["suite"], told["bare"]
    ratio = suite["cpu_ms"] / bare["cpu_ms"] if bare["cpu_ms"] else 0.0
    yield "suite against bare", f"{ratio:6.2f} times the CPU"


def shares(options: argparse.Namespace) -> Iterator[Row]:
    """Who uses the CPU of a parallel run, and when; and its memory."""
    run = runs.measure(_checks(options), *_seed(options), workers=options.workers)
    yield "verdict", run.headline
    yield "wall", f"{run.wall_s:8.1f} s"
    each = 1000 * run.cpu_s / max(1, run.exchanges)
    yield "CPU of all processes", f"{run.cpu_s:8.1f} s  {each:.2f} ms an exchange"
    total, whole = run.use.total, sum(run.use.total.values()) or 1.0
    for role in (WORKERS, REFERENCE, CONTROLLER):
        used = total.get(role, 0.0)
        yield role, f"{used:8.1f} s  {used / whole:4.0%}"
    before, checked = run.use.until(run.first), run.use.until(run.last)
    for name, spent in (
        ("start-up and collection, until the first check", before),
        ("checks", _less(checked, before)),
        ("reports, after the last", _less(total, checked)),
    ):
        yield name, f"{sum(spent.values()):8.1f} s  {_by_role(spent)}"
    yield "requests", f"{run.exchanges:8}"
    for role, held in run.use.peak.items():
        yield f"peak memory: {role}", f"{held / 2**20:8.0f} MB"
    yield "peak memory: all at once", f"{run.use.peak_of_all / 2**20:8.0f} MB"


def trips(options: argparse.Namespace) -> Iterator[Row]:
    """Time of a run, serial and parallel, by how far the target is."""
    default = [0, 50] if options.quick else [0, 50, 150]
    for round_trip in options.round_trip or default:
        for name, workers in (("serial", 0), (f"{options.workers} workers", options.workers)):
            with runs.far_away(round_trip) as aim:
                run = runs.measure(_checks(options), *aim, *_seed(options), workers=workers)
            told = f"{run.wall_s:8.1f} s  {run.exchanges} requests"
            yield f"{round_trip:>3} ms, {name}", told


def tiers(options: argparse.Namespace) -> Iterator[Row]:
    """Requests by tier, as planned and as measured, where every cell is tried and in turns."""
    for tier in TIERS:
        yield f"tier {tier}", runs.planned([*_checks(options), "--tier", tier])
    for cells in ("every", "turns"):
        more = ["--cells", cells, *_seed(options)]
        run = runs.measure(_checks(options), *more, workers=options.workers)
        yield f"tier certify, measured with {cells} cells", f"{run.exchanges:8} requests"


def _less(later: Mapping[str, float], earlier: Mapping[str, float]) -> dict[str, float]:
    return {role: used - earlier.get(role, 0.0) for role, used in later.items()}


def _by_role(spent: Mapping[str, float]) -> str:
    return ", ".join(f"{role} {used:.1f}" for role, used in spent.items())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


PARTS: Final[Mapping[str, Callable[[argparse.Namespace], Iterator[Row]]]] = {
    "exchange": exchange,
    "shares": shares,
    "trips": trips,
    "tiers": tiers,
}

if __name__ == "__main__":
    sys.exit(main())
