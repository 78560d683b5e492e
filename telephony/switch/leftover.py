"""What an earlier switch left: calls that the ledger has begun and not ended, and recordings that nobody completed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Exists, Max, OuterRef

from telephony.core.call import Call
from telephony.core.facts import Fact, MessageLost, MessageStored, RecordingLost, RecordingStored
from telephony.core.plan import Plan
from telephony.core.resume import resume
from telephony.core.values import CallId, TenantId
from telephony.journal.models import Call as CallRow
from telephony.journal.models import LedgerEntry
from telephony.journal.services import open_call_facts
from telephony.recordings.files import day_of, keep, keep_message, left_over, message_path, path_of
from tenants.accounts.scope import telephony_scope

log = structlog.get_logger(__name__)
LOOK_BACK = timedelta(days=2)  # a recording is completed within seconds; no switch stays away longer unnoticed


def open_calls(plan: Plan) -> list[Call]:
    """The calls without an end, as their facts tell them. The journal must have been shipped before."""
    calls = (resume(call, facts, plan) for call, facts in open_call_facts().items())
    return [call for call in calls if call is not None]


def complete_recordings(
    spool: Path, recordings: Path, at: datetime, only: Collection[UUID] | None = None
) -> list[Fact]:
    """Keep the recordings of ended calls that a killed switch did not complete; the facts that tell of them.

    `only` these calls, as those of the fallback, which no switch has had; all, if it is None.

    Its raw file may lie in the spool; or it is a WAV already, and only the fact is missing.
    """
    facts: list[Fact] = []
    with telephony_scope():
        recent = CallRow.objects.filter(ended_at__isnull=False, started_at__gte=at - LOOK_BACK)
        told = LedgerEntry.objects.filter(call_id=OuterRef("id"), kind__in=("RecordingStored", "RecordingLost"))
        rows = list(recent.exclude(recording_name="").exclude(Exists(told)).select_related("tenant"))
        in_spool = {call_id for call_id, _ in left_over(spool)} - {row.id for row in rows}
        rows += CallRow.objects.filter(id__in=in_spool, ended_at__isnull=False).select_related("tenant")
    rows = [row for row in rows if only is None or row.id in only]
    for row in rows:
        call_id, raw = row.id, spool / f"{row.id}.raw"
        with telephony_scope():
            last = LedgerEntry.objects.filter(call_id=call_id).aggregate(last=Max("seq"))["last"]
        if last is None:
            continue  # known by its channel alone: its facts have still to come, and would find their numbers taken
        code = row.tenant.code if row.tenant else "operator"
        head: dict[str, Any] = {
            "call": CallId(call_id), "seq": last + 1, "at": at, "name": str(call_id),
            "tenant": TenantId(row.tenant_id) if row.tenant_id else None,
        }  # fmt: skip
        try:
            kept = keep(raw, recordings / path_of(code, day_of(row.started_at), call_id))
        except OSError as error:
            log.error("recording is lost", call_id=str(call_id), cause=str(error))
            facts.append(RecordingLost(**head, why=str(error)))
            continue
        facts.append(RecordingStored(**head, seconds=kept.seconds, peak_db=kept.peak_db, size=kept.size))
    return facts


def complete_messages(spool: Path, recordings: Path, at: datetime, before: Sequence[Fact] = ()) -> list[Fact]:
    """Keep the messages of ended calls that a killed switch did not complete; `before` are facts just made of them."""
    seqs = {fact.call: fact.seq for fact in before}
    facts: list[Fact] = []
    with telephony_scope():
        told = LedgerEntry.objects.filter(call_id=OuterRef("call_id"), kind__in=("MessageStored", "MessageLost"))
        begun = LedgerEntry.objects.filter(kind="MessageStarted", at__gte=at - LOOK_BACK).exclude(Exists(told))
        names = {entry.call_id: str(entry.body["name"]) for entry in begun}
        rows = list(CallRow.objects.filter(id__in=names, ended_at__isnull=False).select_related("tenant"))
        last = {row.id: LedgerEntry.objects.filter(call_id=row.id).aggregate(last=Max("seq"))["last"] for row in rows}
    for row in rows:
        call, name = CallId(row.id), names[row.id]
        head: dict[str, Any] = {
            "call": call, "seq": max(last[row.id], seqs.get(call, 0)) + 1, "at": at, "name": name,
            "tenant": TenantId(row.tenant_id) if row.tenant_id else None,
        }  # fmt: skip
        code = row.tenant.code if row.tenant else "operator"
        try:
            kept = keep_message(
                spool / f"{name}.wav", recordings / message_path(code, day_of(row.started_at), row.id)
            )  # fmt: skip
        except OSError as error:
            log.error("message is lost", call_id=str(row.id), cause=str(error))
            facts.append(MessageLost(**head, why=str(error)))
            continue
        facts.append(MessageStored(**head, seconds=kept.seconds, peak_db=kept.peak_db, size=kept.size))
    return facts
