"""`client.toml`: what a team tells of its client."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from conformance.client.catalogue import duties, parts
from conformance.contract import ROUTES

_RECEIVER: Final = re.compile(r"http://(127\.0\.0\.1|localhost):(\{port\}|\d{1,5})(/\S*)?")


class ClientFileError(ValueError):
    """The file cannot be used; the text says why, in one line."""


class ClientFile(BaseModel):
    """What to run, and what the client claims. `folder` is where the command runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    # Run once a scenario, as it is, without a shell.
    command: Annotated[list[str], Field(min_length=1)]
    timeout_s: float = Field(120.0, gt=0)
    # What of the platform the client uses; `core` is always meant.
    parts: list[str] = Field(default_factory=lambda: list(parts()))
    # The log in which the client keeps the ids of its calls, or "-" for what it prints.
    log: str = ""
    # Where it takes webhooks, if it does; `{port}` is a free port, told it as G3N_RECEIVER_PORT.
    receiver: str = ""
    # What an event makes it do: by the name of an event, the operation that it calls once for it.
    effects: dict[str, str] = Field(default_factory=dict)
    # Files and folders that are searched for secrets: sources, what is built of them.
    artefacts: list[str] = Field(default_factory=list)
    # By duty that no traffic shows: how the team sees to it.
    statements: dict[str, str] = Field(default_factory=dict)
    folder: Path = Path()

    @property
    def claimed(self) -> tuple[str, ...]:
        """The parts in their usual order."""
        return tuple(part for part in parts() if part in self.parts or part == "core")


def read(path: Path) -> ClientFile:
    """The file at this path.

    Raises:
        ClientFileError: it cannot be read, or says what nobody understands.
        OSError: it is not there.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        settings = ClientFile.model_validate({**found, "folder": path.resolve().parent})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClientFileError(f"{path}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ClientFileError(f"{path}: {where}: {first['msg']}") from None
    if unknown := [part for part in settings.parts if part not in parts()]:
        raise ClientFileError(f"{path}: parts: {unknown[0]} is none of {', '.join(parts())}")
    attestable = {duty.id for duty in duties() if duty.attestable}
    if unknown := [duty for duty in settings.statements if duty not in attestable]:
        told = ", ".join(sorted(attestable))
        raise ClientFileError(
            f"{path}: statements: {unknown[0]} is judged by traffic; only these are stated: {told}"
        )
    if wrong := on_loopback(settings.receiver):
        raise ClientFileError(f"{path}: receiver: {wrong}")
    if unknown := [name for name in settings.effects.values() if name not in ROUTES]:
        raise ClientFileError(f"{path}: effects: {unknown[0]} is no operation that is documented")
    if absent := [name for name in settings.artefacts if not (settings.folder / name).exists()]:
        raise ClientFileError(f"{path}: artefacts: {absent[0]}: no such file")
    return settings


def on_loopback(receiver: str) -> str:
    """What is wrong with the address of a receiver; nothing where there is none."""
    if not receiver or _RECEIVER.fullmatch(receiver):
        return ""
    told = "write http://127.0.0.1:{port}/hooks, or a port of your own"
    return f"{receiver} is not on loopback: {told}"
