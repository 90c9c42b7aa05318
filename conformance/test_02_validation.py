"""Step 2: validate credentials."""

import pytest

from fixtures.client import Caller


@pytest.mark.requirement("VALID-1")
def test_active_session_validates(user: Caller) -> None:
    user("usm.session.validate").accepted()
