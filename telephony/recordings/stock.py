"""How much sound of each tenant is kept: what bills for storage ask."""

from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from telephony.recordings.models import Recording
from tenants.accounts.scope import telephony_scope


def bytes_kept(at: datetime) -> dict[UUID, int]:
    """Bytes of recordings stored before `at` and still there, by tenant; read in its own scope."""
    with telephony_scope():
        rows = Recording.objects.filter(stored_at__lt=at, tenant__isnull=False).order_by()
        return dict(rows.values_list("tenant_id").annotate(Sum("size")))
