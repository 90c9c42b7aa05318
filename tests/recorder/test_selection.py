"""Which checks a run takes: the same for every worker, other ones for another seed."""

from types import SimpleNamespace
from typing import Any

import pytest

from conformance.requirements import load
from reports import advising
from reports.selection import KINDS_A_RUN, kinds_in_turn
from reports.verdict import Verdict
from tests.detection.defects import catalogue
from tests.recorder.conftest import Collected, Taken


def taken(selections: list[Taken], tier: str, *, rotate: bool = False) -> list[Taken]:
    return [one for one in selections if one.tier == tier and one.rotate is rotate]


@pytest.fixture(scope="session")
def rotated(selections: list[Taken]) -> list[Taken]:
    return taken(selections, "certify", rotate=True)


def group(check: Collected) -> tuple[str, ...]:
    return (check.nodeid.partition("[")[0], *check.requirements, *(check.cell or ()))


def test_every_check_is_kept_or_dropped(checks: list[Collected], selections: list[Taken]) -> None:
    every = sorted(check.nodeid for check in checks)
    for one in selections:
        assert sorted([*one.kept, *one.dropped]) == every


def test_deep_takes_everything(selections: list[Taken]) -> None:
    (deep,) = taken(selections, "deep")
    assert deep.dropped == []


def test_certify_leaves_the_deep_ones(checks: list[Collected], selections: list[Taken]) -> None:
    (certify,) = taken(selections, "certify")
    assert set(certify.dropped) == {check.nodeid for check in checks if "deep" in check.marks}
    assert certify.cells[0] == certify.cells[1]


def test_floods_come_last(checks: list[Collected], selections: list[Taken]) -> None:
    last = {check.nodeid for check in checks if "last" in check.marks}
    assert last
    for one in selections:
        floods = [nodeid in last for nodeid in one.kept]
        assert floods == sorted(floods)


def test_order_is_kept_otherwise(checks: list[Collected], selections: list[Taken]) -> None:
    place = {check.nodeid: number for number, check in enumerate(checks)}
    last = {check.nodeid for check in checks if "last" in check.marks}
    for one in selections:
        places = [place[nodeid] for nodeid in one.kept if nodeid not in last]
        assert places == sorted(places)


def test_one_seed_takes_the_same_each_time(rotated: list[Taken]) -> None:
    first, *_, again = [one for one in rotated if one.seed == 1]
    assert first == again


def test_seeds_rotate(rotated: list[Taken]) -> None:
    assert len({tuple(one.kept) for one in rotated}) == len(rotated) - 1


def test_every_group_of_cells_keeps_one(checks: list[Collected], rotated: list[Taken]) -> None:
    turning = [check for check in checks if check.cell and "every" not in check.marks]
    groups = {group(check) for check in turning}
    of = {check.nodeid: group(check) for check in turning}
    for one in rotated:
        kept = [of[nodeid] for nodeid in one.kept if nodeid in of]
        assert sorted(kept) == sorted(groups)


def test_turn_goes_to_what_the_profile_can_do(
    checks: list[Collected], rotated: list[Taken]
) -> None:
    turning = [c for c in checks if not c.kind and "deep" not in c.marks]
    able = {group(check) for check in turning if not check.needs}
    for one in rotated:
        kept = [check for check in turning if check.nodeid in set(one.kept)]
        assert {group(check) for check in kept if not check.needs} == able


def test_cells_are_counted(checks: list[Collected], rotated: list[Taken]) -> None:
    turning = {c.nodeid for c in checks if "[" in c.nodeid and "deep" not in c.marks}
    for one in rotated:
        assert one.cells == (len(turning & set(one.kept)), len(turning))


def test_rotation_leaves_every_check_one_parameter_set(
    checks: list[Collected], rotated: list[Taken]
) -> None:
    functions = {c.function for c in checks if "deep" not in c.marks}
    for one in rotated:
        assert {c.function for c in checks if c.nodeid in set(one.kept)} == functions


def test_rotation_leaves_no_requirement_without_a_check(
    checks: list[Collected], rotated: list[Taken]
) -> None:
    wanted = {name for c in checks if "deep" not in c.marks for name in c.requirements}
    for one in rotated:
        kept = set(one.kept)
        assert {name for c in checks if c.nodeid in kept for name in c.requirements} == wanted


def test_checks_of_a_record_kind_go_together(checks: list[Collected], rotated: list[Taken]) -> None:
    of_kinds = [check for check in checks if check.kind and "deep" not in check.marks]
    for one in rotated:
        on = {(c.service, c.kind) for c in of_kinds if c.nodeid in set(one.kept)}
        off = {(c.service, c.kind) for c in of_kinds if c.nodeid in set(one.dropped)}
        assert on
        assert not on & off
        services = [service for service, _ in on]
        assert len(services) == len(set(services)) <= KINDS_A_RUN


def test_every_record_kind_has_its_turn(checks: list[Collected]) -> None:
    by_service: dict[str, set[str]] = {}
    for check in checks:
        if check.kind and check.service:
            by_service.setdefault(check.service, set()).add(check.kind)
    longest = max(map(len, by_service.values())) * len(by_service)
    turns = [kinds_in_turn(by_service, seed) for seed in range(longest)]
    assert set().union(*turns) == set().union(*by_service.values())
    assert {len(turn) for turn in turns} == {min(KINDS_A_RUN, len(by_service))}


# Families of defects that no budget may leave to the turn of another run.
NEVER_LEFT = frozenset({"tenancy", "secrets", "money and quantities"})


def test_tenancy_secrets_and_money_are_never_left_to_a_turn(
    checks: list[Collected], rotated: list[Taken]
) -> None:
    functions = {each.caught_by for each in catalogue() if each.family in NEVER_LEFT}
    wanted = {
        check.nodeid
        for check in checks
        if "deep" not in check.marks
        and ("every" in check.marks or check.nodeid.partition("[")[0] in functions)
    }
    assert wanted
    for one in rotated:
        assert wanted <= set(one.kept)


def test_a_turn_goes_to_a_cell_that_can_fail_its_requirement(
    checks: list[Collected], rotated: list[Taken]
) -> None:
    advises = advising.read()
    assert advises <= {check.nodeid for check in checks}
    groups: dict[tuple[str, ...], list[Collected]] = {}
    for check in checks:
        if check.kind is None and not {"deep", "every"} & set(check.marks):
            groups.setdefault(group(check), []).append(check)
    for members in groups.values():
        names = {check.nodeid for check in members}
        inside = {check.nodeid for check in members if not check.needs} or names
        if inside - advises:
            for one in rotated:
                assert not set(one.kept) & names & advises


def test_what_can_only_advise_is_told_from_a_run() -> None:
    def check(name: str, requirement: str, certainty: str, verdict: Verdict = Verdict.PASS) -> Any:
        return SimpleNamespace(
            nodeid=name, requirement=requirement, certainty=certainty, verdict=verdict
        )

    run: Any = SimpleNamespace(
        checks=[
            check("t[earn]", "LOYAL-60", "inferred"),
            check("t[adjust]", "LOYAL-60", "documented"),
            check("t[should]", "EXIT-40", "inferred"),
            check("t[failed]", "LOYAL-60", "inferred", Verdict.FAIL),
            check("alone", "LOYAL-60", "inferred"),
        ]
    )
    assert advising.measure(run, load()) == ["t[earn]"]
