"""The plan as the switch takes it into memory: everything that calls obey, with periods, in a handful of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from uuid import UUID

import structlog
from django.conf import settings

from telephony.core.acd.empty import rule_of
from telephony.core.flow import Flow as CoreFlow
from telephony.core.opening import Hours, Span
from telephony.core.plan import Demand, MemberPlan, Plan, QueuePlan, TenantPlan
from telephony.core.plan import Route as CoreRoute
from telephony.core.values import AgentId, FlowId, QueueId, TenantId
from telephony.lookups.services import systems
from telephony.plans.definition import read
from telephony.plans.faults import FlowFaulty
from telephony.plans.models import FlowTrial, FlowVersion, Prompt, Queue, QueueMember, QueueSkill, Route
from telephony.plans.numbering import numbering
from telephony.plans.parts import Names
from telephony.plans.phrases import PHRASES
from telephony.plans.speech import TONE
from telephony.trunks.services import outside_plans, trunks
from tenants.accounts.models import Language, Tenant
from tenants.accounts.scope import telephony_scope
from tenants.numbers.services import NumberInForce, numbers_in_force

log = structlog.get_logger(__name__)
# Every period there ever was: the plan then does not depend on when it is loaded.
EVER = datetime(1970, 1, 1, tzinfo=UTC)
_Key = tuple[UUID | None, str, str]  # tenant, number, merchant code


def load_plan() -> Plan:
    """The plan as it stands, read in a scope of its own. A flow that cannot be used is left out, and logged."""
    with telephony_scope():
        queues = _queues()
        flows = _flows(queues)
        routes, directory = _routes(flows)
        return Plan(
            tenants=_tenants(), routes=routes, directory=directory, flows=flows,
            queues={queue.id: queue for queue in queues}, prompts=_prompts(),
            systems=systems(), trunks=trunks(), outside=outside_plans(EVER), numbering=numbering(),
        )  # fmt: skip


def _tenants() -> dict[TenantId, TenantPlan]:
    return {
        TenantId(one.id): TenantPlan(
            id=TenantId(one.id), code=one.code, name=one.name,
            language="en" if one.language == Language.ENGLISH else "zh", active=one.status == Tenant.Status.ACTIVE,
        )
        for one in Tenant.objects.all()
    }  # fmt: skip


def demands_of(rows: Iterable[tuple[timedelta, str, int]]) -> tuple[Demand, ...]:
    """What a queue asks for, by the wait from which on; a row is a wait, a skill's code and the level then enough."""
    asked = sorted(rows)
    levels: dict[str, int] = {}
    found = [Demand()] if asked and asked[0][0] else []
    for after, same in groupby(asked, key=lambda row: row[0]):
        levels |= {code: level for _, code, level in same}
        found.append(Demand(after=after, skills={code: level for code, level in levels.items() if level}))
    return tuple(found)


def _members() -> dict[UUID, dict[AgentId, MemberPlan]]:
    """The agents named for each queue. Positions are counted anew from 1, so that no two are the same."""
    rows = QueueMember.objects.order_by("queue_id", "position", "agent__number").values_list(
        "queue_id", "agent_id", "penalty"
    )
    return {
        queue_id: {
            AgentId(agent): MemberPlan(penalty=penalty, position=no) for no, (_, agent, penalty) in enumerate(same, 1)
        }
        for queue_id, same in groupby(rows, key=lambda row: row[0])
    }


def _queues() -> list[QueuePlan]:
    asked: dict[UUID, list[tuple[timedelta, str, int]]] = defaultdict(list)
    for queue_id, after, code, level in QueueSkill.objects.values_list("queue_id", "after", "skill__code", "level"):
        asked[queue_id].append((after, code, level))
    members = _members()
    return [
        QueuePlan(
            id=QueueId(one.id), tenant=TenantId(one.tenant_id), code=one.code, strategy=one.strategy,
            demands=demands_of(asked[one.id]), ring=one.ring, wrap_up=one.wrap_up, max_wait=one.max_wait,
            max_length=one.max_length, weight=one.weight,
            join_empty=rule_of(one.join_empty, joining=True), leave_empty=rule_of(one.leave_empty, joining=False),
            members=members.get(one.id, {}), retry=one.retry, ageing=one.ageing, sticky=one.sticky,
            announce_every=one.announce_every, say_position=one.say_position, say_wait=one.say_wait,
            messages=tuple(one.messages.split()),
            misses_allowed=one.misses_allowed, music=one.music, record=one.record, missed_after=one.missed_after,
            longest_mask=one.longest_mask,
            callback_hours=Hours(
                one.tenant.time_zone, (Span(frozenset(range(7)), one.callback_from, one.callback_until),)
            ),
        )
        for one in Queue.objects.select_related("tenant")
    ]  # fmt: skip


def _flows(queues: list[QueuePlan]) -> dict[FlowId, CoreFlow]:
    """The last published version of each flow."""
    codes: dict[UUID | None, dict[str, QueueId]] = defaultdict(dict)
    for queue in queues:
        codes[queue.tenant][queue.code] = queue.id
    published = FlowVersion.objects.filter(state=FlowVersion.State.PUBLISHED).select_related("flow")
    last = published.order_by("flow_id", "-version").distinct("flow_id")
    # What is tried stands beside the published version, under the trial's own id.
    trials = FlowTrial.objects.select_related("version__flow")
    tried = [(one.id, one.version, one.definition) for one in trials]
    found = {}
    for key, one, definition in [*((one.flow_id, one, one.definition) for one in last), *tried]:
        tenant_id = one.flow.tenant_id
        try:
            found[FlowId(key)] = read(
                definition, Names(codes[tenant_id]), id=FlowId(one.flow_id), code=one.flow.code,
                version=one.version, tenant=TenantId(tenant_id) if tenant_id else None,
            )  # fmt: skip
        except FlowFaulty as error:
            log.error("flow cannot be used", flow=one.flow.code, version=one.version, cause=str(error))
    return found


def _routes(
    usable: Mapping[FlowId, CoreFlow],
) -> tuple[dict[str, tuple[CoreRoute, ...]], dict[tuple[str, str], tuple[CoreRoute, ...]]]:
    flows: dict[_Key, FlowId] = {
        (tenant_id, e164, merchant): FlowId(flow_id)
        for tenant_id, e164, merchant, flow_id, owner in Route.objects.values_list(
            "tenant_id", "number__e164", "merchant_code", "flow_id", "flow__tenant_id"
        )
        if owner == tenant_id  # a neighbour's flow never answers, whatever was saved
    }
    routes: dict[str, tuple[CoreRoute, ...]] = defaultdict(tuple)
    directory: dict[tuple[str, str], tuple[CoreRoute, ...]] = defaultdict(tuple)
    # A trial for one caller goes before one for all; one that cannot be used leaves the number as it is.
    for trial in FlowTrial.objects.filter(id__in=usable).select_related("number").order_by("-caller"):
        routes[trial.number.e164] += (
            CoreRoute(
                flow=FlowId(trial.id), tenant=TenantId(trial.tenant_id) if trial.tenant_id else None,
                starts_at=trial.starts_at, ends_at=trial.ends_at, trial=True, caller=trial.caller,
            ),
        )  # fmt: skip
    for number in numbers_in_force(EVER):
        routes[number.e164] += _one_route(flows, number)
        for listing in number.directory:
            flow = flows.get((listing.tenant_id, number.e164, listing.code))
            if flow is not None:
                directory[number.e164, listing.code] += (
                    CoreRoute(
                        flow=flow, tenant=TenantId(listing.tenant_id), starts_at=listing.starts_at,
                        ends_at=listing.ends_at,
                    ),
                )  # fmt: skip
    return dict(routes), dict(directory)


def _one_route(flows: dict[_Key, FlowId], number: NumberInForce) -> tuple[CoreRoute, ...]:
    flow = flows.get((number.tenant_id, number.e164, ""))
    if flow is None:
        return ()
    tenant = TenantId(number.tenant_id) if number.tenant_id else None
    return (CoreRoute(flow=flow, tenant=tenant, starts_at=number.starts_at or EVER, ends_at=number.ends_at),)


def _prompts() -> dict[tuple[TenantId | None, str, str], str]:
    """Media by owner, name and language: the house's phrases, and prompts that have a sound file."""
    sounds = settings.VAR / "sounds"
    found: dict[tuple[TenantId | None, str, str], str] = {
        (None, name, language): f"sound:{sounds / language / name}"
        for name, texts in PHRASES.items()
        for language in texts
    }
    found |= {(None, TONE, language): f"sound:{sounds / TONE}" for language in ("en", "zh")}
    for one in Prompt.objects.exclude(sha=""):
        owner = TenantId(one.tenant_id) if one.tenant_id else None
        found[owner, one.name, one.language] = f"sound:{sounds / 'prompts' / one.sha}"
    return found
