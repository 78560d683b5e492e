"""Calls to outside: who may call whom, and the picture of trunks, numbers and rules that the switch works from."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from seatline.errors import BadInput, Refused
from telephony.core.lines import HeldNumber, OutsidePlan, TrunkPlan
from telephony.core.values import TenantId
from telephony.plans.lines import Trunk
from telephony.trunks.models import DoNotCall, OutsideRule
from tenants.accounts.models import Tenant
from tenants.numbers.services import numbers_in_force

_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")


class TrunkNameTaken(Refused):
    """There is a trunk with the name {name} already."""


class PrefixUnreadable(BadInput):
    """{prefix!r} is no beginning of numbers: write a plus sign, the country and what follows, as +8613."""


def allow_outside(tenant: Tenant, prefix: str) -> OutsideRule:
    """Let the tenant's calls go to numbers that begin so. Raises PrefixUnreadable."""
    if not _PREFIX.fullmatch(prefix):
        raise PrefixUnreadable(prefix=prefix)
    with transaction.atomic():
        rule, _ = OutsideRule.objects.get_or_create(tenant=tenant, prefix=prefix)
        plan_changed()
    return rule


def forbid_outside(tenant: Tenant, prefix: str) -> None:
    """Take the rule back; calls that go on are left alone."""
    with transaction.atomic():
        OutsideRule.objects.filter(tenant=tenant, prefix=prefix).delete()
        plan_changed()


def add_trunk(name: str, host: str, *, priority: int = 10, capacity: int = 0) -> Trunk:
    """Take calls from a carrier's address, and send calls there. One that is there takes on what is given."""
    with transaction.atomic():
        trunk, _ = Trunk.objects.update_or_create(
            name=name, defaults={"host": host, "priority": priority, "capacity": capacity}
        )
        plan_changed()
    return trunk


def new_trunk(name: str, fields: Mapping[str, object]) -> Trunk:
    """A line under a name that is free. Raises TrunkNameTaken, and Django's ValidationError."""
    with transaction.atomic():
        if Trunk.objects.filter(name=name).exists():
            raise TrunkNameTaken(name=name)
        return _kept(Trunk(name=name), fields)


def change_trunk(trunk: Trunk, fields: Mapping[str, object]) -> Trunk:
    """Change where a line leads, how many calls it takes, and whether it is used. Raises Django's ValidationError."""
    with transaction.atomic():
        return _kept(trunk, fields)


def _kept(trunk: Trunk, fields: Mapping[str, object]) -> Trunk:
    for name, value in fields.items():
        setattr(trunk, name, value)
    trunk.clean_fields()
    trunk.save()
    plan_changed()
    return trunk


def trunks() -> tuple[TrunkPlan, ...]:
    """The trunks that are in use, for the switch's plan."""
    return tuple(
        TrunkPlan(name=one.name, priority=one.priority, capacity=one.capacity)
        for one in Trunk.objects.filter(active=True)
    )


def outside_plans(since: datetime) -> dict[TenantId, OutsidePlan]:
    """What each tenant may do outside, with the periods of its numbers that end after `since`."""
    held: dict[UUID, list[HeldNumber]] = defaultdict(list)
    for number in numbers_in_force(since):
        if number.tenant_id is not None and number.starts_at is not None:
            held[number.tenant_id].append(
                HeldNumber(number=number.e164, starts_at=number.starts_at, ends_at=number.ends_at)
            )
    prefixes: dict[UUID, set[str]] = defaultdict(set)
    for tenant_id, prefix in OutsideRule.objects.values_list("tenant_id", "prefix"):
        prefixes[tenant_id].add(prefix)
    never: dict[UUID, set[str]] = defaultdict(set)
    for tenant_id, barred in DoNotCall.objects.values_list("tenant_id", "number"):
        never[tenant_id].add(barred)
    return {
        TenantId(tenant): OutsidePlan(
            numbers=tuple(held[tenant]), prefixes=frozenset(prefixes[tenant]), never=frozenset(never[tenant])
        )
        for tenant in {*held, *prefixes}
    }


def plan_changed() -> None:
    """Tell the switch, as `plans.services.plan_changed` does, which stands above this room."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('seatline_plan', '')")
