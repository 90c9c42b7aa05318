"""What an operator must prepare for a team that has none at hand: a letter, with payloads.

The acts of the standard procedure (common/user-provisioning.html), in their order, with the names
that the target file gives. Nothing is sent.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.contract import OPERATIONS
from conformance.contract.operation import Operation, optional_parameters, parameters, render
from conformance.requirements import Profile, RequirementSet
from fixtures.context.organization import FACILITIES, Facilities
from fixtures.context.preflight import ROLES_OF_MEMBER
from fixtures.exchange.target import Target

_HANDED: Final = "<handed to the team another way, never by this letter>"


@dataclass(frozen=True)
class _Person:
    """An account to be made: its role in a run, what it is called, the org that it owns."""

    role: str
    email: str
    orgcode: str | None

    @property
    def user(self) -> str:
        return f"<user_id of {self.role}>"


@dataclass
class _Acts:
    """The acts so far, numbered as they are told."""

    target: Target
    count: int = field(default=0)

    def invoke(self, action: str, **values: Any) -> Iterator[str]:
        """An operator's function with its payload."""
        name = self.target.operator_functions.get(action, action)
        operation = OPERATIONS[f"operator.{action}"]
        yield from self._told(f"Invoke the function `{name}`:", operation, values)

    def call(self, who: str, name: str, **values: Any) -> Iterator[str]:
        """A request of a person's own."""
        operation = OPERATIONS[name]
        path = self.target.path(operation)
        yield from self._told(f"{who} sends `{operation.method} {path}`:", operation, values)

    def _told(self, what: str, operation: Operation, values: Mapping[str, Any]) -> Iterator[str]:
        self.count += 1
        template = self.target.body(operation)
        needed = parameters(template) - optional_parameters(template)
        filled = {**{name: f"<{name}>" for name in needed}, **values}
        body = render(template, self.target.sent(operation, filled))
        yield f"{self.count}. {what}"
        yield ""
        yield from (f"       {line}" for line in json.dumps(body, indent=2).splitlines())
        yield ""


def text(target: Target, profile: Profile, requirements: RequirementSet) -> str:
    """The letter, in Markdown."""
    return "\n".join(_lines(target, profile, requirements)) + "\n"


def _lines(target: Target, profile: Profile, requirements: RequirementSet) -> Iterator[str]:
    yield f"# What an operator prepares on {target.host}"
    yield ""
    yield f"For a run of the integration conformance suite in profile {profile.name}."
    yield ""
    if target.operator_url is not None:
        yield "Nothing: the target file gives operator_url, and the run prepares all of it itself."
        return
    acts, people = _Acts(target), list(_people(target, profile))
    for person in people:
        yield from _account(acts, person)
    if any(person.role == "member" for person in people):
        yield from _membership(acts, target)
    yield from _afterwards(target, people)
    needing = sum("operator" in map(str, item.needs) for item in requirements.requirements)
    yield f"{needing} requirements need an operator at hand while the run lasts. They are outside"
    yield "this profile, and are told as not applicable."


def _people(target: Target, profile: Profile) -> Iterator[_Person]:
    """Who is needed; of whom the target file says nothing is named by a placeholder."""
    given = {"owner": target.actors.owner, "member": target.actors.member}
    given["stranger"] = target.actors.stranger
    needed = {"owner": True, "member": "member" in profile.needs}
    needed["stranger"] = "second-org" in profile.needs
    own = {"owner": target.orgcode or "<orgcode>", "member": None, "stranger": "<other orgcode>"}
    for role, account in given.items():
        if needed[role]:
            email = account.email if account else f"<email of {role}>"
            yield _Person(role, email, (account and account.orgcode) or own[role])


def _account(acts: _Acts, person: _Person) -> Iterator[str]:
    user: Mapping[str, Any] = {"user_id": person.user}
    yield f"## The {person.role}: {person.email}"
    yield ""
    caption = f"conformance {person.role}"
    yield from acts.invoke("uas_usercreate", email=person.email, passcode=_HANDED, caption=caption)
    yield from acts.invoke("uas_emailissuetoken", **user, email=person.email)
    token = "<token of the step before>"  # noqa: S105 - where it comes from
    yield from acts.invoke("uas_emailconfirmtoken", **user, email=person.email, token=token)
    revision = "<revision that uas_userget shows>"
    guarded = {**user, "expected_revision": revision}
    yield from acts.invoke("uas_userstatusset", **guarded, status="verified")
    if person.orgcode is None:
        return
    yield from acts.invoke("ofm_invitationcreate", orgcode=person.orgcode, user_guid=person.user)
    yield from acts.call(
        f"The {person.role}, signed in,",
        "ofm.org.create",
        orgcode=person.orgcode,
        invitation_code="<invitation_code of the step before>",
        user_guid=person.user,
    )
    org = {"org_guid": f"<org_guid of {person.orgcode}>", "status": "verified"}
    revision = "<revision that the org's read shows>"
    yield from acts.invoke("ofm_orgstatusset", **org, expected_revision=revision)


def _membership(acts: _Acts, target: Target) -> Iterator[str]:
    yield "## The member's place in the org"
    yield ""
    values = {"org_guid": f"<org_guid of {target.orgcode}>", "user_guid": "<user_id of member>"}
    roles = sorted(ROLES_OF_MEMBER)
    yield from acts.call("The owner", "ofm.member.add", **values, roles=roles)


def _afterwards(target: Target, people: list[_Person]) -> Iterator[str]:
    yield "## What the team then has in its target file"
    yield ""
    for person in people:
        orgcode = f", orgcode {person.orgcode}" if person.orgcode else ""
        yield f"- `[actors.{person.role}]`: {person.email}{orgcode}, and where its passcode is kept"
    yield ""
    given = target.given.get(FACILITIES)
    if given:
        yield f"The facilities are given, and the run makes none: {json.dumps(given)}"
    else:
        names = ", ".join(Facilities.model_fields)
        yield f"The run makes its facilities itself; where it is not to, `[given.{FACILITIES}]`"
        yield f"names live ones: {names}."
    yield ""
