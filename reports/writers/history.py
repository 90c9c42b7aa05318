"""Adds the run to the history folder, where `--history` names one."""

from pathlib import Path
from typing import Any, Final

from reports import history
from reports.writers.writer import Finished, Writer


class History(Writer):
    """A line of JSON for each run; nothing in the report directory."""

    def print_summary(self, finished: Finished, reporter: Any) -> None:
        """At the very end, so that what stands there is what run.json says."""
        directory = reporter.config.option.history
        if directory:
            try:
                history.append(Path(directory), finished.run)
            except (OSError, ValueError) as error:
                line = " ".join(str(error).split())
                reporter.write_line(f"the run was not added to the history: {line}", red=True)


WRITER: Final = History()
