"""Jobs: every minute queue_log is told of agents who came, paused and went."""

from procrastinate.contrib.django import app

from seatline.clock import now
from telephony.journal.queue_log_table import keep_agents
from telephony.plans.snapshot import load_plan
from tenants.accounts.scope import telephony_scope


@app.periodic(cron="* * * * *")
@app.task(name="telephony.queue_log", queueing_lock="telephony.queue_log")
def queue_log(timestamp: int) -> None:
    """Write the agents' rows of the last hour that are not there yet."""
    queues = load_plan().queues.values()
    with telephony_scope():
        keep_agents(queues, now())
