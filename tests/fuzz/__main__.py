"""`python -m tests.fuzz`: Schemathesis over the OpenAPI files of the reference. `tox run -e fuzz`.

It certifies nothing: what it finds is that the reference does not do what its own files say.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Final

import httpx

from fixtures.reference.services import ALL
from tests.fuzz.findings import Tally, summary, told
from tests.reference.platform_client import Platform, running

SERVICES: Final = tuple(service.name for service in ALL)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where every answer is as the files say, 1 where one is not, 2 for bad input."""
    options = parser().parse_args(arguments)
    if find_spec("schemathesis") is None:
        sys.stderr.write(
            "python -m tests.fuzz: Schemathesis is not installed here, since it does not go with "
            "what the suite needs: run `tox run -e fuzz`\n"
        )
        return 2
    tallies = []
    for service in options.service or SERVICES:
        tally = _fuzzed(service, options)
        tallies.append(tally)
        for line in told(tally, _again(service, options)):
            _say(line)
    _say(summary(tallies))
    return 0 if all(tally.is_clean for tally in tallies) else 1


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    made.add_argument(
        "-n",
        "--examples",
        type=_positive,
        default=10,
        metavar="N",
        help="requests drawn an operation, beside those at the bounds of its schema; default: 10",
    )
    made.add_argument("--seed", type=int, default=1, metavar="N", help="of what is drawn")
    made.add_argument(
        "--service", action="append", choices=SERVICES, help="default: all, one after the other"
    )
    made.add_argument(
        "--operation", metavar="'METHOD /path'", help="of the service that is named, this one alone"
    )
    return made


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def _fuzzed(service: str, options: argparse.Namespace) -> Tally:
    """What one service answers, on a platform of its own: what is found does not hang on others."""
    from tests.fuzz.asking import Asker  # noqa: PLC0415
    from tests.fuzz.engine import Bounds, fuzz  # noqa: PLC0415 - where Schemathesis is installed

    bounds = Bounds(options.examples, options.seed, options.operation)
    with running("--rate-limit-rpm", "0", "--die-with-parent") as platform:
        documents = dict(_documents(platform))
        asker = Asker(platform, documents, options.seed)
        asker.warm()
        return fuzz(service, documents[service], platform.base_url, asker, bounds)


def _documents(platform: Platform) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for service in SERVICES:
        answer = platform.client.get(f"{platform.base_url}/{service}/openapi.yaml")
        if answer.status_code == httpx.codes.OK:
            yield service, json.loads(answer.text)


def _again(service: str, options: argparse.Namespace) -> str:
    return f"tox run -e fuzz -- --service {service} -n {options.examples} --seed {options.seed}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
