"""Promises to call back: asked for, taken by an agent, settled, taken back; and what the switch is to do now.

In the caller's scope, but for `open_promises`, which is the switch's own and enters its scope itself. Every change
tells the switch in the same transaction.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from agents.people.services import people
from seatline.errors import BadInput, NotFound, Refused
from telephony.callbacks.models import OPEN, Callback
from telephony.core.callbacks import Promise
from telephony.core.values import CallbackId, QueueId, TenantId
from telephony.plans.models import Queue
from telephony.plans.numbering import numbering
from telephony.trunks.models import OutsideRule
from tenants.accounts.models import Tenant
from tenants.accounts.scope import telephony_scope

State, Source = Callback.State, Callback.Source


class CallbackQueueUnknown(NotFound):
    """There is no queue {queue}."""


class CallbackNumberUnreadable(BadInput):
    """{number!r} is not a telephone number that can be understood here."""


class CallbackNumberNotAllowed(BadInput):
    """{number} cannot be called back: it is abroad, or no rule for calls to outside allows it."""


class CallbackClosed(Refused):
    """This callback is closed already."""


class CallbackOpenAlready(Refused):
    """This customer is to be called back by this queue already."""


class CallbackAgentUnknown(NotFound):
    """There is no such agent."""


def ask(
    tenant: Tenant, queue_code: str, number: str, at: datetime, *, source: str = Source.API, name: str = "",
    note: str = "", not_before: datetime | None = None,
) -> tuple[Callback, bool]:  # fmt: skip
    """Promise a call: the promise, and whether it is new. Who is to be called back already keeps the older place.

    `number` as people write it, or in full. Raises CallbackQueueUnknown, CallbackNumberUnreadable,
    CallbackNumberNotAllowed.
    """
    queue = Queue.objects.filter(tenant=tenant, code=queue_code).first()
    if queue is None:
        raise CallbackQueueUnknown(queue=queue_code)
    wanted = _allowed(tenant, number)
    with transaction.atomic():
        made = Callback.objects.bulk_create(
            [
                Callback(
                    tenant=tenant, queue_id=queue.pk, queue_code=queue.code, number=wanted, source=source, name=name,
                    note=note, since=at, asked_at=at, next_try_at=not_before or at,
                )
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        there = Callback.objects.get(tenant=tenant, queue_id=queue.pk, number=wanted, state__in=OPEN)
        tell_switch()
    return there, there.pk == made[0].pk


def cancel(callback: Callback, at: datetime) -> None:
    """Nobody is to be called any more; a customer who is on the line already stays there. Raises CallbackClosed."""
    _close(callback, State.CANCELLED, at)


def reopen(callback: Callback, at: datetime) -> None:
    """Undo a cancellation, or begin to try anew, at the old place. Raises CallbackOpenAlready."""
    if callback.is_open:
        return
    callback.state, callback.closed_at, callback.next_try_at, callback.taken_by = State.OPEN, None, at, None
    _save(callback)


def take(callback: Callback, agent_id: UUID, at: datetime) -> None:
    """An agent of the tenant calls by himself, later; it is not dialled any more. Raises what its errors say."""
    _locked(callback)
    if not callback.is_open:
        raise CallbackClosed
    agent = people({agent_id}).get(agent_id)
    if agent is None or agent.tenant_id != callback.tenant_id:
        raise CallbackAgentUnknown
    callback.state, callback.taken_by = State.TAKEN, agent_id
    _save(callback)


def give_back(callback: Callback, at: datetime) -> None:
    """The agent who took it does not call: it is dialled again, at its old place. Raises CallbackClosed."""
    _locked(callback)
    if not callback.is_open:
        raise CallbackClosed
    callback.state, callback.taken_by, callback.next_try_at = State.OPEN, None, at
    _save(callback)


def give_back_all(agent_id: UUID, at: datetime) -> int:
    """What this agent has taken is dialled again, since he calls nobody any more; how many."""
    taken = list(Callback.objects.filter(taken_by=agent_id, state=State.TAKEN))
    for callback in taken:
        give_back(callback, at)
    return len(taken)


def settle(callback: Callback, at: datetime, *, reached: bool) -> None:
    """Whoever took it has called: the customer was reached, or is given up. Raises CallbackClosed."""
    _close(callback, State.REACHED if reached else State.GIVEN_UP, at)


def open_promises() -> list[Promise]:
    """Whom the switch is to call back as soon as an agent is there, oldest first."""
    with telephony_scope():
        return [
            Promise(
                id=CallbackId(one.pk), tenant=TenantId(one.tenant_id), queue=QueueId(one.queue_id), number=one.number,
                dialled=one.dialled, since=one.since, next_try_at=one.next_try_at, ended=one.calls_ended,
            )
            for one in Callback.objects.filter(state=State.OPEN).order_by("since")
        ]  # fmt: skip


def tell_switch() -> None:
    """When this transaction is committed, the switch looks at what is open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('seatline_callbacks', '')")


def _allowed(tenant: Tenant, number: str) -> str:
    """The number in full. The same rule as the core's, which asks again before it dials."""
    how = numbering()
    wanted = how.read(number)
    if not wanted:
        raise CallbackNumberUnreadable(number=number)
    rules = OutsideRule.objects.filter(tenant=tenant).values_list("prefix", flat=True)
    if not wanted.startswith(f"+{how.country}") or not any(wanted.startswith(prefix) for prefix in rules):
        raise CallbackNumberNotAllowed(number=number)
    return wanted


def _close(callback: Callback, state: str, at: datetime) -> None:
    _locked(callback)
    if not callback.is_open:
        raise CallbackClosed
    callback.state, callback.closed_at = state, at
    _save(callback)


def _locked(callback: Callback) -> None:
    """As it is now, and nobody changes it until the transaction ends."""
    callback.refresh_from_db(from_queryset=Callback.objects.select_for_update())


def _save(callback: Callback) -> None:
    try:
        with transaction.atomic():
            callback.save(update_fields=["state", "closed_at", "next_try_at", "taken_by"])
            tell_switch()
    except IntegrityError as error:
        raise CallbackOpenAlready from error
