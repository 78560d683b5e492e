"""Customers whom we have promised to call back, as the floor has them: each waits at the place of the time of asking.

Rules of this file: it follows what is open, and decides only whether somebody may be called now. An open promise holds
a place in its queue and is nothing else; it becomes a call when an agent is reserved for it. News of PostgreSQL comes
late, so a promise whose last call is not known there to have ended is let alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid5

from telephony.core import lines
from telephony.core.acd.floor import Floor
from telephony.core.plan import Plan
from telephony.core.values import CallbackId, CallId, QueueId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A customer who is to be called back; `dialled` is the number that he had dialled, empty if none."""

    id: CallbackId
    tenant: TenantId
    queue: QueueId
    number: str
    since: datetime
    next_try_at: datetime
    dialled: str = ""
    ended: int = 0  #: calls that were made for it and are over

    @property
    def attempt(self) -> int:
        """The number of the next call."""
        return self.ended + 1

    @property
    def next_call(self) -> CallId:
        """The id of the next call: made from the promise, so that none is made twice."""
        return CallId(uuid5(self.id, f"attempt {self.attempt}"))


def may_be_called(plan: Plan, tenant_id: TenantId, number: str, dialled: str, at: datetime) -> bool:
    """Whether the tenant may call this number back now: at home, by a rule, and with a number of its own to show.

    Who asks for it need not be whose number it is: so never abroad, and never one of the house's own numbers.
    """
    tenant = plan.tenants.get(tenant_id)
    return (
        tenant is not None and tenant.active
        and number.startswith(f"+{plan.numbering.country}") and number not in plan.routes
        and lines.allowed(plan.outside, tenant_id, number)
        and not lines.barred(plan.outside, tenant_id, number)
        and lines.caller_id(plan.outside, tenant_id, "", dialled, at) is not None
    )  # fmt: skip


def due(plan: Plan, promise: Promise, at: datetime) -> bool:
    """Whether the customer may be called now: by the time, the queue's hours and the tenant's rules."""
    queue = plan.queues.get(promise.queue)
    return (
        queue is not None and queue.tenant == promise.tenant and promise.next_try_at <= at
        and queue.callback_hours.open_at(at)
        and may_be_called(plan, promise.tenant, promise.number, promise.dialled, at)
    )  # fmt: skip


class Promises:
    """Those that hold a place on the floor, and those that are calls by now."""

    def __init__(self) -> None:
        self._places: dict[CallId, Promise] = {}
        self._calls: dict[CallId, CallbackId] = {}
        self._begun: dict[CallbackId, int] = {}

    def follow(self, open_: Iterable[Promise], plan: Plan, floor: Floor, at: datetime) -> list[CallId]:
        """Do as the list of open promises says; the calls that are for none of them."""
        known = {promise.id: promise for promise in open_}
        wanted = {key for key, promise in known.items() if due(plan, promise, at)}
        for call, promise in list(self._places.items()):
            if promise.id not in wanted:
                floor.leave(call)
                del self._places[call]
        busy = {*self._calls.values(), *(promise.id for promise in self._places.values())}
        for promise in known.values():
            told_late = promise.ended < self._begun.get(promise.id, 0)
            if promise.id in wanted - busy and not told_late and promise.queue in floor.lines:
                self._places[promise.next_call] = promise
                floor.enter(promise.next_call, promise.queue, promise.since, absent=True)
        self._begun = {key: attempt for key, attempt in self._begun.items() if key in known or key in busy}
        return [call for call, key in self._calls.items() if key not in wanted]

    @property
    def waiting(self) -> bool:
        """Whether anybody holds a place."""
        return bool(self._places)

    def oldest(self, queues: Iterable[QueueId]) -> CallId | None:
        """The call that would be next for whoever has waited longest in one of these queues; None if nobody waits."""
        wanted = set(queues)
        waiting = ((one.since, call) for call, one in self._places.items() if one.queue in wanted)
        return min(waiting, default=(None, None))[1]

    def begin(self, call: CallId) -> Promise:
        """An agent is reserved: from here on the promise is a call."""
        promise = self._places.pop(call)
        self.adopt(call, promise.id, promise.attempt)
        return promise

    def adopt(self, call: CallId, callback: CallbackId, attempt: int) -> None:
        """This call is for that customer."""
        self._calls[call] = callback
        self._begun[callback] = attempt

    def over(self, call: CallId) -> None:
        """The call has ended; the next one begins when PostgreSQL knows that."""
        self._calls.pop(call, None)
