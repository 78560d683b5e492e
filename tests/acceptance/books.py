"""At the end of all stories: Asterisk, the record and the bills tell the same calls, whatever was killed meanwhile."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.acceptance.rig import Rig
from tests.acceptance.waiting import TooLate, wait_until

SETTLED_WITHIN = 45.0  # seconds; what Asterisk lost in a crash is given up only after a while


def differences(rig: Rig) -> list[str]:
    """Calls on which the three books differ now, in words, of today and the day before if a story began in it."""
    from billing.mediation.services import mediate
    from billing.reconciliation.services import SETTLED_AFTER, reconcile, today
    from seatline.clock import now

    mediate(now())
    at = now() + SETTLED_AFTER  # every call has ended: nothing is excused for being young
    days = (today(at), today(at) - timedelta(days=1))
    found = [one for day in days for one in reconcile(day, at).differences]
    passed = past_the_switch(rig)
    return [f"{one.fault} {one.call} {one.channel}" for one in found if one.channel not in passed]


def past_the_switch(rig: Rig) -> set[str]:
    """Channels of callers whose number a story had answered by Asterisk's own Queue(): no calls of ours."""
    from telephony.witness.models import ChannelEvent
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        rows = ChannelEvent.objects.filter(kind="CHAN_START", body__exten__in=list(rig.past_the_switch))
        return set(rows.values_list("channel", flat=True))


@pytest.fixture(scope="session", autouse=True)
def books_agree_in_the_end(rig: Rig) -> Iterator[None]:
    """Fail the last story if any call of all stories is missing, doubled or another's in one of the books."""
    yield
    try:
        wait_until(lambda: not differences(rig), SETTLED_WITHIN)
    except TooLate:
        pytest.fail("the books differ: " + "; ".join(differences(rig)))
