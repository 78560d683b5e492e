"""Who is in which state, sessions, and time by state; and what a supervisor asks of those who are logged in."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agents.presence.models import AgentSession, PresenceInterval, State
from agents.presence.services import finish_wrap_up, log_out, pause, unpause
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Empty, Filters, Instant

#: Why a session ended that a supervisor ended, as it stands in the rows.
BY_SUPERVISOR = "supervisor"


class SessionShown(serializers.ModelSerializer):
    """A stay of an agent at a phone."""

    agent_number = serializers.CharField(source="agent.number")
    agent_name = serializers.CharField(source="agent.name")
    agent_name_zh = serializers.CharField(source="agent.name_zh")

    class Meta:
        model = AgentSession
        fields = (
            "id", "tenant_id", "agent_id", "agent_number", "agent_name", "agent_name_zh", "endpoint", "seat",
            "logged_in_at", "logged_out_at", "logged_out_because", "paused_since", "pause_reason",
        )  # fmt: skip


class PresenceShown(SessionShown):
    """An agent who is logged in, and what the agent does now. The id is the session's."""

    state = serializers.ChoiceField(State.choices)
    state_since = Instant()
    call_id = serializers.UUIDField(allow_null=True)

    class Meta(SessionShown.Meta):
        fields = (*SessionShown.Meta.fields, "ends_when_free", "state", "state_since", "call_id")  # type: ignore[assignment]


class IntervalShown(serializers.ModelSerializer):
    """A stretch of one state; those of a session have no gaps and no overlaps."""

    agent_number = serializers.CharField(source="agent.number")

    class Meta:
        model = PresenceInterval
        fields = (
            "id", "tenant_id", "session_id", "agent_id", "agent_number", "state", "reason", "call_id", "starts_at",
            "ends_at",
        )  # fmt: skip


class PauseBody(Body):
    """Why."""

    reason = serializers.RegexField(
        r"^[1-9]?$", max_length=1, required=False, allow_blank=True, help_text="Digit of a pause reason; or none."
    )


class PresenceFilters(Filters):
    """Which of those who are logged in."""

    state = serializers.ChoiceField(State.choices, required=False)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")
    agent = serializers.CharField(required=False, max_length=4, source="agent__number", help_text="Number.")


class SessionFilters(Filters):
    """Which sessions."""

    agent = serializers.CharField(required=False, max_length=4, source="agent__number", help_text="Number.")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")
    from_at = Instant(required=False, source="logged_in_at__gte")
    to_at = Instant(required=False, source="logged_in_at__lt")


class IntervalFilters(Filters):
    """Which stretches."""

    agent = serializers.CharField(required=False, max_length=4, source="agent__number", help_text="Number.")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")
    session_id = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(State.choices, required=False)
    from_at = Instant(required=False, source="starts_at__gte")
    to_at = Instant(required=False, source="starts_at__lt")


class Presence(Listed, Found, Resource):
    """Who is logged in, and in which state."""

    rights = {
        "list": Right.PEOPLE_READ,
        "retrieve": Right.PEOPLE_READ,
        "pause": Right.FLOOR_ACT,
        "unpause": Right.FLOOR_ACT,
        "finish_wrap_up": Right.FLOOR_ACT,
        "log_out": Right.AGENTS_LOG_OUT,
    }
    serializer_class = PresenceShown
    filters = PresenceFilters
    ordering = ("logged_in_at", "id")

    def get_queryset(self) -> QuerySet[AgentSession]:
        """Open sessions with their open interval, in one query."""
        now = PresenceInterval.objects.filter(session=OuterRef("pk"), ends_at=None)
        rows = AgentSession.objects.filter(logged_out_at=None).select_related("agent")
        return rows.annotate(
            state=Subquery(now.values("state")[:1]),
            state_since=Subquery(now.values("starts_at")[:1]),
            call_id=Subquery(now.values("call_id")[:1]),
        )

    @extend_schema(request=PauseBody, responses=PresenceShown)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: Any) -> Response:
        """Give the agent no more calls, from the end of a running one on."""
        row, reason = self.get_object(), self.read(PauseBody).get("reason", "")
        pause(row.endpoint, reason, clock.now())
        return self.show(self.get_object())

    @extend_schema(request=Empty, responses=PresenceShown)
    @action(detail=True, methods=["post"])
    def unpause(self, request: Request, pk: Any) -> Response:
        """Give the agent calls again."""
        row = self.get_object()
        unpause(row.endpoint, clock.now())
        return self.show(self.get_object())

    @extend_schema(request=Empty, responses=PresenceShown)
    @action(detail=True, methods=["post"], url_path="finish-wrap-up")
    def finish_wrap_up(self, request: Request, pk: Any) -> Response:
        """End the work after a call."""
        row = self.get_object()
        finish_wrap_up(row.endpoint, clock.now())
        return self.show(self.get_object())

    @extend_schema(request=Empty, responses=SessionShown)
    @action(detail=True, methods=["post"], url_path="log-out")
    def log_out(self, request: Request, pk: Any) -> Response:
        """Log the agent out; a call that runs goes on until it ends."""
        row = self.get_object()
        log_out(at=clock.now(), session_id=row.pk, reason=BY_SUPERVISOR)
        ended = AgentSession.objects.select_related("agent").get(pk=row.pk)
        return Response(SessionShown(ended).data)


class Sessions(Listed, Found, Resource):
    """Stays of agents at phones."""

    rights = {"list": Right.PEOPLE_READ, "retrieve": Right.PEOPLE_READ}
    serializer_class = SessionShown
    filters = SessionFilters
    ordering = ("-logged_in_at", "id")

    def get_queryset(self) -> QuerySet[AgentSession]:
        """With the agents."""
        return AgentSession.objects.select_related("agent")


class Intervals(Listed, Resource):
    """What agents did when."""

    rights = {"list": Right.PEOPLE_READ}
    serializer_class = IntervalShown
    filters = IntervalFilters
    ordering = ("-starts_at", "id")

    def get_queryset(self) -> QuerySet[PresenceInterval]:
        """With the agents."""
        return PresenceInterval.objects.select_related("agent")
