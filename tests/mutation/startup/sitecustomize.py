"""Loaded by Python at its start: puts mutants into the modules of the reference platform.

`G3N_MUTANTS` names a JSON file: `{"chosen": [keys], "by_check": {requirement: key}, "log": path}`.
A mutant is awake for requests that bear the requirement it is given to. With `log`, and no mutant
awake, it is noted which requirement reaches which place (one line each: requirement, tab, key).
With `everywhere`, a key, that mutant is awake for all requests.
`{"chosen": [], "by_check": {}, "defects": {requirement: name}}` does the same with defects of the
catalogue: what checks of one requirement ask meets this defect, and nothing else does.
"""

import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import re
import sys
import threading
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

_PREFIX = "fixtures.reference."
_GATEWAY = "fixtures.reference.kernel.gateway"
_RUNTIME = "fixtures.reference.kernel.runtime"
_PROCESS = "fixtures.reference.process"
_CHECK = re.compile(r"check=([^\s]+)")


class Switch:
    """Says whether a mutant is awake, by the check that the request at hand is sent by."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._by_check: dict[str, str] = table["by_check"]
        self._everywhere: str | None = table.get("everywhere")
        self._defects: dict[str, str] = table.get("defects", {})
        self._log: str | None = table.get("log")
        self._here = threading.local()
        self._noted: set[tuple[str, str]] = set()

    def __call__(self, key: str) -> bool:
        check = getattr(self._here, "check", "")
        if self._log and check and (check, key) not in self._noted:
            self._noted.add((check, key))
            with Path(self._log).open("a", encoding="utf-8") as file:
                file.write(f"{check}\t{key}\n")
        return key in (self._everywhere, self._by_check.get(check))

    def give_defects(self, kernel: type) -> None:
        """Let the platform have the defect of the check that the request at hand is sent by."""
        has, has_any = kernel.has_defect, kernel.has_any_defect  # type: ignore[attr-defined]
        deviations = kernel.deviations.fget  # type: ignore[attr-defined]

        def has_defect(this: Any, name: str) -> bool:
            return has(this, name) or self._defect() == name

        def has_any_defect(this: Any, *names: str) -> bool:
            return has_any(this, *names) or self._defect() in names

        def all_deviations(this: Any) -> Any:
            return deviations(this) | {self._defect()} - {None}

        kernel.deviations = property(all_deviations)  # type: ignore[attr-defined]
        kernel.has_defect = has_defect  # type: ignore[attr-defined]
        kernel.has_any_defect = has_any_defect  # type: ignore[attr-defined]

    @property
    def has_defects(self) -> bool:
        return bool(self._defects)

    def _defect(self) -> str | None:
        return self._defects.get(getattr(self._here, "check", ""))

    def watch(self, gateway: type) -> None:
        """Let the gateway tell which check a request comes from, while it is answered."""
        answer = gateway._answer  # type: ignore[attr-defined]

        def _answer(this: Any, request: Any, *rest: Any) -> Any:
            found = _CHECK.search(request.headers.get("user-agent", ""))
            self._here.check = found[1] if found else ""
            try:
                return answer(this, request, *rest)
            finally:
                self._here.check = ""

        gateway._answer = _answer  # type: ignore[attr-defined]


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles a module with its mutants in it."""

    chosen: frozenset[str] = frozenset()
    switch: Switch

    def get_code(self, fullname: str) -> CodeType | None:
        if not any(key.startswith(f"{fullname}:") for key in self.chosen):
            return super().get_code(fullname)
        path = self.get_filename(fullname)
        tree = _instrument().instrumented(
            Path(path).read_text(encoding="utf-8"), fullname, self.chosen
        )
        code: CodeType = compile(tree, path, "exec", dont_inherit=True)
        return code

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        if module.__name__ == _GATEWAY:
            self.switch.watch(module.Gateway)
        if module.__name__ == _RUNTIME:
            self.switch.give_defects(module.Kernel)
        if module.__name__ == _PROCESS and self.switch.has_defects:
            # A platform that is started without a defect leaves these at home.
            module.faults.load()


class Finder(importlib.abc.MetaPathFinder):
    """Hands the modules of the reference platform to `Loader`."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if not fullname.startswith(_PREFIX):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            spec.loader = Loader(fullname, spec.loader.path)
        return spec


def _instrument() -> ModuleType:
    """`instrument.py`, which lies beside this folder and not on Python's path."""
    name = "g3n_mutation_instrument"
    if name not in sys.modules:
        path = Path(__file__).resolve().parents[1] / "instrument.py"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError(path)
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


def _start(path: str) -> None:
    table = json.loads(Path(path).read_text(encoding="utf-8"))
    Loader.chosen = frozenset(table["chosen"])
    Loader.switch = Switch(table)
    builtins.__mutant__ = Loader.switch  # type: ignore[attr-defined]
    sys.meta_path.insert(0, Finder())


if os.environ.get("G3N_MUTANTS"):
    _start(os.environ["G3N_MUTANTS"])
