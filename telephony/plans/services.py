"""Everything that changes the plan, and what other rooms ask of it.

A change tells the switch in the same transaction: it hears of it when it is true. `load_plan`, `phones` and `seat_of`
are for the switch and the phone codes and enter their own scope; the rest runs in the caller's.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q

from agents.people.models import Agent, Skill
from seatline.errors import BadInput, NotFound
from telephony.core.values import FlowId, QueueId, TenantId
from telephony.lookups.models import System
from telephony.plans.definition import read
from telephony.plans.faults import Fault, FlowFaulty
from telephony.plans.members import may_serve
from telephony.plans.models import Flow, FlowSave, FlowVersion, Phone, Prompt, Queue, QueueMember, QueueSkill, Route
from telephony.plans.parts import Names
from telephony.plans.phrases import PHRASES
from telephony.plans.snapshot import load_plan
from telephony.plans.speech import fingerprint, speak
from telephony.plans.told_faults import told_all
from tenants.accounts.models import Tenant
from tenants.accounts.scope import telephony_scope
from tenants.numbers.services import find_number

__all__ = [
    "PhoneAccount", "add_flow", "add_queue", "answer_with", "ask_skill", "faults_of", "load_plan", "make_phone",
    "name_member", "phones", "plan_changed", "publish_flow", "save_draft", "say_prompt", "seat_of", "set_prompt",
    "undo_save",
]  # fmt: skip

REALM = "seatline"
KEPT_SAVES = 50  # of a draft
EMPTY: Mapping[str, Any] = {"start": "", "nodes": {}}  # a flow before anything is in it


class NothingToPublish(NotFound):
    """The flow {code} has no draft."""


class NothingToUndo(NotFound):
    """The draft of {code} is as it was begun: there is no save to undo."""


class FlowNotUsable(BadInput):
    """The flow {code} cannot be published: {faults}."""


class NotTheirAgent(BadInput):
    """Agent {agent} cannot serve queue {queue}: only the operator's staff serve another client."""


@dataclass(frozen=True, slots=True)
class PhoneAccount:
    """A SIP account as Asterisk needs it; the digest is MD5(endpoint:seatline:password)."""

    endpoint: str
    digest: str
    label: str
    browser: bool = False  #: speaks WebRTC


def plan_changed() -> None:
    """Tell the switch, when this transaction is committed, to read the plan again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('seatline_plan', '')")


def add_queue(tenant: Tenant, code: str, name: str, **rules: Any) -> Queue:
    """Make a queue; `rules` are the model's further fields. One that is there takes on the name and rules given."""
    with transaction.atomic():
        queue, _ = Queue.objects.update_or_create(tenant=tenant, code=code, defaults={"name": name, **rules})
        plan_changed()
    return queue


def ask_skill(queue: Queue, skill: Skill, level: int, after: timedelta = timedelta(0)) -> QueueSkill:
    """Let only agents serve the queue who have the tenant's skill at this level or better.

    With `after`, what is asked for callers who have waited so long: less than before, or level 0 for nothing.
    """
    if skill.tenant_id != queue.tenant_id:
        raise ValueError("the skill is another tenant's")
    with transaction.atomic():
        asked, _ = QueueSkill.objects.update_or_create(
            tenant_id=queue.tenant_id, queue=queue, skill=skill, after=after, defaults={"level": level}
        )
        plan_changed()
    return asked


def name_member(queue: Queue, agent: Agent, *, penalty: int = 0, position: int = 0) -> QueueMember:
    """Name an agent for a queue, which from then on is served by those named alone; raises NotTheirAgent."""
    if not may_serve(agent, queue.tenant_id):
        raise NotTheirAgent(agent=agent.number, queue=queue.code)
    with transaction.atomic():
        member, _ = QueueMember.objects.update_or_create(
            tenant_id=queue.tenant_id, queue=queue, agent=agent, defaults={"penalty": penalty, "position": position}
        )
        plan_changed()
    return member


def add_flow(tenant: Tenant | None, code: str, name: str) -> Flow:
    """A flow without any version yet; None as tenant for the operator's own. One that is there is given back."""
    flow, _ = Flow.objects.get_or_create(tenant=tenant, code=code, defaults={"name": name})
    return flow


def save_draft(flow: Flow, definition: Any, *, by: UUID | None = None, at: datetime | None = None) -> FlowVersion:
    """Keep a definition as the flow's draft, faulty or not; `faults_of` tells what keeps it from being published.

    What was there before is kept for `undo_save`.
    """
    with transaction.atomic():
        versions = FlowVersion.objects.filter(flow=Flow.objects.select_for_update().get(pk=flow.pk))
        last = versions.order_by("-version").first()
        draft = last if last is not None and last.state == FlowVersion.State.DRAFT else None
        before = last.definition if last is not None else EMPTY
        if before != definition:
            _keep_save(flow, before, by, at)
        if draft is None:
            draft = FlowVersion(tenant_id=flow.tenant_id, flow=flow, version=last.version + 1 if last else 1)
        draft.definition = definition
        draft.save()
    return draft


def _keep_save(flow: Flow, before: Any, by: UUID | None, at: datetime | None) -> None:
    saves = FlowSave.objects.filter(flow=flow)
    no = (saves.aggregate(last=Max("no"))["last"] or 0) + 1
    FlowSave.objects.create(tenant_id=flow.tenant_id, flow=flow, no=no, before=before, saved_at=at, saved_by=by)
    saves.filter(no__lte=no - KEPT_SAVES).delete()


def undo_save(flow: Flow) -> FlowVersion:
    """Make the draft what it was before the last save, back to the published version. Raises NothingToUndo."""
    with transaction.atomic():
        Flow.objects.select_for_update().get(pk=flow.pk)
        draft = FlowVersion.objects.filter(flow=flow, state=FlowVersion.State.DRAFT).first()
        save = FlowSave.objects.filter(flow=flow).first()
        if draft is None or save is None:
            raise NothingToUndo(code=flow.code)
        draft.definition = save.before
        draft.save()
        save.delete()
    return draft


def faults_of(flow: Flow, definition: Any) -> list[Fault]:
    """All that keeps a definition from being this flow's: empty if it can be published."""
    queues = {code: QueueId(key) for code, key in Queue.objects.filter(tenant=flow.tenant_id).values_list("code", "id")}
    prompts = Prompt.objects.filter(Q(tenant=flow.tenant) | Q(tenant=None))
    names = Names(
        queues,
        frozenset([*PHRASES, *prompts.values_list("name", flat=True)]),
        frozenset(System.objects.filter(tenant=flow.tenant_id, active=True).values_list("code", flat=True)),
    )
    tenant = TenantId(flow.tenant_id) if flow.tenant_id else None
    try:
        read(definition, names, id=FlowId(flow.id), code=flow.code, version=0, tenant=tenant)
    except FlowFaulty as error:
        return error.faults
    return []


def publish_flow(flow: Flow, at: datetime, by: UUID | None = None) -> FlowVersion:
    """Let callers who arrive from now on meet the draft. Raises NothingToPublish, FlowNotUsable."""
    with transaction.atomic():
        draft = (
            FlowVersion.objects.select_for_update(of=("self",)).filter(flow=flow, state=FlowVersion.State.DRAFT).first()
        )
        if draft is None:
            raise NothingToPublish(code=flow.code)
        if faults := faults_of(flow, draft.definition):
            raise FlowNotUsable(code=flow.code, faults=told_all(faults))
        draft.state = FlowVersion.State.PUBLISHED
        draft.published_at, draft.published_by = at, by
        draft.save()
        FlowSave.objects.filter(flow=flow).delete()
        plan_changed()
    return draft


def answer_with(e164: str, flow: Flow, merchant_code: str = "") -> Route:
    """Let the flow answer a number while its tenant holds it; with a merchant code, the tenant's listing on it.

    Raises NumberUnknown.
    """
    number = find_number(e164)
    with transaction.atomic():
        route, _ = Route.objects.update_or_create(
            tenant=flow.tenant, number=number, merchant_code=merchant_code, defaults={"flow": flow}
        )
        plan_changed()
    return route


def set_prompt(
    tenant: Tenant | None, name: str, language: str, text: str, *, sha: str = "", source: str = Prompt.Source.SPOKEN
) -> Prompt:
    """Say what a prompt is in a language; `sha` names its file in VAR/sounds/prompts, empty while there is none."""
    with transaction.atomic():
        prompt, _ = Prompt.objects.update_or_create(
            tenant=tenant, name=name, language=language, defaults={"text": text, "sha": sha, "source": source}
        )
        plan_changed()
    return prompt


def say_prompt(tenant: Tenant | None, name: str, language: str, text: str, *, sounds: Path) -> Prompt:
    """Have the machine speak a prompt into `sounds`/prompts, then use it. Raises what `speech.speak` raises."""
    sha = fingerprint(text, language)
    speak(text, language, sounds / "prompts" / f"{sha}.wav")
    return set_prompt(tenant, name, language, text, sha=sha)


def make_phone(endpoint: str, password: str, *, seat: int | None = None, label: str = "", active: bool = True) -> Phone:
    """Make a SIP account or change one. The password is kept nowhere; only its digest."""
    with transaction.atomic():
        phone, _ = Phone.objects.update_or_create(
            endpoint=endpoint,
            defaults={"password_digest": digest(endpoint, password), "seat": seat, "label": label, "active": active},
        )
        plan_changed()
    return phone


def digest(endpoint: str, password: str) -> str:
    """What SIP's digest authentication asks for in place of the password (RFC 2617: MD5, not our choice)."""
    return hashlib.md5(f"{endpoint}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


def phones() -> list[PhoneAccount]:
    """All accounts that may register."""
    with telephony_scope():
        rows = Phone.objects.filter(active=True).values_list("endpoint", "password_digest", "label")
        return [PhoneAccount(*row) for row in rows]


def seat_of(endpoint: str) -> int | None:
    """The seat where a phone stands; None for one outside the room, or that we do not know."""
    with telephony_scope():
        return Phone.objects.filter(endpoint=endpoint).values_list("seat", flat=True).first()
