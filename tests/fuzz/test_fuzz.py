"""The tool that fuzzes the reference: what it sends, what it tells, and that it finds something."""

import copy
import json
from importlib.util import find_spec
from random import Random
from typing import Any

import pytest

from tests.fuzz.__main__ import main
from tests.fuzz.findings import Finding, Request, Tally, redacted, summary, told
from tests.fuzz.known import Known
from tests.reference.platform_client import running

INSTALLED = find_spec("schemathesis") is not None
needs_schemathesis = pytest.mark.skipif(
    not INSTALLED, reason="Schemathesis has an environment of its own: tox run -e fuzz"
)
MADE = {"success": True, "data": {"account_id": "acc-1", "caption": "Ann"}, "revision": 3}


def known() -> Known:
    made = Known({"org_guid": "own"}, {}, Random(1))  # noqa: S311
    made.learn(MADE)
    return made


def finding(body: str, said: str = "no such status") -> Finding:
    return Finding("undocumented status", "POST /x", 418, said, Request("POST", "/x", body))


def test_known_ids_are_put_into_what_is_drawn() -> None:
    drawn = {"account_id": "zz", "org_guid": "zz", "caption": "zz", "items": [{"account_id": "z"}]}
    filled = known().fill(drawn, everything=True)
    assert filled == {
        "account_id": "acc-1",
        "org_guid": "own",
        "caption": "zz",
        "items": [{"account_id": "acc-1"}],
    }


def test_a_revision_is_that_of_the_record_that_is_named() -> None:
    drawn = {"account_id": "zz", "expected_revision": None}
    assert known().fill(drawn, everything=True)["expected_revision"] == 3


def test_what_is_drawn_against_the_file_keeps_all_but_who_calls() -> None:
    drawn = {"account_id": "zz", "org_guid": "zz", "expected_revision": 9}
    assert known().fill(drawn, everything=False) == {**drawn, "org_guid": "own"}
    # Of the wrong type on purpose.
    assert known().fill({"org_guid": 7}, everything=False) == {"org_guid": 7}


def test_of_findings_that_say_the_same_the_shortest_request_is_told() -> None:
    tally = Tally("crm", operations=1)
    for body in ('{"a": "long"}', "{}", '{"a": 1}'):
        tally.answered("POST /x", 418)
        tally.add(finding(body))
    lines = list(told(tally, "tox run -e fuzz -- --service crm"))
    assert "FOUND" in lines[0]
    assert lines[1:] == [
        "  undocumented status: POST /x 418 (3 times)",
        "    no such status",
        "    request: POST /x {}",
        "    again:   tox run -e fuzz -- --service crm --operation 'POST /x'",
    ]
    assert summary([tally]) == "1 findings: 1 services, 1 operations, 3 requests, 0 s"


def test_what_could_not_be_asked_is_not_clean() -> None:
    tally = Tally("crm", troubles=["POST /x: the reference leads nowhere"])
    assert not tally.is_clean
    assert Tally("crm").is_clean


def test_credentials_are_told_nowhere() -> None:
    assert redacted('{"session_guid": "s3cret"}', {"s3cret"}) == '{"session_guid": "[redacted]"}'


@pytest.mark.skipif(INSTALLED, reason="Schemathesis is installed here")
def test_without_schemathesis_one_line_tells_what_to_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--service", "rbs"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "tox run -e fuzz" in said


@pytest.mark.parametrize("wrong", [["--service", "xyz"], ["-n", "0"], ["--seed", "x"]])
def test_bad_input_is_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2


@needs_schemathesis
def test_a_service_is_asked_and_a_file_that_is_untrue_is_found() -> None:
    from tests.fuzz.asking import Asker  # noqa: PLC0415
    from tests.fuzz.engine import Bounds, fuzz  # noqa: PLC0415

    with running("--rate-limit-rpm", "0") as platform:
        answer = platform.client.get(f"{platform.base_url}/uas/openapi.yaml")
        document: dict[str, Any] = json.loads(answer.text)
        asker = Asker(platform, {"uas": document}, seed=1)
        clean = fuzz("uas", document, platform.base_url, asker, Bounds(examples=3, seed=1))
        assert clean.is_clean, list(told(clean, ""))
        assert clean.requests > clean.operations > 0
        untrue = copy.deepcopy(document)
        for item in untrue["paths"].values():
            for operation in item.values():
                del operation["responses"]["400"]
        found = fuzz("uas", untrue, platform.base_url, asker, Bounds(examples=3, seed=1))
    kinds = {(each.kind, each.status) for each in found.found.values()}
    assert ("undocumented status", 400) in kinds
