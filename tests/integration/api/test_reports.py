"""Reports by API: the figures of the services, in the caller's scope; days are those of the tenant."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from seatline import clock
from telephony.core import facts as fact
from telephony.core.values import EndedBy, Outcome, TenantId
from telephony.journal.disk import Journal
from telephony.journal.ship import ship
from tenants.accounts.rights import Kind
from tests.builders.api import Program, a_key
from tests.builders.calls import a_call_id
from tests.builders.telephony import QUEUE_ID
from tests.builders.two_sides import a_side

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def sides(db, tmp_path, settings):
    """Two tenants with one answered call each, of an hour ago."""
    settings.VAR = tmp_path / "var"
    return a_side("museum", 1, tmp_path), a_side("harbour", 2, tmp_path)


@pytest.fixture
def days():
    """The two days in which that hour lies."""
    today = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    return {"first": str(today - timedelta(days=1)), "last": str(today)}


def test_tenant_counts_its_own_and_the_operator_all(sides, days):
    museum, harbour = sides
    own, ops = Program(museum.key), Program(a_key())
    (line,) = own.get("reports/queues", days).json()

    assert line["tenant_id"] == str(museum.tenant.pk)
    assert (line["stays"]["entered"], line["stays"]["answered"], line["stays"]["service_level"]) == (1, 1, 1.0)
    assert len(ops.get("reports/queues", days).json()) == 2
    (theirs,) = ops.get("reports/queues", {**days, "tenant": "harbour"}).json()
    assert theirs["tenant_id"] == str(harbour.tenant.pk)
    assert own.get("reports/queues", {**days, "tenant": "harbour"}).status_code == 404
    assert Program(a_key(kind=Kind.FIN)).get("reports/queues", days).status_code == 403


def test_pieces_of_time_agents_and_outcomes_agree_with_the_call(sides, days):
    museum, harbour = sides
    own = Program(museum.key)
    (day,) = own.get("reports/times", {**days, "cut": "day"}).json()
    (hour,) = own.get("reports/times", {**days, "cut": "hour"}).json()
    (agent,) = own.get("reports/agents", days).json()
    (outcome,) = own.get("reports/calls", {**days, "by": "outcome"}).json()

    assert day["stays"] == hour["stays"] and day["stays"]["entered"] == 1
    assert day["starts_at"].endswith("T16:00:00Z")  # midnight in Shanghai
    assert (agent["number"], agent["taken"], agent["missed"]) == ("1001", 1, 0)
    assert (outcome["key"], outcome["calls"], outcome["answered"]) == ("answered", 1, 1)
    assert outcome["talked"] == agent["talked"] > 0
    nobodys = own.get("reports/times", {**days, "cut": "day", "queue_id": harbour.ids["queues"]})
    assert nobodys.json() == []


def test_waits_foreseen_are_told_against_what_they_were(sides, days, tmp_path):
    museum, _ = sides
    at, base = clock.now() - timedelta(hours=1), {"call": a_call_id(9), "tenant": TenantId(museum.tenant.id)}
    journal = Journal(tmp_path / "told.sqlite3")
    journal.append(
        [
            fact.CallArrived(seq=1, at=at, dialled=museum.number, caller="110", **base),
            fact.QueueEntered(seq=2, at=at, queue=QUEUE_ID, queue_code="service", **base),
            fact.WaitForeseen(seq=3, at=at, position=1, seconds=70.0, **base),
            fact.QueueLeft(seq=4, at=at + 60 * SECOND, reason="connected", **base),
            fact.CallEnded(seq=5, at=at + 90 * SECOND, outcome=Outcome.ANSWERED, ended_by=EndedBy.CALLER, **base),
        ],
        [],
    )
    ship(journal)
    journal.close()
    told = Program(museum.key).get("reports/waits-foreseen", days).json()

    assert told["estimator"] and told["near_seconds"] == 30
    (line,) = told["lines"]
    assert (line["told"], line["answered"], line["mean_error"], line["share_close"]) == (1, 1, 10.0, 1.0)
    assert Program(sides[1].key).get("reports/waits-foreseen", days).json()["lines"] == []


def test_staffing_is_the_textbooks(museum):
    """100 calls an hour of 180 s are 5 erlang: 80 % within 20 s need 8 agents (Erlang C), fewer if some give up."""
    load = {"calls": "100", "handling": "180", "share_percent": "80", "within": "20"}
    for_ever = museum.program.get("reports/staffing", load).json()
    impatient = museum.program.get("reports/staffing", {**load, "patience": "30"}).json()

    assert for_ever["agents"] == 8 and 0.8 <= for_ever["service_level"] < 0.9 and for_ever["give_up"] == 0
    assert impatient["agents"] < 8 and impatient["give_up"] > 0
    assert museum.program.get("reports/staffing", {**load, "calls": "NaN"}).status_code == 400
    too_many = museum.program.get("reports/staffing", {**load, "calls": "20000", "handling": "7200"})
    assert too_many.json()["code"] == "too_many_agents"


@pytest.mark.parametrize("change", [{"first": "0001-01-01"}, {"last": "9999-12-31"}, {"first": ""}, {"by": "caller"}])
def test_question_that_has_no_answer_is_refused(museum, days, change):
    assert museum.program.get("reports/calls", {**days, "by": "outcome", **change}).status_code == 400


def test_report_over_too_many_days_is_refused(museum, days):
    asked = {**days, "first": "2020-01-01"}
    assert museum.program.get("reports/queues", asked).json()["code"] == "no_such_window"
