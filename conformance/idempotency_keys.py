"""What checks of idempotency keys share (common/idempotency-retry.html)."""

import secrets

from fixtures import Answer


def new_key() -> str:
    """A key that no request was sent with before."""
    return f"conformance-{secrets.token_hex(8)}"


def expect_same_record(repeated: Answer, name: str, created: str) -> None:
    """Expect the answer to a repeated request to show the id that the first answer showed.

    `name` is the binding of the id. An answer without one contradicts the page as another id does.
    """
    found = repeated.accepted().optional(name)
    repeated.expect(
        "the repeated request is answered with the record that the first one made",
        holds=found is not None and str(found) == created,
        expected=f"the same {name}",
        observed=f"no {name}" if found is None else f"another {name}",
        uses=(name,),
    )
