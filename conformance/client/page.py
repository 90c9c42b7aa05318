"""The client's certificate as one self-contained page."""

from collections import Counter
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from conformance.client import scenarios, telling
from conformance.client.catalogue import STEPS, Duty
from conformance.client.certificate import Certificate, Verdict

_TEMPLATE: Final = Path(__file__).with_name("page.html.j2")


def html(certificate: Certificate) -> str:
    """The page; no script, and nothing that it would have to load."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(_TEMPLATE.read_text("utf-8"))
    by_step = [
        (number, name, [r for r in certificate.duties if r.duty.step == number])
        for number, name in STEPS.items()
    ]
    return template.render(
        certificate=certificate,
        summary=telling.summary(certificate),
        counts=Counter(result.verdict for result in certificate.duties),
        steps=[step for step in by_step if step[2]],
        verdicts=list(Verdict),
        scenarios=scenarios.ALL,
        occasion=telling.occasion,
        level=_level,
    )


def _level(duty: Duty) -> str:
    return f"{duty.strength} {duty.maturity}".strip()
