"""A reproduction script as text: whatever a target wrote, it stays a value in it."""

import ast
import json
from datetime import timedelta
from typing import Any

import pytest

from reports.assemble import assemble
from reports.exchange import PLATFORM, Exchange, Request, Response
from reports.page.script import END, Missing, Scripts
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
EVIL = f"'''\n{END}\ntouch /tmp/taken\n\\\"\"\"; import os; os.abort() # `id` $(id) \u2028"


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


def script_of(log: list[Exchange], observed: str) -> str:
    """The script of a check that made the exchanges that are no stage's."""
    own = tuple(each.id for each in log if "stages" not in each.check)
    told = card("ORG-1", "conformance/a.py::test_b", own[-1])
    told = told.model_copy(update={"observed": observed})
    failed = check(
        "ORG-1", Verdict.FAIL, nodeid="conformance/a.py::test_b", cards=(told,), exchanges=own
    )
    run = assemble(
        collected([failed], RequirementSet((Requirement("ORG-1"),)), said=scope(host=HOST))
    )
    made = Scripts(run, log).of(run.requirements[0], failed)
    assert isinstance(made, str)
    return made


def steps_of(script: str) -> list[dict[str, object]]:
    """The steps, read as Python reads them; the script is run by nobody."""
    tree = ast.parse("\n".join(script.splitlines()[1:-1]))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    (steps,) = [text for text in texts if isinstance(text, str) and text.startswith('\n{"who"')]
    return [json.loads(line) for line in steps.split("\n") if line]


def test_a_value_of_one_answer_is_asked_with_in_the_next() -> None:
    guid = "6f1c1d1e-0000-4000-8000-0123456789ab"
    made = asked(
        1,
        "ofm.cost_centre.create",
        {"caption": "conformance 0a1b2c XY12ZW"},
        {"success": True, "data": {"cc_guid": guid}, "revision": 1},
        check="conformance/stages::facilities",
    )
    used = asked(
        2, "ofm.cost_centre.update", {"cc_guid": guid, "expected_revision": 1}, {"success": True}
    )
    first, second = steps_of(script_of([made, used], "200, success"))
    assert first["scene"] is True
    assert first["gives"] == {"v2": ["data", "cc_guid"], "r1": ["revision"]}
    assert second["body"] == {"cc_guid": "${v2}", "expected_revision": {"$is": ["r1", 1]}}
    assert (second["status"], second["sketch"]) == (200, "200")


@pytest.mark.parametrize("place", ["observed", "body", "answer"])
def test_nothing_that_a_target_wrote_is_run(place: str) -> None:
    sent = {"caption": EVIL if place == "body" else "x"}
    came = {"success": True, "data": {"caption": EVIL if place == "answer" else "x"}}
    log = [asked(1, "ofm.cost_centre.get", sent, came)]
    script = script_of(log, EVIL if place == "observed" else "another")
    lines = script.splitlines()
    assert [n for n, line in enumerate(lines) if line == END] == [len(lines) - 1]
    (step,) = steps_of(script)
    assert step["who"] == "owner"


def test_addresses_of_the_suite_are_asked_for_by_name() -> None:
    sent = {
        "url": "http://127.0.0.1:41234/webhooks/gw0-1f",
        "queue_url": "https://sqs.us-east-1.amazonaws.com/123456789012/conformance",
    }
    script = script_of([asked(1, "ipm.webhook.create", sent, {})], "200, success")
    (step,) = steps_of(script)
    assert step["body"] == {
        "url": "${RECEIVER_URL}/webhooks/gw0-1f",
        "queue_url": "${QUEUE_URL}",
    }
    for name in ("RECEIVER_URL", "QUEUE_URL"):
        assert f"Set {name}: a" in script
    other = asked(2, "rbs.subscription.register", {"queue_url": "https://sqs.test/2/other"}, {})
    with pytest.raises(AssertionError):
        script_of([asked(1, "rbs.subscription.register", sent, {}), other], "200, success")
    with pytest.raises(AssertionError):
        script_of([asked(1, "ipm.webhook.create", sent, {})], "0 of 1 deliveries taken in 10 s")


def test_what_was_judged_by_a_delivery_says_why_it_has_no_script() -> None:
    token = "[redacted:VERIFICATION_TOKEN#1f0c9a]"
    came = asked(1, "rbs.delivery", {"verification_token": token}, None)
    came = came.model_copy(update={"actor": PLATFORM})
    verify = asked(2, "rbs.subscription.verify", {"verification_token": token}, {"success": True})
    told = card("ORG-1", "conformance/a.py::test_b", "w-2")
    failed = check("ORG-1", Verdict.FAIL, cards=(told,), exchanges=("w-2",))
    run = assemble(collected([failed], RequirementSet((Requirement("ORG-1"),))))
    made = Scripts(run, [came, verify]).of(run.requirements[0], failed)
    assert isinstance(made, Missing)
    assert "receiver or queue" in made.why


def test_looks_that_are_repeated_keep_their_pauses() -> None:
    log = [asked(n, "ofm.org.get", {"org_guid": "x"}, {"data": n}) for n in range(3)]
    steps = steps_of(script_of(log, "nothing"))
    assert [step.get("pause_s") for step in steps] == [None, 0.1, 0.1]
