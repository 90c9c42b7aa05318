"""Step 4: what API keys may do with an organisation's records."""

from collections.abc import Callable

import pytest

from fixtures import Actor, Caller, Keys

WRITES = ("ofm.cost_centre.create", "ofm.physical.create", "ofm.member.invite_create")
# As far as ofm/ lists them: its list is cut.
VIEW_ROLES = ("ofm_view", "pvv", "pma", "vca", "pmc_view")
READS = ("ofm.org.get", "ofm.cost_centre.list", "ofm.logical.get")


@pytest.mark.requirement("ORG-81")
@pytest.mark.parametrize("write", WRITES)
def test_key_with_role_owner_passes_owner_only_mutations(
    owner: Caller, key_owner: Caller, write: str
) -> None:
    owner(write).accepted()
    key_owner(write).accepted()


@pytest.mark.requirement("ORG-82")
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("name", ["key_view", "key_blind"])
def test_key_without_role_owner_is_refused(
    owner: Caller, keys: Keys, name: str, write: str
) -> None:
    owner(write).accepted()
    owner.as_(keys.by_name[name])(write).refused(403)


@pytest.mark.requirement("ORG-83")
@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("role", VIEW_ROLES)
def test_key_with_a_view_role_reads(
    owner: Caller, role_key: Callable[[str], Actor], role: str, read: str
) -> None:
    owner(read).accepted()
    owner.as_(role_key(role))(read).accepted()


@pytest.mark.requirement("ORG-84")
@pytest.mark.parametrize("read", READS)
def test_key_without_a_view_role_does_not_read(owner: Caller, key_blind: Caller, read: str) -> None:
    owner(read).accepted()
    key_blind(read).refused(403)
