"""Names for what Asterisk alone has seen: whose number was dialled, and who sat at the telephone that rang."""

from dataclasses import replace

from agents.presence.services import agent_at
from seatline.env import environment
from seatline.errors import BadInput
from telephony.core.values import LegKind
from telephony.journal.rows import Folded, LegRow
from tenants.numbers.rules import normalise
from tenants.numbers.services import holder_at


def with_tenant(one: Folded) -> Folded:
    """The call with its numbers in E.164 and the tenant who held the number dialled; none for a shared number, behind
    which nobody can say whom the caller wanted."""
    call = one.call
    dialled = _canonical(call.dialled)
    tenant = holder_at(dialled, call.started_at)
    return replace(one, call=replace(call, dialled=dialled, caller=_canonical(call.caller), tenant_id=tenant))


def with_agents(one: Folded) -> Folded:
    """The call with the agents at whose telephones Asterisk's own queue rang."""
    legs = tuple(_with_agent(leg) for leg in one.legs)
    if legs == one.legs:
        return one
    first = next((leg.agent_id for leg in legs if leg.agent_id and leg.answered_at), None)
    return replace(one, legs=legs, call=replace(one.call, agent_id=one.call.agent_id or first))


def _with_agent(leg: LegRow) -> LegRow:
    if leg.kind is not LegKind.AGENT or leg.agent_id is not None or not leg.endpoint:
        return leg
    return replace(leg, agent_id=agent_at(leg.endpoint, leg.started_at))


def _canonical(number: str) -> str:
    """E.164 of what the trunk sent; unchanged if it is no number."""
    try:
        return normalise(
            number, country=environment.text("SEATLINE_COUNTRY_CODE"), area=environment.text("SEATLINE_AREA_CODE")
        )
    except BadInput:
        return number
