"""Writes what `projection` says into the tables, and only where it differs."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar
from uuid import UUID, uuid5

import structlog
from django.db import connection, models

from seatline.stream.publish import publish_all
from telephony.callbacks.keeping import close_called_in, keep_asked, keep_attempts
from telephony.callbacks.models import Callback
from telephony.core.facts import Fact
from telephony.core.plain_facts import restore
from telephony.core.values import CallId, TenantId
from telephony.journal.beside import listenings_of, pauses_of
from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.journal.projection import fold
from telephony.journal.queue_log_table import keep_calls
from telephony.journal.rows import (
    CallbackRow,
    CallRow,
    Folded,
    LegRow,
    ListeningRow,
    MessageRow,
    OrderRow,
    RecordingRow,
)
from telephony.journal.two_witnesses import completed, handed_over, retimed, unseen
from telephony.journal.unclaimed import with_agents, with_tenant
from telephony.lookups.models import Order
from telephony.recordings.files import day_of, message_path, path_of
from telephony.recordings.models import Recording
from telephony.stays.models import QueueStay
from telephony.stays.rules import StayRow, stays_of
from telephony.supervision.models import Listening
from telephony.voicemail.models import Voicemail
from telephony.witness.rules import Story
from telephony.witness.services import marked_calls, stories_of
from tenants.accounts.models import Tenant
from tenants.accounts.scope import telephony_scope

log = structlog.get_logger(__name__)
_Row = TypeVar("_Row", Call, Leg, Recording, QueueStay, Listening)
_LOCK = 0x5EA7_0001  # any number that nobody else uses


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that differ from what the ledger says; written, unless one only wanted to know."""

    calls: tuple[UUID, ...]
    legs: tuple[UUID, ...]
    recordings: tuple[UUID, ...]
    stays: tuple[UUID, ...]
    listenings: tuple[UUID, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.calls or self.legs or self.recordings or self.stays or self.listenings)


def alone() -> None:
    """Until the end of the transaction nobody else projects.

    Positions then become visible in their order: a reader that has seen one has seen all before it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def facts_of(call_ids: Collection[UUID]) -> dict[UUID, list[Fact]]:
    """What the ledger holds of these calls; facts of a kind that this version does not know are left out."""
    found: dict[UUID, list[Fact]] = defaultdict(list)
    rows = LedgerEntry.objects.filter(call_id__in=call_ids).values_list(
        "call_id", "seq", "at", "tenant_id", "kind", "body"
    )
    for call_id, seq, at, tenant_id, kind, body in rows.order_by("call_id", "seq"):
        tenant = TenantId(tenant_id) if tenant_id else None
        try:
            found[call_id].append(restore(kind, body, call=CallId(call_id), seq=seq, at=at, tenant=tenant))
        except (KeyError, TypeError, ValueError) as error:
            log.error("fact is not understood", call_id=str(call_id), seq=seq, kind=kind, cause=repr(error))
    return found


def project(call_ids: Collection[UUID], *, write: bool = True) -> Changes:
    """Make calls, legs and recordings what the ledger says; to be called after `alone`, within its transaction."""
    seen: dict[UUID, Mapping[str, Story]] = {**stories_of(call_ids)}
    told = facts_of(call_ids)
    seen |= {call_id: handed_over(facts, seen[call_id]) for call_id, facts in told.items() if call_id in seen}
    told = {call_id: retimed(facts, seen.get(call_id, {})) for call_id, facts in told.items()}
    folded = _folded(told, seen)
    codes = dict(Tenant.objects.values_list("id", "code"))
    calls = _differing(Call, {one.call.id: _call_values(one.call) for one in folded})
    legs = _differing(Leg, {_id(one, f"leg {leg.no}"): _leg_values(one, leg) for one in folded for leg in one.legs})
    recordings = _differing(
        Recording,
        {
            _id(one, f"recording {one.recording.name}"): {
                **_recording_values(one, one.recording, codes),
                "pauses": pauses_of(told.get(one.call.id, ())),
            }
            for one in folded
            if one.recording
        },
    )
    waited = {one.call.id: one for one in folded if one.call.tenant_id and one.call.id in told}
    stays = _differing(
        QueueStay,
        {
            _id(one, f"stay {stay.no}"): _stay_values(one, stay)
            for one in waited.values()
            for stay in stays_of(told[one.call.id])
        },
    )
    listenings = _differing(
        Listening,
        {
            _id(one, f"listening {row.no}"): _beside_values(one, row)
            for one in folded
            if one.call.tenant_id and one.call.id in told
            for row in listenings_of(told[one.call.id])
        },
    )
    if write:
        positions = _positions(len(calls))
        for call, position in zip(calls, positions, strict=True):
            call.position = position
        for rows in (calls, legs, recordings, stays, listenings):
            _upsert(rows)
        ended = [one.call for one in folded if one.call.ended_at and one.call.tenant_id and one.call.queue_id]
        keep_calls({call.id: (call.tenant_id, told[call.id]) for call in ended if call.tenant_id})
        # What people and the post have done about these since is not in the ledger: they are made and left alone.
        orders = [Order(**_order_values(one, row)) for one in folded for row in one.orders if one.call.tenant_id]
        Order.objects.bulk_create(orders, ignore_conflicts=True)
        messages = [Voicemail(**_message_values(one, row, codes)) for one in folded for row in one.messages]
        Voicemail.objects.bulk_create(messages, ignore_conflicts=True)
        _keep_callbacks(folded)
    return Changes(*(tuple(row.pk for row in rows) for rows in (calls, legs, recordings, stays, listenings)))


def tell(calls: Collection[UUID]) -> None:
    """Say to whoever listens, when the transaction is safe, that these calls have changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('seatline_calls', id) FROM unnest(%s::text[]) id", [[*map(str, calls)]])
    of_tenant: dict[UUID | None, list[UUID]] = defaultdict(list)
    for call_id, tenant_id in Call.objects.filter(id__in=calls).values_list("id", "tenant_id"):
        of_tenant[tenant_id].append(call_id)
    running = Leg.objects.filter(call_id__in=calls, kind=Leg.Kind.AGENT, ended_at__isnull=True, agent_id__isnull=False)
    legs = running.values_list("tenant_id", "agent_id", "call_id")
    publish_all((tenant_id, f"agent/{agent_id}", "calls", [call_id]) for tenant_id, agent_id, call_id in legs)
    publish_all((tenant_id, "floor", "calls", theirs) for tenant_id, theirs in of_tenant.items())


def project_all(*, write: bool = True, batch: int = 500) -> Iterator[Changes]:
    """The same for every call of the ledger, and for those that Asterisk alone knows, in transactions of `batch` calls
    in the telephony scope."""
    last = UUID(int=0)
    while True:
        with telephony_scope():
            ledger = LedgerEntry.objects.filter(call_id__gt=last).order_by("call_id")
            told = ledger.values_list("call_id", flat=True).distinct()[:batch]
            calls = sorted({*told, *marked_calls(last, batch)})[:batch]
            if not calls:
                return
            alone()
            changes = project(calls, write=write)
        yield changes
        last = calls[-1]


def _folded(told: Mapping[UUID, list[Fact]], seen: Mapping[UUID, Mapping[str, Story]]) -> list[Folded]:
    found = []
    for call_id in sorted(told.keys() | seen.keys()):
        stories = seen.get(call_id, {})
        try:
            if call_id in told:
                found.append(with_agents(completed(fold(call_id, told[call_id]), stories)))
            elif (unclaimed := unseen(call_id, stories)) is not None:
                found.append(with_agents(with_tenant(unclaimed)))
        except Exception:
            # One call that we cannot read must not hold up the ledger of all others; it can be rebuilt when mended.
            log.exception("call cannot be read from its facts", call_id=str(call_id))
    return found


def _id(one: Folded, name: str) -> UUID:
    """A row's id, made from its call and name: rows that are made again from nothing are the same rows."""
    return uuid5(one.call.id, name)


def _call_values(row: CallRow) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in fields(row)}


def _leg_values(one: Folded, row: LegRow) -> dict[str, Any]:
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    whose = row.tenant_id or one.call.tenant_id
    return {**values, "kind": row.kind.value, "call_id": one.call.id, "tenant_id": whose}


def _recording_values(one: Folded, row: RecordingRow, codes: Mapping[UUID, str]) -> dict[str, Any]:
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    code = codes[one.call.tenant_id] if one.call.tenant_id else ""
    path = path_of(code, day_of(one.call.started_at), one.call.id)
    return {**values, "path": str(path), "call_id": one.call.id, "tenant_id": one.call.tenant_id}


def _stay_values(one: Folded, row: StayRow) -> dict[str, Any]:
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    return {**values, "call_id": one.call.id, "tenant_id": row.tenant_id or one.call.tenant_id}


def _beside_values(one: Folded, row: ListeningRow) -> dict[str, Any]:
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    return {**values, "call_id": one.call.id, "tenant_id": one.call.tenant_id}


def _order_values(one: Folded, row: OrderRow) -> dict[str, Any]:
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    head = {"id": _id(one, f"order {row.key}"), "call_id": one.call.id, "tenant_id": one.call.tenant_id}
    return {**_fit(Order, values), **head, "next_try_at": row.confirmed_at}


def _message_values(one: Folded, row: MessageRow, codes: Mapping[UUID, str]) -> dict[str, Any]:
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    code = codes[one.call.tenant_id] if one.call.tenant_id else ""
    path = message_path(code, day_of(one.call.started_at), one.call.id)
    head = {"id": _id(one, f"message {row.name}"), "call_id": one.call.id, "tenant_id": one.call.tenant_id}
    return {**_fit(Voicemail, values), **head, "path": str(path)}


def _keep_callbacks(folded: Sequence[Folded]) -> None:
    asked = [(one, row) for one in folded for row in one.callbacks if not one.call.practice]
    keep_asked([Callback(**_callback_values(one, row)) for one, row in asked])
    keep_attempts({one.call.callback_id for one in folded if one.call.callback_id is not None})
    close_called_in(
        (one.call.tenant_id, one.call.queue_id, one.call.caller, one.call.connected_at)
        for one in folded
        if one.call.direction == Call.Direction.INBOUND and one.call.agent_id
        and one.call.tenant_id and one.call.queue_id and one.call.connected_at
    )  # fmt: skip


def _callback_values(one: Folded, row: CallbackRow) -> dict[str, Any]:
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    head = {"id": _id(one, f"callback {row.queue_code} {row.number}"), "tenant_id": one.call.tenant_id}
    return {**_fit(Callback, values), **head, "next_try_at": row.asked_at}


def _differing(model: type[_Row], wanted: Mapping[UUID, dict[str, Any]]) -> list[_Row]:
    """Those rows as they should be whose stored ones are missing or differ."""
    stored = model._default_manager.in_bulk(list(wanted))
    found = []
    for key, values in wanted.items():
        fitting = _fit(model, values)
        before = stored.get(key)
        if before is None or any(getattr(before, name) != value for name, value in fitting.items()):
            found.append(model(**{**fitting, "id": key}))
    return found


def _fit(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    """Cut texts to their columns: what callers send has no limit, and must not hold up the ledger."""
    limits = {each.attname: each.max_length for each in model._meta.concrete_fields if each.max_length}
    return {
        name: value[: limits[name]] if isinstance(value, str) and name in limits else value
        for name, value in values.items()
    }


def _upsert(rows: Sequence[models.Model]) -> None:
    if not rows:
        return
    model = type(rows[0])
    names = [each.name for each in model._meta.concrete_fields if not each.primary_key]
    model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=names)


def _positions(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('telephony_call_position') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]
