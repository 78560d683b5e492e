"""An agent dials at the phone: a customer, one who waits to be called back, and numbers that may not be called.

The customer speaks at 520 Hz; the agent at a tone of the place.
"""

from datetime import time

import pytest

from seatline.clock import now
from seatline.house.exchange import Telephone
from seatline.ids import new_id
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import hears_phrase, seconds_of_tone, write_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, Client, a_client, facts_of, wait_for_plan, wait_for_state

MOBILE, PROMISED, NEVER, ABROAD = "13800000061", "13800000062", "13800000063", "0049301234567"
CUSTOMER_HERTZ = 520


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """A client that may call mobiles at home at any hour, but for one."""
    from telephony.trunks.do_not_call import never_call
    from telephony.trunks.services import add_trunk, allow_outside
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "dialling", callback_from=time(0), callback_until=time(0), wrap_up=SECOND)
    with operator_scope():
        tenant = Tenant.objects.get(code="dialling")
        add_trunk("carrier", "127.0.0.10", priority=1)
        allow_outside(tenant, "+8613")
        never_call(tenant, [NEVER], now(), "asked for it")
    wait_for_plan(rig)
    return client


@pytest.fixture(scope="module")
def phone(client: Client) -> RigPhone:
    """The agent's phone; nobody is logged in there yet."""
    return client.phone(record=True)


def calls_to(number: str) -> list[dict[str, object]]:
    """The calls that were made to a number and are over, oldest first, as their reports."""
    from telephony.journal.models import Call
    from telephony.journal.services import report_of
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        over = Call.objects.filter(dialled__endswith=number, direction="outbound", ended_at__isnull=False)
        return [report_of(call) for call in over.order_by("started_at")]


def dials(phone: RigPhone, number: str) -> int:
    """Begin the call; a mark of before it."""
    before = phone.mark()
    phone.rig.do(phone.agent.phone.dial(number))
    return before


def test_agent_calls_a_customer_and_keeps_a_promise_by_hand(rig: Rig, client: Client, phone: RigPhone) -> None:
    """Two-way sound; the number shown is the client's; billing is told of a call out and of its minutes."""
    from telephony.callbacks.models import Callback
    from telephony.callbacks.services import ask
    from telephony.journal.services import closed_calls_after
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope, telephony_scope

    before = dials(phone, MOBILE)
    phone.wait_for("CALL_CLOSED", 20, since=before)
    heard = phone.heard()[-1]
    for language in ("zh", "en"):
        assert hears_phrase(heard, rig.var / "sounds" / language / "not-logged-in.wav"), "refused in both languages"
    client.log_in()
    voice = write_tone(rig.folder / "tones" / "customer.wav", CUSTOMER_HERTZ, 30)
    there = Telephone(answers_after=1 * SECOND, speech=voice, hangs_up_after=4 * SECOND)
    agent = client.places[0]
    with rig.exchange(**{f"n{MOBILE}": there, f"n{PROMISED}": Telephone(hangs_up_after=2 * SECOND)}) as outside:
        before = dials(phone, f"0{MOBILE}")
        wait_for_state(agent.agent, "talking", 5)
        phone.wait_for("CALL_CLOSED", 20, since=before)
        (report,) = wait_until(lambda: calls_to(MOBILE), 10, "the record of the call")
        client.pause()
        with operator_scope():
            ask(Tenant.objects.get(code="dialling"), "service", PROMISED, now())
        wait_for_plan(rig)  # by then the switch has heard of the promise
        before = dials(phone, "*49")
        phone.wait_for("CALL_CLOSED", 20, since=before)
    taken, promised = outside.calls
    assert (report["outcome"], report["ended_by"], report["agent"]) == ("answered", "caller", agent.agent)
    assert facts_of(report)[:6] == [
        "DialBegun", "AgentTook", "OutsideDialled", "OutsideAnswered", "OutsideConnected", "AgentConnected",
    ]  # fmt: skip
    assert (taken.answered, taken.shown, promised.answered) == (True, client.dialled, True)
    assert taken.heard is not None
    assert seconds_of_tone(taken.heard, agent.hertz) > 2, "the customer hears the agent"
    assert seconds_of_tone(phone.heard()[-2], CUSTOMER_HERTZ) > 2, "the agent hears the customer"
    wait_until(lambda: calls_to(MOBILE)[0]["recording"], 10, "the recording")
    wait_for_state(agent.agent, "paused", 5)
    with operator_scope():
        assert Callback.objects.get(number=f"+86{PROMISED}").state == "reached"
    (kept,) = calls_to(PROMISED)
    assert kept["callback"] is not None
    with telephony_scope():
        told = [call for call in closed_calls_after(0, 1000) if call.dialled == f"+86{MOBILE}"]
    assert [(call.direction, call.outcome, [leg.number for leg in call.outside]) for call in told] == [
        ("outbound", "answered", [f"+86{MOBILE}"])
    ]


def test_number_that_may_not_be_called_is_refused_at_the_dialling_whoever_asks(
    rig: Rig, client: Client, phone: RigPhone
) -> None:
    """By the phone and by a program: abroad, and on the list of those who do not want to be called."""
    from agents.people.models import Agent
    from telephony.requests.services import dial
    from tenants.accounts.scope import operator_scope, tenant_scope

    with operator_scope():
        agent = Agent.objects.get(number=client.places[0].agent)

    with rig.exchange(**{f"n{NEVER}": Telephone()}) as outside:
        before = dials(phone, ABROAD)
        phone.wait_for("CALL_CLOSED", 20, since=before)
        assert hears_phrase(phone.heard()[-1], rig.var / "sounds" / "en" / "dial-not-allowed.wav")
        before = phone.mark()
        with tenant_scope(agent.tenant_id):
            dial(new_id(), agent.id, NEVER, now())
        phone.wait_for("CALL_CLOSED", 20, since=before)
        assert hears_phrase(phone.heard()[-1], rig.var / "sounds" / "en" / "dial-never.wav")
    assert outside.calls == [], "nothing went out"
    outcomes = [wait_until(lambda number=number: calls_to(number), 10) for number in (ABROAD[2:], NEVER)]
    assert [one["outcome"] for (one,) in outcomes] == ["not_allowed", "not_allowed"]
