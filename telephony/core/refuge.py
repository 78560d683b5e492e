"""Where a number's callers go while no switch takes their calls: what Asterisk's fallback must know, out of the plan.

Rules of this file: pure. The flow's choices are not asked, since nobody is there who could: a caller hears the words
with which the number's flow begins, and waits for any agent of the tenant. Numbers that lead nowhere have no refuge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from telephony.core import routing
from telephony.core.flow import Directory, Finish, Flow, FlowBroken, ToQueue, visit
from telephony.core.plan import Plan, QueuePlan
from telephony.core.routing import Routed
from telephony.core.say import Say, SayValue
from telephony.core.values import QueueId, TenantId

Place = tuple[str, str]  # a number in E.164, and a merchant's code behind it or nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuge:
    """What a caller of one number hears and where he waits; `tenant` is None for a number that merchants share.

    `queue` names the queue on the record; `greeting` is media, as prompts of the plan are.
    """

    tenant: TenantId | None = None
    queue: QueueId | None = None
    queue_code: str = ""
    language: str = "zh"
    greeting: str = ""
    longest: timedelta = timedelta(minutes=5)
    music: str = "default"
    record: bool = False


def refuges(plan: Plan, at: datetime) -> dict[Place, Refuge]:
    """Every number and every merchant's code that can be served at this instant."""
    found: dict[Place, Refuge] = {}
    for number in plan.routes:
        route = routing.find(plan, number, at)
        if isinstance(route, Routed) and not route.practice:
            refuge = _of_directory(plan, route, at) if route.tenant is None else _of_tenant(plan, route, at)
            if refuge is not None:
                found[number, ""] = refuge
    for number, code in plan.directory:
        route = routing.find_merchant(plan, number, code, at)
        refuge = _of_tenant(plan, route, at) if isinstance(route, Routed) else None
        if refuge is not None:
            found[number, code] = refuge
    return found


def _of_tenant(plan: Plan, route: Routed, at: datetime) -> Refuge | None:
    queue = _queue(plan, route.flow, route.tenant)
    if queue is None:
        return None
    return Refuge(
        tenant=route.tenant, queue=queue.id, queue_code=queue.code, language=route.language,
        greeting=_greeting(plan, route, at), longest=queue.max_wait, music=queue.music, record=queue.record,
    )  # fmt: skip


def _of_directory(plan: Plan, route: Routed, at: datetime) -> Refuge | None:
    """A shared number's callers are asked for the merchant's code; there must be a flow that asks for it."""
    if not any(isinstance(node, Directory) for node in route.flow.nodes.values()):
        return None
    asks = plan.media(None, "merchant-code", route.language)
    return Refuge(language=route.language, greeting=asks[0] if asks else "")


def _queue(plan: Plan, flow: Flow, tenant: TenantId | None) -> QueuePlan | None:
    """The first queue that the flow names, else the tenant's first by code."""
    named = (plan.queues.get(node.queue) for node in flow.nodes.values() if isinstance(node, ToQueue))
    own = sorted((queue for queue in plan.queues.values() if queue.tenant == tenant), key=lambda queue: queue.code)
    return next((queue for queue in (*named, *own) if queue is not None and queue.tenant == tenant), None)


def _greeting(plan: Plan, route: Routed, at: datetime) -> str:
    """The first words of the flow; none where it begins with its end, as outside opening hours."""
    try:
        there = visit(route.flow, route.flow.start, route.language, at)
    except FlowBroken:
        return ""
    if isinstance(there.node, Finish):
        return ""
    say: tuple[Say, ...] = getattr(there.node, "say", ())
    first = next((one for one in say if not isinstance(one, SayValue)), None)
    media = plan.media(route.tenant, first.prompt, first.language or there.language) if first else ()
    return media[0] if media else ""


Refuges = Mapping[Place, Refuge]
