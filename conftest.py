"""Wires the suite into pytest: options, markers, the recorder, the callers that checks ask for."""

from fixtures.context import registry

pytest_plugins = [
    "reports.plugin",
    "fixtures.run.private_reference",
    "fixtures.context.callers",
    "fixtures.context.disposable",
    *registry.named("callers"),
]
