"""What an earlier switch left: calls that the ledger has begun and not ended."""

from telephony.core.call import Call
from telephony.core.facts import Fact, restore
from telephony.core.plan import Plan
from telephony.core.resume import resume
from telephony.core.values import CallId, TenantId
from telephony.journal.models import Call as CallRow
from telephony.journal.models import LedgerEntry
from tenants.accounts.scope import telephony_scope


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
