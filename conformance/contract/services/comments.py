"""Comments: the routes and the record kind that several services have in one shape.

A service joins by a line in `COMMENTED`, with the ids of its requirements. A comment has a caption
and a body; no page prints the names of the two fields, which are our deduction.

Read from: common/comments-inbox.html, and calls.html of each service.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.envelope import REVISION
from conformance.contract.facts import Certainty, documented
from conformance.contract.operation import Access, Binding, Fixed, Kind, RecordKind
from conformance.contract.routes import Routes, Terms
from conformance.contract.shapes import KEY, LISTED, PAGE, REVISED, shown

_SHOWN: Final[Mapping[str, Binding]] = {
    **shown("comment", "comment_id", "caption", "body"),
    "revision": REVISION,
}
WRITTEN: Final = {"caption": "$caption", "body": "$body"}
FRESH: Final = {"caption": "caption", "body": "caption"}
_TARGET: Final = {"target_type": "$target_type", "target_id": "$target_id"}


class Comments:
    """The comment routes of one service.

    Comments hang on records of kind `on`, which requests call `target_type`. `author` is a role
    with which one may write them, or None where any member of the org may. `added` and `edited`
    are the requirements on who adds and reads, and on who edits.
    """

    def __init__(
        self,
        service: str,
        on: str,
        target_type: str,
        *,
        added: str,
        edited: str,
        page: str = "",
        author: str | None = None,
    ) -> None:
        self.service, self.on, self.author = service, on, author
        self.added, self.edited = added, edited
        anyone = Terms(access=Access.ASSOCIATED)
        terms = anyone if author is None else Terms(frozenset({author}))
        source = documented(page or f"{service}/calls.html")
        # In an org: no facility, no channel. Who reads and edits comments is our deduction.
        route = Routes(service, source, reads=terms, writes=terms).deduced
        kind = f"{service}.comment"
        typed = {"target_type": Fixed(target_type)}
        self.create = route.create(
            "comment.create",
            path="comment",
            access_certainty=Certainty.DOCUMENTED,
            acts_on=kind,
            body={**_TARGET, **WRITTEN, **KEY},
            fresh={**typed, **FRESH},
            yields=_SHOWN,
        )
        self.get, self.list = route.get_and_list("comment", _SHOWN, narrowed=_TARGET)
        self.revise = route.update(
            "comment.revise",
            acts_on=kind,
            body={"comment_id": "$comment_id", **WRITTEN, **REVISED},
            fresh=FRESH,
            yields=_SHOWN,
        )
        self.report = route("comment.report", Kind.LIST, acts_on=kind, body=PAGE, yields=LISTED)
        self.operations = (self.create, self.get, self.list, self.revise, self.report)
        # The status values of comments are not documented, so nothing here can be closed.
        self.record = RecordKind(
            kind,
            "comment_id",
            self.create.id,
            self.get.id,
            self.list.id,
            self.revise.id,
            editable="body",
            terminal=None,
        )


COMMENTED: Final = (
    Comments("ics", "ics.bin", "bin", added="STOCK-65", edited="STOCK-66"),
    Comments("ppm", "ppm.price", "price", added="PRICE-68", edited="PRICE-69"),
    Comments(
        "pcm", "pcm.po", "purchase_order", added="PROC-59", edited="PROC-60", author="pcm_view"
    ),
    Comments("crm", "crm.customer", "customer", added="LOYAL-68", edited="LOYAL-69"),
    Comments(
        "accounting", "accounting.event", "financial_event", added="EXIT-80", edited="EXIT-81"
    ),
)
RECORDS: Final = tuple(comments.record for comments in COMMENTED)
