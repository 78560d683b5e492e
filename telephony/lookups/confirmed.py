"""Orders that callers have confirmed, as bills need them: when and for how much, nothing of what or for whom."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from telephony.lookups.models import Order
from tenants.accounts.scope import telephony_scope

_AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class ConfirmedOrder:
    """An order; `value` is its field `amount`, 0 where it has none."""

    order_id: UUID
    tenant_id: UUID
    call_id: UUID
    confirmed_at: datetime
    value: Decimal


def orders_confirmed_since(since: datetime) -> list[ConfirmedOrder]:
    """Orders confirmed at `since` or later, oldest first; read in its own scope, and the content stays here."""
    with telephony_scope():
        rows = Order.objects.filter(confirmed_at__gte=since).order_by("confirmed_at", "id")
        return [
            ConfirmedOrder(row.id, row.tenant_id, row.call_id, row.confirmed_at, _value(row.content)) for row in rows
        ]


def _value(content: dict[str, object]) -> Decimal:
    try:
        value = Decimal(str(content.get(_AMOUNT, "0")))
    except InvalidOperation:
        return Decimal(0)
    return value if value.is_finite() and value > 0 else Decimal(0)
