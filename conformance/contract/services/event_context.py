"""The request context that writes of the event services state in their body.

That writes carry one is published (ipm/openapi.yaml, rbs/openapi.yaml), and so are its fields
(common/request-context.html); that it stands in the body under this name is our deduction.

Read from: common/eventing-auditability.html, common/request-context.html, ipm/openapi.yaml,
rbs/openapi.yaml.
"""

from typing import Final

STATED: Final = {
    "request_context": {
        "orgcode": "$orgcode",
        "actor": "$context_actor",
        "context_source": "$context_source",
        # That of the source: the other stays away.
        "session_fingerprint": "$?session_fingerprint",
        "api_key_fingerprint": "$?api_key_fingerprint",
    }
}


def filters(**more: str) -> dict[str, str]:
    """Which events are asked for: of a service, a facility, a channel, and `more`."""
    return {
        "service": "$?listened_service",
        **more,
        "logical_guid": "$?listened_place",
        "channel_code": "$?listened_channel",
    }


# What an event tells of who caused it (common/request-context.html).
REQUIRED: Final = ("orgcode", "actor", "context_source")
SOURCES: Final = ("session", "api_key", "operator", "system")
# The fingerprint that goes with a source.
FINGERPRINTS: Final = {"session": "session_fingerprint", "api_key": "api_key_fingerprint"}
# What every event has (common/eventing-auditability.html).
BASE_EVENT: Final = (
    "event_id",
    "schema_version",
    "timestamp_utc",
    "build",
    "service",
    "action",
    "orgcode",
    "request_context",
    "reason",
    "source_refs",
)
