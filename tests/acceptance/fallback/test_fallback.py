"""No switch takes the call: it is dead, it hangs, PostgreSQL is away too. Asterisk's own queue does, on the record.

Each story tells how long the caller waited for the answer.
"""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from seatline.clock import now
from tests.acceptance.figures import figure
from tests.acceptance.rig import Rig
from tests.acceptance.sound import hears_phrase, seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import (
    CALLER_HERTZ,
    GREETING_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    facts_of,
    keys,
    wait_for_state,
)


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """Two agents at work; the second is on a break."""
    made = a_client(rig, "harboured", agents=2)
    pays_by_the_call(made)
    made.at_work(0)
    made.at_work(1)
    made.pause(1)
    wait_until(lambda: members(rig, made) == {0: "ready", 1: "paused"}, 10, "the members of the fallback")
    return made


@pytest.fixture(autouse=True)
def all_is_well_again(rig: Rig) -> Iterator[None]:
    """Whatever becomes of a story, the next one has a database and a switch."""
    yield
    rig.do(rig.wire.mend())
    rig.start_switch()


def members(rig: Rig, client: Client) -> dict[int, str]:
    """The places whose agents Asterisk's own queue would ring, and whether they are paused."""
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        tenant = Tenant.objects.get(code=client.code).id
    shown = rig.asterisk.ask(f"queue show fallback-{tenant}").splitlines()
    lines = {no: line for no, place in enumerate(client.places) for line in shown if f"/{place.endpoint})" in line}
    return {no: "paused" if "(paused" in line else "ready" for no, line in lines.items()}


def served(rig: Rig, client: Client) -> dict[str, object]:
    """A caller dials, is greeted, comes to the first agent and hangs up; the report, with what the caller noticed."""
    agent, (before, _) = client.places[0], billed(client)
    result = rig.call(client.dialled, speech=caller_voice(rig), hang_up_after=10 * SECOND)
    assert (result.answered, result.hung_up_by) == (True, "caller")
    assert result.heard is not None
    assert seconds_of_tone(result.heard, GREETING_HERTZ) > 0.5, "the tenant's greeting"
    assert hears_phrase(result.heard, rig.var / "sounds" / "en" / "please-wait.wav")
    assert seconds_of_tone(result.heard, agent.hertz) > 2, "the agent's voice"
    return {"sip": result, "answer_ms": result.answer_ms, "billed": before}


def pays_by_the_call(client: Client) -> None:
    """A contract with one price: each call that was answered."""
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import finance_scope, operator_scope
    from tests.builders.billing import PER_CALL, a_contract

    with operator_scope():
        tenant = Tenant.objects.get(code=client.code)
    with finance_scope():
        a_contract(tenant, [PER_CALL])


def billed(client: Client) -> tuple[int, Decimal]:
    """How many calls the client's bill so far has, and what they cost."""
    from billing.contracts.models import Contract
    from billing.invoices.services import refresh_draft
    from billing.mediation.services import mediate
    from tenants.accounts.scope import finance_scope

    mediate(now())
    with finance_scope():
        draft = refresh_draft(Contract.objects.get(tenant__code=client.code), now())
        lines = list(draft.lines.all())  # there is one price
    return int(sum(line.quantity for line in lines)), sum((line.amount for line in lines), Decimal())


def on_record(rig: Rig, told: dict[str, object], client: Client) -> None:
    """The call is on record with its sound, and on its way to the bill like any other."""
    from telephony.journal.services import closed_calls_after
    from tenants.accounts.scope import operator_scope

    report = rig.report(told["sip"], 20)  # type: ignore[arg-type]
    assert (report["outcome"], report["tenant"], report["agent"]) == ("answered", client.code, client.places[0].agent)
    assert report["ended_by"] == "caller"
    assert report["talk_ms"] > 2000
    assert facts_of(report)[:3] == ["CallArrived", "CallAnswered", "QueueEntered"]
    wait_until(lambda: "RecordingStored" in facts_of(report), 10, "the recording")
    sound = next((rig.var / "recordings").rglob(f"{report['call_id']}.wav"))
    assert seconds_of_tone(sound, CALLER_HERTZ, channel=0) > 2
    assert seconds_of_tone(sound, client.places[0].hertz, channel=1) > 2
    with operator_scope():
        closed = [call for call in closed_calls_after(0, 10_000) if str(call.call_id) == str(report["call_id"])]
    assert [(call.outcome, call.agent_number) for call in closed] == [("answered", client.places[0].agent)]
    calls = told["billed"] + 1  # type: ignore[operator]
    wait_until(lambda: billed(client) == (calls, calls * Decimal("1.50")), 20, f"{calls} calls on the bill")


def test_dead_switch_costs_no_caller(rig: Rig, client: Client) -> None:
    """Killed: a new caller is served at once, and the next switch takes calls as soon as it is there."""
    rig.kill_switch()
    told = served(rig, client)
    figure(f"dead switch: answered after {told['answer_ms']} ms")
    assert isinstance(told["answer_ms"], int)
    assert told["answer_ms"] < 1000
    rig.start_switch()
    on_record(rig, told, client)
    again = rig.call(client.dialled, keys=keys((1, "0")), hang_up_after=4 * SECOND)
    report = rig.report(again)
    assert (report["outcome"], report["agent"], report["flow"] is not None) == (
        "answered", client.places[0].agent, True
    )  # fmt: skip
    wait_for_state(client.places[0].agent, "ready")


def test_hanging_switch_costs_half_a_second(rig: Rig, client: Client) -> None:
    """Stopped in its tracks, its socket open: the offer is not claimed in time."""
    with rig.frozen_switch():
        told = served(rig, client)
    figure(f"hanging switch: answered after {told['answer_ms']} ms")
    assert isinstance(told["answer_ms"], int)
    assert told["answer_ms"] < 2000
    on_record(rig, told, client)


def test_fallback_needs_no_database(rig: Rig, client: Client) -> None:
    """PostgreSQL is gone and the switch with it: Asterisk knows agents and numbers by itself."""
    rig.do(rig.wire.cut())
    rig.kill_switch()
    told = served(rig, client)
    figure(f"no switch, no database: answered after {told['answer_ms']} ms")
    rig.do(rig.wire.mend())
    rig.start_switch()
    on_record(rig, told, client)
