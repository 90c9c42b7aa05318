"""A terse maker of products in one org of a reference platform."""

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from tests.reference.platform_client import Org, Platform, Record, User, data_of, tag


def code() -> str:
    return "C" + secrets.token_hex(4).upper()


def gtin(length: int = 13) -> str:
    """A fresh number of `length` digits with its check digit."""
    digits = "".join(secrets.choice("0123456789") for _ in range(length - 1))
    odd, even = digits[-1::-2], digits[-2::-2]
    return digits + str(-(3 * sum(map(int, odd)) + sum(map(int, even))) % 10)


@dataclass(frozen=True)
class Catalogue:
    platform: Platform
    org: Org
    caller: User

    def ask(
        self, path: str, body: Record | None = None, *, method: str = "POST", **query: Any
    ) -> httpx.Response:
        return self.platform.client.request(
            method,
            f"{self.platform.base_url}/pvm{path}",
            json=body,
            params=query or None,
            headers={**self.caller.headers, "x-orgcode": self.org.code},
        )

    def get(self, path: str, **query: Any) -> Record:
        return data_of(self.ask(path, method="GET", **query))

    def post(self, path: str, **body: Any) -> Record:
        return data_of(self.ask(path, body))

    def refused(self, path: str, **body: Any) -> tuple[int, str]:
        return tag(self.ask(path, body))

    def refused_get(self, path: str, **query: Any) -> tuple[int, str]:
        return tag(self.ask(path, method="GET", **query))

    def make(self, noun: str, **fields: Any) -> Record:
        return self.post(f"/{noun}", **{"code": code(), "caption": noun.title(), **fields})

    def change(self, path: str, noun: str, record: Record, **fields: Any) -> Record:
        """A revisioned change of `record`, from the revision it was shown at."""
        return self.post(path, **addressed(noun, record, fields))

    def refused_change(
        self, path: str, noun: str, record: Record, **fields: Any
    ) -> tuple[int, str]:
        return self.refused(path, **addressed(noun, record, fields))

    def move(self, noun: str, record: Record, *states: str) -> Record:
        for state in states:
            record = self.change(f"/{noun}/status", noun, record, status=state)
        return record

    def category(self) -> Record:
        division = self.make("division")
        department = self.make("department", division_id=division["division_id"])
        return self.make("category", department_id=department["department_id"])

    def style_fields(self) -> Record:
        vendor, manufacturer = self.make("vendor"), self.make("manufacturer")
        return {
            "category_id": self.category()["category_id"],
            "vendors": [{"vendor_id": vendor["vendor_id"], "primary": True}],
            "manufacturers": [
                {"manufacturer_id": manufacturer["manufacturer_id"], "primary": True}
            ],
        }

    def style(self, **fields: Any) -> Record:
        return self.make("style", **{**self.style_fields(), **fields})

    def variant(self, style: Record | None = None, **fields: Any) -> Record:
        return self.make("variant", style_id=(style or self.style())["style_id"], **fields)

    def barcode(self, variant: Record, **fields: Any) -> Record:
        sent = {"variant_id": variant["variant_id"], "barcode": gtin(), **fields}
        return self.post("/barcode/add", **sent)

    def matrix(self, groups: int = 1, options: int = 2) -> Record:
        """An option matrix over fresh groups and options."""
        rows = []
        for _ in range(groups):
            group = self.make("option_group")
            made = [
                self.make("option", option_group_id=group["option_group_id"])
                for _ in range(options)
            ]
            codes = [option["code"] for option in made]
            rows.append({"option_group_code": group["code"], "option_codes": codes})
        return self.make("ogm", matrix=rows)


def addressed(noun: str, record: Record, fields: Record) -> Record:
    """What a change of `record` sends, from the revision it was shown at."""
    key = f"{noun}_id"
    return {key: record[key], "expected_revision": record["revision"], **fields}
