"""Jobs: mails that wait go out every ten seconds."""

from procrastinate.contrib.django import app

from billing.mails.services import send_due
from seatline.clock import now


@app.periodic(cron="* * * * * */10")
@app.task(name="billing.send_mails", queueing_lock="billing.send_mails")
def send_mails(timestamp: int) -> None:
    """Send what is due; what fails waits for its next try."""
    send_due(now())
