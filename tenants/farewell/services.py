"""What happens to a farewell: it is noted, moved with the contract's end, and called off. In the operator's scope."""

from datetime import date, datetime
from uuid import UUID

from tenants.accounts.models import User
from tenants.farewell.models import Farewell
from tenants.trust.services import log_operation


def begin_farewell(
    tenant_id: UUID, begins_on: date, contract_id: UUID, *, user: User, at: datetime, reason: str = ""
) -> Farewell:
    """Note that a tenant leaves; noted again, the day is the new one."""
    row, _ = Farewell.objects.update_or_create(
        tenant_id=tenant_id, called_off_at=None,
        defaults={
            "begins_on": begins_on, "contract_id": contract_id, "reason": reason, "noted_by": user, "noted_at": at,
        },
    )  # fmt: skip
    log_operation(tenant_id, "farewell.noted", str(row.pk), begins_on=begins_on.isoformat())
    return row


def call_off_farewell(tenant_id: UUID, at: datetime) -> bool:
    """The tenant stays; whether there was a farewell to call off."""
    row = Farewell.objects.filter(tenant_id=tenant_id, called_off_at=None).first()
    if row is None:
        return False
    row.called_off_at = at
    row.save(update_fields=["called_off_at"])
    log_operation(tenant_id, "farewell.called_off", str(row.pk))
    return True


def farewell_of(tenant_id: UUID) -> Farewell | None:
    """The farewell that has been noted, in whatever scope asks; None for a tenant that stays."""
    return Farewell.objects.filter(tenant_id=tenant_id, called_off_at=None).first()
