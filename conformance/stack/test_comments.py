"""Comments, over all services that have them: who adds and reads, and who edits."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from conformance.contract import RECORDS
from conformance.contract.services.comments import COMMENTED, Comments
from fixtures import Actor, Answer, Caller, Check, Session, Values, expect_listed, pages
from fixtures.context import records
from fixtures.context.operation_context import main_owner


def cells(rule: Callable[[Comments], str]) -> Iterable[Any]:
    """Each service with the requirement of its that `rule` names."""
    return [
        pytest.param(each, id=each.service, marks=pytest.mark.requirement(rule(each)))
        for each in COMMENTED
    ]


added = pytest.mark.parametrize("comments", cells(lambda each: each.added))
edited = pytest.mark.parametrize("comments", cells(lambda each: each.edited))


@pytest.fixture
def keeper(session: Session, check: Check, comments: Comments) -> Caller:
    """The owner, in the context that the service works in."""
    return main_owner(session, check, comments.service)


@pytest.fixture
def colleague(
    keeper: Caller,
    comments: Comments,
    request: pytest.FixtureRequest,
    role_key: Callable[[str], Actor],
) -> Caller:
    """Somebody else of the org who may comment: a member, or a key of the role that it takes."""
    if comments.author is not None:
        return keeper.as_(role_key(comments.author))
    return keeper.as_(request.getfixturevalue("member_actor"))


def on_new_target(comments: Comments, owner: Caller, author: Caller) -> Values:
    """A comment of the author on a record that the owner made."""
    target = records.make(owner, comments.on)[RECORDS[comments.on].id]
    return records.create(author, comments.record, {"target_id": target})


def revised(comments: Comments, caller: Caller, comment: Values) -> Answer:
    names = {name: comment[name] for name in ("comment_id", "expected_revision")}
    return caller(comments.revise.id, **names)


def expect_text(answer: Answer, rule: str, text: str) -> None:
    shown = str(answer.value("text"))
    answer.expect(rule, holds=shown == text, expected=text, observed=shown, uses=("text",))


@added
def test_comment_is_added_and_read(comments: Comments, keeper: Caller, colleague: Caller) -> None:
    made = on_new_target(comments, keeper, colleague)
    answer = records.read(colleague, comments.record, made)
    expect_text(answer, "the comment holds what was written", made["text"])


@added
def test_comments_of_others_are_read(comments: Comments, keeper: Caller, colleague: Caller) -> None:
    made = on_new_target(comments, keeper, keeper)
    records.read(keeper, comments.record, made).accepted()
    records.read(colleague, comments.record, made).accepted()
    target = {name: made[name] for name in ("target_type", "target_id")}
    walk = pages(colleague, comments.list.id, **target)
    expect_listed(walk, str(made["comment_id"]), inferred=True)


@edited
def test_author_edits_a_comment(comments: Comments, keeper: Caller, colleague: Caller) -> None:
    revised(comments, colleague, on_new_target(comments, keeper, colleague)).accepted()


@edited
def test_nobody_but_the_author_edits_a_comment(
    comments: Comments, keeper: Caller, colleague: Caller
) -> None:
    revised(comments, keeper, on_new_target(comments, keeper, keeper)).accepted()
    comment = on_new_target(comments, keeper, keeper)
    revised(comments, colleague, comment).refused()
    shown = records.read(keeper, comments.record, comment)
    expect_text(shown, "the comment of another is as it was", comment["text"])
