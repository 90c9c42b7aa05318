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
from conformance.contract.shapes import KEY, LISTED, PAGE, REVISED, placed, shown

_SHOWN: Final[Mapping[str, Binding]] = {
    **shown("comment", "comment_id", "caption", "body"),
    "state": placed("comment", "status"),
    "revision": REVISION,
}
WRITTEN: Final = {"caption": "$caption", "body": "$body"}
FRESH: Final = {"caption": "caption", "body": "caption"}
_TARGET: Final = {"target_type": "$target_type", "target_id": "$target_id"}


class Comments:
    """The comment routes of one service.

    Comments hang on records of kind `on`, which requests call `target_type`. `author` is a role
    with which one may write them, or None where any member of the org may. The others are the
    requirements: on who adds and reads (`added`), on who edits (`edited`), on the history of edits
    (`history`), on a change of status (`moved`) and on the report of the largest (`ranked`).
    """

    def __init__(
        self,
        service: str,
        on: str,
        target_type: str,
        *,
        added: str,
        edited: str,
        history: str,
        moved: str,
        ranked: str,
        page: str = "",
        author: str | None = None,
    ) -> None:
        self.service, self.on, self.author = service, on, author
        self.added, self.edited, self.history = added, edited, history
        self.moved, self.ranked = moved, ranked
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
        # The status values of comments are not documented: a word of other records is tried.
        self.status = route.status(
            "comment.status",
            path="comment/status",
            by="comment_id",
            new="archive",
            acts_on=kind,
            yields=_SHOWN,
        )
        self.report = route("comment.report", Kind.LIST, acts_on=kind, body=PAGE, yields=LISTED)
        self.operations = (
            self.create,
            self.get,
            self.list,
            self.revise,
            self.status,
            self.report,
        )
        # So nothing here can be closed for certain.
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
    Comments(
        "ics",
        "ics.bin",
        "bin",
        added="STOCK-65",
        edited="STOCK-66",
        history="STOCK-69",
        moved="STOCK-70",
        ranked="STOCK-71",
    ),
    Comments(
        "ppm",
        "ppm.price",
        "price",
        added="PRICE-68",
        edited="PRICE-69",
        history="PRICE-72",
        moved="PRICE-73",
        ranked="PRICE-74",
    ),
    Comments(
        "pcm",
        "pcm.po",
        "purchase_order",
        added="PROC-59",
        edited="PROC-60",
        history="PROC-61",
        moved="PROC-62",
        ranked="PROC-63",
        author="pcm_view",
    ),
    Comments(
        "crm",
        "crm.customer",
        "customer",
        added="LOYAL-68",
        edited="LOYAL-69",
        history="LOYAL-71",
        moved="LOYAL-72",
        ranked="LOYAL-73",
    ),
    Comments(
        "accounting",
        "accounting.event",
        "financial_event",
        added="EXIT-80",
        edited="EXIT-81",
        history="EXIT-82",
        moved="EXIT-83",
        ranked="EXIT-84",
    ),
)
RECORDS: Final = tuple(comments.record for comments in COMMENTED)
