"""Jobs: answers kept for repeated requests are thrown away after a day."""

from procrastinate.contrib.django import app

from seatline.clock import now
from tenants.accounts.scope import operator_scope
from tenants.keys.services import forget_answers


@app.periodic(cron="17 * * * *")
@app.task(name="tenants.forget_answers", queueing_lock="tenants.forget_answers")
def forget_old_answers(timestamp: int) -> None:
    """Hourly."""
    with operator_scope():
        forget_answers(now())
