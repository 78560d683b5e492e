"""Jobs: once a day, in the operator's morning, the reminders that are due."""

from procrastinate.contrib.django import app

from billing.receivables.dunning import remind
from seatline.clock import now
from tenants.accounts.scope import finance_scope


@app.periodic(cron="20 1 * * *")
@app.task(name="billing.remind", queueing_lock="billing.remind")
def remind_of_overdue(timestamp: int) -> None:
    """Take one step at most in each account; a day that was missed is made up for step by step."""
    with finance_scope():
        remind(now())
