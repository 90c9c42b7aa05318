"""The compliance page as text: size, escaping, what is kept and what is said to be cut."""

import string
from pathlib import Path

import pytest
from pydantic import JsonValue

from reports.leaks import leaks
from reports.page.evidence import BODY_CAP, Evidence, block_of, unpacked, wholes
from reports.verdict import Verdict
from reports.writers.compliance import render, source_parts, write_compliance
from tests.reports.synthetic import exchange, large_run, write_reports


def test_two_thousand_checks_stay_below_two_megabytes_with_all_they_rest_on(
    tmp_path: Path,
) -> None:
    log = [exchange(n) for n in range(3000)]
    page = write_reports(large_run(), log, tmp_path)
    assert page.stat().st_size < 2_000_000
    block = block_of(page.read_text(encoding="utf-8"))
    kept = wholes(block)
    assert block["total"] == len(block["lines"][0]) == len(kept) == 3000
    for each in log[::97]:
        assert each.response
        sent, came = [each.request.body], [each.response.body]
        assert kept[each.id] == [each.request.headers, sent, each.response.headers, came]


def test_a_secret_inside_the_block_is_found(tmp_path: Path) -> None:
    told = exchange(0, body={"session_guid": "0123456789abcdef"})
    page = render(large_run(1, 1), [told], digest="0")
    (tmp_path / "compliance.html").write_text(page, encoding="utf-8")
    assert "0123456789abcdef" not in page
    assert [*leaks(tmp_path)] == ["compliance.html: a value of session_guid is not redacted"]


def test_every_check_is_in_the_block_under_its_requirement() -> None:
    run = large_run(300, 300)
    block = block_of(render(run, (exchange(n) for n in range(300)), digest="0"))
    for item in run.requirements:
        told = [(row[0], row[1], len(row[-1])) for row in block["checks"][item.id]]
        assert told == [(c.nodeid, c.verdict, len(c.exchanges)) for c in item.checks]


def test_where_room_is_short_each_check_keeps_the_last_of_its_exchanges() -> None:
    run = large_run(200, 2000)
    evidence = Evidence(run, [exchange(n) for n in range(2000)])
    everything = len(evidence.pack({}, 10_000_000).text)
    block = evidence.pack({}, everything * 2 // 3)
    assert block.total == block.lines == 2000
    assert block.whole < 2000
    kept = wholes(unpacked(block.text)).keys()
    failed = {e for c in run.checks if c.verdict is Verdict.FAIL for e in c.exchanges}
    assert failed | {check.exchanges[-1] for check in run.checks} <= kept


def test_a_block_keeps_to_any_budget() -> None:
    evidence = Evidence(large_run(200, 200), [exchange(number) for number in range(200)])
    for budget in (0, 500, 5_000, 20_000, 500_000):
        block = evidence.pack({"a": "script"}, budget)
        assert len(block.text) <= budget
        assert not block.text or unpacked(block.text)["total"] == 200


def test_a_long_body_is_cut_and_its_length_told() -> None:
    run = large_run(1, 1)
    block = Evidence(run, [exchange(0, body="x" * (BODY_CAP + 17))]).pack({}, 100_000)
    (kept,) = wholes(unpacked(block.text)).values()
    assert kept[3] == ["x" * BODY_CAP, BODY_CAP + 17]


@pytest.mark.parametrize(
    "body",
    ["</script><script>x", "<!--<script>", "\u2028", "\ud800", {"</SCRIPT>": "&lt;"}, {}, [], 0],
)
def test_no_body_ends_its_script_element(body: JsonValue) -> None:
    text = Evidence(large_run(1, 1), [exchange(0, body=body)]).pack({}, 100_000).text
    assert set(text) <= set(string.ascii_letters + string.digits + "+/=")
    (kept,) = wholes(unpacked(text)).values()
    assert kept[3] == [body if body != "\ud800" else "?"]


def test_the_number_that_is_signed_can_be_recounted_in_the_rows() -> None:
    run = large_run(400, 400)
    page = render(run, (exchange(n) for n in range(400)), digest="0")
    assert page.count(' data-c="') == run.must_total
    assert page.count(' data-c="met"') == run.must_met
    rows = page.split('<details class="requirement')[1:]
    counted = [row for row in rows if ' data-c="' in row.partition(">")[0]]
    assert all("MUST · documented" in row for row in counted)
    for step in run.steps:
        if step.covered:
            assert f"{step.must_met} of {step.must_total} documented MUST met" in page


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


def test_a_self_test_says_so_first_and_is_not_to_be_signed() -> None:
    said, sheet = "says nothing about any platform", "<th>Signature</th>"
    run = large_run(20, 20, target_kind="reference")
    page = render(run, [], digest="0")
    assert said in page
    assert sheet not in page
    assert run.headline.startswith("Self-test: ")
    page = render(large_run(20, 20), [], digest="0")
    assert said not in page
    assert sheet in page


def test_the_sheet_names_the_commit_of_the_suite() -> None:
    run = large_run(1, 1)
    scope = run.scope.model_copy(update={"suite_commit": f"{'0f' * 20}+changes"})
    page = render(run.model_copy(update={"scope": scope}), [], digest="0")
    sheet = page[page.index('class="signing"') : page.index('class="digest"')]
    assert "at commit <code>0f0f0f0f0f0f+changes</code>" in sheet
