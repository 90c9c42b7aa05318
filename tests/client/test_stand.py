"""The model client before the stand, and clients with one bad habit each."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.client import by_hand, canary, running, scenarios, settings
from conformance.client.catalogue import duties
from conformance.client.certificate import Certificate, Verdict
from conformance.client.judgement import Claim
from conformance.client.platform import Platform
from conformance.client.recording import Recording
from conformance.client.settings import ClientFile
from conformance.client.stand import PLAIN, Stand, certify, of_target, practice
from conformance.commands import main
from fixtures.exchange import target_file
from fixtures.run.reference_process import Embedded
from tests.client.caught import BREAKS, BREAKS_LISTENING, WARNS, WARNS_LISTENING, Row
from tests.client.judging import broken, verdicts

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "conformance" / "client" / "example"


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with practice() as opened:
        yield opened


def model(file: str = "client.toml", **changes: object) -> ClientFile:
    client = settings.read(EXAMPLE / file)
    command = [sys.executable, "client.py"]
    return client.model_copy(update={"command": command, **changes})


def with_habit(row: Row | str, folder: Path | None = None) -> ClientFile:
    """The model client with a habit; `folder` is where what it hands in lies."""
    row = Row(row, (), "") if isinstance(row, str) else row
    command = [sys.executable, str(HERE / "habits.py"), row.habit]
    changes: dict[str, object] = {"command": command}
    if row.parts:
        changes["parts"] = list(row.parts)
    if row.duty == "B5" and folder:
        (folder / "settings.ini").write_text("aws = AKIAABCDEFGHIJKLMNOP\n", "utf-8")
        changes["artefacts"] = [str(folder)]
    return model(row.file, **changes)


Examined = Callable[..., Certificate]


@pytest.fixture
def examined(platform: Platform) -> Examined:
    """Runs a client in these scenarios, without the canary."""

    def examine(client: ClientFile, *names: str) -> Certificate:
        with Recording() as recording:
            stand = Stand(platform, client, recording, lambda _: None)
            for name in names:
                stand.run(name)
            return stand.examined().certificate

    return examine


@pytest.mark.parametrize("row", BREAKS, ids=str)
def test_a_bad_habit_breaks_its_duty_and_no_other(
    row: Row, examined: Examined, tmp_path: Path
) -> None:
    assert broken(examined(with_habit(row, tmp_path), *row.names)) == [row.duty]


@pytest.mark.whole
@pytest.mark.parametrize("row", BREAKS_LISTENING, ids=str)
def test_a_bad_habit_of_a_listener_breaks_its_duty_and_no_other(
    row: Row, examined: Examined
) -> None:
    assert broken(examined(with_habit(row), *row.names)) == [row.duty]


@pytest.mark.parametrize("row", WARNS, ids=str)
def test_a_habit_against_advice_warns(row: Row, examined: Examined) -> None:
    warned(row, examined(with_habit(row), *row.names))


@pytest.mark.whole
@pytest.mark.parametrize("row", WARNS_LISTENING, ids=str)
def test_a_habit_of_a_listener_against_advice_warns(row: Row, examined: Examined) -> None:
    warned(row, examined(with_habit(row), *row.names))


def warned(row: Row, certificate: Certificate) -> None:
    assert verdicts(certificate)[row.duty] is Verdict.WARNING
    assert broken(certificate) == []


def test_no_secret_that_a_client_prints_is_kept(platform: Platform) -> None:
    with Recording() as recording:
        stand = Stand(platform, with_habit("prints_its_secrets"), recording, lambda _: None)
        stand.run(PLAIN)
    log = stand.logs[PLAIN]
    fields = re.findall(r"'(?:session_guid|api_key)': '([^']*)'", log)
    assert len(fields) >= 2
    assert [value for value in fields if not value.startswith("[redacted:")] == []
    assert stand.vault.redact_text(log) == log


def test_without_scenarios_the_model_client_is_incomplete(examined: Examined) -> None:
    certificate = examined(model(), PLAIN)
    assert certificate.verdict == "INCOMPLETE"
    assert certificate.doubts == ()
    wanted = {"D3", "D4", "E2", "F8", "F9", "G6"}
    assert {result.duty.id for result in certificate.missing} == wanted
    named = {result.duty.scenario for result in certificate.missing}
    assert named <= scenarios.ALL.keys()


@pytest.mark.parametrize(
    ("habits", "found"),
    [((), Verdict.KEPT), (("insists",), Verdict.WARNING)],
    ids=["asks", "insists"],
)
def test_a_client_that_sells_is_judged_where_there_is_too_little(
    examined: Examined, habits: tuple[str, ...], found: Verdict
) -> None:
    command = [sys.executable, str(HERE / "stockist.py"), *habits]
    certificate = examined(model(command=command, parts=["core", "orders"]), "insufficient-stock")
    assert verdicts(certificate)["F6"] is found
    assert broken(certificate) == []


def test_a_client_with_a_queue_is_judged_by_what_comes_there(examined: Examined) -> None:
    certificate = examined(model("client-events.toml"), PLAIN, "deliveries")
    found = verdicts(certificate)
    listening = ("C6", "V1", "V2", "V3", "V6", "V7", "V10")
    assert [found[duty] for duty in listening] == [Verdict.KEPT] * len(listening)
    assert {result.duty.part for result in certificate.missing} == {"core"}


def test_an_idle_client_is_no_traffic_throughout(examined: Examined) -> None:
    certificate = examined(with_habit("does_nothing"), PLAIN, "lost-answer", "alien-answers")
    found = set(verdicts(certificate).values())
    assert found == {Verdict.NO_TRAFFIC, Verdict.NOT_JUDGED, Verdict.STATED, Verdict.OUTSIDE}
    assert [run.note for run in certificate.runs[1:]] == ["found no call of its kind"] * 2


@pytest.mark.whole
def test_a_sandbox_without_an_operator_is_stood_before_too(tmp_path: Path) -> None:
    path = tmp_path / "practice.toml"
    embedded = Embedded(("--rate-limit-rpm", "0", "--provision", str(path)))
    try:
        with closing(of_target(target_file.read(path))) as sandbox:
            names = ["write-blocked", "alien-answers", "other-order"]
            certificate = certify(sandbox, model(), names, lambda _: None).certificate
    finally:
        embedded.stop()
    assert certificate.doubts == ()
    assert broken(certificate) == []
    assert certificate.runs[1].note == "needs an operator, and this platform lends none"
    assert verdicts(certificate)["F8"] is Verdict.KEPT


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = 'a'", "command"),
        ("name = 'a'\ncommand = []", "command"),
        ("name = 'a'\ncommand = ['x']\nparts = ['none']", "parts: none is none of core"),
        ("name = 'a'\ncommand = ['x']\nstatements.D3 = 'sure'", "D3 is judged by traffic"),
        ("name = ", "Invalid value"),
        ("name = 'a'\ncommand = ['x']\nreceiver = 'https://a.example'", "is not on loopback"),
        ("name = 'a'\ncommand = ['x']\neffects.x = 'scm.none'", "scm.none is no operation"),
        ("name = 'a'\ncommand = ['x']\nartefacts = ['none']", "artefacts: none: no such file"),
    ],
)
def test_a_client_file_that_cannot_be_used_is_told_in_one_line(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "client.toml"
    path.write_text(text, "utf-8")
    assert main(["client", "certify", "--client", str(path)]) == 4
    error = capsys.readouterr().err
    assert (error.count("\n"), told in error) == (1, True)


def test_a_command_that_cannot_be_started_is_told_in_one_line(platform: Platform) -> None:
    with pytest.raises(OSError, match=r"^no-such-command: cannot be started: No such file"):
        certify(platform, model(command=["no-such-command"]), [], lambda _: None)


def test_a_client_that_never_ends_is_stopped_and_told(examined: Examined) -> None:
    code = "import time; time.sleep(600)"
    endless = model(command=[sys.executable, "-c", code], timeout_s=0.5)
    certificate = examined(endless, PLAIN)
    assert certificate.runs[0].note == "stopped after 0.5 s"
    assert certificate.doubts == ("the plain run did not end well: stopped",)
    assert certificate.verdict == "INCOMPLETE"


def test_the_canaries_are_told_apart(platform: Platform) -> None:
    assert list(canary.doubts(platform)) == []


def test_a_client_that_is_started_by_hand_is_judged_too(platform: Platform) -> None:
    told: list[str] = []

    def person() -> Iterator[str]:
        given = dict(line.removeprefix("export ").split("=", 1) for line in told if "=" in line)
        running.run(model(), given)
        yield "nonsense"
        yield "lost-answer"
        running.run(with_habit("makes_again_blindly"), {**given, "G3N_RUN": "beef0123"})
        yield "end"

    certificate = by_hand.stand(platform, Claim(parts=("core",)), person(), told.append).certificate
    assert broken(certificate) == ["E2"]
    assert [(run.scenario, run.acted > 0) for run in certificate.runs] == [
        (PLAIN, False),
        ("lost-answer", True),
    ]
    assert certificate.doubts == ()
    assert any(line.startswith("nonsense: no scenario") for line in told)


def test_a_listener_that_is_started_by_hand_gets_its_deliveries(platform: Platform) -> None:
    told: list[str] = []
    listener = model("client-events.toml")

    def person() -> Iterator[str]:
        given = dict(line.removeprefix("export ").split("=", 1) for line in told if "=" in line)
        for number, armed in enumerate(("late-deliveries", "end")):
            running.run(listener, {**given, "G3N_RUN": f"beef012{number}"})
            yield armed

    claim = Claim(parts=listener.claimed)
    found = by_hand.stand(platform, claim, person(), told.append, listener.receiver)
    certificate = found.certificate
    assert broken(certificate) == []
    assert verdicts(certificate)["V7"] is Verdict.KEPT
    assert [(run.scenario, run.acted > 0) for run in certificate.runs] == [
        (PLAIN, False),
        ("late-deliveries", True),
    ]


def test_every_duty_names_a_scenario_that_exists() -> None:
    assert {duty.scenario for duty in duties()} <= {"", PLAIN, *scenarios.ALL}


@pytest.mark.whole
def test_the_model_client_is_certified_by_all_scenarios(platform: Platform) -> None:
    client = model("client-events.toml")
    found = certify(platform, client, list(scenarios.ALL), lambda _: None)
    certificate, logs = found.certificate, found.logs
    assert certificate.verdict == "CONFORMANT CLIENT"
    assert certificate.doubts == ()
    assert {Verdict.BROKEN, Verdict.WARNING}.isdisjoint(verdicts(certificate).values())
    assert [
        run.scenario for run in certificate.runs if run.scenario != PLAIN and not run.acted
    ] == []
    told = certificate.model_dump_json() + "".join(logs.values())
    assert platform.passcode not in told
    assert platform.session not in told
