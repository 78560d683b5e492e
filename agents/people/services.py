"""What happens to the people at the seats: hired, given skills and PINs, checked at login.

`check_pin` owns its transactions and must be called outside any scope: a wrong PIN stays counted however the request
that brought it ends.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Q
from django.utils.crypto import salted_hmac

from agents.people import rules
from agents.people.models import Agent, AgentPin, AgentSkill, OutsidePhone, PauseReason, Skill
from seatline.errors import BadInput, NotAllowed, NotFound, Refused
from tenants.accounts.models import Tenant
from tenants.accounts.scope import current_scope, telephony_scope

# Memory-hard and a tenth of a second: the agent waits for it on the phone, a thief of hashes for each of a million.
_HASHER = "scrypt"

_IN_FULL = re.compile(r"\+[1-9][0-9]{2,14}")


class AgentUnknown(NotFound):
    """There is no agent {number}."""


class AgentNumberTaken(Refused):
    """The agent number {number} names somebody already, or did; take another one."""


class NumberNotInFull(BadInput):
    """{number!r} is no telephone number in full: write it as +8613800000001."""


class AgentInactive(NotAllowed):
    """Agent {number} has left or is switched off."""


class PinNotSet(Refused):
    """Agent {number} has no PIN yet; a supervisor sets it."""


class PinWrong(NotAllowed):
    """The PIN of agent {number} is wrong; {tries_left} tries are left."""


class PinLocked(NotAllowed):
    """Too many wrong PINs: agent {number} is locked until {until}."""


@dataclass(frozen=True, slots=True)
class Person:
    """An agent as other rooms know one."""

    agent_id: UUID
    tenant_id: UUID
    number: str
    name: str
    language: str
    active: bool


def add_agent(tenant: Tenant, number: str, name: str, **fields: object) -> Agent:
    """Take on an agent; further fields are the model's. The PIN comes with `set_pin`."""
    return Agent.objects.create(tenant=tenant, number=number, name=name, **fields)


def hire_agent(tenant: Tenant, number: str, name: str, **fields: object) -> Agent:
    """Take on an agent under a number that nobody has had. Raises AgentNumberTaken."""
    if Agent.objects.filter(number=number).exists():
        raise AgentNumberTaken(number=number)
    return add_agent(tenant, number, name, **fields)


def change_agent(agent: Agent, fields: Mapping[str, object]) -> Agent:
    """Change names, language, and whether the agent is active; a leaver can no longer log in."""
    for name, value in fields.items():
        setattr(agent, name, value)
    agent.save(update_fields=list(fields))
    return agent


def find_agent(number: str) -> Person:
    """The agent with this number. Raises AgentUnknown."""
    agent = Agent.objects.filter(number=number).first()
    if agent is None:
        raise AgentUnknown(number=number)
    return Person(agent.id, agent.tenant_id, agent.number, agent.name, agent.language, agent.active)


def find_person(agent_id: UUID) -> Person | None:
    """The agent with this id, leavers too; None if the scope shows no such agent."""
    return people([agent_id]).get(agent_id)


def people(agent_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """The agents with these ids, leavers too; ids that the scope may not see are left out."""
    rows = Agent.objects.filter(id__in=set(agent_ids))
    return {row.id: Person(row.id, row.tenant_id, row.number, row.name, row.language, row.active) for row in rows}


def set_pin(number: str, pin: str) -> None:
    """Give an agent a new PIN and take off any lock. Raises AgentUnknown and rules.PinTooEasy."""
    person = find_agent(number)
    rules.check_strength(pin, number)
    AgentPin.objects.update_or_create(
        agent_id=person.agent_id,
        defaults={
            "tenant_id": person.tenant_id,
            "hashed": make_password(pin, hasher=_HASHER),
            "failed_pins": 0,
            "locked_until": None,
        },
    )


def allow_outside_phone(agent: Agent, number: str) -> OutsidePhone:
    """Let the agent log in from this telephone outside, and take calls there. Raises NumberNotInFull."""
    if not _IN_FULL.fullmatch(number):
        raise NumberNotInFull(number=number)
    phone, _ = OutsidePhone.objects.get_or_create(tenant_id=agent.tenant_id, agent=agent, number=number)
    return phone


def forbid_outside_phone(agent: Agent, number: str) -> None:
    """Take it back; a session that goes on there is left alone."""
    OutsidePhone.objects.filter(agent=agent, number=number).delete()


def may_sit_at(agent_id: UUID, number: str) -> bool:
    """Whether the agent may take calls on this telephone outside."""
    return OutsidePhone.objects.filter(agent_id=agent_id, number=number).exists()


def check_pin(number: str, pin: str, at: datetime) -> Person:
    """The agent, if the PIN is right. Raises AgentUnknown, AgentInactive, PinNotSet, PinWrong, PinLocked.

    The try is charged and committed before the PIN is looked at, and given back if it was right: neither an error
    later on, nor a killed process, nor many tries at one moment leave a wrong one uncounted.
    """
    if current_scope() is not None:
        raise RuntimeError("check_pin was called inside a scope: its count of wrong PINs could be rolled back")
    with telephony_scope():
        person = find_agent(number)
        if not person.active:
            raise AgentInactive(number=number)
        hashed, wrong = _charge(person, at)
    if not check_password(pin, hashed):
        until = rules.locked_until(wrong, at)
        if until is not None:
            raise PinLocked(number=number, until=until)
        raise PinWrong(number=number, tries_left=rules.tries_left(wrong))
    with telephony_scope():
        AgentPin.objects.filter(agent_id=person.agent_id).update(failed_pins=0, locked_until=None)
    return person


def pin_mark(agent_id: UUID) -> str:
    """What changes with the agent's PIN and tells nothing of it: sessions that a PIN opened end with it. No PIN: empty.

    In the scope of telephony: no tenant's role reads PINs.
    """
    row = AgentPin.objects.filter(agent_id=agent_id).first()
    return salted_hmac("agents.people.pin_mark", row.hashed, algorithm="sha256").hexdigest() if row else ""


def _charge(person: Person, at: datetime) -> tuple[str, int]:
    """The hash, and how many wrong PINs in a row it are if this one is wrong too."""
    row = AgentPin.objects.select_for_update().filter(agent_id=person.agent_id).first()
    if row is None:
        raise PinNotSet(number=person.number)
    if row.locked_until is not None and at < row.locked_until:
        raise PinLocked(number=person.number, until=row.locked_until)
    row.failed_pins += 1
    row.locked_until = rules.locked_until(row.failed_pins, at)
    row.save(update_fields=["failed_pins", "locked_until"])
    return row.hashed, row.failed_pins


def add_skill(tenant: Tenant, code: str, name: str, name_zh: str = "") -> Skill:
    """A skill that the tenant's queues may ask for; one that is there already is given back unchanged."""
    skill, _ = Skill.objects.get_or_create(tenant=tenant, code=code, defaults={"name": name, "name_zh": name_zh})
    return skill


def give_skill(agent: Agent, skill: Skill, level: int) -> AgentSkill:
    """Set how well an agent has a skill, 1 to 10."""
    row, _ = AgentSkill.objects.update_or_create(
        tenant_id=agent.tenant_id, agent=agent, skill=skill, defaults={"level": level}
    )
    return row


def take_skill(agent: Agent, skill: Skill) -> None:
    """The agent no longer has the skill."""
    AgentSkill.objects.filter(agent=agent, skill=skill).delete()


def skills_of(agent_ids: list[UUID]) -> dict[UUID, dict[str, int]]:
    """For each agent the levels by the code of the skill."""
    found: dict[UUID, dict[str, int]] = {agent_id: {} for agent_id in agent_ids}
    rows = AgentSkill.objects.filter(agent_id__in=agent_ids).order_by()
    for agent_id, code, level in rows.values_list("agent_id", "skill__code", "level"):
        found[agent_id][code] = level
    return found


def add_pause_reason(code: str, name: str, name_zh: str = "", tenant: Tenant | None = None) -> PauseReason:
    """A reason for the digit after *46; without a tenant it is everybody's."""
    reason, _ = PauseReason.objects.update_or_create(
        tenant=tenant, code=code, defaults={"name": name, "name_zh": name_zh}
    )
    return reason


def pause_reasons(tenant_id: UUID) -> list[PauseReason]:
    """All that the digits mean for agents of the tenant, by digit: its own reasons before everybody's."""
    rows = PauseReason.objects.filter(Q(tenant_id=tenant_id) | Q(tenant_id=None)).order_by("code")
    meant = {row.code: row for own in (False, True) for row in rows if (row.tenant_id is not None) is own}
    return [row for _, row in sorted(meant.items())]


def pause_reason(tenant_id: UUID, code: str) -> PauseReason | None:
    """What the digit means for agents of the tenant: its own reason before everybody's."""
    rows = list(PauseReason.objects.filter(code=code))
    own = [row for row in rows if row.tenant_id == tenant_id]
    shared = [row for row in rows if row.tenant_id is None]
    return next(iter(own or shared), None)
