"""`python -m tests.detection`: which defect is caught by the check that must notice it."""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reports.detection import RESULTS, Row, rows
from tests import campaigns
from tests.detection import places, table, together, variants
from tests.detection.defects import Defect, catalogue
from tests.detection.judging import Result
from tests.detection.runs import Runner, runner
from tests.detection.trials import Told, Trials

SEEDS: Final = RESULTS.with_name("seeds.json")
TURNS: Final = "turns"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where every defect is caught and no variant fails, else 1; 2 for unknown names."""
    options = _parser().parse_args(arguments)
    if options.places:
        return _write_places()
    started = time.monotonic()
    if options.on and options.write:
        _say("--write keeps what is measured on the plain reference: leave out --on, or --write")
        return 2
    with runner("--cells", options.cells, variants=options.on or ()) as runs:
        if options.seeds:
            wrong = _try_seeds(_chosen(options), options)
        elif options.variant:
            wrong = _try_variants(runs, [(name,) for name in _variants(options.variant)])
        elif options.combinations:
            drawn = variants.combinations(options.combinations, seed=options.seed)
            wrong = _try_variants(runs, drawn)
        else:
            wrong = _try_defects(runs, _chosen(options), options)
    _say(f"{time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    known = catalogue()
    families = sorted({defect.family for defect in known})
    parser = argparse.ArgumentParser(prog="python -m tests.detection", description=__doc__)
    parser.add_argument(
        "--defect", action="append", metavar="NAME", choices=[defect.name for defect in known]
    )
    parser.add_argument("--family", action="append", metavar="F", choices=families)
    parser.add_argument(
        "--variant",
        action="append",
        metavar="NAME",
        choices=[*variants.NAMES, "all"],
        help="run the whole suite against this variant, or against all, instead of any defect",
    )
    parser.add_argument(
        "--on",
        action="append",
        metavar="NAME",
        choices=variants.NAMES,
        help="give the platform this permitted difference as well: no defect may survive by it",
    )
    parser.add_argument(
        "--combinations",
        type=int,
        default=0,
        metavar="N",
        help="run the whole suite against N drawn sets of variants, instead of any defect",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the sets drawn")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs at a time")
    parser.add_argument(
        "--alone", action="store_true", help="start a platform for each defect, however many"
    )
    parser.add_argument(
        "--cells",
        choices=["every", TURNS],
        default="every",
        help="as the option of a certification",
    )
    parser.add_argument(
        "--seeds",
        type=int,
        default=0,
        metavar="N",
        help="try these defects under N seeds; tell which results differ from the committed ones",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="rewrite the rows of these defects in the committed results, and the table",
    )
    parser.add_argument(
        "--places",
        action="store_true",
        help="start nothing; write into the catalogue where in the code each defect stands",
    )
    return parser


def _write_places() -> int:
    missing = places.rewrite()
    for name in missing:
        _say(f"{name} stands nowhere in the code")
    return 1 if missing else 0


def _chosen(options: argparse.Namespace) -> list[Defect]:
    names, families = options.defect or (), options.family or ()
    everything = not names and not families
    return [d for d in catalogue() if everything or d.name in names or d.family in families]


def _try_defects(runs: Runner, defects: Sequence[Defect], options: argparse.Namespace) -> bool:
    told: list[Told] = []
    try:
        for each in _told(runs, defects, options):
            told.append(each)
            _say(_line(each))
    finally:
        if options.write:
            _write([row for each in told for row in table.measured(each)], options.cells)
    caught = [each for each in told if each.result is Result.CAUGHT]
    _say(f"{len(caught)} of {len(told)} defects caught")
    if options.on:
        # What a permitted difference leaves open is open with a defect, too.
        survived = [each for each in told if each.result is Result.SURVIVED]
        _say(f"{len(survived)} survived")
        return bool(survived)
    return len(caught) < len(defects)


def _write(fresh: Sequence[Row], cells: str) -> None:
    if cells == TURNS:
        table.write(table.turned(rows(), fresh))
        return
    order = [defect.name for defect in catalogue()]
    table.write(table.completed(table.merged(rows(), fresh, order), catalogue()))


def _try_seeds(defects: Sequence[Defect], options: argparse.Namespace) -> bool:
    """Compare the results of several seeds with the committed ones; write what has changed."""
    known = {(row.defect, row.requirement): (row.verdict, row.result) for row in rows()}
    changed = []
    for seed in range(1, options.seeds + 1):
        with runner("--cells", options.cells, seed=f"{seed}") as runs:
            for told in _told(runs, defects, options):
                for row in table.measured(told):
                    if known.get((row.defect, row.requirement)) != (row.verdict, row.result):
                        changed.append({"seed": seed, **row._asdict()})
                        _say(f"seed {seed}: {row.defect} at {row.requirement}: {row.result}")
        _say(f"seed {seed}: {len(changed)} results have changed so far")
    if options.write:
        content = {"measured_on": campaigns.today(), "seeds": options.seeds}
        content |= {"defects": len(defects), "changed": changed}
        campaigns.write(SEEDS, content)
    return bool(changed)


def _told(runs: Runner, defects: Sequence[Defect], options: argparse.Namespace) -> Iterator[Told]:
    """Of many at once what is sure of these, and of each other one what it led to by itself."""
    trials = Trials(runs, defects, options.jobs)
    sure: set[str] = set()
    if len(defects) > 1 and not options.alone:
        for each in together.tell(trials, options.jobs):
            sure.add(each.defect.name)
            yield each
    left = [each for each in defects if each.name not in sure]
    _say(f"{len(left)} to be tried by themselves")
    yield from trials.tell(left, options.jobs)


def _line(told: Told) -> str:
    parts = [f"{told.result.value:12} {told.defect.name}"]
    if told.result is not Result.CAUGHT:
        wrong = [f for f in told.findings if f.result is not Result.CAUGHT]
        parts += [f"{f.requirement} {f.verdict} ({f.check})" for f in wrong]
        parts.append(told.said)
    if told.others:
        parts.append(f"{'blast' if told.blast else 'also fails'}: {', '.join(told.others)}")
    return "  ".join(parts)


def _variants(names: Sequence[str]) -> Sequence[str]:
    return variants.NAMES if "all" in names else names


def _try_variants(runs: Runner, sets: Iterable[Sequence[str]]) -> bool:
    told = [_say_variant(variants.attempt(runs, names, "conformance")) for names in sets]
    return any(each.failed for each in told)


def _say_variant(told: variants.Told) -> variants.Told:
    kinds = {"fail": told.failed, "open": told.open, "advisory": told.advised}
    parts = [f"{kind}: {', '.join(names)}" for kind, names in kinds.items() if names]
    _say("  ".join([f"{told.variant:28} {told.verdict}", *parts]))
    return told


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
