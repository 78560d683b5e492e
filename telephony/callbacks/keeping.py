"""From the ledger into the table of promises: those that calls have made, and what calls made of them.

Called by the projector within its transaction. What people do with a promise is not in the ledger: rows are made once,
and afterwards only calls that are news move them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from telephony.callbacks.models import OPEN, Callback
from telephony.callbacks.rules import Attempt, standing
from telephony.callbacks.services import tell_switch
from telephony.journal.models import Call
from telephony.plans.models import Queue

State = Callback.State


def keep_asked(rows: Collection[Callback]) -> None:
    """Keep promises that calls have made. Who is to be called back already has asked again, and gains nothing by it."""
    if not rows:
        return
    Callback.objects.bulk_create(rows, ignore_conflicts=True)
    # Those that could not be kept are kept as what they are, so that no later look at the ledger makes them open.
    again = [_asked_again(row) for row in rows]
    Callback.objects.bulk_create(again, ignore_conflicts=True)
    tell_switch()


def keep_attempts(callback_ids: Collection[UUID]) -> None:
    """These promises have had calls: count them, and close or put off what is still open."""
    if not callback_ids:
        return
    ended: dict[UUID, list[Attempt]] = defaultdict(list)
    calls = Call.objects.filter(callback_id__in=callback_ids, ended_at__isnull=False)
    for key, outcome, ended_at in calls.values_list("callback_id", "outcome", "ended_at"):
        if key is not None and ended_at is not None:
            ended[key].append(Attempt(outcome, ended_at))
    rows = list(Callback.objects.select_for_update().filter(id__in=ended))
    queues = Queue.objects.in_bulk({row.queue_id for row in rows})
    for row in rows:
        attempts, queue = ended[row.pk], queues.get(row.queue_id)
        if row.calls_ended == len(attempts) or queue is None:
            continue
        now = standing(attempts, most=queue.callback_tries, pause=queue.callback_pause)
        row.calls_ended, row.tries = len(attempts), now.tries
        if row.is_open:
            _move(row, now.reached, now.next_try_at, max(one.ended_at for one in attempts))
        row.save(update_fields=["calls_ended", "tries", "state", "next_try_at", "closed_at"])
        tell_switch()


def close_called_in(talks: Iterable[tuple[UUID, UUID, str, datetime]]) -> None:
    """Customers who called again and got an agent of the queue need no call: tenant, queue, number and when."""
    when = {(tenant_id, queue_id, number): at for tenant_id, queue_id, number, at in talks}
    numbers = {number for _, _, number in when}
    if not numbers:
        return
    for row in Callback.objects.select_for_update().filter(state__in=OPEN, number__in=numbers):
        at = when.get((row.tenant_id, row.queue_id, row.number))
        if at is not None and row.asked_at < at:
            row.state, row.closed_at = State.CALLED_IN, at
            row.save(update_fields=["state", "closed_at"])
            tell_switch()


def _move(row: Callback, reached: bool, next_try_at: datetime | None, at: datetime) -> None:
    if reached:
        row.state, row.closed_at = State.REACHED, at
    elif next_try_at is not None:
        row.next_try_at = next_try_at
    elif row.tries:
        row.state, row.closed_at = State.GIVEN_UP, at


def _asked_again(row: Callback) -> Callback:
    fields = {one.attname: getattr(row, one.attname) for one in Callback._meta.concrete_fields}
    return Callback(**{**fields, "state": State.MERGED, "closed_at": row.asked_at})
