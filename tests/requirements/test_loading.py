"""The loader names file, id and key of what is wrong."""

import shutil
from pathlib import Path

import pytest

from conformance.requirements import load, load_from
from conformance.requirements.loading import HERE

FIRST = 'id = "CRED-1"\n'


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the set's TOML files, free to be spoilt."""
    for path in HERE.glob("*.toml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def spoil(directory: Path, name: str, old: str, new: str) -> None:
    path = directory / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(directory: Path) -> str:
    with pytest.raises(ValueError, match=r"\.toml: ") as refused:
        load_from(directory)
    return str(refused.value)


@pytest.mark.parametrize(
    ("new", "key"),
    [
        pytest.param(f'{FIRST}severity = "high"\n', "severity", id="unknown-key"),
        pytest.param(f'{FIRST}needs = ["luck"]\n', "needs", id="unknown-need"),
        pytest.param(f"{FIRST}step = 14\n", "step", id="step-out-of-range"),
        pytest.param(f'{FIRST}waivable = "no"\n', "waivable", id="text-for-boolean"),
        pytest.param(f'{FIRST}maturity = "FINAL"\n', "maturity", id="unknown-maturity"),
    ],
)
def test_an_error_in_a_requirement_names_file_id_and_key(copy: Path, new: str, key: str) -> None:
    spoil(copy, "step01_credentials.toml", FIRST, new)
    message = refusal(copy)
    assert message.startswith("step01_credentials.toml: CRED-1: ")
    assert key in message


@pytest.mark.parametrize("source", ["", "   ", "the playbook", "/etc/passwd.md", "UAS.html"])
def test_a_source_is_a_page(copy: Path, source: str) -> None:
    old = 'source = "common/integration-walkthroughs.html"'
    spoil(copy, "step01_credentials.toml", old, f'source = "{source}"')
    assert refusal(copy).startswith("step01_credentials.toml: CRED-1: source: ")


@pytest.mark.parametrize("field", ["text", "remedy"])
def test_a_sentence_is_not_empty(copy: Path, field: str) -> None:
    path = copy / "throttling.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(f"{field} ="))
    lines[at] = f'{field} = " "'
    path.write_text("\n".join(lines), encoding="utf-8")
    assert refusal(copy).startswith(f"throttling.toml: LIM-1: {field}: ")


@pytest.mark.parametrize("wrong", ["CRED", "CRED-0", "CRED-01", "cred-1", "SHOP-1", "MAP-4", ""])
def test_a_malformed_id_is_refused(copy: Path, wrong: str) -> None:
    spoil(copy, "step01_credentials.toml", FIRST, f'id = "{wrong}"\n')
    assert refusal(copy).startswith(f"step01_credentials.toml: {wrong}: id: ")


@pytest.mark.parametrize(
    ("page", "word"),
    [
        ("common/role-matrix.html", "INTERIM"),
        ("uas/openapi.yaml", "DRAFT"),
        ("common/rate-limit-timeouts.html", "guidance"),
    ],
)
def test_no_must_rests_on_an_unsettled_page(copy: Path, page: str, word: str) -> None:
    old = 'source = "common/integration-walkthroughs.html"'
    spoil(copy, "step01_credentials.toml", old, f'source = "{page}"')
    message = refusal(copy)
    assert message.startswith("step01_credentials.toml: CRED-1: ")
    assert f"a MUST cannot rest on what its page calls {word}" in message


def test_no_must_rests_on_a_statement_labelled_a_draft(copy: Path) -> None:
    spoil(copy, "step01_credentials.toml", FIRST, f'{FIRST}maturity = "DRAFT"\n')
    assert "a MUST cannot rest on" in refusal(copy)


def test_a_requirement_is_as_settled_as_its_page(copy: Path) -> None:
    spoil(
        copy,
        "step05_product.toml",
        'source = "pvm/openapi.yaml"\nmaturity = "DRAFT"\n',
        'source = "pvm/openapi.yaml"\n',
    )
    assert load_from(copy).digest() == load().digest()


def test_an_id_is_used_once_across_files(copy: Path) -> None:
    spoil(copy, "step02_validation.toml", 'id = "VALID-1"\n', FIRST)
    assert refusal(copy) == "step02_validation.toml: CRED-1: id: used by two requirements"


def test_a_missing_field_is_named(copy: Path) -> None:
    spoil(copy, "map.toml", 'level = "MUST"\n', "")
    assert refusal(copy).startswith("map.toml: MAP-401-UAS: level: ")


@pytest.mark.parametrize("name", ["envelope.toml", "checklist.toml", "profiles.toml"])
def test_an_unknown_key_of_a_file_is_named(copy: Path, name: str) -> None:
    path = copy / name
    path.write_text('author = "nobody"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert refusal(copy) == f"{name}: unknown key author"


def test_an_unknown_need_of_a_profile_is_named(copy: Path) -> None:
    spoil(copy, "profiles.toml", '["second-org", "member"]', '["second-org", "luck"]')
    assert refusal(copy).startswith("profiles.toml: team/1: needs")


def test_a_file_that_is_not_toml_is_named(copy: Path) -> None:
    (copy / "revision.toml").write_text("step = \n", encoding="utf-8")
    assert refusal(copy).startswith("revision.toml: not TOML: ")


def test_the_set_is_read_once() -> None:
    assert load() is load()
