"""The contracts that a lease may be granted under, as the floor of seats asks for them."""

from django.db.models import Q

from billing.contracts.models import Contract
from seatline import clock
from tenants.seats.contracts import Offered, OfferedContract


def contracts_to_lease_by() -> Offered:
    """Contracts that have not ended, by tenant and number; an hour more or less of the last day is no matter here."""
    rows = Contract.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=clock.now().date()))
    return [
        OfferedContract(row.pk, row.tenant_id, f"{row.tenant} · {row.number}")
        for row in rows.select_related("tenant").order_by("tenant__name", "number")
    ]
