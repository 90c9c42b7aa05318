"""Step 5: who may do what in the product model, and in which organisation's name."""

from collections.abc import Callable
from typing import Final

import pytest

from conformance.contract.facts import documented
from fixtures import AS_PROVEN, Actor, Answer, Caller, Change, Check, Session, Stranger, without
from fixtures.context import records, users_and_orgs
from fixtures.probes.contradicting_context import contradict
from fixtures.services.pvm.actions import edit, expect_shown, names

ROLES: Final = documented("common/role-matrix.html")
VIEW, EDIT, SUPPLIERS = "pvm_view", "pvm_edit", "pvm_supplier_admin"
READS: Final = ("pvm.category.get", "pvm.brand.list", "pvm.barcode.resolve", "pvm.style.get")
PRODUCTS: Final = ("pvm.category.create", "pvm.brand.create", "pvm.style.create", "pvm.barcode.add")
SUPPLIER_WRITES: Final = ("pvm.vendor.create", "pvm.manufacturer.create")


@pytest.fixture
def key(
    request: pytest.FixtureRequest, pvm_owner: Caller, role_key: Callable[[str], Actor]
) -> Caller:
    """The key of a service account that has the role which the parameter names."""
    return pvm_owner.as_(role_key(str(request.param)))


# --- roles ---


@pytest.mark.requirement("PROD-61")
@pytest.mark.parametrize("key", [VIEW], indirect=True)
@pytest.mark.parametrize("read", [*READS, "pvm.comment.create"])
def test_viewer_reads_and_comments(pvm_owner: Caller, key: Caller, read: str) -> None:
    pvm_owner(read).accepted()
    key(read).accepted()


@pytest.mark.requirement("PROD-62")
@pytest.mark.parametrize("key", [VIEW], indirect=True)
@pytest.mark.parametrize("write", [*PRODUCTS, *SUPPLIER_WRITES])
def test_viewer_changes_nothing(pvm_owner: Caller, key: Caller, write: str) -> None:
    pvm_owner(write).accepted()
    key(write).refused()


@pytest.mark.requirement("PROD-62")
@pytest.mark.parametrize("key", [VIEW], indirect=True)
def test_viewer_edits_nothing(pvm_owner: Caller, key: Caller) -> None:
    made = records.make(pvm_owner, "pvm.category")
    made["expected_revision"] = edit(pvm_owner, "pvm.category", made).value("revision")
    edit(key, "pvm.category", made).refused()
    edit(pvm_owner, "pvm.category", made).accepted()


@pytest.mark.requirement("PROD-63")
@pytest.mark.parametrize("key", [EDIT], indirect=True)
@pytest.mark.parametrize("write", PRODUCTS)
def test_editor_creates_products(pvm_owner: Caller, key: Caller, write: str) -> None:
    pvm_owner(write).accepted()
    key(write).accepted()


@pytest.mark.requirement("PROD-63")
@pytest.mark.parametrize("key", [EDIT], indirect=True)
def test_editor_edits_products(pvm_owner: Caller, key: Caller) -> None:
    made = records.make(pvm_owner, "pvm.category")
    edit(key, "pvm.category", made).accepted()


@pytest.mark.requirement("PROD-64")
@pytest.mark.parametrize("key", [SUPPLIERS], indirect=True)
@pytest.mark.parametrize("write", SUPPLIER_WRITES)
def test_supplier_administrator_creates_suppliers(key: Caller, write: str) -> None:
    key(write).accepted()


@pytest.mark.requirement("PROD-64")
@pytest.mark.parametrize("key", [SUPPLIERS], indirect=True)
@pytest.mark.parametrize("write", PRODUCTS)
def test_supplier_administrator_creates_no_products(
    pvm_owner: Caller, key: Caller, write: str
) -> None:
    pvm_owner(write).accepted()
    key(write).refused()


@pytest.mark.requirement("PROD-64")
@pytest.mark.parametrize("key", [EDIT], indirect=True)
def test_editor_and_suppliers_are_read_either_way(pvm_owner: Caller, key: Caller) -> None:
    pvm_owner("pvm.vendor.create").accepted()
    answer = key("pvm.vendor.create")
    reading = "passes them too (pvm/)" if answer.ok else "passes all but these (pvm/surfaces.html)"
    key.check.reading("whether the product model administrator edits suppliers", reading)
    answer.expect(
        "the product model administrator is let through or refused",
        holds=answer.ok or answer.status == 403,
        expected="success (2xx) or 403",
        inferred=True,
    )


@pytest.mark.requirement("PROD-65")
@pytest.mark.parametrize("write", [*PRODUCTS, *SUPPLIER_WRITES])
def test_key_without_a_role_of_pvm_changes_nothing(
    pvm_owner: Caller, key_blind: Caller, write: str
) -> None:
    pvm_owner(write).accepted()
    pvm_owner.as_(key_blind.actor)(write).refused()


@pytest.mark.requirement("PROD-65")
@pytest.mark.parametrize("read", READS)
def test_key_without_a_role_of_pvm_reads_nothing(
    pvm_owner: Caller, key_blind: Caller, read: str
) -> None:
    pvm_owner(read).accepted()
    # That reads ask for a role follows from there being one for viewers.
    pvm_owner.as_(key_blind.actor)(read).refused(inferred=True)


@pytest.fixture
def colleague(session: Session, check: Check, pvm_owner: Caller) -> Callable[[str], Caller]:
    """Makes a member of the main org with one role; needs `operator`."""

    def make(role: str) -> Caller:
        return pvm_owner.as_(
            users_and_orgs.new_member(session, check, pvm_owner, f"member-{role}", [role])
        )

    return make


@pytest.mark.requirement("PROD-72")
def test_member_with_an_edit_role_edits_products(
    pvm_owner: Caller, colleague: Callable[[str], Caller]
) -> None:
    made, editor = records.make(pvm_owner, "pvm.category"), colleague("pvm_edit")
    made["expected_revision"] = edit(pvm_owner, "pvm.category", made).value("revision")
    edit(editor, "pvm.category", made).accepted()


@pytest.mark.requirement("PROD-72")
def test_member_with_a_view_role_reads_alone(
    pvm_owner: Caller, colleague: Callable[[str], Caller], check: Check
) -> None:
    viewer = colleague("pvm_view")
    pvm_owner("pvm.category.create").accepted()
    viewer("pvm.category.create").refused()
    # That the role is the viewer's is told by a page that calls itself interim.
    check.rests_on(ROLES.certainty)
    viewer("pvm.category.get").accepted()


# --- in which organisation's name ---


@pytest.mark.requirement("PROD-56")
@pytest.mark.parametrize("operation", ["pvm.category.get", "pvm.season.create"])
def test_request_without_orgcode_is_refused(pvm_owner: Caller, operation: str) -> None:
    pvm_owner(operation).accepted()
    pvm_owner(operation, without("orgcode")).refused()


@pytest.mark.requirement("PROD-56")
@pytest.mark.parametrize("operation", ["pvm.category.get", "pvm.season.create"])
def test_orgcode_is_taken_in_small_letters(pvm_owner: Caller, operation: str) -> None:
    pvm_owner(operation).accepted()
    # Blanks around it cannot be told apart: HTTP has them removed from every header.
    pvm_owner(operation, orgcode=str(pvm_owner.world["orgcode"]).lower()).accepted()


@pytest.mark.requirement("PROD-57")
@pytest.mark.parametrize("operation", ["pvm.season.create", "pvm.category.update"])
def test_other_organisation_in_the_body_is_refused(
    pvm_owner: Caller, stranger_org: Stranger, operation: str
) -> None:
    made = records.make(pvm_owner, "pvm.category")
    values = names("pvm.category", made) if operation == "pvm.category.update" else {}

    def send(change: Change) -> Answer:
        answer = pvm_owner(operation, change, **values)
        if values and answer.ok:
            values["expected_revision"] = answer.value("revision")
        return answer

    send(AS_PROVEN).accepted()
    here, other = (
        {"orgcode": str(code)} for code in (pvm_owner.world["orgcode"], stranger_org.orgcode)
    )
    contradict(send, here, other).refused()


@pytest.mark.requirement("PROD-58")
@pytest.mark.parametrize("operation", ["pvm.season.list", "pvm.season.create"])
def test_key_does_not_work_in_another_organisation(
    pvm_owner: Caller, key_owner: Caller, stranger_org: Stranger, operation: str
) -> None:
    key = pvm_owner.as_(key_owner.actor)
    key(operation).accepted()
    key(operation, orgcode=stranger_org.orgcode).refused()


@pytest.mark.requirement("PROD-59")
@pytest.mark.parametrize("operation", ["pvm.category.get", "pvm.season.create"])
@pytest.mark.parametrize("spell", [str.upper, str.lower], ids=["upper-case", "lower-case"])
def test_cost_centre_of_the_documented_form_is_accepted(
    pvm_owner: Caller, operation: str, spell: Callable[[str], str]
) -> None:
    pvm_owner(operation).accepted()
    code = spell(str(pvm_owner.world.fresh("cccode")))
    pvm_owner(operation, Change(headers={"x-cccode": code})).accepted()


@pytest.mark.requirement("PROD-59")
@pytest.mark.parametrize("operation", ["pvm.category.get", "pvm.season.create"])
@pytest.mark.parametrize("code", ["ABCD-EFGH", "ABCDEFGHIJKL", "ABC-DEFG-HIJK", "AB_D-EFGH-IJKL"])
def test_malformed_cost_centre_is_refused(pvm_owner: Caller, operation: str, code: str) -> None:
    pvm_owner(operation).accepted()
    pvm_owner(operation, Change(headers={"x-cccode": code})).refused(400)


@pytest.mark.requirement("PROD-59")
def test_cost_centres_of_header_and_body_that_differ_are_refused(pvm_owner: Caller) -> None:
    pvm_owner("pvm.season.create").accepted()
    header, body = (str(pvm_owner.world.fresh("cccode")) for _ in range(2))
    answer = contradict(
        lambda change: pvm_owner("pvm.season.create", change),
        {"cccode": header},
        {"cccode": body},
        headers={"x-cccode": header},
    )
    answer.refused(400)


@pytest.mark.requirement("PROD-60")
def test_health_answers(anonymous: Caller, owner: Caller) -> None:
    answer = anonymous("pvm.stat")
    public = answer.ok
    if public:
        answer.accepted()
    else:
        credentials = {"x-session-guid": str(owner.actor.session)}
        owner("pvm.stat", Change(headers=credentials)).accepted()
        anonymous("pvm.stat").refused()
    reading = "is public (pvm/PROTOCOL.md)" if public else "asks for credentials (pvm/)"
    anonymous.check.reading("whether PVM's health", reading)


@pytest.mark.requirement("PROD-61")
@pytest.mark.parametrize("key", [VIEW], indirect=True)
def test_viewer_sees_what_the_owner_made(pvm_owner: Caller, key: Caller) -> None:
    made = records.make(pvm_owner, "pvm.category")
    expect_shown(
        key("pvm.category.get", category_id=made["category_id"]),
        made["code"],
        sent=("pvm.category.create", "code"),
    )
