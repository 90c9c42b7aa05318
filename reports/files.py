"""The two files a run is read back from: `run.json` and `exchanges.jsonl`."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from pydantic import ValidationError

from reports.exchange import Exchange
from reports.model import Run

RUN_JSON = "run.json"
EXCHANGES_JSONL = "exchanges.jsonl"
_VERSION = "1"
SCHEMA_PATH = Path(__file__).with_name("run.schema.json")


def run_schema() -> dict[str, Any]:
    """The JSON Schema of run.json, as the model has it now."""
    schema = Run.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "run.json",
        "description": "One run of the integration conformance suite, schema version 1.",
    }


def write_schema(path: Path = SCHEMA_PATH) -> Path:
    """Write the schema where the writer and outside readers look for it."""
    write_text(path, json.dumps(run_schema(), indent=2) + "\n")
    return path


def schema_error(document: object) -> str | None:
    """The first thing in which a run.json breaks the committed schema, as one line."""
    error = next(_validator().iter_errors(document), None)
    if error is None:
        return None
    where = "".join(f"[{it}]" if isinstance(it, int) else f".{it}" for it in error.instance_path)
    return f"${where}: {' '.join(error.message.split())[:200]}"


def write_run(run: Run, directory: Path) -> Path:
    """Write run.json: all of it or nothing. Raises ValueError where it breaks its own schema."""
    path = directory / RUN_JSON
    write_text(path, run_text(run))
    return path


def run_text(run: Run) -> str:
    """A run as run.json holds it. Raises ValueError where it breaks its own schema."""
    document = run.model_dump(mode="json")
    error = schema_error(document)
    if error:
        raise ValueError(f"run.json does not follow {SCHEMA_PATH.name}: {error}")
    return json_text(document)


def json_text(document: object, default: Callable[[Any], Any] | None = None) -> str:
    """A document as files of a report hold it; `default` tells what JSON has no word for."""
    return json.dumps(document, indent=1, ensure_ascii=False, default=default) + "\n"


def read_run(path: Path) -> Run:
    """The run of a report directory, or of a run.json. Raises ValueError with one clear line."""
    path = path / RUN_JSON if path.is_dir() else path
    document = _document(path)
    if isinstance(document, dict) and document.get("schema_version", _VERSION) != _VERSION:
        version = document["schema_version"]
        raise ValueError(
            f"{path}: schema version {version!r} is unknown: this suite reads {_VERSION!r}"
        )
    if isinstance(document, dict) and "schema_version" not in document:
        raise ValueError(f"{path}: not a run: schema_version is missing")
    try:
        return Run.model_validate(document)
    except ValidationError as error:
        raise ValueError(f"{path}: not a run: {_first(error)}") from None


def _document(path: Path) -> Any:
    """What a file of JSON holds."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path}: no such file") from None
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except RecursionError:
        raise ValueError(f"{path}: not JSON: it is too deep") from None
    except ValueError as error:
        raise ValueError(f"{path}: not JSON: {' '.join(str(error).split())}") from None


def read_valid_run(directory: Path) -> Run:
    """The run of a report directory. Raises ValueError where it breaks the committed schema."""
    if broken := schema_error(_document(directory / RUN_JSON)):
        raise ValueError(broken)
    return read_run(directory)


class ExchangeLog:
    """The exchanges of a run, one at a time; iterate as often as needed.

    `truncated` is 1 after a pass whose last line was cut short, as a killed run leaves it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.truncated = 0

    def __iter__(self) -> Iterator[Exchange]:
        """Yield in file order; ValueError names a broken line, unless it is the last."""
        self.truncated = 0
        broken: tuple[int, str] | None = None
        with self.path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                if broken:
                    raise ValueError(f"{self.path}: line {broken[0]}: {broken[1]}")
                if line.isspace():
                    continue
                try:
                    yield Exchange.model_validate_json(line)
                except ValidationError as error:
                    broken = number, _first(error)
        if broken:
            self.truncated = 1


def write_text(path: Path, text: str) -> None:
    """Write through a temporary file in the same directory, then rename over `path`."""
    write_parts(path, (text,))


def write_parts(path: Path, parts: Iterable[str]) -> None:
    """The same for a text that is made part by part."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        # Replaced is half of a surrogate pair, which JSON can name and UTF-8 cannot hold.
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
            stream.writelines(parts)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """What the user keeps from others. Asking for it sets it, so it is set back at once."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    schema: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return jsonschema_rs.Draft202012Validator(schema)


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in found["loc"])
    return f"{where or 'document'}: {found['msg']}"
