"""The report on waits foreseen agrees with the facts of the calls behind it."""

import json
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from telephony.core import facts as fact
from telephony.core.values import EndedBy, Outcome, TenantId
from telephony.journal.ship import ship
from telephony.reports.foreseen import plain, waits_foreseen
from telephony.reports.foresight import Foresight, foresight_of
from telephony.reports.windows import Window
from tenants.accounts.scope import operator_scope, tenant_scope
from tests.builders.calls import a_call_id
from tests.builders.telephony import QUEUE_ID
from tests.builders.tenants import NINE, a_tenant

SECOND = timedelta(seconds=1)
TODAY = Window(date(2026, 11, 24), date(2026, 11, 24), ZoneInfo("Asia/Shanghai"))
BOTH_DAYS = Window(date(2026, 11, 24), date(2026, 11, 25), ZoneInfo("Asia/Shanghai"))


def a_told_caller(no, tenant, foreseen, real, *, connected=True, at=NINE, code="service"):
    """Joins, is told a wait after 5 s and again later, and then waits `real` seconds from the first word on."""
    base = {"call": a_call_id(no), "tenant": TenantId(tenant.id)}
    told, end = at + 5 * SECOND, at + (5 + real) * SECOND
    return [
        fact.CallArrived(seq=1, at=at, dialled="+862196968101", caller="110", **base),
        fact.QueueEntered(seq=2, at=at, queue=QUEUE_ID, queue_code=code, **base),
        fact.WaitForeseen(seq=3, at=told, position=2, seconds=foreseen, **base),
        fact.WaitForeseen(seq=4, at=told + (end - told) / 2, position=1, seconds=1.0, **base),
        fact.QueueLeft(seq=5, at=end, reason="connected" if connected else "abandoned", **base),
        fact.CallEnded(seq=6, at=end, outcome=Outcome.ABANDONED, ended_by=EndedBy.CALLER, **base),
    ]


def test_report_is_the_sum_over_its_callers(journal, museum):
    """Two hundred callers by chance, and one who was told only the place."""
    chance = Random(1252)
    wanted, facts = Foresight(), []
    for no in range(1, 201):
        foreseen, real = float(chance.randrange(0, 400)), chance.randrange(0, 400)
        connected = chance.random() < 0.8
        wanted += foresight_of(foreseen, real if connected else None)
        facts += a_told_caller(no, museum.tenant, foreseen, real, connected=connected, at=NINE + no * SECOND)
    facts += a_told_caller(300, museum.tenant, -1.0, 60)[:3]
    journal.append(facts, [])
    while ship(journal):
        pass
    with tenant_scope(museum.tenant.id):
        (line,) = waits_foreseen(TODAY)
    assert line.foresight == wanted
    assert 0 < wanted.near < wanted.answered and 0 < wanted.close < wanted.answered, "each count says something"


@pytest.mark.usefixtures("museum")
def test_days_and_tenants_are_told_apart(journal, museum):
    with operator_scope():
        neighbour = a_tenant("harbour")
    tomorrow = NINE + timedelta(days=1)
    journal.append(
        [
            *a_told_caller(1, museum.tenant, 60.0, 50), *a_told_caller(2, museum.tenant, 60.0, 90, at=tomorrow),
            *a_told_caller(3, neighbour, 60.0, 10),
        ],
        [],
    )  # fmt: skip
    ship(journal)
    with tenant_scope(museum.tenant.id):
        lines = waits_foreseen(BOTH_DAYS)
    assert [(line.starts_at.day, line.foresight.error) for line in lines] == [(24, 10.0), (25, -30.0)]
    told = json.loads(json.dumps(plain(lines)))
    assert told["lines"][1] | {"mean_error": -30.0, "share_near": 1.0, "share_close": 0.0} == told["lines"][1]
    assert "place in the queue" in told["estimator"]
