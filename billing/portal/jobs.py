"""Jobs: once a minute, alerts whose amount is reached."""

from procrastinate.contrib.django import app

from billing.portal.alerts import check_alerts
from seatline.clock import now
from tenants.accounts.scope import finance_scope


@app.periodic(cron="* * * * * 30")
@app.task(name="billing.check_alerts", queueing_lock="billing.check_alerts")
def check_bill_alerts(timestamp: int) -> None:
    """Raise what is reached."""
    with finance_scope():
        check_alerts(now())
