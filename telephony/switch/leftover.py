"""What an earlier switch left: calls that the ledger has begun and not ended, and recordings that nobody completed."""

from datetime import datetime
from pathlib import Path

import structlog
from django.db.models import Max

from telephony.core.call import Call
from telephony.core.facts import Fact, RecordingStored, restore
from telephony.core.plan import Plan
from telephony.core.resume import resume
from telephony.core.values import CallId, TenantId
from telephony.journal.models import Call as CallRow
from telephony.journal.models import LedgerEntry
from telephony.recordings.files import day_of, keep, left_over, path_of
from tenants.accounts.scope import telephony_scope

log = structlog.get_logger(__name__)


def open_calls(plan: Plan) -> list[Call]:
    """The calls without an end, as their facts tell them. The journal must have been shipped before."""
    with telephony_scope():
        ids = list(CallRow.objects.filter(ended_at__isnull=True).values_list("id", flat=True))
        facts: dict[CallId, list[Fact]] = {}
        for entry in LedgerEntry.objects.filter(call_id__in=ids).order_by("call_id", "seq"):
            call = CallId(entry.call_id)
            tenant = TenantId(entry.tenant_id) if entry.tenant_id else None
            facts.setdefault(call, []).append(
                restore(entry.kind, entry.body, call=call, seq=entry.seq, at=entry.at, tenant=tenant)
            )
    calls = (resume(call, entries, plan) for call, entries in facts.items())
    return [call for call in calls if call is not None]


def complete_recordings(spool: Path, recordings: Path, at: datetime) -> list[Fact]:
    """Keep the recordings of ended calls that a killed switch left in the spool; the facts that tell of them."""
    facts: list[Fact] = []
    for call_id, raw in left_over(spool):
        with telephony_scope():
            row = CallRow.objects.select_related("tenant").filter(id=call_id, ended_at__isnull=False).first()
            if row is None:
                continue
            last = LedgerEntry.objects.filter(call_id=call_id).aggregate(last=Max("seq"))["last"]
        code = row.tenant.code if row.tenant else "operator"
        try:
            kept = keep(raw, recordings / path_of(code, day_of(row.started_at), call_id))
        except OSError as error:
            log.error("recording stays in the spool", call_id=str(call_id), cause=str(error))
            continue
        facts.append(
            RecordingStored(
                call=CallId(call_id), seq=last + 1, at=at, tenant=TenantId(row.tenant_id) if row.tenant_id else None,
                name=str(call_id), seconds=kept.seconds, peak_db=kept.peak_db, size=kept.size,
            )
        )  # fmt: skip
    return facts
