"""Rules that the released requirement set keeps."""

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from conformance.contract.facts import maturity_of
from conformance.requirements import NEEDS, SET_VERSION, Profile, RequirementSet, load, load_from
from conformance.requirements.loading import HERE

MAY_NOT_BE_WAIVED = {"ENV-14", "ENV-15", "ENV-16", "ENV-17", "MAP-404-OFM", "ASSOC-12", "CRED-9"}


@pytest.fixture(scope="module")
def released() -> RequirementSet:
    return load()


def frozen() -> dict[str, str]:
    return tomllib.loads((HERE / "frozen.toml").read_text(encoding="utf-8"))


def test_a_changed_set_has_a_new_version(released: RequirementSet) -> None:
    assert released.version == SET_VERSION
    assert frozen().get(SET_VERSION) == released.digest(), (
        f"the set changed: give it a new version and freeze digest {released.digest()}"
    )


def test_the_digest_tells_contents_apart(released: RequirementSet) -> None:
    first, *rest = released.requirements
    other = first.model_copy(update={"remedy": "Do something else."})
    changed = released.model_copy(update={"requirements": (other, *rest)})
    reordered = released.model_copy(update={"requirements": (*rest, first)})
    assert len({released.digest(), changed.digest(), reordered.digest()}) == 3


def test_the_digest_ignores_comments(released: RequirementSet, tmp_path: Path) -> None:
    for path in HERE.glob("*.toml"):
        text = "# a remark\n" + path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    assert load_from(tmp_path).digest() == released.digest()


def test_the_set_is_large_enough(released: RequirementSet) -> None:
    assert len(released.requirements) >= 75
    assert sum(r.counts for r in released.requirements) >= 55


def test_tentative_pages_are_at_most_should(released: RequirementSet) -> None:
    tentative = [r for r in released.requirements if r.maturity is not None]
    assert {"DRAFT", "INTERIM"} <= {r.maturity for r in tentative}
    assert {r.level for r in tentative} <= {"SHOULD", "MAY"}


def test_the_word_of_a_page_goes_with_all_that_rests_on_it(released: RequirementSet) -> None:
    for requirement in released.requirements:
        if word := maturity_of(requirement.source):
            assert requirement.maturity == word, requirement.id


@pytest.mark.parametrize(
    ("area", "step"),
    [
        ("CRED", 1),
        ("VALID", 2),
        ("ASSOC", 3),
        ("ORG", 4),
        ("PROD", 5),
        ("PUB", 6),
        ("STOCK", 7),
        ("ORDER", 8),
        ("PROC", 9),
        ("PRICE", 10),
        ("LOYAL", 11),
        ("EVENT", 12),
        ("EXIT", 13),
        ("REV", 0),
        ("ENV", 0),
        ("LIST", 0),
        ("LIM", 0),
    ],
)
def test_an_area_belongs_to_its_step(released: RequirementSet, area: str, step: int) -> None:
    of_area = [r for r in released.requirements if r.area == area]
    assert of_area
    assert {r.step for r in of_area} == {step}


@pytest.mark.parametrize(
    ("suffix", "step"),
    [
        ("-UAS", 1),
        ("-USM", 1),
        ("-OFM", 4),
        ("-PVM", 5),
        ("-PMC", 6),
        ("-ICS", 7),
        ("-SCM", 8),
        ("-PCM", 9),
        ("-PPM", 10),
        ("-CRM", 11),
        ("-IPM", 12),
        ("-ACCOUNTING", 13),
    ],
)
def test_a_map_rule_of_a_service_carries_its_step(
    released: RequirementSet, suffix: str, step: int
) -> None:
    of_service = [r for r in released.requirements if r.area == "MAP" and r.id.endswith(suffix)]
    assert of_service
    assert {r.step for r in of_service} == {step}


def test_numbers_rise_within_a_file(released: RequirementSet) -> None:
    for area in {r.area for r in released.requirements} - {"MAP"}:
        numbers = [
            int(r.id.removeprefix(f"{area}-")) for r in released.requirements if r.area == area
        ]
        assert numbers == sorted(numbers)


def test_texts_and_remedies_are_one_sentence_each(released: RequirementSet) -> None:
    for requirement in released.requirements:
        assert requirement.text.endswith("."), requirement.id
        assert requirement.remedy.endswith("."), requirement.id


def test_texts_are_told_apart(released: RequirementSet) -> None:
    texts = [r.text for r in released.requirements]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("requirement_id", sorted(MAY_NOT_BE_WAIVED))
def test_secrets_tenancy_and_enumeration_are_not_waivable(
    released: RequirementSet, requirement_id: str
) -> None:
    assert not released.get(requirement_id).waivable


def test_strangers_are_never_waivable(released: RequirementSet) -> None:
    waivable = {r.id for r in released.requirements if r.waivable and "second-org" in r.needs}
    # One organisation's load on another is a matter of service, not of secrecy.
    assert waivable == {"LIM-4"}


def test_an_unknown_id_is_a_key_error(released: RequirementSet) -> None:
    with pytest.raises(KeyError):
        released.get("CRED-9999")


def test_the_checklist_has_thirteen_steps(released: RequirementSet) -> None:
    assert [step.number for step in released.steps] == list(range(1, 14))
    assert set(released.titles) == set(range(14))


def test_a_step_has_requirements_or_a_gap(released: RequirementSet) -> None:
    for step in released.steps:
        assert bool(released.of_step(step.number)) != bool(step.gap), step.number


def test_the_title_of_a_step_file_is_that_of_the_checklist(released: RequirementSet) -> None:
    for path in HERE.glob("step[0-9][0-9]_*.toml"):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        assert content["title"] == released.titles[content["step"]]
        assert path.name.startswith(f"step{content['step']:02d}_")


def test_the_full_profile_covers_the_whole_set(released: RequirementSet) -> None:
    full = released.profile("full/2")
    assert released.in_profile(full) == released.requirements


def test_profiles_are_nested(released: RequirementSet) -> None:
    names = ("solo/1", "team/1", "team/2", "full/2")
    for smaller, larger in pairwise(set(released.in_profile(released.profile(n))) for n in names):
        assert smaller < larger


def test_a_profile_covers_a_requirement_only_with_all_its_needs(released: RequirementSet) -> None:
    operator_only = Profile(
        name="operator/1", description="An operator.", needs=frozenset({"operator"})
    )
    covered = released.in_profile(operator_only)
    assert {need for r in covered for need in r.needs} == {"operator"}


def test_the_denominator_holds_documented_musts_only(released: RequirementSet) -> None:
    team = released.profile("team/1")
    denominator = released.denominator(team)
    assert {(r.level, r.certainty) for r in denominator} == {("MUST", "documented")}
    assert set(denominator) < set(released.in_profile(team))


def test_an_unknown_profile_is_a_key_error(released: RequirementSet) -> None:
    with pytest.raises(KeyError):
        released.profile("team/9")


def test_every_need_is_known(released: RequirementSet) -> None:
    assert {need for r in released.requirements for need in r.needs} <= NEEDS
