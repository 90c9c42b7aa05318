"""What a build server says of itself in the environment: links and numbers, never a secret."""

import os
from collections.abc import Mapping
from typing import Final, NamedTuple


class Build(NamedTuple):
    """The build that a run is part of; "" for what the server does not tell."""

    server: str
    name: str
    order: str
    url: str
    commit: str


_SERVERS: Final = {
    "GITHUB_ACTIONS": ("github", "GITHUB_WORKFLOW", "GITHUB_RUN_NUMBER", "", "GITHUB_SHA"),
    "GITLAB_CI": ("gitlab", "CI_JOB_NAME", "CI_PIPELINE_IID", "CI_JOB_URL", "CI_COMMIT_SHA"),
    "JENKINS_URL": ("jenkins", "JOB_NAME", "BUILD_NUMBER", "BUILD_URL", "GIT_COMMIT"),
}


def build(environment: Mapping[str, str] = os.environ) -> Build | None:
    """The build that this process belongs to; None outside the servers that we know."""
    for mark, (server, *names) in _SERVERS.items():
        if environment.get(mark):
            name, order, url, commit = (environment.get(each, "") for each in names)
            if server == "github":
                url = _github_run(environment)
            return Build(server, name, order, url, commit)
    return None


def _github_run(environment: Mapping[str, str]) -> str:
    parts = [environment.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else ""
