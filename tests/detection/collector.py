"""A pytest plugin that tells which check proves which requirement, without running any."""

import json
import os
from pathlib import Path

import pytest

from reports.selection import requirement_ids

#: Names the file to write: the requirements of each node id, as a JSON object.
VARIABLE = "CHECKS_OF_REQUIREMENTS"


def pytest_collection_finish(session: pytest.Session) -> None:
    found = {item.nodeid: requirement_ids(item) for item in session.items}
    Path(os.environ[VARIABLE]).write_text(json.dumps(found), encoding="utf-8")
