"""What goes between the controller and the processes that run tests.

pytest-xdist carries only plain data, so each message is a model that is dumped where it leaves
and validated where it arrives.
"""

from pydantic import Field

from fixtures.exchange.redaction import Vault
from fixtures.exchange.target import Target
from reports.model import Card, Certainty, Frozen, Shard
from reports.verdict import Verdict


class Settings(Frozen):
    """From the controller to each process that runs tests: what it must know of the run.

    `turns` is whether parameter sets take turns by seed; `repeat` are the options that repeat the
    run's aim; `waived` are reasons by requirement; `part` goes before the names of workers, so that
    what a run records after a death bears other ids; `challenge` is borne by every request.
    """

    target: Target
    needs: frozenset[str]
    profile: str
    tier: str
    directory: str
    run_id: str
    seed: int
    turns: bool
    repeat: str
    waived: dict[str, str]
    part: str = ""
    challenge: str | None = None
    shard: Shard | None = None


class Judgement(Frozen):
    """From a test to the controller: the verdict of one check, and what it rests on.

    `requirements` are the ids that the check proves; `cause` is what kept it from a verdict;
    `line` is what to add to the target file; `exchanges` are ids in exchanges.jsonl; `readings`
    tell by topic which of several documented readings the target follows; `subject` is how sure it
    is that what the check is about is there at all.
    """

    requirements: tuple[str, ...]
    verdict: Verdict
    message: str = ""
    cause: str | None = None
    line: str = ""
    cards: tuple[Card, ...] = ()
    exchanges: tuple[str, ...] = ()
    certainty: Certainty | None = None
    subject: Certainty | None = None
    unsure: tuple[str, ...] = ()
    readings: dict[str, str] = Field(default_factory=dict)

    def redacted(self, vault: Vault) -> "Judgement":
        """The same without the secrets that the target's answers may have put into its texts."""
        cards = tuple(_redacted(card, vault) for card in self.cards)
        message = vault.redact_text(self.message)
        return self.model_copy(update={"message": message, "cards": cards})


class Tally(Frozen):
    """From a process that ran tests to the controller: what it counted.

    `seen` are the answers that each invariant concerned; `cells` tells how many parameter sets
    were taken of how many; `expected` are the checks that the suite itself meant to run;
    `lost_answers` are requests that were sent again because no answer of the platform came;
    `renewed` are sessions that had expired and were renewed;
    `divided` is a digest of the checks that the shards of a run divide.
    """

    seen: dict[str, int] = Field(default_factory=dict)
    cells: tuple[int, int] | None = None
    expected: tuple[str, ...] = ()
    lost_answers: int = 0
    renewed: int = 0
    divided: str | None = None


def _redacted(card: Card, vault: Vault) -> Card:
    texts = {name: value for name, value in card if isinstance(value, str)}
    return card.model_copy(update={name: vault.redact_text(value) for name, value in texts.items()})
