"""A certificate and the table of duties, in lines for a terminal."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from conformance.client.catalogue import Duty, duties
from conformance.client.certificate import Certificate, DutyResult, Verdict
from conformance.client.duty_set import profile

_SHOWN: Final = 3


def table(step: int | None = None, part: str | None = None) -> Iterator[str]:
    """The duties of a step or a part, or all."""
    for duty in duties():
        if step in (None, duty.step) and part in (None, duty.part):
            level = f"{duty.strength} {duty.maturity}".strip()
            yield f"{duty.id:4}{level:22}{duty.part:14}{duty.text} [{duty.page}]"


def lines(certificate: Certificate) -> Iterator[str]:
    """What the certificate says, worst first, the verdict last."""
    yield certificate.disclaimer
    yield from (f"not read: {line}" for line in certificate.unread)
    yield from (f"in doubt: {line}" for line in certificate.doubts)
    if certificate.stripped:
        yield "credentials were taken out of the recording: duties on them are not judged"
    for run in certificate.runs:
        note = f"; {run.note}" if run.note else ""
        ended = "" if run.exit_status is None else f"exit {run.exit_status}, "
        took = f", {run.seconds:.1f} s" if run.seconds else ""
        yield f"run {run.scenario:18} {ended}{run.calls} calls, {run.acted} acted on{took}{note}"
    for verdict in (Verdict.BROKEN, Verdict.WAIVED, Verdict.WARNING):
        for result in certificate.duties:
            if result.verdict is verdict:
                yield from _breaches(result)
    for result in certificate.missing:
        yield f"missing {result.duty.id}: {how_to_bring_about(result)}"
    counts = Counter(result.verdict for result in certificate.duties)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    yield f"duties: {told}"
    yield f"calls: {certificate.calls} recorded, {certificate.others} of no account"
    yield summary(certificate)


def summary(certificate: Certificate) -> str:
    """The verdict in one line."""
    needed = certificate.needed
    kept = sum(r.verdict in (Verdict.KEPT, Verdict.WARNING) for r in needed)
    stated = sum(r.verdict is Verdict.STATED for r in needed)
    return (
        f"{certificate.verdict} [{profile(certificate.parts)}] "
        f"{kept} of {len(needed)} duties kept, {stated} stated"
    )


def how_to_bring_about(result: DutyResult) -> str:
    """Why a duty was not exercised, and what would exercise it."""
    if result.verdict is Verdict.NOT_JUDGED:
        return f"{result.duty.text} Not judged: {result.reason}"
    return f"{result.duty.text} No traffic: {result.reason} ({occasion(result.duty)})"


def occasion(duty: Duty) -> str:
    """What makes the occasion of a duty."""
    if duty.scenario == "plain":
        return "the client's ordinary work does it"
    if not duty.scenario:
        return "no scenario brings it about yet"
    return f"scenario {duty.scenario} brings it about"


def _breaches(result: DutyResult) -> Iterator[str]:
    duty = result.duty
    counted = f"{result.breaches} of {result.occasions} occasions"
    yield f"{result.verdict} {duty.id}: {duty.text} ({counted}; {duty.page})"
    for breach in result.told[:_SHOWN]:
        run = f"{breach.run}, " if breach.run and breach.run != breach.where else ""
        yield f"    {run}{breach.where}: {breach.call or 'the run as a whole'}: {breach.said}"
    if result.reason:
        yield f"    waived: {result.reason}"
    if duty.remedy:
        yield f"    remedy: {duty.remedy}"
