"""What checks of idempotency keys share (common/idempotency-retry.html)."""

import secrets

from conformance.contract.envelope import DATA
from fixtures import Answer
from fixtures.formats.json_values import at, leaves


def new_key() -> str:
    """A key that no request was sent with before."""
    return f"conformance-{secrets.token_hex(8)}"


def expect_same_record(repeated: Answer, name: str, created: str) -> None:
    """Expect the answer to a repeated request to show the id that the first answer showed.

    `name` is the binding that the id was read through. The original response holds it, so it is
    looked for anywhere in the repeated one; which field it stands in makes no difference.
    """
    repeated.accepted("a request that is repeated with its key is answered as the first time")
    found = repeated.optional(name)
    repeated.expect(
        "the repeated request is answered with the record that the first one made",
        holds=any(str(leaf) == created for leaf in leaves(at(repeated.body, DATA))),
        expected=f"the same {name}",
        observed=f"no {name}" if found is None else f"another {name}",
    )


def expect_own_answer(answer: Answer, name: str, *, control: Answer, first: Answer) -> None:
    """Expect that a route answered by itself, and did not repeat what another route had answered.

    `first` is what the other route answered under the same key, `control` what this route answers
    under a key of its own, `name` the id of what this route makes.
    """
    control.value(name)
    answer.accepted("a key that another route has seen is taken as a new one")
    answer.expect(
        "the request is answered by its own route",
        holds=at(answer.body, DATA) != at(first.body, DATA),
        expected=f"an answer about what {answer.operation.id} makes",
        observed=f"what {first.operation.id} had answered under this key",
    )
    found = answer.optional(name)
    answer.expect(
        "the answer names a record that this request made",
        holds=found is not None and found != control.value(name),
        expected=f"a new {name}",
        observed=f"{found}",
        uses=(name,),
    )
