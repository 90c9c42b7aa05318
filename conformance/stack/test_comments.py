"""Comments, over all services that have them: who adds and reads, and who edits."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from conformance.contract import RECORDS
from conformance.contract.services.comments import COMMENTED, Comments
from fixtures import Actor, Answer, Caller, Check, Session, Values, expect_listed, pages
from fixtures.context import records
from fixtures.context.operation_context import main_owner


def cases(rule: Callable[[Comments], str]) -> Iterable[Any]:
    """Each service that has comments, with its requirement that `rule` picks."""
    return [
        pytest.param(each, id=each.service, marks=pytest.mark.requirement(rule(each)))
        for each in COMMENTED
    ]


added = pytest.mark.parametrize("comments", cases(lambda each: each.added))
edited = pytest.mark.parametrize("comments", cases(lambda each: each.edited))


@pytest.fixture
def service_owner(session: Session, check: Check, comments: Comments) -> Caller:
    """The owner, in the context that the service works in."""
    return main_owner(session, check, comments.service)


@pytest.fixture
def colleague(
    service_owner: Caller,
    comments: Comments,
    request: pytest.FixtureRequest,
    role_key: Callable[[str], Actor],
) -> Caller:
    """Somebody else of the org who may comment: a member, or a key with the role that it takes."""
    if comments.author is not None:
        return service_owner.as_(role_key(comments.author))
    return service_owner.as_(request.getfixturevalue("member_actor"))


def create_comment(comments: Comments, owner: Caller, author: Caller) -> Values:
    """Let the author comment on a record that the owner creates for it."""
    target = records.make(owner, comments.on)[RECORDS[comments.on].id]
    return records.create(author, comments.record, {"target_id": target})


def edit(comments: Comments, caller: Caller, comment: Values) -> Answer:
    """Edit the comment, with its current revision."""
    names = {name: comment[name] for name in ("comment_id", "expected_revision")}
    return caller(comments.revise.id, **names)


@added
def test_comment_is_added_and_read(
    comments: Comments, service_owner: Caller, colleague: Caller
) -> None:
    made = create_comment(comments, service_owner, colleague)
    answer = records.read(colleague, comments.record, made)
    answer.shows("caption", made["caption"], "the comment holds the caption that was written")
    answer.shows("body", made["body"], "the comment holds the body that was written")


@added
def test_comments_of_others_are_read(
    comments: Comments, service_owner: Caller, colleague: Caller
) -> None:
    made = create_comment(comments, service_owner, service_owner)
    records.read(service_owner, comments.record, made).accepted()
    records.read(colleague, comments.record, made).accepted()
    target = {name: made[name] for name in ("target_type", "target_id")}
    walk = pages(colleague, comments.list.id, **target)
    expect_listed(walk, str(made["comment_id"]))


@edited
def test_author_edits_a_comment(
    comments: Comments, service_owner: Caller, colleague: Caller
) -> None:
    edit(comments, colleague, create_comment(comments, service_owner, colleague)).accepted()


@edited
def test_nobody_but_the_author_edits_a_comment(
    comments: Comments, service_owner: Caller, colleague: Caller
) -> None:
    edit(comments, service_owner, create_comment(comments, service_owner, service_owner)).accepted()
    comment = create_comment(comments, service_owner, service_owner)
    edit(comments, colleague, comment).refused()
    answer = records.read(service_owner, comments.record, comment)
    answer.shows("body", comment["body"], "the comment of another is as it was")
