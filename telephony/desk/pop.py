"""A page of the tenant's own system for each call: its address made of the call, to be opened or posted to.

Rules of this file: what is put into an address is quoted, so that no caller's number can become another address. Posts
go through the guarded client of look-ups, to a system that the tenant has listed, and nowhere else.
"""

import asyncio
from typing import Any
from urllib.parse import quote
from uuid import UUID

from agents.desktop.entry import DeskAgent
from seatline.errors import NotFound
from telephony.desk.calls import call_in_hand
from telephony.desk.models import Offer, PopAddress
from telephony.lookups.http import ask
from telephony.lookups.models import System
from telephony.lookups.services import to_ask
from tenants.accounts.scope import telephony_scope

DEADLINE = 3.0  # seconds for a post: the agent is about to say good day


class NothingPops(NotFound):
    """This client has no address for calls."""


def filled(template: str, values: dict[str, str]) -> str:
    """The address of a call: each name in braces becomes its value, quoted; names that nobody knows stay away."""
    for name in ("caller", "dialled", "queue", "call", "agent"):
        template = template.replace("{" + name + "}", quote(values.get(name, ""), safe=""))
    return template


def pop(agent: DeskAgent, tenant_id: UUID, call_id: UUID, at: Any) -> dict[str, Any]:
    """What is to be opened beside the desk; or the system has been told. Raises NothingPops, and what `ask` raises."""
    with telephony_scope():
        offer = Offer.objects.filter(agent_id=agent.agent_id, call_id=call_id).first()
    call = call_in_hand(agent, offer, call_id, at)
    with agent.within(tenant_id):
        address = PopAddress.objects.filter(tenant_id=tenant_id).first()
    if call is None or address is None:
        raise NothingPops
    values = {
        "caller": call["caller"], "dialled": call["dialled"], "queue": call["queue"]["code"], "call": call["id"],
        "agent": agent.number,
    }  # fmt: skip
    where = filled(address.template, values)
    if address.way == PopAddress.Way.OPEN:
        return {"open": where}
    with telephony_scope():
        system = System.objects.filter(tenant_id=tenant_id, code=address.system, active=True).first()
        if system is None:
            raise NothingPops
        asked = to_ask(system)
    asyncio.run(ask(asked, where, deadline=DEADLINE, body=values, key=f"pop-{call_id}-{agent.agent_id}"))
    return {"posted": True}
