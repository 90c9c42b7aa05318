"""The compliance page as text: size, escaping, what is kept and what is said to be cut."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from reports.evidence_block import BODY_CAP, NOT_KEPT, pack, rank_exchanges, script_json
from reports.verdict import Verdict
from reports.writers.compliance import render, source_parts, write_compliance
from tests.reports.synthetic import exchange, large_run, write_reports


def block_of(page: str) -> dict[str, Any]:
    """The evidence inside a page."""
    found = re.search(
        r'<script type="application/json" id="evidence">(.*?)</script>', page, re.DOTALL
    )
    assert found
    block: dict[str, Any] = json.loads(found[1])
    return block


def test_two_thousand_checks_stay_below_two_megabytes(tmp_path: Path) -> None:
    started = time.perf_counter()
    page = write_reports(large_run(), (exchange(n) for n in range(3000)), tmp_path)
    assert page.stat().st_size < 2_000_000
    assert time.perf_counter() - started < 10
    block = block_of(page.read_text(encoding="utf-8"))
    assert block["total"] == len(block["rows"]) == 3000


def test_the_exchanges_of_failures_are_kept_first() -> None:
    run = large_run()
    wanted = {card.exchange for item in run.checks for card in item.cards}
    page = render(run, (exchange(n) for n in range(3000)), digest="0")
    kept = {row[0] for row in block_of(page)["rows"] if NOT_KEPT not in row[-2:]}
    assert wanted <= kept
    assert len(kept) > 1000


def test_a_block_keeps_to_any_budget() -> None:
    ranked = [exchange(number) for number in range(200)]
    for budget in (500, 5_000, 50_000, 500_000):
        text = pack(ranked, budget)
        assert len(text.encode()) <= budget
        assert json.loads(text)["total"] == 200


def test_equal_bodies_are_stored_once() -> None:
    page = render(large_run(50, 50), [exchange(n, body={"a": 1}) for n in range(50)], digest="0")
    assert block_of(page)["bodies"].count([{"a": 1}]) == 1


def test_a_long_body_is_cut_and_its_length_told() -> None:
    long = exchange(1, body="x" * (BODY_CAP + 17))
    bodies = json.loads(pack([long], 100_000))["bodies"]
    assert ["x" * BODY_CAP, BODY_CAP + 17] in bodies


def test_failures_outrank_passes() -> None:
    run = large_run(300, 300)
    ranked = rank_exchanges(run, [exchange(n) for n in range(300)])
    first = {card.exchange for c in run.checks if c.verdict is Verdict.FAIL for card in c.cards}
    assert ranked[0].id in first


@pytest.mark.parametrize(
    "body", ["</script><script>x", "<!--<script>", "\u2028", "\ud800", {"</SCRIPT>": "&lt;"}]
)
def test_no_body_ends_its_script_element(body: JsonValue) -> None:
    text = script_json([body])
    assert not set("<>&\u2028\u2029") & set(text)
    text.encode("utf-8")


def test_pages_become_links_and_nothing_else_does() -> None:
    def links(source: str) -> list[str]:
        return [address for _, address in source_parts(source) if address]

    assert links("usm/playbooks.html") == ["https://doc.g3nretailstack.com/usm/playbooks.html"]
    assert len(links("ofm/surfaces/; common/schemas.html, heading Ids")) == 2
    for source in ("mcp:usm/PROTOCOL.md", "javascript:alert(1)", "//evil.example/x.html", "../a/"):
        assert links(source) == []
    text = "see common/, and/or usm/#ids"
    assert "".join(part for part, _ in source_parts(text)) == text


def test_a_missing_exchange_file_is_one_line(tmp_path: Path) -> None:
    write_reports(large_run(20, 20), (exchange(n) for n in range(20)), tmp_path)
    (tmp_path / "exchanges.jsonl").unlink()
    with pytest.raises(ValueError, match=r"exchanges\.jsonl: No such file"):
        write_compliance(tmp_path)


def test_the_page_carries_the_banner_only_for_the_reference() -> None:
    banner = "a run against the reference says nothing about any platform"
    assert banner in render(large_run(20, 20, target_kind="reference"), [], digest="0")
    assert banner not in render(large_run(20, 20), [], digest="0")
