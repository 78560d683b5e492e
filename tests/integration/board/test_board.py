"""The wallboard's snapshot and stream: it agrees with the reports, and each sees his own."""

import json
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import AsyncClient

from agents.people.models import PauseReason
from agents.presence.services import log_out, pause
from seatline.clock import now
from seatline.stream import hub as hub_module
from seatline.stream.addresses import Address
from telephony.board.feed import Alarms
from telephony.board.kiosks import kiosk_of, make_kiosk, revoke_kiosk
from telephony.board.models import Kiosk, QueueAlarm
from telephony.board.snapshot import day_of, read_day, read_now
from telephony.reports.services import by_agent, by_queue
from telephony.reports.windows import Window
from tenants.accounts.scope import operator_scope, telephony_scope, tenant_scope
from tests.builders.board import a_floor, a_waiting_call, calls_of_the_day, gives_up, talking, told
from tests.builders.stream import listening
from tests.builders.tenants import a_tenant
from tests.integration.stream.test_news import in_thread, person, play

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def at():
    """Noon of today in Shanghai, so that the day so far is one day."""
    return now().astimezone(SHANGHAI).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def floor(db, at):
    return a_floor(at)


def test_board_shows_who_waits_and_who_does_what(floor, at):
    told(
        [*a_waiting_call(floor, 1, at - timedelta(seconds=70)), *a_waiting_call(floor, 2, at - timedelta(seconds=9))],
        talking(floor.sessions[1], at - timedelta(seconds=30), 3),
    )
    with operator_scope():
        for digit, name in (("1", "Lunch"), ("2", "Coaching")):
            PauseReason.objects.create(code=digit, name=name)
    with telephony_scope():
        pause(floor.sessions[1].endpoint, "2", at)
        pause(floor.sessions[2].endpoint, "1", at)
        log_out(at=at, session_id=floor.sessions[3].session_id, reason="left")
    seen = read_now(floor.tenant.pk, at)
    (queue,) = seen["queues"].values()
    assert (queue["waiting"], queue["oldest"]) == (
        2,
        (at - timedelta(seconds=70)).astimezone(ZoneInfo("UTC")).isoformat(),
    )
    agents = {row["number"]: row for row in seen["agents"].values()}
    assert {number: (row["state"], row["reason"], row["pausing"]) for number, row in agents.items()} == {
        "1001": ("ready", "", False),
        "1002": ("talking", "", True),  # the pause begins when the call is over
        "1003": ("paused", "1", False),
    }
    assert agents["1002"]["call"]
    assert queue["ready"] == 1
    assert seen["tenants"][str(floor.tenant.pk)]["seats"] == 4
    # A board hangs on a wall: no caller is on it.
    assert "1380000" not in json.dumps(seen)


def test_day_agrees_with_the_reports_to_the_call(floor, at):
    told([*calls_of_the_day(floor, at), *a_waiting_call(floor, 1, at - timedelta(minutes=2))])
    told(gives_up(floor, 1, at - timedelta(minutes=1)))
    seen = read_day(floor.tenant.pk, at)
    window = Window(at.date(), at.date(), SHANGHAI)
    with tenant_scope(floor.tenant.pk):
        (line,) = by_queue(window)
        agents = by_agent(window, at)
    assert seen["day"] == {str(floor.queue.pk): day_of(line.stays)}
    day = seen["day"][str(floor.queue.pk)]
    assert (day["service"], day["abandoned"], day["answer"], day["entered"]) == ([6, 7], [1, 7], [60.0, 6], 7)
    work = seen["work"][str(floor.tenant.pk)]
    assert work["handling"] == [6 * 90, 6]
    busy, ready = (sum(getattr(one.presence, name).total_seconds() for one in agents) for name in ("busy", "ready"))
    assert work["occupancy"] == [round(busy), round(busy + ready)]
    assert work["date"] == at.date().isoformat()


def test_board_of_a_tenant_holds_nothing_of_a_neighbour(floor, at):
    with operator_scope():
        neighbour = a_tenant("harbour")
    told(a_waiting_call(floor, 1, at))
    seen = {**read_now(neighbour.pk, at), **read_day(neighbour.pk, at)}
    assert (seen["queues"], seen["agents"], seen["day"]) == ({}, {}, {})
    assert list(seen["tenants"]) == [str(neighbour.pk)]


def alarm(floor, figure, attention, action):
    with operator_scope():
        return QueueAlarm.objects.create(
            tenant=floor.tenant, queue=floor.queue, figure=figure, attention=attention, action=action
        )


def test_a_wait_that_grows_alarms_without_any_event(floor, at):
    alarm(floor, "longest", 30, 60)
    told(a_waiting_call(floor, 1, at))
    seen, alarms, queue = read_now(floor.tenant.pk, at), Alarms(), str(floor.queue.pk)

    def after(seconds):
        return alarms.tick(floor.tenant.pk, seen, at + timedelta(seconds=seconds))["alarms"].get(queue, {})

    assert after(29) == {}
    assert (after(30), after(31)) == ({}, {"longest": 1})  # it must stand for two looks
    assert (after(60), after(61)) == ({"longest": 1}, {"longest": 2})


def test_alarm_whose_values_are_the_wrong_way_round_or_another_tenant_s_is_refused(floor):
    for figure, attention, action in (("waiting", 10, 5), ("service", 60, 80)):
        with pytest.raises(IntegrityError, match="action_comes_after_attention"), transaction.atomic():
            alarm(floor, figure, attention, action)
    with operator_scope():
        stranger = QueueAlarm(tenant=a_tenant("harbour"), queue=floor.queue, figure="ready", attention=1, action=0)
        with pytest.raises(ValidationError):
            stranger.full_clean()


@pytest.mark.django_db(transaction=True)
class TestStream:
    """As browsers hear it."""

    def test_board_comes_whole_and_then_in_differences_within_a_second(self, at):
        floor = a_floor(at)
        client = person(floor.tenant)
        agent = str(floor.sessions[0].agent_id)

        async def story():
            async with listening(client, str(Address(floor.tenant.pk, "board"))) as ear:
                first = (await ear.next()).data
                assert first["kind"] == "snapshot"
                assert first["data"]["agents"][agent]["state"] == "ready"
                begin = time.monotonic()
                await in_thread(told, [], talking(floor.sessions[0], at))
                heard = (await ear.next()).data
                assert time.monotonic() - begin < 1
                assert heard["kind"] == "delta"
                assert heard["data"]["agents"][agent]["state"] == "talking"
                assert list(heard["data"]["agents"]) == [agent]

        play(story())

    def test_screen_on_the_wall_sees_its_board_until_it_is_switched_off(self, at, monkeypatch):
        monkeypatch.setattr(hub_module, "LOOK_EVERY", 0.05)
        floor = a_floor(at)
        with operator_scope():
            neighbour = a_tenant("harbour")
            made = make_kiosk(floor.tenant, "3rd floor", at)
        board = str(Address(floor.tenant.pk, "board"))

        def switch_off():
            with operator_scope():
                revoke_kiosk(made.row, at)

        async def story():
            client = AsyncClient()
            for topic in (str(Address(neighbour.pk, "board")), "all/board", str(Address(floor.tenant.pk, "floor"))):
                assert (await client.get("/stream/", {"topic": topic, "kiosk": made.token})).status_code == 403
            async with listening(client, board, kiosk=made.token) as ear:
                assert (await ear.next()).data["kind"] == "snapshot"
                await in_thread(switch_off)
                assert await ear.ended()
            assert (await client.get("/stream/", {"topic": board, "kiosk": made.token})).status_code == 403

        play(story())


def test_token_of_a_screen_is_kept_as_a_hash_alone(floor, at):
    with operator_scope():
        made = make_kiosk(floor.tenant, "3rd floor", at)
        kept = Kiosk.objects.values_list("hashed", flat=True).get()
    assert kept not in made.token
    assert kiosk_of(made.token) == made.row
    other = made.token[:-1] + ("A" if made.token[-1] != "A" else "B")
    assert [kiosk_of(token) for token in (other, "", made.row.pk.hex, f"{made.row.pk.hex}-{kept}")] == [None] * 4
