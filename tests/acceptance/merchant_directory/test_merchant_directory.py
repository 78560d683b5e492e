"""The shared short number 1252: callers key a merchant's code and are in that merchant's own flow."""

from pathlib import Path

import pytest

from seatline.house.caller import CallerResult
from tests.acceptance.rig import Rig
from tests.acceptance.sound import hears_phrase, phrase_begins, seconds_of_tone
from tests.acceptance.world import GREETING_HERTZ, SECOND, Client, a_client, facts_of, keys, wait_for_plan
from tests.builders.telephony import a_published_flow
from tests.builders.tenants import a_number

SHORT = "+861252"
DIRECTORY = {
    "start": "ask",
    "nodes": {
        "ask": {
            "kind": "directory", "say": ["merchant-code"], "wrong": ["wrong-merchant"], "wait": 3,
            "otherwise": "giveup",
        },
        "giveup": {"kind": "finish", "outcome": "no_merchant"},
    },
}  # fmt: skip
WRONG_THREE_TIMES = keys((1, "999"), (4, "998"), (7, "997"))


@pytest.fixture(scope="module")
def merchant(rig: Rig) -> Client:
    """A client with code 414 on the shared number; and code 415, whose listing is over."""
    from datetime import timedelta

    from seatline.clock import now
    from telephony.plans.models import Flow
    from telephony.plans.services import answer_with
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope
    from tenants.numbers.services import list_in_directory

    client = a_client(rig, "merchant")
    with operator_scope():
        a_number(SHORT, "short")
        a_published_flow(None, "directory", DIRECTORY, answers=SHORT)
        tenant = Tenant.objects.get(code="merchant")
        flow = Flow.objects.get(tenant=tenant)
        day = timedelta(days=1)
        list_in_directory(SHORT, tenant, "414", now() - day)
        list_in_directory(SHORT, tenant, "415", now() - day, now() - day / 2)
        answer_with(SHORT, flow, "414")
        answer_with(SHORT, flow, "415")
    wait_for_plan(rig)
    return client


def the_phrase(rig: Rig, name: str) -> Path:
    """The house's phrase, in the language of a call that has no tenant yet."""
    return rig.var / "sounds" / "zh" / f"{name}.wav"


def heard(result: CallerResult) -> Path:
    """What the caller heard."""
    assert result.heard is not None
    return result.heard


def test_code_leads_to_the_merchant_and_its_agent(rig: Rig, merchant: Client) -> None:
    """Asked for the code in the house's words, greeted in the merchant's, answered by its agent."""
    merchant.at_work()
    result = rig.call("1252", keys=keys((2, "414"), (4.5, "0")), hang_up_after=8 * SECOND)
    assert hears_phrase(heard(result), the_phrase(rig, "merchant-code"), first=1.5), "until the first key"
    assert seconds_of_tone(heard(result), GREETING_HERTZ) > 0.5
    report = rig.report(result)
    assert (report["tenant"], report["merchant_code"], report["number"]) == ("merchant", "414", SHORT)
    assert (report["outcome"], report["agent"]) == ("answered", merchant.places[0].agent)
    assert report["flow"] == "service"
    assert facts_of(report).count("FlowEntered") == 2, "the directory's, then the merchant's"


def test_wrong_code_three_times_is_told_and_ended(rig: Rig, merchant: Client) -> None:
    """Told twice to try again, then that the merchant cannot be found."""
    result = rig.call("1252", keys=WRONG_THREE_TIMES, hang_up_after=40 * SECOND)
    assert result.hung_up_by == "far"
    again = phrase_begins(heard(result), the_phrase(rig, "wrong-merchant"))
    finally_told = phrase_begins(heard(result), the_phrase(rig, "no-merchant"))
    assert again is not None
    assert finally_told is not None
    assert again < finally_told
    report = rig.report(result)
    assert (report["outcome"], report["tenant"], report["ended_by"]) == ("no_merchant", None, "system")


def test_code_of_a_listing_that_is_over_leads_nowhere(rig: Rig, merchant: Client) -> None:
    """The merchant left the directory half a day ago."""
    result = rig.call("1252", keys=keys((1, "415")), hang_up_after=8 * SECOND)
    report = rig.report(result)
    assert (report["outcome"], report["tenant"]) == ("abandoned_in_menu", None)
    assert phrase_begins(heard(result), the_phrase(rig, "wrong-merchant")) is not None
