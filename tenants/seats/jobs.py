"""Jobs of the leases: each night the weekly hours of open-ended leases are laid out one day further."""

import structlog
from procrastinate.contrib.django import app

from seatline.clock import now
from tenants.accounts.scope import operator_scope
from tenants.seats.services import extend_horizon

log = structlog.get_logger(__name__)


@app.periodic(cron="17 3 * * *")
@app.task(name="tenants.extend_leases", queueing_lock="tenants.extend_leases")
def extend_leases(timestamp: int) -> None:
    """Lay leases out up to the horizon; those that no longer fit are named in the log, for a person to settle."""
    with operator_scope():
        for lease in extend_horizon(now()):
            log.error("lease no longer fits into the room", lease=str(lease.id), tenant=lease.tenant.code)
