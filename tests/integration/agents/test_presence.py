"""Logins, pauses and the facts of the switch, on PostgreSQL."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from agents.people.services import PinWrong, add_pause_reason, allow_outside_phone
from agents.presence import services
from agents.presence.models import AgentSession, PresenceEvent, PresenceInterval
from agents.presence.services import PresenceFact, PresenceState
from tenants.accounts.scope import operator_scope, telephony_scope, tenant_scope
from tenants.seats.rules import Window
from tenants.seats.services import end_lease
from tests.builders.agents import PIN, a_session, an_agent
from tests.builders.tenants import NINE, a_lease, a_room, a_tenant

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
S = PresenceState


@pytest.fixture
def museum():
    with operator_scope():
        a_room(20)
        add_pause_reason("1", "Break")
        return a_tenant("museum")


@pytest.fixture
def agents(museum):
    with operator_scope():
        return [an_agent(museum, f"100{n}", pin="") for n in range(1, 7)]


@pytest.fixture
def lease(museum):
    with operator_scope():
        return a_lease(museum, 5)


@pytest.fixture
def telephony(museum, agents, lease):
    with telephony_scope():
        yield


def intervals(session) -> list[tuple]:
    return [
        (row.state, (row.starts_at - NINE) / MINUTE, row.ends_at and (row.ends_at - NINE) / MINUTE)
        for row in PresenceInterval.objects.filter(session_id=session.session_id).order_by("starts_at")
    ]


def told(session, minute: float, state: PresenceState) -> PresenceFact:
    return PresenceFact(
        uuid4(), session.session_id, session.agent_id, session.tenant_id, NINE + minute * MINUTE, state, uuid4()
    )


def test_an_agent_logs_in_with_the_pin_and_is_ready(museum, lease):
    with operator_scope():
        an_agent(museum, "1001")
    session = services.log_in("1001", PIN, "seat-001", 1, NINE)
    with telephony_scope():
        assert services.sessions_in_force() == [session]
        assert (session.agent_number, session.seat, session.paused) == ("1001", 1, False)
        assert intervals(session) == [("ready", 0, None)]
        assert services.state_of(session.session_id) is S.READY


def test_a_wrong_pin_opens_no_session(museum, lease):
    with operator_scope():
        an_agent(museum, "1001")
    with pytest.raises(PinWrong):
        services.log_in("1001", "9999", "seat-001", 1, NINE)
    with telephony_scope():
        assert services.session_at("seat-001") is None


def test_the_sixth_agent_on_five_seats_is_refused(telephony, agents):
    for n, agent in enumerate(agents[:5]):
        a_session(agent, f"seat-00{n}", n)
    with pytest.raises(services.SeatsFull, match="All 5 leased seats"):
        a_session(agents[5], "seat-006", 6)
    services.log_out(endpoint="seat-001", at=NINE + MINUTE)
    assert a_session(agents[5], "seat-006", 6, at=NINE + MINUTE)


def test_without_a_lease_at_this_hour_nobody_logs_in(museum, agents):
    with operator_scope():
        a_lease(museum, 5, windows=[Window(frozenset(range(1, 8)), time(20), time(8))])
    with telephony_scope():
        with pytest.raises(services.NoSeatLeased, match="1001"):
            a_session(agents[0])
        assert a_session(agents[0], at=NINE + 11 * HOUR)


def test_a_login_elsewhere_ends_the_first(telephony, agents):
    first = a_session(agents[0], "seat-001", 1)
    second = a_session(agents[0], "seat-002", 2, at=NINE + MINUTE)
    assert services.sessions_in_force() == [second]
    assert intervals(first) == [("ready", 0, 1)]
    assert AgentSession.objects.get(id=first.session_id).logged_out_because == "elsewhere"


def test_moving_to_another_phone_needs_no_second_seat(museum, agents):
    with operator_scope():
        a_lease(museum, 1)
    with telephony_scope():
        a_session(agents[0], "seat-001", 1)
        assert a_session(agents[0], "seat-002", 2, at=NINE + MINUTE)


def test_a_login_on_the_same_phone_goes_on(telephony, agents):
    first = a_session(agents[0])
    assert a_session(agents[0], at=NINE + MINUTE) == first


def test_another_agents_phone_is_refused(telephony, agents):
    a_session(agents[0], "seat-001", 1)
    with pytest.raises(services.AnotherAgentHere, match="seat-001"):
        a_session(agents[1], "seat-001", 1)


def test_a_seat_that_another_tenant_has_by_name_is_refused(museum, agents, lease):
    with operator_scope():
        a_lease(a_tenant("harbour"), 1, named=[7])
    with telephony_scope(), pytest.raises(services.SeatOfAnotherTenant, match="Seat 7"):
        a_session(agents[0], "seat-007", 7)


def test_a_named_lease_serves_its_own_seats_alone(museum, agents):
    with operator_scope():
        a_lease(museum, 1, named=[7])
    with telephony_scope():
        with pytest.raises(services.SeatsFull):
            a_session(agents[0], "seat-001", 1)
        assert a_session(agents[0], "seat-007", 7)


def test_the_database_itself_refuses_two_agents_on_one_phone(telephony, agents, museum):
    a_session(agents[0], "seat-001", 1)
    with pytest.raises(IntegrityError, match="phone_has_one_agent"), transaction.atomic():
        AgentSession.objects.create(tenant=museum, agent=agents[1], endpoint="seat-001", logged_in_at=NINE)


def test_a_pause_with_a_reason_and_its_end(telephony, agents):
    session = a_session(agents[0])
    paused = services.pause("seat-001", "1", NINE + MINUTE)
    assert (paused.paused, paused.pause_reason) == (True, "1")
    assert not services.unpause("seat-001", NINE + 3 * MINUTE).paused
    assert intervals(session) == [("ready", 0, 1), ("paused", 1, 3), ("ready", 3, None)]


def test_a_pause_for_an_unknown_reason_is_refused(telephony, agents):
    a_session(agents[0])
    with pytest.raises(services.PauseReasonUnknown, match="9"):
        services.pause("seat-001", "9", NINE)
    assert not services.session_at("seat-001").paused


@pytest.mark.parametrize(
    "act",
    [
        lambda: services.log_out(endpoint="seat-009", at=NINE),
        lambda: services.pause("seat-009", "", NINE),
        lambda: services.unpause("seat-009", NINE),
        lambda: services.finish_wrap_up("seat-009", NINE),
    ],
)
def test_nothing_can_be_asked_where_nobody_is_logged_in(telephony, act):
    with pytest.raises(services.NotLoggedIn):
        act()


def test_facts_told_late_twice_and_out_of_order_make_the_same_intervals(telephony, agents):
    session = a_session(agents[0])
    facts = [told(session, 1, S.RINGING), told(session, 2, S.TALKING), told(session, 5, S.WRAP_UP)]
    services.pause("seat-001", "", NINE + 4 * MINUTE)
    services.record([facts[2]])
    services.record([facts[0], facts[2]])
    services.record([facts[1], facts[1]])
    expected = [("ready", 0, 1), ("ringing", 1, 2), ("talking", 2, 5), ("wrap_up", 5, None)]
    assert intervals(session) == expected
    services.record([told(session, 6, S.READY)])
    assert intervals(session) == [*expected[:-1], ("wrap_up", 5, 6), ("paused", 6, None)]


def test_the_projection_made_again_is_identical(telephony, agents):
    for n, agent in enumerate(agents[:2]):
        session = a_session(agent, f"seat-00{n}", n)
        services.record([told(session, m, state) for m, state in [(1, S.RINGING), (2, S.TALKING), (3, S.READY)]])
    before = list(PresenceInterval.objects.order_by("id").values())
    services.rebuild_intervals()
    assert list(PresenceInterval.objects.order_by("id").values()) == before
    PresenceInterval.objects.all().delete()
    services.rebuild_intervals()
    assert list(PresenceInterval.objects.order_by("id").values()) == before


def test_facts_told_piece_by_piece_make_what_they_make_together(telephony, agents):
    sessions = [a_session(agent, f"seat-00{n}", n) for n, agent in enumerate(agents[:3])]
    calls = [(S.RINGING, 0), (S.TALKING, 1), (S.WRAP_UP, 3), (S.READY, 4), (S.RINGING, 4), (S.READY, 5)]
    facts = [
        told(session, 10 * turn + n + minute, state)
        for turn in range(3)
        for state, minute in calls
        for n, session in enumerate(sessions, start=1)
    ]
    services.record(facts[:5])
    services.pause("seat-001", "1", NINE + 12 * MINUTE)
    for begin in range(5, len(facts), 4):
        services.record(facts[max(0, begin - 2) : begin + 4])  # some are told twice
    before = list(PresenceInterval.objects.order_by("id").values())
    columns = list(AgentSession.objects.order_by("id").values())
    PresenceInterval.objects.all().delete()
    services.rebuild_intervals()
    assert list(PresenceInterval.objects.order_by("id").values()) == before
    assert list(AgentSession.objects.order_by("id").values()) == columns


def test_what_is_newest_is_taken_down_without_reading_the_day_again(telephony, agents, django_assert_max_num_queries):
    sessions = [a_session(agent, f"seat-00{n}", n) for n, agent in enumerate(agents[:4])]
    services.record([told(session, minute, S.TALKING) for minute in range(1, 40) for session in sessions])
    with django_assert_max_num_queries(11):
        services.record([told(session, 60, S.WRAP_UP) for session in sessions])
    assert all(intervals(session)[-1] == ("wrap_up", 60, None) for session in sessions)


def test_a_fact_told_after_the_logout_changes_what_was_before_it(telephony, agents):
    session = a_session(agents[0])
    services.log_out(endpoint="seat-001", at=NINE + 10 * MINUTE)
    services.record([told(session, 8, S.TALKING), told(session, 12, S.WRAP_UP)])
    assert intervals(session) == [("ready", 0, 8), ("talking", 8, 10)]


def test_the_switch_may_end_a_session(telephony, agents):
    session = a_session(agents[0])
    services.record([told(session, 3, S.LOGGED_OUT)])
    assert services.session_at("seat-001") is None
    with pytest.raises(services.NotLoggedIn):
        services.log_out(session_id=session.session_id, at=NINE + 4 * MINUTE)


def test_a_fact_of_an_unknown_session_does_not_hold_up_the_others(telephony, agents):
    session = a_session(agents[0])
    stranger = PresenceFact(uuid4(), uuid4(), session.agent_id, session.tenant_id, NINE, S.TALKING)
    services.record([stranger, told(session, 1, S.TALKING)])
    assert intervals(session) == [("ready", 0, 1), ("talking", 1, None)]


def test_the_end_of_the_wrap_up_is_told(telephony, agents):
    session = a_session(agents[0])
    services.record([told(session, 1, S.WRAP_UP)])
    done = services.finish_wrap_up("seat-001", NINE + 2 * MINUTE)
    assert done.wrap_up_done_at == NINE + 2 * MINUTE
    assert services.state_of(session.session_id) is S.READY


def test_when_the_lease_ends_the_idle_go_and_running_calls_finish(telephony, agents, lease):
    idle, talking, ringing_unheard = (a_session(a, f"seat-00{n}", n) for n, a in enumerate(agents[:3]))
    services.record([told(talking, 1, S.TALKING)])
    end = NINE + 60 * MINUTE
    with operator_scope():
        end_lease(lease.id, end)
    assert services.expire_leases(end - MINUTE) == []
    ended = services.expire_leases(end, busy={ringing_unheard.session_id})
    assert {one.session_id for one in ended} == {one.session_id for one in (idle, talking, ringing_unheard)}
    left = {one.session_id: one.ends_when_free for one in services.sessions_in_force()}
    assert left == {talking.session_id: True, ringing_unheard.session_id: True}
    # Asked again a second later: nothing new.
    assert services.expire_leases(end + timedelta(seconds=1)) == []
    services.log_out(session_id=talking.session_id, at=end + MINUTE, reason="lease_ended")


def test_a_lease_that_shrinks_keeps_those_who_came_first(museum, agents):
    with operator_scope():
        a_lease(museum, 1)
        a_lease(museum, 2, ends_at=NINE + HOUR)
    with telephony_scope():
        sessions = [a_session(a, f"seat-00{n}", n, at=NINE + n * MINUTE) for n, a in enumerate(agents[:3])]
        gone = services.expire_leases(NINE + HOUR)
        assert {one.session_id for one in gone} == {one.session_id for one in sessions[1:]}
        assert services.sessions_in_force() == sessions[:1]


def test_what_was_told_is_never_changed(telephony, agents):
    a_session(agents[0])
    with operator_scope():
        for act in (
            lambda: PresenceEvent.objects.update(state="talking"),
            lambda: PresenceEvent.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                act()


def test_even_the_owner_of_the_tables_cannot_change_what_was_told(museum):
    refused = pytest.raises(IntegrityError, match="presence events are never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM agents_presenceevent")


def test_a_tenant_sees_its_own_sessions_alone(telephony, agents, museum):
    a_session(agents[0])
    with operator_scope():
        harbour = a_tenant("harbour")
    with tenant_scope(harbour.id):
        assert services.sessions_in_force() == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM agents_presenceinterval")
            assert cursor.fetchone() == (0,)
    with tenant_scope(museum.id):
        assert len(services.sessions_in_force()) == 1
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            AgentSession.objects.update(endpoint="x")


def test_agent_logs_in_outside_on_a_listed_telephone_alone_and_takes_a_seat_of_the_lease(museum, lease):
    with operator_scope():
        agent = an_agent(museum, "2001")
        allow_outside_phone(agent, "+8613800000009")
    with pytest.raises(services.TelephoneNotAllowed):
        services.log_in("2001", PIN, "tel:+8613800000008", None, NINE)
    with pytest.raises(PinWrong):
        services.log_in("2001", "0815", "tel:+8613800000009", None, NINE)
    session = services.log_in("2001", PIN, "tel:+8613800000009", None, NINE)
    assert (session.endpoint, session.seat) == ("tel:+8613800000009", None)
    with telephony_scope():
        assert [one.agent_number for one in services.sessions_in_force()] == ["2001"]
        services.log_out(endpoint="tel:+8613800000009", at=NINE + HOUR)
        assert services.sessions_in_force() == []


def test_agent_outside_needs_a_leased_seat_as_everybody_does(museum):
    with operator_scope():
        allow_outside_phone(an_agent(museum, "2001"), "+8613800000009")
    with pytest.raises(services.NoSeatLeased):
        services.log_in("2001", PIN, "tel:+8613800000009", None, NINE)
