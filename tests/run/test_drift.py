"""Answers that are not as the platform's own files say: told once each, failing nobody."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from reports import drift
from tests.run.servers import Addresses, reference
from tests.run.suite import Finished, run_suite

READ = "/ofm/facility/physical/get"
CHECKS = "conformance/step04_organization/test_facilities.py"


def _described(addresses: Addresses) -> dict[str, Any]:
    answer = httpx.get(f"{addresses.base_url}/ofm/openapi.yaml", trust_env=False, timeout=60)
    document: dict[str, Any] = yaml.safe_load(answer.text)
    return document


def _run(directory: Path, alter: Any) -> Finished:
    """A run on a reference whose file is altered."""
    target = directory / "target.toml"
    with reference() as addresses:
        document = _described(addresses)
        alter(document["paths"][READ]["post"]["responses"])
        (directory / "ofm.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        target.write_text(
            f'base_url = "{addresses.base_url}"\noperator_url = "{addresses.operator_url}"\n'
            f'learn = false\nopenapi.ofm = "{directory / "ofm.yaml"}"\n',
            encoding="utf-8",
        )
        arguments = (CHECKS, "-k", "reads_it and physical", "--target", str(target))
        return run_suite(*arguments, directory=directory / "out")


def test_an_answer_that_departs_from_the_file_is_told_once_and_fails_nobody(
    tmp_path: Path,
) -> None:
    def alter(responses: dict[str, Any]) -> None:
        whole = responses["200"]["content"]["application/json"]["schema"]["allOf"][1]
        whole["properties"]["data"]["properties"]["caption"] = {"type": "integer"}

    finished = _run(tmp_path, alter)
    assert " failed" not in finished.output
    told = [each for each in finished.run["drift"] if each["operation"] == "ofm.physical.get"]
    assert len(told) == 1
    assert told[0]["place"] == "/data/caption"
    assert told[0]["said"] == 'the value is not of type "integer"'
    assert told[0]["seen"] > 0
    assert "ofm.physical.get 200 /data/caption: the value is not of type" in finished.output
    page = (tmp_path / "out" / "compliance.html").read_text(encoding="utf-8")
    assert "<strong>ofm.physical.get 200</strong> /data/caption" in page


def test_a_status_that_the_file_does_not_list_is_told(tmp_path: Path) -> None:
    def alter(responses: dict[str, Any]) -> None:
        for status in list(responses):
            if status != "404":
                del responses[status]

    told = [each for each in _run(tmp_path, alter).run["drift"] if not each["place"]]
    assert [(each["operation"], each["said"]) for each in told] == [
        ("ofm.physical.get", "status 200 is not listed")
    ]


@pytest.mark.parametrize("body", ['{"paths": {}}', "paths: {/stat: {get: {responses: 7}}}"])
def test_a_file_that_describes_nothing_is_departed_from_nowhere(tmp_path: Path, body: str) -> None:
    (tmp_path / "ofm.yaml").write_text(f"{body}\n", encoding="utf-8")
    (tmp_path / "exchanges.jsonl").write_text("", encoding="utf-8")
    assert drift.found({"ofm": tmp_path / "ofm.yaml"}, tmp_path / "exchanges.jsonl") == ()
