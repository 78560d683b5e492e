"""Tenants and what they hold, with good defaults. Call them inside an operator scope."""

from datetime import UTC, datetime

from tenants.accounts.models import Tenant
from tenants.numbers.models import Number
from tenants.numbers.services import add_number
from tenants.seats.models import SeatLease
from tenants.seats.services import add_seats, grant_lease

NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai


def a_tenant(code: str = "museum", **fields: object) -> Tenant:
    """A tenant in Shanghai."""
    return Tenant.objects.create(code=code, **{"name": code.title(), **fields})


def a_room(seats: int = 10) -> None:
    """A room with seats 1 to `seats`, all in service."""
    add_seats(range(1, seats + 1))


def a_number(e164: str = "+862196968101", kind: str = Number.Kind.LOCAL) -> Number:
    """A number of the inventory."""
    return add_number(e164, kind)


def a_lease(tenant: Tenant, seats: int = 5, **terms: object) -> SeatLease:
    """Seats around the clock from nine on, without an end."""
    return grant_lease(tenant, seats, **{"starts_at": NINE, "at": NINE, **terms})
