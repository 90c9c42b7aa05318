"""What a probe learns of refusals, answers and paths, from the reference in another spelling."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.contract import OPERATIONS, ROUTES
from conformance.requirements import load
from fixtures.context import organization
from fixtures.exchange import target_file
from fixtures.learning import likely_paths, refusals
from fixtures.learning.likely_paths import MOST, House, likely
from fixtures.learning.votes import Votes
from fixtures.run.session import Session
from reports import uses
from reports.probing import telling
from reports.probing.probe import Probe
from tests.run.servers import Addresses, reference

VARIANTS = ("renamed-inferred-fields", "reshaped-inferred-fields")


@pytest.fixture(scope="module", params=VARIANTS)
def platform(request: pytest.FixtureRequest) -> Iterator[Addresses]:
    with reference("--variant", request.param) as addresses:
        yield addresses


def session_at(addresses: Addresses, directory: Path, lines: str = "") -> Session:
    at = f'base_url = "{addresses.base_url}"\noperator_url = "{addresses.operator_url}"\n'
    return Session(
        target=target_file.parsed(at + lines, "target.toml"),
        requirements=load(),
        needs=frozenset({"operator"}),
        directory=directory,
    )


def test_the_lines_of_a_probe_build_what_could_not_be_built(
    platform: Addresses, tmp_path: Path
) -> None:
    session = session_at(platform, tmp_path / "probe")
    probe = Probe(session)
    organization.facilities(session)
    lines = [line for each in telling.missing(probe.course, {}) for line in each.lines]
    session.close()
    assert any(line.startswith('operations."ofm.physical.create".body = ') for line in lines)
    later = session_at(platform, tmp_path / "later", "\n".join(lines))
    assert organization.facilities(later).logical_guid
    later.close()


def test_a_path_that_is_not_there_is_found_by_other_words(
    platform: Addresses, tmp_path: Path
) -> None:
    session = session_at(platform, tmp_path)
    probe = Probe(session)
    probe.course.sample("ofm.zone.get")
    assert probe.course.accepted == {"ofm.zone.get"}, probe.course.stuck
    spelled = probe.course.learner.spelled["ofm.zone.get"]
    assert spelled.path not in {None, ROUTES["ofm.zone.get"].path}
    session.close()


def test_what_is_not_found_is_asked(
    platform: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likely_paths, "synonyms", lambda _: ())
    session = session_at(platform, tmp_path)
    probe = Probe(session)
    probe.course.sample("ofm.resolve.logical")
    told = "\n".join(telling.text(probe.course, {}, 0))
    assert 'operations."ofm.resolve.logical".path = "?"' in told
    session.close()


@pytest.mark.parametrize(
    ("details", "names"),
    [
        ({"fields": ["title", "area.id"]}, {"title": [], "area.id": []}),
        ({"fields": ["a_b"], "allowed": {"a_b": ["x", "y"]}}, {"a_b": ["x", "y"]}),
        (
            [{"loc": ["body", "attributes", "label"], "msg": "Field required"}],
            {"attributes.label": []},
        ),
        ({"title": "is required"}, {"title": []}),
        (
            {"errors": [{"pointer": "/attributes/label", "code": "required"}]},
            {"attributes.label": []},
        ),
        ({"errors": [{"field": "lines[0].qty"}]}, {"lines.qty": []}),
        (None, {}),
        (7, {}),
        ([[[[[[[[["deep"]]]]]]]]], {}),
    ],
)
def test_a_refusal_names_fields_in_many_forms(details: Any, names: dict[str, Any]) -> None:
    assert refusals.named({"error": {"details": details}}) == names


def test_a_refusal_may_name_a_field_in_its_message_alone() -> None:
    said = {
        "error": {"major": {"message": {"en_US": "The field 'title' and short_code are missing."}}}
    }
    assert set(refusals.named(said)) == {"title", "short_code"}


def test_a_word_that_is_allowed_and_none_of_ours_is_filled_in() -> None:
    zone = OPERATIONS["ofm.zone.create"]
    bound = refusals.mended(zone, {"title": [], "origin_system": ["pos", "erp"]}, Votes())
    assert bound.template is not None
    assert bound.template["title"] == "$caption"
    assert bound.template["origin_system"] == "pos"


def test_a_list_of_ours_is_renamed_as_a_whole() -> None:
    ogm = OPERATIONS["pvm.ogm.create"]
    bound = refusals.mended(ogm, {"option_matrix": []}, Votes())
    assert bound.template is not None
    assert bound.template["option_matrix"] == ogm.body["matrix"]
    assert "matrix" not in bound.template


def test_likely_paths_are_bounded_and_the_house_goes_first() -> None:
    house = House()
    assert len(list(likely("/ofm/org/park", house))) <= MOST
    house.note("/ofm/zone/status", "/ofm/area/status/set")
    house.note("/ofm/zone/get", "/ofm/area/read")
    assert next(likely("/ofm/team/get", house)) == "/ofm/team/read"
    assert next(likely("/ofm/zone/list", house)) == "/ofm/area/list"


def test_every_use_names_what_there_is() -> None:
    known = {requirement.id for requirement in load().requirements}
    measured = uses.read()
    assert measured.operations.keys() <= OPERATIONS.keys()
    assert frozenset().union(*measured.operations.values()) <= known
    first, last = (measured.musts(name) for name in ("usm.session.create", "ofm.zone.create"))
    assert len(first) > len(last) > 0
    assert json.loads(uses.USES.read_text("utf-8")).keys() == {"operations", "stages"}


def test_lines_stand_by_the_musts_that_wait_for_them() -> None:
    first = 'operations."usm.session.create".yields.session_guid = "/data/session"'
    last = 'operations."ics.stock_card.list".path = "/ics/cards/list"'
    assert uses.ranked([last, "[bindings]", first, last]) == (first, last, "[bindings]")
