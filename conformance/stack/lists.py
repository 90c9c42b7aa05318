"""Lists: which of them are read page by page, and each service's requirements on them.

To add a list, add an entry to `PAGED`, and how it is filled to the module `populated_lists` of its
service in `fixtures.services`. The filters of lists differ from service to service, and have checks
in the folder of their step.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from conformance.contract import OPERATIONS, RECORDS
from conformance.contract.operation import RecordKind
from conformance.contract.paging import DEFAULT_LIMIT, LARGEST_LIMIT


@dataclass(frozen=True)
class Paged:
    """A list that goes page by page, and the requirements on its pages.

    `page`: without a limit a page holds `default` records at most, 8 unless a page tells otherwise,
    and a cursor while there are more;
    `limit`: a limit outside 1 to 256 counts as the nearest one inside; `walk`: all pages together
    show each record once, and come to an end. None where the service has no such requirement.
    A limit above 256 is seen to be cut where a list is longer than that, and else to be taken.
    `sizes` are the limits with which all pages are read, None for a request without a limit.
    """

    operation: str
    page: str | None
    limit: str | None
    walk: str | None
    sizes: tuple[int | None, ...] = ()
    limits: tuple[int, ...] = (0, -1, LARGEST_LIMIT + 1)
    # The pages document no fields of a row, so the records' ids are looked for anywhere in the
    # answer, and not at a pointer of our deduction.
    anywhere: bool = False
    # The requirement that a cursor leads to the same records whenever it is sent.
    again: str | None = None
    default: int = DEFAULT_LIMIT

    def __str__(self) -> str:
        return self.operation


def _organization(noun: str, *sizes: int | None, again: str | None = None) -> Paged:
    limits = (0, -1, LARGEST_LIMIT + 1, 10_000)
    return Paged(f"ofm.{noun}.list", "ORG-45", "ORG-47", "ORG-48", sizes, limits, again=again)


PAGED: Final = (
    _organization("cost_centre", 100),
    _organization("physical", 4, LARGEST_LIMIT),
    _organization("zone", 1, 3, 5, None, again="ORG-91"),
    Paged(
        "pvm.category.list",
        "PROD-49",
        "PROD-50",
        "PROD-51",
        (1, 3, 5, None),
        (0, -1, LARGEST_LIMIT + 1, 10_000),
        anywhere=True,
        again="PROD-79",
    ),
    Paged(
        "ics.bin.list",
        "STOCK-4",
        "STOCK-5",
        "STOCK-6",
        (1, 3, 5, None),
        again="STOCK-79",
    ),
    Paged(
        "scm.backorder.list",
        "ORDER-57",
        "ORDER-58",
        "ORDER-59",
        (3, 5),
    ),
    Paged(
        "pcm.po.list",
        "PROC-5",
        "PROC-6",
        "PROC-7",
        (1, 3, None),
    ),
    Paged("ppm.price.list", "PRICE-14", "PRICE-15", "PRICE-16", (4, None), anywhere=True),
    Paged(
        "crm.account.contact_list",
        "LOYAL-48",
        "LOYAL-48",
        "LOYAL-48",
        (3, None),
        (0, LARGEST_LIMIT + 1),
    ),
    Paged(
        "ipm.cdc.list",
        "EVENT-42",
        "EVENT-43",
        "EVENT-44",
        (1, 3, 10),
        (0, -1, LARGEST_LIMIT + 1, 100_000),
    ),
    # The default of comments is 8 to 10 (common/policies.html).
    Paged("pvm.comment.list", "PROD-80", None, None, default=10),
    Paged("ics.comment.list", "STOCK-81", None, None, default=10),
    Paged(
        "accounting.event.list",
        None,
        None,
        "EXIT-11",
        (2, 5),
    ),
)


@dataclass(frozen=True)
class Doomable:
    """A kind whose doomed records are listed only on request, and the requirements on that.

    `hidden`: the default list leaves them out; `shown`: `include_doomed` brings them back.
    """

    kind: str
    hidden: str
    shown: str

    def __str__(self) -> str:
        return self.kind


_OF_AN_ORGANIZATION: Final = (
    "cost_centre",
    "physical",
    "legal",
    "logical",
    "zone",
    "sales_channel",
)
DOOMABLE: Final = (
    *(Doomable(f"ofm.{noun}", "ORG-43", "ORG-44") for noun in _OF_AN_ORGANIZATION),
    *(
        Doomable(f"pvm.{noun}", "PROD-52", "PROD-52")
        for noun in (
            "vendor",
            "manufacturer",
            "brand",
            "division",
            "department",
            "category",
            "season",
            "option_group",
            "option",
            "ogm",
            "style",
        )
    ),
)


class Apart(NamedTuple):
    """A list that holds records of the organisation asked for and of no other."""

    operation: str
    kind: str
    requirement: str

    def __str__(self) -> str:
        return self.operation


APART: Final = (
    *(
        Apart(f"ofm.{noun}.list", f"ofm.{noun}", "ORG-50")
        for noun in ("cost_centre", "physical", "legal", "logical")
    ),
    *(
        Apart(f"pvm.{noun}.list", f"pvm.{noun}", "PROD-53")
        for noun in ("vendor", "category", "division", "style")
    ),
    Apart("scm.backorder.list", "scm.backorder", "ORDER-38"),
    Apart("scm.appointment.list", "scm.appointment", "ORDER-38"),
    Apart("scm.carrier.config_list", "scm.carrier_config", "ORDER-38"),
    Apart("scm.order.list", "scm.order", "ORDER-38"),
    Apart("pcm.po.list", "pcm.po", "PROC-47"),
    Apart("pcm.invoice.list", "pcm.invoice", "PROC-47"),
    Apart("pcm.consignment.list", "pcm.settlement", "PROC-47"),
    Apart("pcm.inbox.list", "pcm.inbox", "PROC-47"),
    Apart("crm.customer.list", "crm.customer", "LOYAL-4"),
)
# Of these, later pages are read, too: a cursor may lead to records that a first page leaves out.
APART_ON_LATER_PAGES: Final = (
    Apart("ofm.cost_centre.list", "ofm.cost_centre", "ORG-50"),
    Apart("ofm.physical.list", "ofm.physical", "ORG-50"),
    Apart("pvm.brand.list", "pvm.brand", "PROD-53"),
)


# --- all lists of the contract ---

# Lists that show what a request of another kind makes.
_OF_OTHER_KINDS: Final = {
    "crm.customer.list": "crm.customer",
    "ppm.coupon.list": "ppm.coupon",
    "accounting.event.list": "accounting.event",
    "accounting.commission.list": "accounting.commission",
    "accounting.commission.payout.list": "accounting.payout",
    "accounting.export.batch.list": "accounting.batch",
}


# A carrier is set and not created, so that no page promises the answer its id.
_SET: Final = frozenset({"scm.carrier.config_list"})


def listed_kinds() -> dict[str, RecordKind]:
    """A kind of record for each list that goes page by page and shows what is made by request.

    Of kinds that share a list, the one with the shortest name: the others are later in its life.
    """
    found = {listing: RECORDS[kind] for listing, kind in _OF_OTHER_KINDS.items()}
    for kind in sorted(RECORDS.values(), key=lambda each: len(each.name)):
        if kind.list not in _SET and kind.list is not None and OPERATIONS[kind.list].paginated:
            found.setdefault(kind.list, kind)
    return found


# Lists of what belongs to a parent, with the kind of that parent; None where each record that is
# made comes with a parent of its own.
OF_A_PARENT: Final[dict[str, str | None]] = {
    **{f"{service}.comment.list": None for service in ("accounting", "crm", "ics", "pcm", "ppm")},
    "pmc.pack.list": None,
    "pvm.alternative.list": None,
    "pvm.variant.list": None,
    "usm.api_key.list": None,
    "ofm.zone.list": "ofm.logical",
    "pvm.barcode.list": "pvm.variant",
    "pvm.identifier.list": "pvm.variant",
    "pvm.department.list": "pvm.division",
    "pvm.category.list": "pvm.department",
    "pvm.option.list": "pvm.option_group",
    "pvm.comment.list": "pvm.vendor",
}

# An alternative links two variants that are made for it, and a variant has the only options of its
# style, so that each stands in a list of its own.
OF_ONE: Final = frozenset({"pvm.alternative.list", "pvm.variant.list"})
