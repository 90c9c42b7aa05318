"""Bad habits of the model client: the scenarios that show each, and the duty that it breaks."""

from dataclasses import dataclass
from typing import Final

from conformance.client.stand import PLAIN


@dataclass(frozen=True)
class Row:
    """A habit of `habits.py`, the client file that it is had with, and what it is caught for."""

    habit: str
    names: tuple[str, ...]
    duty: str
    file: str = "client.toml"
    parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.duty}-{self.habit}"


_LISTENS: Final = "client-events.toml"
BREAKS: Final = (
    Row("makes_again_blindly", ("lost-answer",), "E2"),
    Row("counts_revisions_up", ("stale-record",), "D3"),
    Row("guesses_after_a_loss", ("lost-request",), "D4"),
    Row("wants_known_fields_alone", (PLAIN, "alien-answers"), "F8"),
    Row("takes_the_first_of_a_list", (PLAIN, "other-order"), "G6"),
    Row("takes_tokens_apart", (PLAIN, "other-tokens"), "G1"),
    Row("believes_each_404", (PLAIN,), "F2"),
    Row("logs_no_ids", (PLAIN,), "F11"),
    Row("leaves_a_key_in_a_file", (PLAIN,), "B5"),
)
# SHOULD, inferred, or of a part that pages call a draft: told, and never a failure.
WARNS: Final = (
    Row("never_waits", ("throttled",), "E8"),
    Row("never_waits", ("gateway",), "E15"),
    Row("signs_in_never_again", ("ended-session",), "F5"),
    Row("ends_well_whatever_happens", ("unknown-tag",), "F1"),
    Row("knows_no_version", ("other-version",), "F12"),
    Row("hears_no_sunset", ("deprecated",), "F10", parts=("core", "sdk")),
    Row("waits_for_ever", ("slow",), "E10"),
    Row("asks_for_sessions_again", ("too-many-sessions",), "B12"),
)
# With a queue and a receiver; such runs take longer.
BREAKS_LISTENING: Final = (
    Row("dies_of_unknown_events", (PLAIN, "deliveries"), "V6", _LISTENS),
    Row("takes_no_webhook", (PLAIN,), "V7", _LISTENS),
)
WARNS_LISTENING: Final = (
    Row("acts_on_each_delivery", (PLAIN, "repeated-deliveries"), "V5", _LISTENS),
    Row("takes_unsigned_deliveries", (PLAIN, "forged-deliveries"), "V8", _LISTENS),
    Row("leaves_pointers_alone", (PLAIN, "large-deliveries"), "V4", _LISTENS),
    Row("never_replays", (PLAIN, "lost-deliveries"), "V9", _LISTENS),
)
ALL: Final = (*BREAKS, *WARNS, *BREAKS_LISTENING, *WARNS_LISTENING)
