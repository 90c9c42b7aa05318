"""Probes a platform as a script does: it adds exactly the printed lines, and probes again."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.run.servers import Addresses
from tests.run.suite import Finished, run_suite

MOST = 4


@dataclass
class Probed:
    """The target file at the end, and what each probe printed."""

    target: Path
    lines: dict[str, str] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)

    def write(self, addresses: Addresses) -> None:
        """The target file: two addresses, and the lines so far; a later one replaces an earlier."""
        head = [f'base_url = "{addresses.base_url}"', f'operator_url = "{addresses.operator_url}"']
        text = "\n".join([*head, "learn = false", *self.lines.values()])
        self.target.write_text(f"{text}\n", encoding="utf-8")


def probe(target: Path, directory: Path) -> Finished:
    """One probe, by the pages and the target file alone."""
    arguments = ("conformance", "-q", "--probe", "--no-learn", "--target", str(target))
    return run_suite(*arguments, directory=directory)


def probed(addresses: Addresses, directory: Path) -> Probed:
    """Probe until nothing new is printed, and no more than four times."""
    found = Probed(directory / "target.toml")
    for number in range(MOST):
        found.write(addresses)
        output = probe(found.target, directory / f"probe-{number}").output
        found.outputs.append(output)
        new = [line for line in output.splitlines() if line.startswith("operations.")]
        found.lines |= {line.partition(" = ")[0]: line for line in new}
        if not new:
            break
    found.write(addresses)
    return found
