"""The instrument that scores the suite: what it changes, who judges it, and what is kept of it."""

import ast
import builtins
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from fixtures.run.marks import Marks
from tests.mutation import alone, campaign, proven, results, sample
from tests.mutation.instrument import SWITCH, instrumented, mutants
from tests.mutation.judging import Met, Outcome, outcomes, verdicts
from tests.mutation.memory import Memory

SOURCE = '''
def rule(stock, wanted, held, has_defect=None):
    """A text is no rule."""
    if has_defect("lets-all-through"):
        return wanted + 1
    if wanted > stock and held:
        raise ValueError("too many")
    total = stock - wanted
    seen.append(total)
    total += 1
    return [each for each in range(total) if each in held]
'''
seen: list[int] = []


def test_each_operator_finds_its_places_and_none_in_deviations_or_texts() -> None:
    found = mutants(SOURCE, "m")
    assert {(each.line, each.operator) for each in found} == {
        (6, "negation"),
        (6, "and-or"),
        (6, "comparison"),
        (7, "refusal-removed"),
        (8, "arithmetic"),
        (9, "call-removed"),
        (10, "change-removed"),
        (10, "constant"),
        (11, "filter"),
        (11, "comparison"),
    }


@pytest.fixture
def awake(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The operators of those mutants that are awake; all of `SOURCE` are written in."""
    chosen: set[str] = set()
    monkeypatch.setattr(
        builtins, SWITCH, lambda key: key.rpartition(":")[2] in chosen, raising=False
    )
    return chosen


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("", [0, 2]),
        ("arithmetic", [0, 2]),
        ("change-removed", [0, 2]),
        ("filter", [0, 1, 2, 3]),
        ("comparison", [1, 3]),
        ("negation", ValueError),
        ("and-or", ValueError),
    ],
)
def test_one_mutant_at_a_time_changes_what_the_function_does(
    awake: set[str], operator: str, expected: Any
) -> None:
    keys = {each.key for each in mutants(SOURCE, "m")}
    namespace: dict[str, Any] = {"seen": seen}
    exec(compile(instrumented(SOURCE, "m", keys), "m", "exec"), namespace)  # noqa: S102
    awake.add(operator)

    def called() -> Any:
        return namespace["rule"](4, 1, {0, 2}, lambda _: False)

    if expected is ValueError:
        with pytest.raises(ValueError, match="too many"):
            called()
    elif operator == "arithmetic":
        assert called() == [0, 2]
        assert seen[-1] == 5
    else:
        assert called() == expected


def test_what_is_not_chosen_is_left_as_it_was() -> None:
    untouched = instrumented(SOURCE, "m", ())
    assert ast.dump(untouched) == ast.dump(ast.parse(SOURCE))


def test_every_module_can_be_instrumented_throughout() -> None:
    for path in sample.modules():
        source, module = path.read_text("utf-8"), sample.name(path)
        keys = {each.key for each in mutants(source, module)}
        compile(instrumented(source, module, keys), str(path), "exec")


def test_sample_is_the_same_for_a_seed_and_takes_one_of_a_function_and_operator() -> None:
    found = sample.all_mutants()
    drawn = sample.drawn(found, 120, 7)
    assert drawn == sample.drawn(reversed(found), 120, 7)
    assert drawn != sample.drawn(found, 120, 8)
    kinds = [(each.module, each.function, each.operator) for each in drawn]
    assert len(set(kinds)) == len(kinds) == 120


def _run(**checks: tuple[str, str, str]) -> dict[str, Any]:
    """A run whose check of each name has a requirement, a kind and a verdict."""
    found: dict[str, list[dict[str, str]]] = {}
    for nodeid, (requirement, kind, verdict) in checks.items():
        entry = {"nodeid": nodeid, "kind": kind, "verdict": verdict, "message": f"{nodeid} said"}
        found.setdefault(requirement, []).append(entry)
    return {"requirements": [{"id": name, "checks": each} for name, each in found.items()]}


def test_a_mutant_is_judged_by_checks_of_its_requirements_that_end_worse_than_before() -> None:
    base = _run(a=("R-1", "test", "pass"), b=("R-2", "test", "advisory"), c=("R-3", "test", "pass"))
    now = _run(
        a=("R-1", "test", "inconclusive"),
        b=("R-2", "test", "advisory"),
        c=("R-3", "test", "fail"),
        d=("R-1", "stage", "fail"),
        e=("R-4", "test", "not executed"),
    )
    found = outcomes(now, {"R-1": "one", "R-2": "two", "R-4": "three"}, verdicts(base))
    assert found == {
        "one": Met({"R-1"}, Outcome.NOTICED, "R-1: a said"),
        "two": Met({"R-2"}, Outcome.SURVIVED),
    }


def test_a_mutant_alone_is_judged_by_every_check_stages_and_invariants_too() -> None:
    stage = _run(a=("R-1", "test", "blocked"), b=("R-2", "stage", "fail"))
    assert alone.met(stage) == Met({alone.ALONE}, Outcome.FAILED, "R-2: b said")
    sound = _run(a=("R-1", "test", "pass"), b=("ENV-1", "invariant", "not-applicable"))
    assert alone.met(sound) == Met({alone.ALONE}, Outcome.SURVIVED)


def test_a_mutant_alone_is_awake_for_every_request() -> None:
    spec = importlib.util.spec_from_file_location("startup", campaign.STARTUP / "sitecustomize.py")
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(startup := importlib.util.module_from_spec(spec))
    awake = startup.Switch({"chosen": ["m"], "by_check": {}, "everywhere": "m"})
    assert awake("m")
    assert not awake("n")
    assert not startup.Switch({"chosen": ["m"], "by_check": {}})("m")


def test_a_mutant_alone_meets_its_rarest_requirements_and_some_of_all_others() -> None:
    judges = [f"R-{number}" for number in range(900)]
    asked = alone.chosen(judges)
    assert asked[: alone.RAREST] == judges[: alone.RAREST]
    assert len(asked) == alone.RAREST + alone.OTHERS
    assert asked[-1] > "R-8"
    assert alone.chosen(judges[:5]) == judges[:5]


def _reach(requirements: dict[str, tuple[str, ...]]) -> campaign.Reach:
    return campaign.Reach({}, requirements, {}, {})


def test_no_requirement_judges_two_mutants_of_a_run() -> None:
    reached = _reach({"a": ("R-1", "R-2"), "b": ("R-2", "R-3"), "c": ("R-3",)})
    met = {name: Met() for name in "abc"}
    tables = list(campaign.packed(met, reached, 12))
    assert tables == [{"R-1": "a", "R-2": "a", "R-3": "c"}, {"R-2": "b", "R-3": "b"}]
    met["a"].add(Met({"R-1"}, Outcome.NOTICED))
    met["b"].add(Met({"R-2", "R-3"}))
    met["c"].add(Met(set(), Outcome.FAILED))
    assert list(campaign.packed(met, reached, 12)) == [{"R-2": "a"}]


def test_what_is_remembered_is_not_run_again(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.keep_reached(
        {
            "base": {"a": "pass"},
            "reached": {"one": ["R-1"]},
            "reaching": {"one": ["R-1", "R-2"]},
            "proofs": {"made": ["R-2"], "sold": ["R-2", "R-3"]},
            "sample": ["one"],
        }
    )
    reached = campaign.reach([], tmp_path, memory)
    assert reached.base == {"a": "pass"}
    assert reached.judges("one") == ("R-1",)
    assert reached.seeds("one") == ["sold"]
    assert reached.seeds("unknown") == ["made", "sold"]
    assert memory.reached(["one", "another"]) is None
    memory.keep("one", Met({"R-1"}, Outcome.ADVISED))
    memory.keep("one", Met({"R-2"}))
    memory.keep("two", Met({"R-1"}, Outcome.FAILED))
    assert memory.met()["one"] == Met({"R-1", "R-2"}, Outcome.ADVISED)
    memory.forget_survivors()
    assert set(memory.met()) == {"two"}


def test_a_failed_mutant_meets_no_further_requirements(tmp_path: Path) -> None:
    sample_of = mutants(SOURCE, "m")[:2]
    first, second = (each.name for each in sample_of)
    many = tuple(f"R-{number}" for number in range(20))
    reached = _reach({first: many, second: many})
    met: list[str] = []

    def judged(table: campaign.Table) -> dict[str, Met]:
        met.extend(table.values())
        found: dict[str, Met] = {}
        for requirement, name in table.items():
            outcome = Outcome.FAILED if name == first else Outcome.SURVIVED
            found.setdefault(name, Met()).add(Met({requirement}, outcome))
        return found

    def by_itself(name: str) -> Met:
        met.append(name)
        return Met({alone.ALONE}, Outcome.ADVISED, "R-1: seen")

    def judge() -> dict[str, Met]:
        return campaign.judge(
            sample_of,
            reached,
            judged,
            Memory(tmp_path),
            by_itself=by_itself,
            jobs=1,
            tell=lambda _: None,
            rounds=2,
        )

    found = judge()
    assert found[first] == Met(set(many[:12]), Outcome.FAILED)
    assert found[second] == Met({*many, alone.ALONE}, Outcome.ADVISED, "R-1: seen")
    assert (met.count(first), met.count(second)) == (12, 21)
    assert judge() == found
    assert len(met) == 33


def test_a_change_of_one_function_leaves_the_rest_of_the_sample() -> None:
    found = sample.all_mutants()
    drawn = sample.drawn(found, 50, 7)
    fewer = [each for each in found if each.function != drawn[0].function]
    still = {each.name for each in sample.drawn(fewer, 50, 7)}
    assert {each.name for each in drawn if each.function != drawn[0].function} <= still


def test_what_is_called_equivalent_or_classed_stands_in_the_platform() -> None:
    standing = {results.name(each) for each in sample.all_mutants()}
    reasons, classes = results.equivalent(), results.classed()
    assert [name for name in (*reasons, *classes) if name not in standing] == []
    assert not reasons.keys() & classes.keys()
    assert {each.name for each in classes.values()} <= {"silent", "tentative", "gap"}
    assert all(reasons.values())
    assert all(each.because for each in classes.values())


def test_a_noticed_mutant_whose_samples_were_refused_is_classed_by_what_the_run_said() -> None:
    one, two, three = mutants(SOURCE, "m")[:3]
    said = "R-1: ppm.price.set: the suite's body was refused (400 invalid-input)"
    found = {
        one.name: Met({"R-1"}, Outcome.NOTICED, said),
        two.name: Met({"R-1"}, Outcome.NOTICED, "R-1: no value for 'on_hand'"),
        three.name: Met({"R-1"}, Outcome.FAILED, "R-1: it is wrong"),
    }
    told = results.of([one, two, three], _reach({}), found, seed=1, rounds=1)
    assert [row.get("class") for row in told["mutants"]] == ["never taken", "not read", None]
    assert told["classes"] == {"never taken": 1, "not read": 1}
    assert told["mutants"][0]["saw"] == said
    assert told["counts"] == {"fails": 1, "noticed": 2}


def test_a_mutant_has_proofs_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "proofs.txt"
    table = {"by_check": {"R-1": "m", "R-2": "n"}, "seeds": {"m": ["seeded"]}, "proofs": str(log)}
    marks = proven.MarksByMutant(Marks(tmp_path / "marks"), table)

    def known(requirement: str) -> set[str]:
        monkeypatch.setattr(proven._HERE, "requirement", requirement)
        return {name for name in ("seeded", "own", "shared") if name in marks}

    assert known("R-1") == {"seeded"}
    marks.add("own")
    assert known("R-1") == {"seeded", "own"}
    assert known("R-2") == set()
    assert known("R-3") == set()
    marks.add("shared")
    assert known("R-3") == {"shared"}
    assert known("R-1") == {"seeded", "own"}
    assert log.read_text("utf-8") == "R-3\tshared\n"
