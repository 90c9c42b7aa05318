"""Writes what the certificate of a client has of its own, beside the formats of every run."""

from collections.abc import Mapping
from pathlib import Path

from conformance.client import page
from conformance.client.certificate import Certificate


def write(certificate: Certificate, folder: Path, logs: Mapping[str, str]) -> None:
    """client.json, client.html, and `runs/NAME.log` with what the client printed.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = certificate.model_dump_json(indent=1)
    (folder / "client.json").write_text(text + "\n", encoding="utf-8")
    (folder / "client.html").write_text(page.html(certificate), encoding="utf-8")
    for name, log in logs.items():
        (folder / "runs").mkdir(exist_ok=True)
        (folder / "runs" / f"{name}.log").write_text(log, encoding="utf-8")
