"""The part of a reproduction script that signs requests, as services of AWS have it.

It follows `reproduction.py` in the script where functions are invoked, a queue or files are read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
from datetime import datetime
from typing import Any

from reports.page.reproduction import sent
from reports.page.reproduction_values import UTC_ZONE, at

# --- from here on it is part of the script


def invoked(url: str, payload: bytes | None) -> tuple[int, Any]:
    """One of the operator's functions, invoked as AWS has it, with the keys of the environment."""
    base, _, name = url.rpartition("/")
    place, body = f"/2015-03-31/functions/{name}/invocations", payload or b"{}"
    status, said, _ = sent("POST", base + place, signed(base, place, body), body)
    if status not in range(200, 300):
        sys.exit(f"{name} cannot be invoked: {status} {json.dumps(said)[:300]}")
    told = at(said, ["error", "http_status"])
    fallback = 200 if at(said, ["success"]) is True else 400
    return (told if isinstance(told, int) else fallback), said


def signed(
    base: str,
    place: str,
    body: bytes,
    service: str = "lambda",
    *,
    method: str = "POST",
    query: str = "",
) -> dict[str, str]:
    """The headers of a signed request (AWS Signature Version 4)."""
    key = os.environ.get("AWS_ACCESS_KEY_ID", "reference")
    word = os.environ.get("AWS_SECRET_ACCESS_KEY", "reference-only")
    token = os.environ.get("AWS_SESSION_TOKEN")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    moment = datetime.now(UTC_ZONE).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": base.partition("://")[2], "x-amz-date": moment}
    digest_of_body = hashlib.sha256(body).hexdigest()
    if service == "s3":
        headers["x-amz-content-sha256"] = digest_of_body
    if token:
        headers["x-amz-security-token"] = token
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    asked = f"{method}\n{place}\n{query}\n{lines}\n{names}\n{digest_of_body}"
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(asked.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
    secret_key = f"AWS4{word}".encode()
    for part in (*scope.split("/"), text):
        secret_key = hmac.new(secret_key, part.encode(), hashlib.sha256).digest()
    proof = f"Credential={key}/{scope}, SignedHeaders={names}, Signature={secret_key.hex()}"
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 {proof}"}


INVOKED = invoked
