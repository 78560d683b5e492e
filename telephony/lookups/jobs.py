"""Jobs: orders are posted every five seconds. A run that fails is not tried again: the next one does its work."""

from procrastinate.contrib.django import app

from seatline.clock import now
from telephony.lookups.outbox import deliver_due


@app.periodic(cron="* * * * * */5")
@app.task(name="telephony.deliver_orders", queueing_lock="telephony.deliver_orders")
def deliver_orders(timestamp: int) -> None:
    """Post what is due."""
    deliver_due(now())
