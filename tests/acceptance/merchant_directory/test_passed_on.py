"""Callers of 1252 who are served by telephone outside, or who know no code and are passed on by the directory's agent.

The caller speaks at 440 Hz, the merchant's own telephone at 930 Hz, agents at tones of their places.
"""

import time
from datetime import timedelta

import pytest

from seatline.house.exchange import Telephone
from tests.acceptance.merchant_directory.test_merchant_directory import DIRECTORY, SHORT
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone, write_tone
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    keys,
    state_of,
    wait_for_plan,
    wait_for_state,
)
from tests.builders.telephony import a_published_flow
from tests.builders.tenants import a_number

SHOP, SHOP_HERTZ = "13800000061", 930
AT_ONCE = {"start": "agent", "nodes": {"agent": {"kind": "queue", "queue": "service"}}}
OUTSIDE = {
    "start": "shop",
    "nodes": {
        "shop": {"kind": "forward", "numbers": [{"number": f"+86{SHOP}", "ring": 15}], "otherwise": "nobody"},
        "nobody": {"kind": "finish", "outcome": "closed"},
    },
}


@pytest.fixture(scope="module")
def merchants(rig: Rig) -> dict[str, Client]:
    """The desk under 500, a merchant with agents under 501, and one with a telephone of its own under 502."""
    from seatline.clock import now
    from telephony.plans.models import Flow
    from telephony.plans.services import answer_with
    from telephony.trunks.services import add_trunk, allow_outside
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope
    from tenants.numbers.models import Number
    from tenants.numbers.services import list_in_directory

    clients = {
        "500": a_client(rig, "desk1252", definition=AT_ONCE),
        "501": a_client(rig, "hotel", definition=AT_ONCE),
        "502": a_client(rig, "shop", agents=0, definition=OUTSIDE),
    }
    with operator_scope():
        if not Number.objects.filter(e164=SHORT).exists():
            a_number(SHORT, "short")
            a_published_flow(None, "directory", DIRECTORY, answers=SHORT)
        for code, client in clients.items():
            tenant = Tenant.objects.get(code=client.code)
            list_in_directory(SHORT, tenant, code, now() - timedelta(days=1), name=client.code.title())
            answer_with(SHORT, Flow.objects.get(tenant=tenant), code)
        add_trunk("carrier", "127.0.0.10", priority=1)
        allow_outside(Tenant.objects.get(code="shop"), "+8613")
    wait_for_plan(rig)
    return clients


def uses() -> dict[str, int]:
    """Calls by merchant's code, as billing reads them."""
    from telephony.journal.services import closed_calls_after
    from tenants.accounts.scope import finance_scope

    counted: dict[str, int] = {}
    with finance_scope():
        for call in closed_calls_after(0, 1000):
            if call.merchant_code in ("500", "501", "502"):
                counted[call.merchant_code] = counted.get(call.merchant_code, 0) + 1
    return counted


def test_merchants_own_telephone_is_reached_by_its_code(rig: Rig, merchants: dict[str, Client]) -> None:
    """No seat in the room: the code leads to the telephone in the shop, which shows the shop's own number."""
    voice = write_tone(rig.folder / "tones" / "shop.wav", SHOP_HERTZ, 30)
    shop = Telephone(answers_after=1 * SECOND, speech=voice)
    with rig.exchange(**{f"n{SHOP}": shop}) as outside:
        result = rig.call("1252", keys=keys((1, "502")), speech=caller_voice(rig), hang_up_after=7 * SECOND)
        report = rig.report(result)
        (taken,) = outside.calls
    assert (report["tenant"], report["merchant_code"], report["outcome"]) == ("shop", "502", "forwarded")
    assert taken.shown == merchants["502"].dialled
    assert result.heard is not None and taken.heard is not None
    assert seconds_of_tone(result.heard, SHOP_HERTZ) > 1, "the caller hears the shop"
    assert seconds_of_tone(taken.heard, CALLER_HERTZ) > 1, "the shop hears the caller"
    assert uses()["502"] == 1


def test_directorys_agent_looks_the_merchant_up_and_passes_the_caller_on(
    rig: Rig, merchants: dict[str, Client]
) -> None:
    """The desk's agent finds the code by name, sends the caller there by REFER, and is free; the use is the hotel's."""
    from seatline.clock import now
    from tenants.accounts.scope import operator_scope
    from tenants.numbers.services import look_up_merchants

    desk, hotel = merchants["500"], merchants["501"]
    clerk = desk.at_work()
    porter = hotel.at_work(record=True)
    call = rig.begin_call("1252", keys=keys((1, "500")), speech=caller_voice(rig), hang_up_after=14 * SECOND)
    wait_for_state(desk.places[0].agent, "talking")
    with operator_scope():
        (found,) = look_up_merchants(SHORT, "hotel", now())
    time.sleep(2)  # the two talk
    clerk.refer(f"1252{found.code}")
    wait_for_state(hotel.places[0].agent, "talking")
    assert state_of(desk.places[0].agent) in ("wrap_up", "ready"), "the desk's part is over"
    result = call.result(30)
    report = rig.report(result)
    assert (report["tenant"], report["merchant_code"], report["queue"]) == ("hotel", "501", "service")
    assert [leg["agent"] for leg in report["legs"]] == [None, desk.places[0].agent, hotel.places[0].agent]
    assert result.heard is not None
    assert seconds_of_tone(result.heard, desk.places[0].hertz) > 0.4, "first the desk"
    assert seconds_of_tone(result.heard, hotel.places[0].hertz) > 1, "then the hotel"
    assert seconds_of_tone(porter.heard()[-1], CALLER_HERTZ) > 1, "which hears the caller"
    assert uses()["501"] == 1 and "500" not in uses(), "one use, and it is the hotel's"
    for client in (desk, hotel):
        wait_for_state(client.places[0].agent, "ready")
