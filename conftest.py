"""Wires the suite into pytest: options, markers, the recorder, the callers that checks ask for."""

pytest_plugins = ["reports.plugin", "fixtures.callers", "fixtures.companions"]
