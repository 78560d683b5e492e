"""Jobs: every night what is older than agreed is destroyed."""

import structlog
from procrastinate.contrib.django import app

from seatline.clock import now
from telephony.retention.services import destroy_due

log = structlog.get_logger(__name__)


@app.periodic(cron="30 2 * * *")
@app.task(name="telephony.retention", queueing_lock="telephony.retention")
def retention(timestamp: int) -> None:
    """Batch after batch; a night that was interrupted is gone on with in the next."""
    for gone in destroy_due(now()):
        log.info("sound destroyed", tenant=gone.rule.tenant.code, kind=gone.rule.kind, count=gone.count)
