"""Jobs of runs. Two at once share the work; every ten minutes what a killed worker left is taken up again."""

from uuid import UUID

from procrastinate.contrib.django import app

from billing.runs.models import BillingRun
from billing.runs.work import issue_run, prepare_run, unfinished_runs
from seatline.clock import now


@app.task(name="billing.prepare_run")
def prepare_the_run(run_id: str) -> None:
    """Prepare the contracts that wait in a run."""
    prepare_run(UUID(run_id), now())


@app.task(name="billing.issue_run")
def issue_the_run(run_id: str) -> None:
    """Issue the documents of an approved run."""
    issue_run(UUID(run_id), now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="billing.take_up_runs", queueing_lock="billing.take_up_runs")
def take_up_runs(timestamp: int) -> None:
    """Go on with runs whose worker was killed; those that go on by themselves are not disturbed."""
    for run_id, status in unfinished_runs():
        if status == BillingRun.Status.PREPARING:
            prepare_run(run_id, now())
        else:
            issue_run(run_id, now())
