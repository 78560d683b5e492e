"""Jobs: messages are told by mail every ten seconds."""

from procrastinate.contrib.django import app

from seatline.clock import now
from telephony.voicemail.services import mail_due


@app.periodic(cron="* * * * * */10")
@app.task(name="telephony.mail_messages", queueing_lock="telephony.mail_messages")
def mail_messages(timestamp: int) -> None:
    """Tell of new ones."""
    mail_due(now())
