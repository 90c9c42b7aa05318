"""A target file for the reference that spells everything undocumented in another way.

Written from the reference's table of renames, as an engineer would write one from a platform's
own documentation: bindings only, no word of what is expected.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.contract import ROUTES
from conformance.contract.operation import Kind, Operation
from fixtures.reference.kernel.renames import table

_TABLE: Final = table()
# Which of our candidates the reference answers with, where it is not the first one.
_ANSWERED: Final = {"item_vendor": 1}


def target_file(base_url: str, operator_url: str) -> str:
    """The text of a target file for the renaming variant at these addresses."""
    return addresses(base_url, operator_url) + "".join(_sections())


def addresses(base_url: str, operator_url: str) -> str:
    """The text of a target file that spells nothing otherwise."""
    return f'base_url = "{base_url}"\noperator_url = "{operator_url}"\n'


def _sections() -> Iterator[str]:
    for operation in ROUTES.values():
        lines = [*_path(operation), *_body(operation), *_yields(operation)]
        if lines:
            yield f'\n[operations."{operation.id}"]\n' + "\n".join(lines) + "\n"


def _path(operation: Operation) -> Iterator[str]:
    if operation.path in _TABLE["paths"]:
        yield f"path = {json.dumps(_TABLE['paths'][operation.path])}"


def _body(operation: Operation) -> Iterator[str]:
    names = _names("request", operation)
    renamed = {names.get(name, name): part for name, part in operation.body.items()}
    if renamed != operation.body:
        yield f"body = {_inline(renamed)}"


def _inline(value: Any) -> str:
    """A value as TOML on one line; JSON writes all of it alike but tables."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_inline(part)}" for name, part in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(part) for part in value) + "]"
    return json.dumps(value)


def _yields(operation: Operation) -> Iterator[str]:
    names = _names("response", operation)
    for name, binding in operation.yields.items():
        pointer = binding.pointers[_ANSWERED.get(name, 0)]
        renamed = "/".join(names.get(part, part) for part in pointer.split("/"))
        if renamed != pointer:
            yield f"yields.{name} = {json.dumps(renamed)}"


def _names(side: str, operation: Operation) -> Mapping[str, Any]:
    """What is renamed on this path: all of the table but what a page spells out there."""
    documented = _TABLE["documented"].get(side, {}).get(operation.path, [])
    if side == "request" and operation.kind is Kind.LIST:
        documented = [*documented, "status"]  # as a page names the filter of every list
    return {old: new for old, new in _TABLE[side].items() if old not in documented}
