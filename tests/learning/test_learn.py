"""`conformance learn` on the files of the variant that spells inferred names otherwise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.commands import main
from conformance.contract import OPERATIONS, ROUTES
from fixtures.exchange import target
from fixtures.exchange.target import Target, TargetError
from fixtures.reference.kernel.renames import table
from fixtures.run.reference_process import Embedded

_ADDRESSES = 'base_url = "http://127.0.0.1:1"\noperator_url = "http://127.0.0.1:2"\n'


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of the OpenAPI files that the renaming variant serves."""
    folder = tmp_path_factory.mktemp("openapi")
    platform = Embedded(("--variant", "renamed-inferred-fields"))
    try:
        for service in {operation.service for operation in ROUTES.values()}:
            answer = httpx.get(f"{platform.base_url}/{service}/openapi.yaml", timeout=60)
            if answer.is_success:
                (folder / f"{service}.yaml").write_text(answer.text, encoding="utf-8")
        yield folder
    finally:
        platform.stop()


@pytest.fixture(scope="module")
def learned(files: Path) -> Target:
    """A target of three lines that names the learned bindings."""
    assert main(["learn", "--openapi", str(files), "--write", str(files / "bound.toml")]) == 0
    (files / "target.toml").write_text(f'{_ADDRESSES}bindings = "bound.toml"\n', encoding="utf-8")
    return target.read(files / "target.toml")


def test_renamed_paths_are_found_and_none_is_wrong(learned: Target) -> None:
    truth: dict[str, Any] = table()["paths"]
    bound = {OPERATIONS[key].path: each.path for key, each in learned.operations.items()}
    found = {ours: theirs for ours, theirs in bound.items() if theirs is not None}
    assert found == {ours: truth.get(ours) for ours in found}
    assert len(found) >= 0.5 * len(truth)


def test_fields_are_suggested_and_not_used(files: Path, learned: Target) -> None:
    assert all(spelling.body is None for spelling in learned.operations.values())
    assert ": perhaps " in (files / "bound.toml").read_text(encoding="utf-8")


def test_a_line_of_the_target_file_goes_before_a_learned_one(files: Path, learned: Target) -> None:
    key = next(key for key, each in learned.operations.items() if each.path is not None)
    text = f'{_ADDRESSES}bindings = "bound.toml"\n[operations."{key}"]\npath = "/by/hand"\n'
    (files / "own.toml").write_text(text, encoding="utf-8")
    assert target.read(files / "own.toml").operations[key].path == "/by/hand"


def test_a_file_that_is_no_description_is_told_and_the_rest_is_learned(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "crm.yaml").write_bytes((files / "crm.yaml").read_bytes())
    (tmp_path / "scm.yaml").write_text("[1, 2", encoding="utf-8")
    assert main(["learn", "--openapi", str(tmp_path), "--write", str(tmp_path / "b.toml")]) == 0
    said = capsys.readouterr().out
    assert "left out:" in said
    assert "scm.yaml" in said
    assert "1 services read" in said


def test_bindings_that_cannot_be_read_are_told_with_their_path(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text(f'{_ADDRESSES}bindings = "no.toml"\n', encoding="utf-8")
    with pytest.raises(TargetError, match=r"key bindings: .*no\.toml cannot be read"):
        target.read(tmp_path / "target.toml")
