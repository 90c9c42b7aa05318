"""`conformance learn` on the files of the variant that spells inferred names otherwise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.commands import main
from conformance.contract import OPERATIONS, ROUTES
from fixtures.exchange import target_file
from fixtures.exchange.target import Target
from fixtures.exchange.target_parts import TargetError
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
    return target_file.read(files / "target.toml")


def test_renamed_paths_are_found_and_none_is_wrong(learned: Target) -> None:
    truth: dict[str, Any] = table()["paths"]
    bound = {OPERATIONS[key].path: each.path for key, each in learned.operations.items()}
    found = {ours: theirs for ours, theirs in bound.items() if theirs is not None}
    assert found == {ours: truth.get(ours) for ours in found}
    deduced = {each.path for each in ROUTES.values() if not each.source.certainty.binding}
    assert len(found) >= len(deduced & truth.keys())


def test_renamed_fields_are_bound_and_none_is_wrong(learned: Target) -> None:
    right, wrong = 0, []
    for name, spelled in learned.operations.items():
        operation = OPERATIONS[name]
        names = _names("request", operation.path)
        theirs = {
            (names.get(keys[0], keys[0]), *keys[1:]): part for keys, part in _ends(operation.body)
        }
        for keys, part in _ends(spelled.body or {}):
            renamed = keys[0] in names.values()
            right += renamed and theirs.get(keys) == part
            wrong += [(name, keys, part)] if renamed and theirs.get(keys) != part else []
    assert wrong == []
    assert right >= 440


def test_renamed_places_are_bound_and_none_is_wrong(learned: Target) -> None:
    right, wrong = 0, []
    for name, spelled in learned.operations.items():
        operation = OPERATIONS[name]
        names = _names("response", operation.path)
        for value, place in spelled.yields.items():
            pointers = operation.yields[value].pointers
            renamed = {"/".join(names.get(p, p) for p in each.split("/")) for each in pointers}
            right += place in renamed
            wrong += [f"{name}.{value}: {place}"] if place not in renamed else []
    assert wrong == []
    assert right >= 900


def test_what_resembles_only_is_listed_as_unsure(files: Path, learned: Target) -> None:
    unsure = [name for each in learned.operations.values() for name in each.unsure]
    assert unsure
    assert "# unclear, not used: " in (files / "bound.toml").read_text(encoding="utf-8")


def test_an_unsure_place_is_a_deduction_and_a_sure_one_is_not(learned: Target) -> None:
    for name, spelled in learned.operations.items():
        for value in spelled.yields:
            certainty = learned.binding(OPERATIONS[name], value).certainty
            assert certainty.binding is (f"yields.{value}" not in spelled.unsure)


def _names(side: str, path: str) -> dict[str, str]:
    """What the variant renames on a path, all but what it keeps there."""
    kept = table()["documented"][side].get(path, [])
    return {ours: theirs for ours, theirs in table()[side].items() if ours not in kept}


def _ends(template: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(template, dict):
        for name, part in template.items():
            yield from _ends(part, (*before, name))
    elif isinstance(template, list):
        for number, part in enumerate(template):
            yield from _ends(part, (*before, str(number)))
    else:
        yield before, template


def test_a_line_of_the_target_file_goes_before_a_learned_one(files: Path, learned: Target) -> None:
    key = next(key for key, each in learned.operations.items() if each.path is not None)
    text = f'{_ADDRESSES}bindings = "bound.toml"\n[operations."{key}"]\npath = "/by/hand"\n'
    (files / "own.toml").write_text(text, encoding="utf-8")
    assert target_file.read(files / "own.toml").operations[key].path == "/by/hand"


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
        target_file.read(tmp_path / "target.toml")
