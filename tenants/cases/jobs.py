"""Jobs: every ten minutes, digests of topics whose hour has come."""

import structlog
from procrastinate.contrib.django import app

from seatline.clock import now
from tenants.cases.digest import send_due

log = structlog.get_logger(__name__)


@app.periodic(cron="*/10 * * * *")
@app.task(name="tenants.mail_topics", queueing_lock="tenants.mail_topics")
def mail_topics(timestamp: int) -> None:
    """Mail what is due."""
    sent = send_due(now())
    if sent:
        log.info("topics mailed", tenants=sent)
