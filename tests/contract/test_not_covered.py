"""The list of what is not checked: whole, honest about its sources, and free of what is checked."""

from collections import Counter
from pathlib import Path

import pytest

from conformance.contract import ROUTES
from conformance.contract.not_covered import (
    LIST,
    NO_REASON,
    NotCovered,
    documented_operations,
    not_covered,
    uncovered,
)
from conformance.requirements.model import SOURCE_GRAMMAR

ENTRY = """
[[not_covered]]
capability = "kits"
service = "pvm"
reason = "no path"
page = "story/pvm.html"
"""
WHOLE_SERVICES = {"mrs", "influencer", "ucp", "slc"}
CALLED = {f"{route.method} {route.path}" for route in ROUTES.values()}


def test_an_entry_has_a_name_a_service_a_reason_and_a_page(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text(ENTRY + ENTRY.replace('capability = "kits"', 'operation = "pvm.kit.get"'))
    entries = not_covered(path)
    assert entries[0] == NotCovered("pvm: kits", "pvm", "no path", "story/pvm.html")
    assert entries[1].name == "pvm.kit.get"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('page = "story/pvm.html"', ""),
        ('capability = "kits"', ""),
        ('capability = "kits"', 'capability = "kits"\noperation = "pvm.kit"'),
        ('reason = "no path"', 'reason = ""'),
        ('reason = "no path"', "reason = 1"),
        ('reason = "no path"', 'reason = "no path"\nlevel = "MUST"'),
        ("[[not_covered]]", "[[covered]]"),
    ],
)
def test_a_malformed_entry_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "list.toml"
    path.write_text(ENTRY.replace(old, new))
    with pytest.raises(ValueError, match=r"list\.toml: "):
        not_covered(path)


def test_no_entry_is_there_twice() -> None:
    assert [name for name, n in Counter(e.name for e in not_covered()).items() if n > 1] == []


def test_every_entry_cites_a_page() -> None:
    assert [e for e in not_covered() if not SOURCE_GRAMMAR.fullmatch(e.page)] == []


def test_entries_are_of_services_that_exist() -> None:
    known = {route.service for route in ROUTES.values()}
    assert {e.service for e in not_covered()} - known == WHOLE_SERVICES
    assert {e.service for e in not_covered() if e.is_whole} == WHOLE_SERVICES


def test_nothing_is_called_not_covered_that_is_called() -> None:
    for entry in not_covered():
        stem = entry.name.removesuffix("*")
        called = [
            name
            for name in ROUTES
            if entry.name == name or (stem != entry.name and name.startswith(stem))
        ]
        # Of the resolvers the list says itself that three are called.
        assert not called or entry.name == "ofm.resolve.*", entry
        assert entry.name not in CALLED, entry


def test_every_documented_operation_is_called_or_has_a_reason() -> None:
    assert [e.name for e in uncovered(CALLED) if e.reason == NO_REASON] == []


def test_an_operation_that_is_neither_called_nor_listed_is_not_forgotten() -> None:
    dropped = "POST /pcm/po/create"
    found = [e for e in uncovered(CALLED - {dropped}) if e.reason == NO_REASON]
    assert [(e.name, e.service) for e in found] == [(dropped, "pcm")]


def test_documented_operations_stand_once_each_and_cite_a_page() -> None:
    counted = Counter(each.name for each in documented_operations())
    assert [name for name, n in counted.items() if n > 1] == []
    assert [e for e in documented_operations() if not SOURCE_GRAMMAR.fullmatch(e.page)] == []


def test_every_route_whose_path_a_page_prints_is_among_the_documented_operations() -> None:
    listed = {each.name for each in documented_operations()}
    printed = {
        f"{route.method} {route.path}"
        for route in ROUTES.values()
        if route.source.certainty.binding
    }
    assert printed - listed == set()


def test_operations_that_entries_name_by_path_are_documented() -> None:
    listed = {each.name for each in documented_operations()}
    by_path = {e.name for e in not_covered() if e.name.startswith(("GET /", "POST /"))}
    assert by_path - listed == set()


def test_the_list_stands_beside_the_contract() -> None:
    assert LIST.is_file()
