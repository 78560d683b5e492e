"""The demo's past: a week of it, made by the code of live calls, adds up in every room."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from agents.presence.models import AgentSession, PresenceInterval
from billing.invoices.models import Document
from billing.invoices.services import prepare
from billing.mediation.models import UsageRecord
from seatline.house import history, world
from telephony.journal.models import Call, LedgerEntry
from telephony.journal.projector import project_all
from tenants.accounts.models import User
from tenants.accounts.scope import finance_scope, operator_scope, telephony_scope
from tenants.seats.services import seats_in_force
from tests.builders.house import NOON, SECRET, SEED, quick_hashes

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = 7


def made(days: int, progress: history.Progress | None = None) -> history.Past | None:
    with quick_hashes():
        world.load(SEED, SECRET, NOON)
    return history.make(SEED, NOON, days, progress)


@pytest.fixture(scope="module")
def past(django_db_setup, django_db_blocker):
    """A week, made once for all tests of this file and taken back after them."""
    heard: list[tuple[int, int]] = []
    with django_db_blocker.unblock(), transaction.atomic():
        yield made(WEEK, lambda done, of: heard.append((done, of)))
        transaction.set_rollback(True)
    assert heard == [(day, WEEK) for day in range(1, WEEK + 1)], "progress is told day by day"


def test_a_week_has_hundreds_of_calls_and_what_was_told_is_what_is_there(past):
    with operator_scope():
        assert past.days == WEEK
        assert past.calls == Call.objects.count() == LedgerEntry.objects.values("call_id").distinct().count()
        assert past.sessions == AgentSession.objects.count() > 80
    assert 350 < past.calls < 800


def test_all_of_it_lies_in_the_past_and_nobody_is_logged_in(past):
    with operator_scope():
        assert not Call.objects.filter(ended_at__isnull=True).exists()
        assert not Call.objects.filter(ended_at__gte=NOON).exists()
        assert not AgentSession.objects.filter(logged_out_at__isnull=True).exists()
        assert not AgentSession.objects.filter(logged_out_at__gt=NOON).exists()


def test_what_agents_did_has_neither_gaps_nor_overlaps(past):
    with operator_scope():
        told = defaultdict(list)
        for one in PresenceInterval.objects.order_by("session_id", "starts_at"):
            told[one.session_id].append(one)
        for session in AgentSession.objects.all():
            intervals = told[session.id]
            assert (intervals[0].starts_at, intervals[-1].ends_at) == (session.logged_in_at, session.logged_out_at)
            assert all(before.ends_at == after.starts_at for before, after in pairwise(intervals))
    states = Counter(one.state for intervals in told.values() for one in intervals)
    assert set(states) == {"ready", "ringing", "talking", "wrap_up", "paused"}


def test_agents_talked_as_long_as_their_calls_say(past):
    with operator_scope():
        talked = sum((one.talked for one in Call.objects.all()), timedelta(0))
        told = PresenceInterval.objects.filter(state="talking")
        assert abs(sum((one.ends_at - one.starts_at for one in told), timedelta(0)) - talked) < timedelta(seconds=30)


def test_no_tenant_ever_had_more_agents_than_seats(past):
    with operator_scope():
        changes = defaultdict(list)
        for one in AgentSession.objects.all():
            changes[one.tenant_id] += [(one.logged_in_at, 1), (one.logged_out_at, -1)]
        for tenant_id, found in changes.items():
            present = 0
            for at, change in sorted(found):
                present += change
                assert change < 0 or present <= seats_in_force(tenant_id, at)


def test_the_museum_always_has_an_agent(past):
    with operator_scope():
        assert not Call.objects.filter(tenant__code="museum", outcome="no_agent").exists()


def test_every_call_is_one_usage_record_billed_or_with_the_reason_why_not(past):
    with finance_scope():
        records = list(UsageRecord.objects.all())
        assert past.usage == len(records) == len({one.source_id for one in records}) == past.calls
        assert {one.source_id for one in records} == set(Call.objects.values_list("id", flat=True))
        billed = Counter(one.meter for one in records if one.billable)
        reasons = Counter(one.reason for one in records if not one.billable)
    assert billed["call_in"] > billed["call_informed"] > 20
    assert {"abandoned_in_menu", "wrong_keys", "closed", "abandoned", "unassigned"} <= set(reasons)
    assert billed.total() + reasons.total() == past.calls


def test_documents_count_every_call_of_their_tenants(past):
    with finance_scope():
        counted = sum(row["calls"] for one in Document.objects.all() for row in one.usage_summary)
        assert counted == Call.objects.exclude(tenant=None).count()


def test_last_months_documents_wait_for_finance_to_prepare_them(past):
    with finance_scope():
        for month in ("2026-10-01", "2026-11-01"):
            documents = Document.objects.filter(starts_on=month)
            assert [one.status for one in documents] == ["draft"] * 3
        with transaction.atomic():
            finance = User.objects.get(username="finance")
            for one in Document.objects.filter(starts_on="2026-10-01"):
                assert prepare(one, finance, NOON).status == "prepared"
            transaction.set_rollback(True)


def test_the_ledger_gives_the_same_calls_again(past):
    with telephony_scope():
        assert not any(project_all(write=False))


def test_a_second_time_nothing_is_made(past):
    assert history.make(SEED, NOON, WEEK) is None


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_past():
    def told() -> list[list[tuple]]:
        with transaction.atomic():
            made(2)
            with operator_scope():
                calls = Call.objects.order_by("id").values_list(
                    "id", "caller", "dialled", "started_at", "ended_at", "outcome", "waited", "talked", "merchant_code"
                )
                sessions = AgentSession.objects.order_by("logged_in_at").values_list(
                    "agent__number", "seat", "logged_in_at", "logged_out_at"
                )
                found = [list(calls), list(sessions)]
            transaction.set_rollback(True)
        return found

    first, second = told(), told()
    assert first == second
    ids = [row[0] for row in first[0]]
    assert ids == [row[0] for row in sorted(first[0], key=lambda row: (row[3], row[0]))], "ids sort by time"
