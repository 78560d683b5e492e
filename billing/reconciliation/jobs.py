"""Jobs: once an hour the books are compared, so that an alarm tells of a difference before a client does."""

from datetime import timedelta

import structlog
from procrastinate.contrib.django import app

from billing.figures import DIFFERENCES
from billing.reconciliation.services import reconcile, today
from seatline.clock import now

log = structlog.get_logger(__name__)


@app.periodic(cron="21 * * * *")
@app.task(name="billing.reconcile", queueing_lock="billing.reconcile")
def compare_books(timestamp: int) -> None:
    """Compare today's and yesterday's calls."""
    at = now()
    count = 0
    for day in (today(at) - timedelta(days=1), today(at)):
        report = reconcile(day, at)
        count += len(report.differences)
        for one in report.differences[:20]:
            log.error("books differ", on=str(day), fault=one.fault.value, call_id=one.call, channel=one.channel)
    DIFFERENCES.set(count)
