"""How much sound of each tenant is kept: what bills for storage ask."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Sum

from telephony.recordings.models import Recording
from telephony.retention.models import Destroyed
from tenants.accounts.scope import telephony_scope


def bytes_kept(at: datetime) -> dict[UUID, int]:
    """Bytes of recordings stored before `at` and still there, by tenant; read in its own scope."""
    with telephony_scope():
        gone = Destroyed.objects.filter(id=OuterRef("id"), destroyed_at__lt=at)
        rows = Recording.objects.filter(~Exists(gone), stored_at__lt=at, tenant__isnull=False).order_by()
        return dict(rows.values_list("tenant_id").annotate(Sum("size")))
