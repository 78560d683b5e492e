"""Jobs enter their scope themselves and are known to the worker."""

from datetime import UTC, datetime

import pytest
from procrastinate.contrib.django import app

from billing.invoices.models import Document
from billing.mediation import jobs
from tenants.accounts.scope import finance_scope
from tests.builders.billing import PER_CALL, a_closed_call, a_world

pytestmark = pytest.mark.django_db


def test_worker_knows_the_jobs():
    assert {"billing.mediate", "billing.refresh_drafts", "billing.make_files"} <= set(app.tasks)
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert crons["billing.mediate"] == "* * * * * */5"
    # Runs do not pile up behind a slow one.
    assert app.tasks["billing.mediate"].queueing_lock == "billing.mediate"


def test_new_call_reaches_the_tenant_s_draft(monkeypatch):
    contract, *_ = a_world("lotus", [PER_CALL], starts_on=datetime.now(UTC).date().replace(day=1))
    call = a_closed_call(contract.tenant_id, started_at=datetime.now(UTC))
    monkeypatch.setattr(jobs, "mediate", lambda at, told: jobs_mediate(at, [call]))
    jobs.mediate_calls(timestamp=0)
    with finance_scope():
        assert str(Document.objects.get(contract=contract).net) == "1.50"
    jobs.mediate_calls(timestamp=5)
    jobs.refresh_all_drafts(timestamp=7)
    with finance_scope():
        assert Document.objects.filter(contract=contract).count() == 1


def jobs_mediate(at, calls):
    from billing.mediation.services import mediate

    return mediate(at, lambda position, limit: [call for call in calls if call.position > position])
