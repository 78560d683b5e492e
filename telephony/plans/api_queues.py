"""Queues: how callers wait and who serves them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from agents.people.models import Agent, Skill
from seatline.api.base import Found, Kind, Listed, Resource, Right, found
from seatline.api.fields import Body, Filters, Seconds
from telephony.plans.models import Queue, QueueMember, QueueSkill
from telephony.plans.queues import ask_no_longer, change_queue, new_queue, unname_member
from telephony.plans.services import ask_skill, name_member
from tenants.accounts.models import Tenant

HOUR, DAY = 3600, 86400


class MemberShown(serializers.ModelSerializer):
    """An agent who serves the queue by name."""

    number = serializers.CharField(source="agent.number")

    class Meta:
        model = QueueMember
        fields = ("agent_id", "number", "penalty", "position")


class AskedShown(serializers.ModelSerializer):
    """The least level of a skill for callers who have waited so long."""

    code = serializers.CharField(source="skill.code")
    after_seconds = Seconds(source="after")

    class Meta:
        model = QueueSkill
        fields = ("skill_id", "code", "after_seconds", "level")


class _Rules(serializers.Serializer):
    """How a queue works; the words are those of the admin's form."""

    name = serializers.CharField(max_length=100)
    name_zh = serializers.CharField(max_length=100, required=False, allow_blank=True)
    strategy = serializers.ChoiceField(Queue.Strategy.choices, required=False)
    ring_seconds = Seconds(source="ring", least=3, most=300, required=False)
    wrap_up_seconds = Seconds(source="wrap_up", most=HOUR, required=False)
    max_wait_seconds = Seconds(source="max_wait", least=1, most=DAY, required=False)
    max_length = serializers.IntegerField(min_value=0, max_value=32767, required=False)
    join_empty = serializers.CharField(max_length=60, required=False)
    leave_empty = serializers.CharField(max_length=60, required=False)
    retry_seconds = Seconds(source="retry", most=HOUR, required=False)
    ageing = serializers.FloatField(min_value=0, max_value=1000, required=False)
    sticky_seconds = Seconds(source="sticky", most=31 * DAY, required=False)
    announce_every_seconds = Seconds(source="announce_every", most=HOUR, required=False, help_text="0, or 5 and more.")
    say_position = serializers.BooleanField(required=False)
    say_wait = serializers.BooleanField(required=False)
    messages = serializers.CharField(max_length=300, required=False, allow_blank=True)
    weight = serializers.IntegerField(
        min_value=-32768, max_value=32767, required=False, help_text="The operator's to set: tenants share agents."
    )
    misses_allowed = serializers.IntegerField(min_value=1, max_value=32767, required=False)
    music = serializers.CharField(max_length=40, required=False)
    record = serializers.BooleanField(required=False)
    longest_mask_seconds = Seconds(
        source="longest_mask", least=5, most=900, required=False,
        help_text="So long a payment's silence of the recording lasts at most.",
    )  # fmt: skip


class QueueShown(_Rules):
    """Where callers wait."""

    id = serializers.UUIDField()
    tenant_id = serializers.UUIDField()
    code = serializers.CharField()
    skills = AskedShown(many=True)
    members = MemberShown(many=True, help_text="None: every agent of the tenant with the skills serves it.")

    def get_fields(self) -> dict[str, Any]:
        """Everything is there in an answer."""
        fields = super().get_fields()
        for field in fields.values():
            field.required = True
        return fields


class QueueChangeBody(Body, _Rules):
    """What of a queue may change."""


class QueueBody(QueueChangeBody):
    """A new queue."""

    code = serializers.SlugField(max_length=32)
    tenant_id = serializers.UUIDField(required=False, help_text="For the operator; a tenant's queue is its own.")


class MemberBody(Body):
    """Penalty and place."""

    penalty = serializers.IntegerField(min_value=0, max_value=32767, required=False)
    position = serializers.IntegerField(min_value=0, max_value=32767, required=False)


class AskedBody(Body):
    """What is asked of agents."""

    level = serializers.IntegerField(min_value=0, max_value=10)
    after_seconds = Seconds(most=DAY, required=False)


class QueueFilters(Filters):
    """Which queues."""

    code = serializers.SlugField(required=False)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Queues(Listed, Found, Resource):
    """Where callers wait, and who serves them."""

    rights = {
        "list": Right.PLAN_READ,
        "retrieve": Right.PLAN_READ,
        "create": Right.PLAN_WRITE,
        "partial_update": Right.PLAN_WRITE,
        "name_agent": Right.PLAN_WRITE,
        "unname_agent": Right.PLAN_WRITE,
        "ask": Right.PLAN_WRITE,
        "ask_no_longer": Right.PLAN_WRITE,
    }
    serializer_class = QueueShown
    filters = QueueFilters
    ordering = ("code", "id")
    versioned_actions = frozenset({"partial_update"})

    def get_queryset(self) -> QuerySet[Queue]:
        """With skills and members."""
        return Queue.objects.prefetch_related("skills__skill", "members__agent")

    @extend_schema(request=QueueBody, responses={201: QueueShown})
    def create(self, request: Request) -> Response:
        """Make a queue."""
        given = self._allowed(self.read(QueueBody))
        tenant_id = given.pop("tenant_id", None)
        tenant = self.tenant() if self.caller.kind is Kind.TENANT else found(Tenant.objects.all(), tenant_id)
        return self.show(new_queue(tenant, given.pop("code"), given), status=201)

    @extend_schema(request=QueueChangeBody, responses=QueueShown)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change how a queue works; callers who wait meet the new rules."""
        row = self.locked()
        return self.show(change_queue(row, self._allowed(self.read(QueueChangeBody, partial=True))))

    @extend_schema(request=MemberBody, responses=QueueShown)
    @action(detail=True, methods=["put"], url_path="members/<uuid:agent_id>")
    def name_agent(self, request: Request, pk: Any, agent_id: UUID) -> Response:
        """Name an agent for the queue, which from then on is served by those named alone."""
        name_member(self.get_object(), found(Agent.objects.all(), agent_id), **self.read(MemberBody))
        return self.show(self.get_object())

    @extend_schema(responses={204: None})
    @name_agent.mapping.delete
    def unname_agent(self, request: Request, pk: Any, agent_id: UUID) -> Response:
        """Take an agent off the queue."""
        unname_member(self.get_object(), found(Agent.objects.all(), agent_id))
        return Response(status=204)

    @extend_schema(request=AskedBody, responses=QueueShown)
    @action(detail=True, methods=["put"], url_path="skills/<uuid:skill_id>")
    def ask(self, request: Request, pk: Any, skill_id: UUID) -> Response:
        """Let only agents serve the queue who have a skill at this level or better."""
        queue, given = self.get_object(), self.read(AskedBody)
        skill = found(Skill.objects.filter(tenant_id=queue.tenant_id), skill_id)
        after = {"after": given["after_seconds"]} if "after_seconds" in given else {}
        ask_skill(queue, skill, given["level"], **after)
        return self.show(self.get_object())

    @extend_schema(responses={204: None})
    @ask.mapping.delete
    def ask_no_longer(self, request: Request, pk: Any, skill_id: UUID) -> Response:
        """Ask for a skill no longer."""
        queue = self.get_object()
        ask_no_longer(queue, found(Skill.objects.filter(tenant_id=queue.tenant_id), skill_id))
        return Response(status=204)

    def _allowed(self, given: dict[str, Any]) -> dict[str, Any]:
        if "weight" in given and self.caller.kind is Kind.TENANT:
            raise PermissionDenied
        return given
