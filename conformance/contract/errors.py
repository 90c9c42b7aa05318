"""The error tags that pages print, read at `error.major.tag` (common/troubleshooting.html)."""

from enum import StrEnum
from typing import Final


class Tag(StrEnum):
    """A tag, with the page that prints it. The catalogue of all tags is not public."""

    CODE_GENERATION_EXHAUSTED = "code-generation-exhausted"  # pvm/surfaces/
    CONFLICT = "conflict"  # ofm/, pvm/surfaces/
    CONTEXT_MISMATCH = "context_mismatch"  # common/headers-identity.html
    DUPLICATE_EMAIL = "duplicate-email"  # uas/playbooks.html
    EMAIL_NOT_VERIFIED = "email-not-verified"  # common/integration-walkthroughs.html
    EXPECTED_REVISION_REQUIRED = "expected-revision-required"  # ofm/, pvm/surfaces/
    FORBIDDEN = "forbidden"  # utl/PROTOCOL.md
    INSUFFICIENT_STOCK = "insufficient-stock"  # scm/playbooks.html
    INVALID_INPUT = "invalid-input"  # scm/PROTOCOL.md, common/reason-codes.html
    INVALID_PASSCODE = "invalid-passcode"  # common/integration-walkthroughs.html
    INVALID_STATE = "invalid-state"  # ipm/playbooks.html and others
    INVALID_TOKEN = "invalid-token"  # noqa: S105 - uas/playbooks.html
    INVALID_TRANSITION = "invalid-transition"  # uas/playbooks.html
    INVITATION_EXPIRED = "invitation-expired"  # common/integration-walkthroughs.html
    NOT_FOUND = "not-found"  # common/troubleshooting.html
    NOT_OWNER = "not-owner"  # ofm/, usm/PROTOCOL.md
    ORG_WRITE_BLOCKED = "org-write-blocked"  # common/start-here.html
    SESSION_DOOMED = "session-doomed"  # usm/playbooks.html
    THROTTLED = "throttled"  # common/rate-limit-timeouts.html
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - uas/playbooks.html
    TOO_MANY_SESSIONS = "too-many-sessions"  # usm/playbooks.html
    TTL_EXPIRED = "ttl-expired"  # usm/playbooks.html
    USER_NOT_VERIFIED = "user-not-verified"  # common/integration-walkthroughs.html


# How a request is refused whose header and body name different organisations: pages print two tags
# (common/headers-identity.html, scm/PROTOCOL.md), and one that the caller is foreign to is not
# there (common/troubleshooting.html).
OTHER_ORG: Final = (Tag.CONTEXT_MISMATCH, Tag.INVALID_INPUT, Tag.NOT_FOUND)
