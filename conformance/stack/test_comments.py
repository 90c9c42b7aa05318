"""Comments, over all services that have them: who adds and edits, what edits keep, the report."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.services.comments import COMMENTED, Comments
from fixtures import (
    Actor,
    Answer,
    Caller,
    Check,
    Inconclusive,
    Session,
    Values,
    expect_listed,
    instant,
    pages,
)
from fixtures.context import records
from fixtures.context.operation_context import main_owner
from fixtures.formats.json_values import leaves, objects


def cases(rule: Callable[[Comments], str]) -> Iterable[Any]:
    """Each service that has comments, with its requirement that `rule` picks."""
    return [
        pytest.param(each, id=each.service, marks=pytest.mark.requirement(rule(each)))
        for each in COMMENTED
    ]


added = pytest.mark.parametrize("comments", cases(lambda each: each.added))
edited = pytest.mark.parametrize("comments", cases(lambda each: each.edited))
history = pytest.mark.parametrize("comments", cases(lambda each: each.history))
moved = pytest.mark.parametrize("comments", cases(lambda each: each.moved))
ranked = pytest.mark.parametrize("comments", cases(lambda each: each.ranked))


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


# --- the history of edits ---


def tells_an_edit(part: Mapping[str, Any], text: str) -> bool:
    """Whether an object has this text as a member, and holds an instant and a third text beside."""
    texts = {each for each in leaves(part) if isinstance(each, str)}
    instants = {each for each in texts if instant(each)}
    return text in part.values() and bool(instants) and bool(texts - instants - {text})


@history
def test_edit_keeps_what_was_written_before_with_actor_and_time(
    comments: Comments, service_owner: Caller
) -> None:
    made = create_comment(comments, service_owner, service_owner)
    before = made["body"]
    edit(comments, service_owner, made).accepted()
    answer = records.read(service_owner, comments.record, made).accepted()
    answer.expect(
        "the comment holds its body before the edit, with actor and time",
        holds=any(tells_an_edit(part, before) for part in objects(answer.body)),
        expected=f"{before!r} beside who edited it and when",
        observed="no such part" if before in str(answer.body) else "the former text is gone",
        inferred=True,
    )


# --- the status ---


@moved
def test_status_of_a_comment_is_changed(comments: Comments, service_owner: Caller) -> None:
    made = create_comment(comments, service_owner, service_owner)
    before = records.read(service_owner, comments.record, made).value("state")
    names = {name: made[name] for name in ("comment_id", "expected_revision")}
    service_owner(comments.status.id, **names).accepted()
    answer = records.read(service_owner, comments.record, made)
    answer.in_another_state(before, "the comment has another status")


# --- the report ---

# More than any other check writes, so that both are among the largest.
SIZES: Final = (2000, 3000)


@ranked
def test_report_lists_the_largest_comments_first(comments: Comments, service_owner: Caller) -> None:
    target = records.make(service_owner, comments.on)[RECORDS[comments.on].id]
    small, large = (
        str(
            records.create(
                service_owner, comments.record, {"target_id": target, "body": "x" * size}
            )["comment_id"]
        )
        for size in SIZES
    )
    answer = service_owner(comments.report.id).accepted()
    rows = [str(row) for row in answer.items()]
    places = [
        next((n for n, row in enumerate(rows) if each in row), None) for each in (large, small)
    ]
    if places == [None, None] and rows:
        raise Inconclusive(f"{comments.report.id}: the comments are not shown by their ids")
    answer.expect(
        "the report begins with the largest comments",
        holds=None not in places and places == sorted(places, key=lambda place: place or 0),
        expected=f"the comment of {SIZES[1]} characters before that of {SIZES[0]}",
        observed=f"places {places[0]} and {places[1]}",
        inferred=True,
    )
