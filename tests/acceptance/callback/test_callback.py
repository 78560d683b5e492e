"""A caller asks by a key to be called back, hangs up, and is called as soon as an agent is there.

The customer speaks at 520 Hz on the telephone that is called; the agent at a tone of his place.
"""

from datetime import time
from typing import Any

import pytest

from seatline.house.exchange import Telephone
from tests.acceptance.rig import Rig
from tests.acceptance.sound import hears_phrase, seconds_of_tone, write_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, Client, a_client, keys, wait_for_plan, wait_for_state

MOBILE, IMPATIENT = "13800000051", "13800000052"
CUSTOMER_HERTZ = 520
DEFINITION = {
    "start": "menu",
    "nodes": {
        "menu": {"kind": "menu", "say": ["greeting"], "choices": {"0": "agent"}, "otherwise": "wrong", "wait": 2},
        "agent": {"kind": "queue", "queue": "service", "keys": {"1": "promise"}},
        "promise": {"kind": "callback", "queue": "service", "otherwise": "agent"},
        "wrong": {"kind": "finish", "outcome": "wrong_keys"},
    },
}


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """Callers may wait although nobody is there; who hangs up after three seconds is called back."""
    from telephony.trunks.services import add_trunk, allow_outside
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(
        rig, "promises", definition=DEFINITION, join_empty="yes", callback_pause=2 * SECOND, callback_from=time(0),
        callback_until=time(0), missed_after=3 * SECOND,
    )  # fmt: skip
    with operator_scope():
        add_trunk("carrier", "127.0.0.10", priority=1)
        allow_outside(Tenant.objects.get(code="promises"), "+8613")
    wait_for_plan(rig)
    return client


def promises(number: str) -> list[tuple[str, int]]:
    """State and vain tries of what a customer was promised, oldest first."""
    from telephony.callbacks.models import Callback
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        rows = Callback.objects.filter(number=f"+86{number}").order_by("since")
        return [(str(one.state), one.tries) for one in rows]


def calls_to(number: str) -> list[Any]:
    """The calls that were made to a customer, oldest first."""
    from telephony.journal.models import Call
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        return list(Call.objects.filter(dialled=f"+86{number}", direction="outbound").order_by("started_at"))


def test_customer_who_asked_is_called_when_an_agent_is_there_and_again_if_busy(rig: Rig, client: Client) -> None:
    """Asked twice, over a restart of the switch; busy at first; then both hear each other."""
    asks = {"caller": MOBILE, "keys": keys((1, "0"), (2.5, "1"), (5, "1")), "hang_up_after": 14 * SECOND}
    first, second = (rig.begin_call(client.dialled, **asks) for _ in range(2))
    heard = first.result(30).heard
    outcomes = [rig.report(call.result(30))["outcome"] for call in (first, second)]
    assert outcomes == ["callback_promised", "callback_promised"]
    assert sorted(promises(MOBILE)) == [("merged", 0), ("open", 0)], "asked twice, promised once"
    assert heard is not None
    assert hears_phrase(heard, rig.var / "sounds" / "en" / "callback-promised.wav")
    rig.switch.stop()
    rig.start_switch()
    voice = write_tone(rig.folder / "tones" / "customer.wav", CUSTOMER_HERTZ, 30)
    there = Telephone(answers_after=1 * SECOND, speech=voice, hangs_up_after=5 * SECOND)
    agent = client.places[0]
    with rig.exchange(**{f"n{MOBILE}": Telephone(refuses=486)}) as outside:
        phone = client.at_work(record=True)
        wait_until(lambda: ("open", 1) in promises(MOBILE), 15, "the first try, in vain")
        outside.telephones[MOBILE] = there
        wait_until(lambda: ("reached", 1) in promises(MOBILE), 25, "the second try")
        busy, taken = outside.calls
    assert (busy.answered, taken.answered, taken.shown) == (False, True, client.dialled)
    vain, kept = calls_to(MOBILE)
    assert (vain.outcome, vain.talked, kept.outcome, kept.ended_by) == ("not_reached", 0 * SECOND, "answered", "caller")
    assert 3 * SECOND < kept.talked < 6 * SECOND
    assert taken.heard is not None
    assert seconds_of_tone(taken.heard, agent.hertz) > 2, "the customer hears the agent"
    assert seconds_of_tone(phone.heard()[-1], CUSTOMER_HERTZ) > 2, "the agent hears the customer"
    wait_for_state(agent.agent, "ready")


def test_caller_who_gave_up_is_called_back_by_the_queues_rule(rig: Rig, client: Client) -> None:
    """Nobody was there for five seconds; the agent who comes calls the customer."""
    client.pause()
    missed = rig.report(rig.call(client.dialled, caller=IMPATIENT, keys=keys((1, "0")), hang_up_after=6 * SECOND))
    assert missed["outcome"] == "abandoned"
    with rig.exchange(**{f"n{IMPATIENT}": Telephone(hangs_up_after=2 * SECOND)}) as outside:
        client.unpause()
        wait_until(lambda: promises(IMPATIENT) == [("reached", 0)], 15, "the callback")
    assert [one.answered for one in outside.calls] == [True]
    wait_for_state(client.places[0].agent, "ready")
