"""Wires the suite into pytest: options, markers, the recorder, the callers that checks ask for."""

from fixtures.callers import PLUGINS

pytest_plugins = ["reports.plugin", "fixtures.companions", *PLUGINS]
