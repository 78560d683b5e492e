"""The demo world's past, made by the code that live calls run: presence, engine, journal, ledger, mediation, drafts.

Only two things are not the real ones: Asterisk, whose place `telephony.ari.simulated` takes, and time, which passes as
fast as the machine can follow. It must run before the switch starts, and leaves nobody logged in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from agents.presence.models import AgentSession
from billing.contracts.models import Contract
from billing.invoices.refreshing import refresh_contracts
from billing.mediation.services import mediate
from seatline.house.history.callers import calls_on
from seatline.house.history.play import Play
from seatline.house.history.rota import shifts
from seatline.house.world import ZONE
from telephony.journal.models import Call
from telephony.plans.services import load_plan
from tenants.accounts.scope import finance_scope, telephony_scope
from tenants.seats.rules import instant

__all__ = ["Past", "Progress", "make"]

MARGIN = timedelta(minutes=30)  # between the last caller and the present, so that everybody is gone by then
_DAY = timedelta(days=1)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Past:
    """What was made."""

    days: int
    calls: int
    sessions: int
    usage: int


class NobodyMayStay(Exception):
    """Somebody is still logged in at the end of history: its last calls took longer than its margin."""


def make(seed: int, until: datetime, days: int = 31, progress: Progress | None = None) -> Past | None:
    """Make the `days` up to `until`, at most those of service so far; None, and nothing done, if there are calls.

    The same seed and `until` give the same calls with the same ids. All or nothing, in one transaction. `progress` is
    told after each day how many are done, and of how many.
    """
    with telephony_scope():
        if Call.objects.exists():
            return None
    with transaction.atomic():
        first = _first_day(until, days)
        last = until.astimezone(ZONE).date()
        _play(seed, first, last, until, progress or (lambda done, of: None))
        with telephony_scope():
            sessions, calls = AgentSession.objects.count(), Call.objects.count()
            if AgentSession.objects.filter(logged_out_at__isnull=True).exists():
                raise NobodyMayStay
        usage = mediate(until, batch=2000)
        refresh_contracts(until)
    return Past((last - first).days + 1, calls, sessions, usage.records)


def _first_day(until: datetime, days: int) -> date:
    """The first of so many days, or the day on which service began if that is later."""
    with finance_scope():
        began = min(Contract.objects.values_list("starts_on", flat=True))
    return max(began, until.astimezone(ZONE).date() - (days - 1) * _DAY)


def _play(seed: int, first: date, last: date, until: datetime, progress: Progress) -> None:
    since, closing = instant(first, time(0), ZONE), until - MARGIN
    total = (last - first).days + 1
    with telephony_scope(), Play(load_plan(), seed, since) as play:
        for shift in shifts(seed, first, last, since, closing):
            play.expect(shift)
        for done in range(total):
            day = first + done * _DAY
            for arrival in calls_on(seed, day, since, closing):
                play.ring(arrival)
            play.end_leases(instant(day, time(8), ZONE))
            play.run(until=instant(day + _DAY, time(0), ZONE))
            progress(done + 1, total)
        play.run()
