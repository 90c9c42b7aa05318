"""A team without an operator at hand: what one must prepare, and records that are given."""

import json
import re
from pathlib import Path

import httpx
import pytest

from fixtures.exchange.actors import fresh_passcode
from tests.run.operations import operator
from tests.run.servers import Addresses, reference
from tests.run.suite import Finished, run_suite

TARGET = """
base_url = "{base_url}"
profile = "{profile}"
orgcode = "GIVENORG"
{given}
[actors.owner]
email = "owner@given.example"
passcode_env = "G3N_GIVEN_PASSCODE"
"""
CHECKS = "conformance/step04_organization/test_facilities.py"


def letter(tmp_path: Path, text: str) -> tuple[Finished, Path]:
    """Ask for a letter; nobody listens where the target is."""
    target, path = tmp_path / "target.toml", tmp_path / "letter.md"
    target.write_text(text, encoding="utf-8")
    finished = run_suite(
        *("conformance", "-q", "--target", str(target), "--operator-letter", str(path)),
        directory=tmp_path / "out",
    )
    return finished, path


def test_a_letter_tells_each_act_with_names_and_payloads(tmp_path: Path) -> None:
    text = TARGET.format(base_url="http://127.0.0.1:9", profile="team/1", given="")
    renamed = 'operator_functions.uas_usercreate = "team-user-create"\n'
    finished, path = letter(tmp_path, renamed + text)
    assert finished.exit_status == 0, finished.output
    told = path.read_text(encoding="utf-8")
    payloads = [
        json.loads(each)
        for each in re.findall(r"^ {7}\{.*?^ {7}\}", told, re.MULTILINE | re.DOTALL)
    ]
    assert "Invoke the function `team-user-create`" in told
    assert {"email", "passcode", "caption"} <= payloads[0].keys()
    assert payloads[0]["email"] == "owner@given.example"
    assert [each["orgcode"] for each in payloads if "user_guid" in each and "orgcode" in each]
    assert "GIVENORG" in told
    assert "<email of member>" in told
    assert "`POST /ofm/member/add`" in told
    assert "[given.facilities]" in told
    numbers = [int(each) for each in re.findall(r"^([0-9]+)\. ", told, re.MULTILINE)]
    assert numbers == list(range(1, len(payloads) + 1))


def test_a_letter_is_not_written_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "letter.md").write_text("mine", encoding="utf-8")
    text = TARGET.format(base_url="http://127.0.0.1:9", profile="solo/1", given="")
    finished, path = letter(tmp_path, text)
    assert finished.exit_status == 4
    assert "--operator-letter writes a new file" in finished.output
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('[given.faculties]\na = "b"', "[given.faculties]: no such stage; one of "),
        ('[given.facilities]\nphysical = "x"', "[given.facilities] physical: one of cc_guid, "),
        (
            '[given.facilities]\nlegal_guid = "x"',
            "[given.facilities] physical_guid: field required",
        ),
    ],
)
def test_what_is_given_amiss_is_told_before_anything_is_sent(
    tmp_path: Path, given: str, said: str
) -> None:
    text = TARGET.format(base_url="http://127.0.0.1:9", profile="solo/1", given=given)
    target = tmp_path / "target.toml"
    target.write_text(text, encoding="utf-8")
    finished = run_suite(CHECKS, "-q", "--target", str(target), directory=tmp_path / "out")
    assert finished.exit_status == 4
    assert said in finished.output


def made(addresses: Addresses, passcode: str) -> dict[str, str]:
    """An org with live facilities, as a person makes them beforehand."""
    operations = operator(addresses)
    owner, session = operations.user("owner@given.example", passcode)
    org_guid = operations.org("GIVENORG", owner, session)
    headers = {"x-session-guid": session, "x-orgcode": "GIVENORG"}
    found: dict[str, str] = {}

    def create(path: str, name: str, **more: str) -> None:
        body = {"org_guid": org_guid, "caption": "by hand", "code": name[:8].upper()}
        body |= {"cccode": "HAND-MADE-0001", **more}
        url = f"{addresses.base_url}{path}"
        answer = httpx.post(url, headers=headers, json=body, trust_env=False).json()
        found[name] = answer["data"][name]

    create("/ofm/facility/physical/create", "physical_guid")
    create("/ofm/facility/legal/create", "legal_guid")
    create("/ofm/facility/logical/create", "logical_guid", **found)
    create("/ofm/cost-centre/create", "cc_guid")
    return found


def test_given_records_stand_in_place_of_a_stage_and_are_shown_as_given(tmp_path: Path) -> None:
    passcode, target = fresh_passcode(), tmp_path / "target.toml"
    with reference() as addresses:
        facilities = made(addresses, passcode)
        lines = "\n".join(f'{name} = "{guid}"' for name, guid in facilities.items())
        text = TARGET.format(
            base_url=addresses.base_url, profile="solo/1", given=f"[given.facilities]\n{lines}"
        )
        target.write_text(text, encoding="utf-8")
        finished = run_suite(
            *(CHECKS, "-k", "reads_it", "--target", str(target)),
            directory=tmp_path / "out",
            G3N_GIVEN_PASSCODE=passcode,
        )
    assert " passed" in finished.output
    assert " failed" not in finished.output
    assert "given: facilities, not made" in finished.output
    run = finished.run
    assert "given by the target file: facilities" in run["scope"]["note"]
    stage = next(
        check
        for item in run["requirements"]
        for check in item["checks"]
        if check["nodeid"] == "conformance/stages::facilities"
    )
    assert stage["verdict"] == "not-applicable"
    assert stage["message"] == "given by the target file, [given.facilities]"
    page = (tmp_path / "out" / "compliance.html").read_text(encoding="utf-8")
    assert "given by the target file: facilities" in page
