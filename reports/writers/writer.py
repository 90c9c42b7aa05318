"""The interface of a format: what the others may ask of it, and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from conformance.requirements import Requirement, RequirementSet
from reports.collected import Collected
from reports.files import ExchangeLog, json_text, write_text
from reports.model import Run


@dataclass(frozen=True)
class Finished:
    """A run that is over: assembled, with all that it was assembled from.

    `directory` is where reports go.
    """

    run: Run
    collected: Collected
    directory: Path


class Writer:
    """One format. A format overrides what concerns it; by default nothing is done.

    `output` is the file or folder in the report directory, None where there is none. A format
    must not rest on another's output: all are written in no particular order.
    """

    output: ClassVar[str | None] = None
    # What tells of the others is written after them: run.json is the last.
    rank: ClassVar[int] = 0

    def configure(self, config: pytest.Config, directory: Path) -> None:
        """Before the run starts: prepare pytest, where a plugin of pytest's is involved."""

    def before_test(
        self, config: pytest.Config, requirement: Requirement, requirements: RequirementSet
    ) -> None:
        """In the process that runs a test, just before it: the requirement it is named after."""

    def write(self, finished: Finished) -> None:
        """After the run: write what this format tells."""

    def print_summary(self, finished: Finished, reporter: Any) -> None:
        """At the very end: write to pytest's terminal reporter."""

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        """What is wrong with the output at `path`, which exists; `run` is what run.json says.

        A line each; nothing where all is well.
        """
        del path, run
        return iter(())


class RunWriter(Writer):
    """A format that is made of a run and the log of its exchanges: whenever, and by whomever."""

    def write(self, finished: Finished) -> None:
        """Tell the run that is over."""
        self.tell(finished.run, finished.collected.exchanges, finished.directory)

    def tell(self, run: Run, log: ExchangeLog, directory: Path) -> None:
        """Write the output into `directory`; `log` may name a file that is not there."""
        raise NotImplementedError


class JsonWriter(RunWriter):
    """A format that is one JSON document."""

    output: ClassVar[str]

    def document(self, run: Run) -> dict[str, Any]:
        """The run as this format tells it."""
        raise NotImplementedError

    def tell(self, run: Run, log: ExchangeLog, directory: Path) -> None:
        """Write the document; `log` is not asked."""
        del log
        write_text(directory / self.output, json_text(self.document(run)))


class PluginWriter(Writer):
    """A format that a plugin of pytest's writes, told where by a command-line option.

    `option` is the option's name in pytest's configuration.
    """

    option: ClassVar[str]

    def configure(self, config: pytest.Config, directory: Path) -> None:
        """Have it written to the report directory, unless the command line says otherwise."""
        if not self.is_on(config):
            setattr(config.option, self.option, str(directory / str(self.output)))

    def is_on(self, config: pytest.Config) -> bool:
        """Whether the plugin has been told to write."""
        return bool(getattr(config.option, self.option, None))
