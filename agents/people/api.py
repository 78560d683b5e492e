"""Agents, what they can do, and why they pause. The operator hires; a tenant names its own and says what they can."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agents.people.models import Agent, AgentSkill, OutsidePhone, PauseReason, Skill
from agents.people.services import (
    add_pause_reason,
    add_skill,
    allow_outside_phone,
    forbid_outside_phone,
    give_skill,
    hire_agent,
    set_pin,
    take_skill,
)
from agents.presence.leaving import change
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Filters
from seatline.panel.plan import tell_switch
from tenants.accounts.models import Tenant
from tenants.keys.callers import own_tenant


class AgentSkillShown(serializers.ModelSerializer):
    """How well an agent has a skill."""

    code = serializers.CharField(source="skill.code")

    class Meta:
        model = AgentSkill
        fields = ("skill_id", "code", "level")


class AgentShown(serializers.ModelSerializer):
    """A person at a seat. The number is keyed at any phone of the room and never given again."""

    skills = AgentSkillShown(many=True)

    class Meta:
        model = Agent
        fields = ("id", "tenant_id", "number", "name", "name_zh", "employed_by", "language", "active", "skills")


class SkillShown(serializers.ModelSerializer):
    """What queues may ask for."""

    class Meta:
        model = Skill
        fields = ("id", "tenant_id", "code", "name", "name_zh")


class PauseReasonShown(serializers.ModelSerializer):
    """A digit after *46; without a tenant it is everybody's."""

    class Meta:
        model = PauseReason
        fields = ("id", "tenant_id", "code", "name", "name_zh")


class OutsidePhoneShown(serializers.ModelSerializer):
    """A telephone outside from which the agent may log in."""

    class Meta:
        model = OutsidePhone
        fields = ("id", "number")


class AgentChangeBody(Body):
    """What of an agent may change."""

    name = serializers.CharField(max_length=100)
    name_zh = serializers.CharField(max_length=100, required=False, allow_blank=True)
    language = serializers.ChoiceField(Agent.Language.choices, required=False)
    active = serializers.BooleanField(required=False)


class AgentBody(Body):
    """An agent to take on."""

    tenant_id = serializers.UUIDField()
    number = serializers.RegexField(r"^[0-9]{4}$", max_length=4)
    name = serializers.CharField(max_length=100)
    name_zh = serializers.CharField(max_length=100, required=False, allow_blank=True)
    language = serializers.ChoiceField(Agent.Language.choices, required=False)
    employed_by = serializers.ChoiceField(Agent.Employer.choices, required=False)


class PinBody(Body):
    """A new PIN."""

    pin = serializers.RegexField(r"^[0-9]{4,8}$", help_text="Not easy to guess; only its hash is kept.")


class OutsidePhoneBody(Body):
    """A telephone outside."""

    number = serializers.RegexField(r"^\+[1-9][0-9]{2,14}$", max_length=16)


class LevelBody(Body):
    """How well."""

    level = serializers.IntegerField(min_value=1, max_value=10)


class SkillBody(Body):
    """A new skill."""

    code = serializers.SlugField(max_length=32)
    name = serializers.CharField(max_length=100)
    name_zh = serializers.CharField(max_length=100, required=False, allow_blank=True)


class PauseReasonBody(Body):
    """A reason for a digit."""

    code = serializers.RegexField(r"^[1-9]$", max_length=1)
    name = serializers.CharField(max_length=60)
    name_zh = serializers.CharField(max_length=60, required=False, allow_blank=True)


class AgentFilters(Filters):
    """Which agents."""

    number = serializers.CharField(required=False, max_length=4)
    active = serializers.BooleanField(required=False)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")
    skill = serializers.SlugField(required=False, source="skills__skill__code", help_text="Its code.")


class Agents(Listed, Found, Resource):
    """The people at the seats, leavers too."""

    rights = {
        "list": Right.PEOPLE_READ,
        "retrieve": Right.PEOPLE_READ,
        "create": Right.AGENTS_HIRE,
        "partial_update": Right.PEOPLE_WRITE,
        "pin": Right.AGENTS_HIRE,
        "outside_phones": Right.PEOPLE_READ,
        "allow": Right.AGENTS_HIRE,
        "forbid": Right.AGENTS_HIRE,
        "teach": Right.PEOPLE_WRITE,
        "unteach": Right.PEOPLE_WRITE,
    }
    serializer_class = AgentShown
    filters = AgentFilters
    ordering = ("number", "id")
    versioned_actions = frozenset({"partial_update"})

    def get_queryset(self) -> QuerySet[Agent]:
        """With what they can do."""
        return Agent.objects.prefetch_related("skills__skill")

    @extend_schema(request=AgentBody, responses={201: AgentShown})
    def create(self, request: Request) -> Response:
        """Take on an agent."""
        given = self.read(AgentBody)
        tenant = found(Tenant.objects.all(), given.pop("tenant_id"))
        return self.show(hire_agent(tenant, **given), status=201)

    @extend_schema(request=AgentChangeBody, responses=AgentShown)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change names or language, or switch a leaver off: logged out, and what he had in hand goes to others."""
        row = self.locked()
        return self.show(change(row, self.read(AgentChangeBody, partial=True), clock.now()))

    @extend_schema(request=PinBody, responses={204: None})
    @action(detail=True, methods=["put"])
    def pin(self, request: Request, pk: Any) -> Response:
        """Give the agent a new PIN, and take off a lock."""
        set_pin(self.get_object().number, self.read(PinBody)["pin"])
        return Response(status=204)

    @extend_schema(responses=OutsidePhoneShown(many=True))
    @action(detail=True, methods=["get"], url_path="outside-phones", pagination_class=None)
    def outside_phones(self, request: Request, pk: Any) -> Response:
        """Telephones outside from which the agent may log in."""
        return Response(OutsidePhoneShown(self.get_object().outside_phones.all(), many=True).data)

    @extend_schema(request=OutsidePhoneBody, responses={201: OutsidePhoneShown})
    @outside_phones.mapping.post
    def allow(self, request: Request, pk: Any) -> Response:
        """Let the agent log in from a telephone outside, and take calls there."""
        phone = allow_outside_phone(self.get_object(), self.read(OutsidePhoneBody)["number"])
        return Response(OutsidePhoneShown(phone).data, status=201)

    @extend_schema(responses={204: None})
    @action(detail=True, methods=["delete"], url_path="outside-phones/<uuid:phone_id>")
    def forbid(self, request: Request, pk: Any, phone_id: UUID) -> Response:
        """Take a telephone outside back; a session that goes on there is left alone."""
        agent = self.get_object()
        forbid_outside_phone(agent, found(OutsidePhone.objects.filter(agent=agent), phone_id).number)
        return Response(status=204)

    @extend_schema(request=LevelBody, responses=AgentShown)
    @action(detail=True, methods=["put"], url_path="skills/<uuid:skill_id>")
    def teach(self, request: Request, pk: Any, skill_id: UUID) -> Response:
        """Say how well the agent has a skill."""
        agent = self.get_object()
        give_skill(agent, self._skill_for(agent, skill_id), self.read(LevelBody)["level"])
        tell_switch()
        return self.show(self.get_object())

    @extend_schema(responses={204: None})
    @teach.mapping.delete
    def unteach(self, request: Request, pk: Any, skill_id: UUID) -> Response:
        """Say that the agent no longer has a skill."""
        agent = self.get_object()
        take_skill(agent, self._skill_for(agent, skill_id))
        tell_switch()
        return Response(status=204)

    def _skill_for(self, agent: Agent, skill_id: UUID) -> Any:
        return found(Skill.objects.filter(tenant_id=agent.tenant_id), skill_id)


class Skills(Listed, Found, Resource):
    """What queues may ask for."""

    rights = {"list": Right.PEOPLE_READ, "retrieve": Right.PEOPLE_READ, "create": Right.PEOPLE_WRITE}
    serializer_class = SkillShown
    ordering = ("code", "id")

    def get_queryset(self) -> QuerySet[Skill]:
        """In the scope."""
        return Skill.objects.all()

    @extend_schema(request=SkillBody, responses={201: SkillShown})
    def create(self, request: Request) -> Response:
        """Add a skill of the tenant; one that is there already is given back unchanged."""
        return self.show(add_skill(self.tenant(), **self.read(SkillBody)), status=201)


class PauseReasons(Listed, Resource):
    """Why agents are not ready: the tenant's own reasons, and everybody's."""

    rights = {"list": Right.PEOPLE_READ, "create": Right.PEOPLE_WRITE}
    serializer_class = PauseReasonShown
    ordering = ("code", "id")

    def get_queryset(self) -> QuerySet[PauseReason]:
        """In the scope, and shared ones."""
        return PauseReason.objects.all()

    @extend_schema(request=PauseReasonBody, responses={201: PauseReasonShown})
    def create(self, request: Request) -> Response:
        """Say what a digit stands for: for the tenant's agents, or, as the operator, for everybody's."""
        row = add_pause_reason(**self.read(PauseReasonBody), tenant=own_tenant(self.caller))
        return self.show(row, status=201)
