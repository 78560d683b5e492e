"""Jobs of the trust room: each hour the heads of all operation logs are signed and laid out to be sent away."""

import structlog
from procrastinate.contrib.django import app

from seatline.clock import now
from tenants.accounts.scope import operator_scope
from tenants.trust.services import anchor_all

log = structlog.get_logger(__name__)


@app.periodic(cron="7 * * * *")
@app.task(name="tenants.anchor_logs", queueing_lock="tenants.anchor_logs")
def anchor_logs(timestamp: int) -> None:
    """Sign what has grown since the last hour."""
    with operator_scope():
        written = anchor_all(now())
    log.info("operation logs anchored", chains=len(written))
