"""Every word of the checklist has a requirement, or an entry that says why it has none."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from conformance.contract.not_covered import not_covered
from conformance.requirements import ChecklistItem, checklist_items, load
from conformance.requirements.loading import HERE
from conformance.requirements.model import LAST_STEP, STACK_WIDE

ITEMS = checklist_items()


def test_every_step_names_something() -> None:
    assert {item.step for item in ITEMS} == set(range(STACK_WIDE, LAST_STEP + 1))


def test_no_item_is_named_twice_in_a_step() -> None:
    counted = Counter((item.step, item.named) for item in ITEMS)
    assert [each for each, n in counted.items() if n > 1] == []


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item.step}-{item.named}")
def test_who_speaks_for_an_item_exists(item: ChecklistItem) -> None:
    # The statuses of the map are required service by service, in all steps.
    of_step = {r.id for r in load().requirements if item.step in (STACK_WIDE, r.step)}
    assert set(item.requirements) <= of_step
    assert item.not_covered is None or item.not_covered in {e.name for e in not_covered()}


def test_an_item_without_requirement_or_entry_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checklist_items.toml"
    shutil.copy(HERE / path.name, path)
    text = path.read_text(encoding="utf-8")
    worksheet = ', not_covered = "pcm: worksheets and their lines"'
    assert worksheet in text
    path.write_text(text.replace(worksheet, ""), encoding="utf-8")
    with pytest.raises(ValueError, match=r"checklist_items\.toml: worksheet: .*needs requirements"):
        checklist_items(tmp_path)


def test_an_item_is_not_both_checked_and_not_covered(tmp_path: Path) -> None:
    path = tmp_path / "checklist_items.toml"
    both = '{ step = 9, named = "x", requirements = ["PROC-1"], not_covered = "pcm: x" }'
    path.write_text(f"item = [{both}]\n", encoding="utf-8")
    with pytest.raises(ValueError, match="and not both"):
        checklist_items(tmp_path)
