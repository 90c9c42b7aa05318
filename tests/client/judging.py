"""Judges entries of a HAR, as the command does: written to files, read back."""

import json
from pathlib import Path
from typing import Any

from conformance.client.certificate import Certificate, Verdict
from conformance.client.judgement import judge
from conformance.client.reading import read


def judged(folder: Path, *files: list[dict[str, Any]]) -> Certificate:
    paths = []
    for number, entries in enumerate(files):
        paths.append(folder / f"{number}.har")
        paths[-1].write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), "utf-8")
    with read(paths) as recording:
        return judge(recording)


def verdicts(certificate: Certificate) -> dict[str, Verdict]:
    return {result.duty.id: result.verdict for result in certificate.duties}


def broken(certificate: Certificate) -> list[str]:
    return [d for d, verdict in verdicts(certificate).items() if verdict is Verdict.BROKEN]
