"""Step 13: copies of an organisation: who gets one, and how the way to it goes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from conformance.contract.errors import Tag
from conformance.contract.operation import Placement
from fixtures import Actor, Answer, Caller, Change, Check, Session, Stranger, without
from fixtures.services.utl import exports, offboarding
from fixtures.services.utl.exports import TenantExport

REQUEST: Final = "utl.export.request"
STATUS: Final = "utl.export.status"
DOWNLOAD: Final = "utl.export.download_start"
POINTERS: Final = ("export_id", "manifest_bucket", "manifest_key", "bucket", "prefix")

# --- credentials ---


@pytest.fixture
def export(org_owner: Caller) -> str:
    """The id of an export of the main org that was just requested."""
    return exports.request(org_owner)


@pytest.mark.requirement("EXIT-100")
def test_session_in_header_and_body_is_accepted(org_owner: Caller, export: str) -> None:
    org_owner(STATUS, export_id=export).accepted()


@pytest.mark.requirement("EXIT-100")
@pytest.mark.parametrize("place", [Placement.BODY, Placement.HEADER])
def test_place_of_the_session_is_one_of_those_documented(
    org_owner: Caller, check: Check, export: str, place: Placement
) -> None:
    org_owner(STATUS, export_id=export).accepted()
    alone = org_owner(STATUS, Change(place=place), export_id=export)
    _taken_or_refused(check, alone, f"UTL session in the {place} alone")


@pytest.mark.requirement("EXIT-100")
@pytest.mark.parametrize("place", ["orgcode", "x-orgcode"])
def test_place_of_the_organisation_is_one_of_those_documented(
    org_owner: Caller, check: Check, export: str, place: str
) -> None:
    org_owner(STATUS, export_id=export).accepted()
    named = {place: org_owner.world["orgcode"]}
    neither = without("orgcode")
    by_header = place.startswith("x-")
    change = replace(neither, headers=named) if by_header else replace(neither, body=named)
    alone = org_owner(STATUS, change, export_id=export)
    _taken_or_refused(check, alone, f"UTL organisation in {place} alone")


def _taken_or_refused(check: Check, answer: Answer, topic: str) -> None:
    check.reading(topic, "accepted" if answer.ok else "refused")
    answer.expect(
        f"{topic} is accepted or refused",
        holds=answer.ok or 400 <= answer.status < 500,
        expected="success or a refusal",
    )


@pytest.mark.requirement("EXIT-161")
def test_organisations_of_header_and_body_that_differ_are_refused(
    org_owner: Caller, stranger_org: Stranger, export: str
) -> None:
    def ask(orgcode: str) -> Answer:
        return org_owner(STATUS, Change(headers={"x-orgcode": orgcode}), export_id=export)

    org_owner(STATUS, export_id=export).accepted()
    ask(str(org_owner.world["orgcode"])).accepted()
    ask(stranger_org.orgcode).refused()


@pytest.mark.requirement("EXIT-101")
def test_health_is_told_to_any_session(user: Caller, member_actor: Actor) -> None:
    user("utl.stat").accepted()
    user.as_(member_actor)("utl.stat").accepted()


def _accept(owner: Caller, operation: str, **named: str) -> None:
    """Have the operation accepted; an export is asked for in its turn."""
    (exports.ask(owner) if operation == REQUEST else owner(operation, **named)).accepted()


@pytest.mark.requirement("EXIT-106")
@pytest.mark.parametrize("operation", [REQUEST, "utl.stat"])
def test_key_opens_no_route(
    org_owner: Caller, role_key: Callable[[str], Actor], operation: str
) -> None:
    _accept(org_owner, operation)
    keyed = org_owner.as_(role_key("utl_export_admin"))
    keyed(operation, Change(place=Placement.HEADER)).refused(inferred=True)


# --- roles ---


@pytest.mark.requirement("EXIT-102")
@pytest.mark.parametrize("operation", [REQUEST, STATUS, DOWNLOAD])
def test_member_is_forbidden_to_export(
    org_owner: Caller, member_actor: Actor, export: str, operation: str
) -> None:
    exports.start_download(org_owner, export)
    _accept(org_owner, operation, export_id=export)
    member = org_owner.as_(member_actor)
    member(operation, export_id=export).refused(403, Tag.FORBIDDEN)


@pytest.mark.requirement("EXIT-103")
def test_export_administrator_exports(
    org_owner: Caller, export: str, member_with: Callable[[str], Caller]
) -> None:
    exports.start_download(org_owner, export)
    member = member_with("utl_export_admin")
    exports.start_download(member, exports.request(member)).accepted()


@pytest.mark.requirement("EXIT-104")
def test_offboarding_administrator_does_not_export(
    org_owner: Caller, member_with: Callable[[str], Caller]
) -> None:
    exports.ask(org_owner).accepted()
    member_with("utl_offboarding_admin")(REQUEST).refused(403)


@pytest.mark.requirement("EXIT-105")
def test_secondary_owner_exports(session: Session, check: Check, disposable_owner: Caller) -> None:
    second = offboarding.add_second_owner(session, check, disposable_owner)
    exports.ask(disposable_owner).accepted()
    exports.ask(disposable_owner.as_(second)).accepted()


# --- the way to a copy ---


@pytest.mark.requirement("EXIT-110")
def test_download_names_manifest_and_objects(org_owner: Caller, export: str) -> None:
    answer = exports.start_download(org_owner, export)
    shown = {name: answer.optional(name) for name in POINTERS}
    lacking = [
        name for name, value in shown.items() if not isinstance(value, str | int) or not value
    ]
    answer.expect(
        "the download answers export_id, export_manifest {bucket, key} and export_location "
        "{bucket, prefix}",
        holds=not lacking and str(shown["export_id"]) == export,
        expected="all five, the id among them",
        observed=f"without {', '.join(lacking)}" if lacking else "another id",
        uses=POINTERS,
    )


@pytest.mark.requirement("EXIT-110")
def test_status_tells_of_the_export(org_owner: Caller, export: str) -> None:
    answer = exports.read_status(org_owner, export)
    answer.shows("export_id", export, "the status is that of the export asked for")


@pytest.mark.requirement("EXIT-111")
def test_pointers_lead_to_manifest_and_objects(tenant_export: TenantExport) -> None:
    prefix = str(tenant_export.answer.value("prefix"))
    tenant_export.answer.expect(
        "manifest and objects are in S3 where the download says",
        holds=bool(tenant_export.has_manifest and tenant_export.objects),
        expected=f"a manifest, and objects under {prefix}",
        observed=f"{len(tenant_export.objects)} objects, "
        f"{'a' if tenant_export.has_manifest else 'no'} manifest",
        uses=POINTERS,
    )


@pytest.mark.requirement("EXIT-118")
def test_organisation_is_written_to_while_it_is_exported(disposable_owner: Caller) -> None:
    disposable_owner("ofm.cost_centre.create").accepted()
    export = exports.request(disposable_owner)
    disposable_owner("ofm.cost_centre.create").accepted()
    exports.start_download(disposable_owner, export)
    disposable_owner("ofm.cost_centre.create").accepted()
