"""The lock by which one of several switches leads, on a real PostgreSQL."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from telephony.switch import lead as rules
from telephony.switch.lead import Lead, Try

pytestmark = pytest.mark.django_db


@pytest.fixture
def app():
    """An application of each test's own: locks are the whole database's."""
    return f"lead-{uuid4()}"


def tear(*leads):
    """PostgreSQL ends these leads' connections, as at its own restart."""
    with psycopg.connect(rules._dsn(), autocommit=True) as other:
        for one in leads:
            other.execute("SELECT pg_terminate_backend(%s)", [one._connection.info.backend_pid])


async def test_one_leads_and_the_other_follows_when_the_lock_is_let_go(app):
    first, second = Lead(app), Lead(app)
    assert (await first.take(), await second.take()) == (Try.OURS, Try.ANOTHERS)
    assert await first.take() is Try.OURS, "and it stays so"
    third = Lead(f"{app}-other")
    assert await third.take() is Try.OURS, "of another application"
    await third.release()
    await first.release()
    assert await second.take() is Try.OURS
    assert await first.take() is Try.ANOTHERS
    await second.release()


async def test_leader_that_hangs_loses_the_lock_without_its_doing(app, monkeypatch):
    monkeypatch.setattr(rules, "SILENT", 0.3)
    hangs, second = Lead(app), Lead(app)
    assert await hangs.take() is Try.OURS
    assert await second.take() is Try.ANOTHERS
    await asyncio.sleep(0.6)
    assert await second.take() is Try.OURS
    assert await hangs.take() is Try.AWAY, "its connection is found ended"
    assert await hangs.take() is Try.ANOTHERS
    await second.release()


async def test_leader_that_speaks_keeps_the_lock(app, monkeypatch):
    monkeypatch.setattr(rules, "SILENT", 1.0)
    first, second = Lead(app), Lead(app)
    assert await first.take() is Try.OURS
    keeps = asyncio.create_task(first.keep())
    await asyncio.sleep(1.6)
    assert await second.take() is Try.ANOTHERS
    keeps.cancel()
    await first.release()


async def test_leader_whose_connection_breaks_has_the_lock_again(app):
    first = Lead(app)
    assert await first.take() is Try.OURS
    tear(first)
    assert (await first.take(), await first.take()) == (Try.AWAY, Try.OURS)
    await first.release()


async def test_postgresql_that_is_away_takes_the_lead_from_nobody(app, monkeypatch):
    monkeypatch.setattr(rules, "ASK_EVERY", 0.02)
    monkeypatch.setattr(rules, "GIVEN_UP_AFTER", 0.05)
    first = Lead(app)
    assert await first.take() is Try.OURS
    monkeypatch.setattr(rules, "_dsn", lambda: "host=127.0.0.1 port=1 connect_timeout=2")
    await first.release()
    keeps = asyncio.create_task(first.keep())
    await asyncio.sleep(0.5)
    assert not keeps.done()
    keeps.cancel()


async def test_lead_is_lost_when_another_has_it_for_a_while(app, monkeypatch):
    monkeypatch.setattr(rules, "ASK_EVERY", 0.02)
    monkeypatch.setattr(rules, "GIVEN_UP_AFTER", 0.2)
    first, second = Lead(app), Lead(app)
    await first.take()
    tear(first)
    assert await second.take() is Try.OURS
    await asyncio.wait_for(first.keep(), 5)
    await second.release()
