"""Exchanges of a made-up target, and the scripts that a page makes of them."""

import ast
import json
from datetime import timedelta
from typing import Any

from reports.assemble import assemble
from reports.exchange import PLATFORM, Exchange, Request, Response
from reports.page.script import Missing, Scripts
from reports.verdict import Verdict
from tests.reports.synthetic import (
    STARTED,
    Requirement,
    RequirementSet,
    card,
    check,
    collected,
    scope,
)

HOST = "sandbox.example.com"


def asked(number: int, operation: str, sent: Any, came: Any, **more: str) -> Exchange:
    """An exchange of the target, a second after the one before."""
    return Exchange(
        id=f"w-{number}",
        check=more.get("check", "conformance/a.py::test_b"),
        actor="owner",
        operation=operation,
        started_at=STARTED + timedelta(milliseconds=100 * number),
        elapsed_ms=5,
        request=Request(
            method="POST",
            url=f"https://{HOST}/ofm/{operation.rpartition('.')[2]}",
            headers={"user-agent": "g3n-conformance/1 run=0a1b2c check=ORG-1", **more},
            body=sent,
        ),
        response=Response(status=200, body=came),
    )


def script_of(
    log: list[Exchange], observed: str, expectation: str = "an expectation", judged: str = ""
) -> str:
    """The script of a check that made the exchanges that are no stage's."""
    made = script_or_why(log, observed, expectation, judged)
    assert isinstance(made, str), made
    return made


def script_or_why(
    log: list[Exchange], observed: str, expectation: str = "an expectation", judged: str = ""
) -> str | Missing:
    """That script, or why there is none."""
    mine = [each for each in log if each.actor != PLATFORM]
    own = tuple(each.id for each in mine if "stages" not in each.check)
    told = card("ORG-1", "conformance/a.py::test_b", judged or own[-1])
    told = told.model_copy(update={"observed": observed, "expectation": expectation})
    failed = check(
        "ORG-1", Verdict.FAIL, nodeid="conformance/a.py::test_b", cards=(told,), exchanges=own
    )
    run = assemble(
        collected([failed], RequirementSet((Requirement("ORG-1"),)), said=scope(host=HOST))
    )
    return Scripts(run, log).of(run.requirements[0], failed)


def steps_of(script: str, begins: str = '\n{"who"') -> list[dict[str, Any]]:
    """The steps, read as Python reads them; the script is run by nobody."""
    tree = ast.parse("\n".join(script.splitlines()[1:-1]))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    (steps,) = [text for text in texts if isinstance(text, str) and text.startswith(begins)]
    return [json.loads(line) for line in steps.split("\n") if line]


def addressed(exchange: Exchange, method: str, url: str) -> Exchange:
    """The same exchange, sent elsewhere."""
    request = exchange.request.model_copy(update={"method": method, "url": url})
    return exchange.model_copy(update={"request": request})
