"""Logins at one moment, PINs guessed in parallel, and who is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.db import connection, connections

from agents.people.models import AgentPin
from agents.people.services import PinLocked, PinWrong, check_pin
from agents.presence import services
from tenants.accounts.scope import operator_scope, telephony_scope
from tests.builders.agents import PIN, a_session, an_agent
from tests.builders.tenants import NINE, a_lease, a_room, a_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def museum():
    with operator_scope():
        a_room(10)
        tenant = a_tenant("museum")
        a_lease(tenant, 5)
        return tenant


def at_once(acts) -> list[str]:
    """The outcomes of acts that begin at one moment, each on a connection of its own."""
    ready = Barrier(len(acts))

    def run(act) -> str:
        try:
            ready.wait(timeout=10)
            act()
        except Exception as error:
            return type(error).__name__
        else:
            return "done"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(run, acts))


def test_the_fifth_seat_goes_to_one_of_two_who_log_in_at_one_moment(museum):
    with operator_scope():
        agents = [an_agent(museum, f"100{n}", pin=PIN if n > 4 else "") for n in range(1, 7)]
        for n, agent in enumerate(agents[:4]):
            a_session(agent, f"seat-00{n}", n)
    outcomes = at_once(
        [
            lambda: services.log_in("1005", PIN, "seat-005", 5, NINE),
            lambda: services.log_in("1006", PIN, "seat-006", 6, NINE),
        ]
    )
    assert outcomes == ["SeatsFull", "done"]
    with telephony_scope():
        assert len(services.sessions_in_force()) == 5


def test_one_phone_goes_to_one_of_two_who_log_in_at_one_moment(museum):
    with operator_scope():
        for number in ("1001", "1002"):
            an_agent(museum, number)
    outcomes = at_once(
        [
            lambda: services.log_in("1001", PIN, "seat-001", 1, NINE),
            lambda: services.log_in("1002", PIN, "seat-001", 1, NINE),
        ]
    )
    assert outcomes == ["AnotherAgentHere", "done"]


def test_guesses_at_one_moment_are_all_counted(museum):
    with operator_scope():
        an_agent(museum, "1001")

    def guess() -> None:
        check_pin("1001", "9999", NINE)

    outcomes = at_once([guess] * 8)
    assert outcomes.count(PinWrong.__name__) == 4
    assert outcomes.count(PinLocked.__name__) == 4
    with operator_scope():
        assert AgentPin.objects.get().failed_pins == 5


def test_whoever_listens_hears_which_agent_changed(museum):
    with operator_scope():
        agent = an_agent(museum, "1001", pin="")
    parameters = {k: v for k, v in connection.get_connection_params().items() if k in psycopg_names()}
    with psycopg.connect(**parameters, autocommit=True) as listener:
        listener.execute("LISTEN seatline_presence")
        with telephony_scope():
            a_session(agent)
        heard = next(listener.notifies(timeout=5))
    assert heard.payload == str(agent.id)


def psycopg_names() -> set[str]:
    return {"dbname", "user", "password", "host", "port"}
