"""The exchanges of all workers become one file, whatever a worker left behind."""

import json
from pathlib import Path

from reports.closing import merge, recorded


def line(number: int, body: str = "") -> str:
    exchange = {"id": f"w-{number}", "started_at": f"2026-03-04T05:06:0{number}Z", "body": body}
    return json.dumps(exchange, ensure_ascii=False)


def test_exchanges_are_merged_by_their_start(tmp_path: Path) -> None:
    (tmp_path / "exchanges-w0.jsonl").write_text(f"{line(2)}\n{line(5)}\n")
    (tmp_path / "exchanges-w1.jsonl").write_text(f"{line(1)}\n{line(4)}\n")
    merge(tmp_path, tmp_path / "all.jsonl")
    assert (tmp_path / "all.jsonl").read_text() == "".join(f"{line(n)}\n" for n in (1, 2, 4, 5))


def test_text_with_line_separators_stays_one_exchange(tmp_path: Path) -> None:
    odd = line(1, "a\u2028b\u2029c\u0085d")
    path = tmp_path / "exchanges-w0.jsonl"
    path.write_text(f"{odd}\n{line(2)}\n", encoding="utf-8")
    assert [exchange["id"] for _, exchange in recorded(tmp_path)] == ["w-1", "w-2"]
    merge(tmp_path, tmp_path / "all.jsonl")
    assert (tmp_path / "all.jsonl").read_text(encoding="utf-8") == f"{odd}\n{line(2)}\n"


def test_line_of_a_killed_worker_is_left_out(tmp_path: Path) -> None:
    whole, cut = line(1).encode(), line(2, "é").encode()[:-3]
    (tmp_path / "exchanges-w0.jsonl").write_bytes(whole + b"\n" + cut)
    merge(tmp_path, tmp_path / "all.jsonl")
    assert (tmp_path / "all.jsonl").read_bytes() == whole + b"\n"


def test_no_worker_no_exchange(tmp_path: Path) -> None:
    merge(tmp_path, tmp_path / "all.jsonl")
    assert (tmp_path / "all.jsonl").read_text() == ""
