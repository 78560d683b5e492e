"""An agent's shift at the desk in the browser: with real calls, and tones that prove who hears whom."""

import time

import pytest

from tests.acceptance.agents_desk.web import Browser, browser
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    facts_of,
    keys,
    state_of,
    wait_for_state,
)  # fmt: skip
from tests.builders.agents import PIN

AGENT_HERTZ = 1000


@pytest.fixture(scope="module")
def house(rig: Rig) -> Client:
    """A client with one agent, who works in a browser, and two words for what comes of a call."""
    from telephony.desk.models import Disposition
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "desk", wrap_up=6 * SECOND, ring=8 * SECOND)
    with operator_scope():
        tenant = Tenant.objects.get(code="desk")
        for place, (code, name, name_zh) in enumerate((("sold", "Sold", "成交"), ("later", "Call later", "稍后联系"))):
            Disposition.objects.create(
                tenant=tenant, code=code, name=name, name_zh=name_zh, position=place, success=code == "sold"
            )  # fmt: skip
    return client


def log_in(desk: Browser, client: Client) -> None:
    """Number and PIN."""
    desk.do(desk.page.goto("/desk/"))
    desk.do(desk.page.fill("#number", client.places[0].agent))
    desk.do(desk.page.fill("#pin", PIN))
    desk.do(desk.page.press("#pin", "Enter"))
    desk.do(desk.page.wait_for_url("**/desk/"))


def test_agent_works_a_shift_in_the_browser(rig: Rig, base: str, house: Client) -> None:
    """One click begins it; a caller is answered and heard both ways, through a reload; what came of it is said."""
    agent = house.places[0].agent
    with browser(rig, base, AGENT_HERTZ) as desk:
        log_in(desk, house)
        desk.click("try")
        desk.shot("start")
        desk.click("start-shift")
        desk.sees_state("ready")
        wait_for_state(agent, "ready", 2)
        desk.shot("idle")

        call = rig.begin_call(house.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=26 * SECOND)
        desk.sees_state("ringing")
        desk.sees("answer")
        desk.shot("ringing")
        desk.click("answer")
        desk.sees_state("talking")
        desk.hears(CALLER_HERTZ)
        desk.shot("call")
        desk.click("hold")
        desk.sees_state("hold")
        desk.click("resume")
        desk.sees_state("talking")

        desk.do(desk.page.reload())
        wait_until(lambda: state_of(agent) == "talking", 8, "the caller is had back")
        desk.sees_state("talking")
        desk.hears(CALLER_HERTZ, 8)
        time.sleep(2)
        desk.do(desk.page.get_by_text("1 Sold").click())
        desk.click("hang-up")
        desk.sees_state("wrap_up")
        desk.shot("wrap")
        desk.click("save-ready")
        desk.sees_state("ready")
        result = call.result(30)
        report = rig.report(result)
        assert (report["outcome"], report["ended_by"]) == ("answered", "agent")
        assert facts_of(report).count("AgentConnected") == 2
        assert seconds_of_tone(result.heard, AGENT_HERTZ) > 3, "the caller hears the agent, before and after"
        assert said(report["call_id"]) == "sold"
        desk.click("end-shift")
        wait_for_state(agent, None, 3)
        desk.sees("start-shift")


def said(call_id: str) -> str:
    """The code of what came of the call."""
    from telephony.desk.models import Disposed
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        return Disposed.objects.get(call_id=call_id).disposition.code
