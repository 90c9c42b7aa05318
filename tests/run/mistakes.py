"""A sandbox as an operator makes it, and the mistakes that its team may make in the target file."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from fixtures.exchange.actors import fresh_passcode
from tests.run.operations import operator
from tests.run.servers import Addresses

PASSCODE: Final = "G3N_MISTAKES_PASSCODE"
WRONG: Final = "G3N_MISTAKES_WRONG"

Document = dict[str, Any]


@dataclass(frozen=True)
class Mistake:
    """One edit of a good target file; the key that the suite names for it, and a word it says."""

    edit: Callable[[Document], None]
    key: str
    said: str


def made(addresses: Addresses) -> tuple[Document, dict[str, str]]:
    """A good target file, parsed, and the environment it stands on."""
    operations, passcode = operator(addresses), fresh_passcode()
    people = {
        name: operations.user(f"{name}@mistakes.example", passcode)
        for name in ("owner", "member", "stranger", "newcomer")
    }
    org_guid = operations.org("MISTAKES", *people["owner"])
    operations.org("ELSEWHERE", *people["stranger"])
    operations.unverified_org("NEWCOMER", *people["newcomer"])
    operations.call(
        "/ofm/member/add",
        people["owner"][1],
        org_guid=org_guid,
        user_guid=people["member"][0],
        roles=["ofm_view"],
    )
    target: Document = {
        "base_url": addresses.base_url,
        "profile": "team/1",
        "orgcode": "MISTAKES",
        "limits": {"requests_per_minute": 0, "requests_per_address": 0},
        "actors": {
            name: {"email": f"{name}@mistakes.example", "passcode_env": PASSCODE}
            for name in ("owner", "member", "stranger")
        },
    }
    target["actors"]["stranger"]["orgcode"] = "ELSEWHERE"
    return target, {PASSCODE: passcode, WRONG: fresh_passcode()}


def _owner_is_wrong(target: Document) -> None:
    target["actors"]["owner"]["passcode_env"] = WRONG


def _member_is_wrong(target: Document) -> None:
    target["actors"]["member"]["passcode_env"] = WRONG


def _stranger_is_the_owner(target: Document) -> None:
    target["actors"]["stranger"] |= {"email": "owner@mistakes.example", "orgcode": "MISTAKES"}


def _stranger_has_no_org(target: Document) -> None:
    del target["actors"]["stranger"]["orgcode"]


def _owner_is_a_member(target: Document) -> None:
    actors = target["actors"]
    actors["owner"], actors["member"] = actors["member"], actors["owner"]


def _another_org(target: Document) -> None:
    target["orgcode"] = "ELSEWHERE"


def _no_org(target: Document) -> None:
    target["orgcode"] = "NOWHERE"


def _unverified(target: Document) -> None:
    target["orgcode"] = "NEWCOMER"
    target["actors"]["owner"]["email"] = "newcomer@mistakes.example"


def _no_member(target: Document) -> None:
    del target["actors"]["member"]


MISTAKES: Final = {
    "owner-passcode": Mistake(_owner_is_wrong, "actors.owner", "is refused"),
    "member-passcode": Mistake(_member_is_wrong, "actors.member", "is refused"),
    "stranger-is-owner": Mistake(_stranger_is_the_owner, "actors.stranger", "same user"),
    "stranger-without-org": Mistake(_stranger_has_no_org, "actors.stranger", "orgcode is missing"),
    "owner-is-a-member": Mistake(_owner_is_a_member, "actors.owner", "no owner of it"),
    "another-org": Mistake(_another_org, "orgcode", "not associated with org ELSEWHERE"),
    "no-org": Mistake(_no_org, "orgcode", "not associated with org NOWHERE"),
    "unverified-org": Mistake(_unverified, "orgcode", "unverified"),
    "no-member": Mistake(_no_member, "actors.member", "is missing"),
}


def mistaken(target: Document, name: str) -> Document:
    """The target file with this mistake."""
    edited = copy.deepcopy(target)
    MISTAKES[name].edit(edited)
    return edited
