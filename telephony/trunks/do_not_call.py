"""The list of numbers that a tenant does not call. In the caller's scope.

Rules of this file: the list is kept here and asked at the dialling alone (`core.outside.refusal`), which all calls to
outside pass. Screens may ask `listed` beforehand, so that nobody is promised what will not be done.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from seatline.errors import BadInput
from telephony.plans.numbering import numbering
from telephony.trunks.models import DoNotCall
from telephony.trunks.services import plan_changed
from tenants.accounts.models import Tenant
from tenants.numbers.rules import NumberUnreadable
from tenants.trust.services import log_operation

MOST = 100_000  # numbers of a tenant: the switch has them all at hand


class ListTooLong(BadInput):
    """The list holds {most} numbers at most."""


def never_call(tenant: Tenant, numbers: Sequence[str], at: datetime, reason: str = "") -> list[DoNotCall]:
    """Put numbers on the tenant's list, as people write them; those that are on it stay as they are.

    Gives the rows back in order. Raises NumberUnreadable, and then none of them is put there; ListTooLong.
    """
    wanted = [_in_full(number) for number in numbers]
    with transaction.atomic():
        if DoNotCall.objects.filter(tenant=tenant).count() + len(wanted) > MOST:
            raise ListTooLong(most=MOST)
        rows = [DoNotCall(tenant=tenant, number=one, reason=reason, since_at=at) for one in dict.fromkeys(wanted)]
        DoNotCall.objects.bulk_create(rows, ignore_conflicts=True)
        log_operation(tenant.pk, "do_not_call.added", str(tenant.pk), numbers=len(rows))
        there = {row.number: row for row in DoNotCall.objects.filter(tenant=tenant, number__in=wanted)}
        plan_changed()
    return [there[number] for number in wanted]


def may_call_again(row: DoNotCall) -> None:
    """Take a number off the list, where it stands by mistake; the tenant's log says who did."""
    with transaction.atomic():
        log_operation(row.tenant_id, "do_not_call.removed", str(row.pk))
        row.delete()
        plan_changed()


def listed(tenant: Tenant, numbers: Collection[str]) -> set[str]:
    """Which of these numbers, in E.164, are on the tenant's list."""
    return set(DoNotCall.objects.filter(tenant=tenant, number__in=numbers).values_list("number", flat=True))


def _in_full(number: str) -> str:
    found = numbering().read(number)
    if not found.startswith("+"):
        raise NumberUnreadable(dialled=number)
    return found
