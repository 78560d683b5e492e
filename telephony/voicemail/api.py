"""Messages that callers left: heard, assigned, settled."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agents.people.models import Agent
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Empty, Filters, Instant
from telephony.recordings.play import sound_response
from telephony.voicemail.models import Voicemail
from telephony.voicemail.services import assign, mark_heard, reopen, settle
from tenants.trust.services import log_look


class MessageShown(serializers.ModelSerializer):
    """A message."""

    class Meta:
        model = Voicemail
        fields = (
            "id", "tenant_id", "call_id", "queue_id", "queue_code", "caller", "seconds", "peak_db", "size", "left_at",
            "state", "heard_at", "assigned_to", "settled_at", "settled_by",
        )  # fmt: skip


class AssignBody(Body):
    """Who is to call back."""

    agent_id = serializers.UUIDField(allow_null=True, help_text="Null: nobody yet.")


class MessageFilters(Filters):
    """Which messages."""

    state = serializers.ChoiceField(Voicemail.State.choices, required=False)
    queue = serializers.SlugField(required=False, source="queue_code", help_text="Code.")
    assigned_to = serializers.UUIDField(required=False)
    from_at = Instant(required=False, source="left_at__gte")
    to_at = Instant(required=False, source="left_at__lt")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Messages(Listed, Found, Resource):
    """Messages that callers left."""

    rights = {
        "list": Right.CALLS_READ,
        "retrieve": Right.CALLS_READ,
        "sound": Right.RECORDINGS_HEAR,
        "assign": Right.CALLS_WRITE,
        "settle": Right.CALLS_WRITE,
        "reopen": Right.CALLS_WRITE,
    }
    serializer_class = MessageShown
    filters = MessageFilters
    ordering = ("-left_at", "id")

    def get_queryset(self) -> QuerySet[Voicemail]:
        """In the scope."""
        return Voicemail.objects.all()

    @extend_schema(responses={(200, "audio/wav"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def sound(self, request: Request, pk: Any) -> HttpResponseBase:
        """The sound; whoever hears it first marks the message as heard. Takes Range."""
        message = self.get_object()
        log_look(message.tenant_id, "voicemail.heard", str(message.pk))
        response = sound_response(request._request, None, message.path, f"{message.call_id}.wav")
        mark_heard(message, clock.now())
        return response

    @extend_schema(request=AssignBody, responses=MessageShown)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: Any) -> Response:
        """Say which agent is to call back."""
        message, agent_id = self.get_object(), self.read(AssignBody)["agent_id"]
        agent = found(Agent.objects.filter(tenant_id=message.tenant_id), agent_id) if agent_id else None
        assign(message, agent.pk if agent else None)
        return self.show(message)

    @extend_schema(request=Empty, responses=MessageShown)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: Any) -> Response:
        """Nothing is left to do about it."""
        message = self.get_object()
        settle(message, clock.now(), self.caller.person_id)
        return self.show(message)

    @extend_schema(request=Empty, responses=MessageShown)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: Any) -> Response:
        """It was settled by mistake."""
        message = self.get_object()
        reopen(message)
        return self.show(message)
