"""Orders on their way: each is posted to its tenant's system until that has taken it, and never to another.

The receiver tells repeats by the Idempotency-Key: an answer that was lost after the order had arrived makes no second
order. A run claims its orders before it posts, so that two runs at once do not post the same.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from seatline.errors import SeatlineError
from telephony.core.values import TenantId
from telephony.lookups.http import Reply, ask
from telephony.lookups.models import Order
from telephony.lookups.services import systems
from tenants.accounts.scope import operator_scope

log = structlog.get_logger(__name__)
DEADLINE = 10.0  # seconds for one post
CLAIMED_FOR = timedelta(minutes=1)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 100  # about four days; then a person must look
AGAIN = frozenset({408, 425, 429})  # refusals that mean: later


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries in vain."""
    factor: int = 2 ** min(tries - 1, 16)
    return min(FIRST_PAUSE * factor, LONGEST_PAUSE)


def deliver_due(at: datetime, limit: int = 20) -> int:
    """Post the orders that are due; how many were taken. In its own scope."""
    with operator_scope():
        due = Order.objects.select_for_update(skip_locked=True).filter(state=Order.State.PENDING, next_try_at__lte=at)
        orders = list(due.order_by("next_try_at")[:limit])
        known = systems()
        for order in orders:
            order.tries += 1
            order.next_try_at = at + CLAIMED_FOR
            order.save(update_fields=["tries", "next_try_at"])
    delivered = 0
    for order in orders:
        system = known.get((TenantId(order.tenant_id), order.system))
        reply: Reply | None = None
        cause = "the tenant has no such system" if system is None else ""
        if system is not None:
            try:
                reply = asyncio.run(ask(system, order.path, deadline=DEADLINE, body=order.content, key=order.key))
            except SeatlineError as error:
                cause = str(error)
        delivered += _settle(order, reply, cause, at)
    return delivered


def _settle(order: Order, reply: Reply | None, cause: str, at: datetime) -> bool:
    taken = reply is not None and 200 <= reply.status < 300
    if reply is not None and not taken:
        cause = f"it answered {reply.status}"
    for_good = reply is not None and 400 <= reply.status < 500 and reply.status not in AGAIN
    if taken:
        order.state, order.delivered_at, order.next_try_at, order.last_error = Order.State.DELIVERED, at, None, ""
    elif for_good or order.tries >= MOST_TRIES:
        order.state, order.next_try_at, order.last_error = Order.State.REFUSED, None, cause[:200]
        log.error("order is refused", order=order.key, tenant=str(order.tenant_id), cause=cause)
    else:
        order.next_try_at, order.last_error = at + pause_after(order.tries), cause[:200]
        log.warning("order waits", order=order.key, tenant=str(order.tenant_id), cause=cause)
    with operator_scope():
        order.save(update_fields=["state", "delivered_at", "next_try_at", "last_error"])
    return taken
