"""API keys of the demo's programs: one of each tenant, one of the operator's, one of the accounting system."""

from collections.abc import Mapping
from datetime import datetime

from seatline.house import cast
from tenants.accounts.models import Tenant, User
from tenants.accounts.rights import Kind
from tenants.keys.callers import given
from tenants.keys.models import ApiKey
from tenants.keys.rules import read
from tenants.keys.services import make_key

KINDS = {"operator": Kind.OPS, "finance": Kind.FIN}


def make_keys(tenants: Mapping[str, Tenant], machine_secret: str, at: datetime) -> None:
    """Make the keys that are not there, with all rights that a key may hold; finance's in its first clerk's name."""
    for holder in cast.KEY_HOLDERS:
        token = read(cast.api_key_of(holder, machine_secret))
        assert token is not None, "the cast writes keys in their form"
        if ApiKey.objects.filter(pk=token.key_id).exists():
            continue
        kind = KINDS.get(holder, Kind.TENANT)
        person = User.objects.get(username="finance") if kind is Kind.FIN else None
        make_key(tenants.get(holder), kind, f"demo {holder}", given(kind), at=at, person=person, token=token)
