"""Jobs: usage of closed calls every five seconds and of the rest every hour, and the tenants' drafts after it.

A job enters the finance scope itself. The queueing lock keeps runs from piling up behind a slow one; two workers at
once are kept apart by the bookmark's row. A job that fails is not tried again: the next one does its work.
"""

from functools import partial

from procrastinate.contrib.django import app

from billing.invoices.refreshing import refresh_contracts
from billing.mediation.services import mediate, mediate_orders, mediate_said, mediate_shifts, mediate_stock
from seatline.clock import now
from telephony.journal.services import settled_calls_after


@app.periodic(cron="* * * * * */5")
@app.task(name="billing.mediate", queueing_lock="billing.mediate")
def mediate_calls(timestamp: int) -> None:
    """Bring new calls into usage, and the drafts of the tenants that they touch up to date."""
    done = mediate(now(), partial(settled_calls_after, at=now()))
    if done.tenants:
        refresh_contracts(now(), done.tenants)


@app.periodic(cron="3 * * * *")
@app.task(name="billing.mediate_others", queueing_lock="billing.mediate_others")
def mediate_others(timestamp: int) -> None:
    """Once an hour, before the drafts: shifts of staff, orders, what agents said of calls, and sound that is kept."""
    mediate_shifts(now())
    mediate_orders(now())
    mediate_said(now())
    mediate_stock(now())


@app.periodic(cron="7 * * * *")
@app.task(name="billing.refresh_drafts", queueing_lock="billing.refresh_drafts")
def refresh_all_drafts(timestamp: int) -> None:
    """Once an hour all drafts: days pass, leases and prices change, periods end."""
    refresh_contracts(now())
