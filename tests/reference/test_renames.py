"""The table of other names: one for each of ours, so that a name can be read back."""

from pathlib import Path

import pytest

from conformance.contract import ROUTES
from fixtures.reference.kernel import renames


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(renames, "TABLES", tmp_path)
    return tmp_path


def test_two_names_are_not_spelt_alike(tables: Path) -> None:
    (tables / "a.toml").write_text('[request]\nstarts_at = "begins_at"\n[response]\n')
    (tables / "b.toml").write_text('[request]\neffective_from = "begins_at"\n')
    with pytest.raises(ValueError, match="both renamed to begins_at"):
        renames.table()


def test_one_name_is_not_spelt_in_two_ways(tables: Path) -> None:
    (tables / "a.toml").write_text('[request]\nstarts_at = "begins_at"\n[response]\n')
    (tables / "b.toml").write_text('[request]\nstarts_at = "opens_at"\n')
    with pytest.raises(ValueError, match="starts_at is renamed to begins_at and to opens_at"):
        renames.table()


def test_no_other_name_is_one_that_a_request_has_already() -> None:
    taken = {name for operation in ROUTES.values() for name in operation.body}
    assert not taken & set(renames.table()["request"].values())
