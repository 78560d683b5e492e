"""Calls, live and past, with their legs and story; events of queues in Asterisk's words."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agents.people.services import people
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Filters, Instant, Seconds
from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.journal.queue_log_table import QueueLog
from telephony.journal.told import agents_in, tell


class CallShown(serializers.ModelSerializer):
    """One call from arrival to end; without an end it goes on."""

    waited_seconds = Seconds(source="waited", help_text="In queues, ringing included.")
    rang_seconds = Seconds(source="rang")
    talked_seconds = Seconds(source="talked")

    class Meta:
        model = Call
        fields = (
            "id", "tenant_id", "direction", "dialled", "caller", "caller_name", "flow_code", "flow_version",
            "merchant_code", "language", "queue_id", "queue_code", "agent_id", "started_at", "answered_at",
            "connected_at", "ended_at", "outcome", "ended_by", "waited_seconds", "rang_seconds", "talked_seconds",
            "practice",
        )  # fmt: skip


class LegShown(serializers.ModelSerializer):
    """One party's part of a call; number 0 is the caller's."""

    talked_seconds = Seconds(source="talked")
    held_seconds = Seconds(source="held")

    class Meta:
        model = Leg
        fields = (
            "no", "kind", "agent_id", "endpoint", "number", "started_at", "answered_at", "connected_at", "ended_at",
            "cause", "missed", "talked_seconds", "held_seconds",
        )  # fmt: skip


class WholeCallShown(CallShown):
    """A call with its legs, and the ids of its recordings."""

    legs = LegShown(many=True)
    recording_ids = serializers.SerializerMethodField()

    class Meta(CallShown.Meta):
        fields = (*CallShown.Meta.fields, "legs", "recording_ids")  # type: ignore[assignment]

    def get_recording_ids(self, call: Call) -> list[str]:
        """For /recordings."""
        return [str(one.pk) for one in call.recordings.all()]


class FactShown(serializers.Serializer):
    """What happened, written down once and never changed."""

    seq = serializers.IntegerField()
    at = Instant()
    kind = serializers.CharField()
    body = serializers.DictField(child=serializers.JSONField(), help_text="By kind; see telephony/core/facts.py.")
    sentence = serializers.CharField(help_text="In the asked language.")


class QueueEventShown(serializers.ModelSerializer):
    """A row of queue_log."""

    class Meta:
        model = QueueLog
        fields = (
            "id", "tenant_id", "time", "callid", "queuename", "agent", "event", "data1", "data2", "data3", "data4",
            "data5",
        )  # fmt: skip


class CallFilters(Filters):
    """Which calls."""

    from_at = Instant(required=False, source="started_at__gte", help_text="Begun then or later.")
    to_at = Instant(required=False, source="started_at__lt", help_text="Begun before.")
    open = serializers.BooleanField(required=False, source="ended_at__isnull", help_text="True: those that go on.")
    direction = serializers.ChoiceField(Call.Direction.choices, required=False)
    outcome = serializers.ChoiceField(Call.Outcome.choices, required=False)
    queue = serializers.SlugField(required=False, source="queue_code", help_text="Code.")
    agent_id = serializers.UUIDField(required=False)
    caller = serializers.CharField(required=False, max_length=80)
    dialled = serializers.CharField(required=False, max_length=40)
    practice = serializers.BooleanField(required=False)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class QueueEventFilters(Filters):
    """Which events."""

    from_at = Instant(required=False, source="time__gte")
    to_at = Instant(required=False, source="time__lt")
    queue = serializers.SlugField(required=False, source="queuename", help_text="Code.")
    agent = serializers.CharField(required=False, max_length=40, help_text="Number.")
    event = serializers.CharField(required=False, max_length=20, help_text="As in CONNECT.")
    callid = serializers.CharField(required=False, max_length=150)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Calls(Listed, Found, Resource):
    """Calls, newest first; `open=true` are those that go on."""

    rights = {"list": Right.CALLS_READ, "retrieve": Right.CALLS_READ, "facts": Right.CALLS_READ}
    serializer_class = CallShown
    filters = CallFilters
    ordering = ("-started_at", "id")

    def get_queryset(self) -> QuerySet[Call]:
        """In the scope; one by one with legs."""
        return Call.objects.prefetch_related("legs", "recordings") if self.action == "retrieve" else Call.objects.all()

    @extend_schema(responses=WholeCallShown)
    def retrieve(self, request: Request, pk: Any) -> Response:
        """One call with its legs."""
        call = self.get_object()
        return Response(WholeCallShown(call, context=self.get_serializer_context()).data)

    @extend_schema(responses=FactShown(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def facts(self, request: Request, pk: Any) -> Response:
        """The story of a call, fact by fact."""
        rows = list(LedgerEntry.objects.filter(call_id=self.get_object().pk).order_by("seq"))
        known = people(agents_in([row.body for row in rows]))
        names = {str(key): f"{person.number} {person.name}" for key, person in known.items()}
        told = [
            {
                "seq": row.seq,
                "at": row.at,
                "kind": row.kind,
                "body": row.body,
                "sentence": tell(row.kind, row.body, names),
            }
            for row in rows
        ]
        return Response(FactShown(told, many=True).data)


def _fact(row: LedgerEntry, names: dict[str, str]) -> dict[str, Any]:
    sentence = tell(row.kind, row.body, names)
    return {"seq": row.seq, "at": row.at, "kind": row.kind, "body": row.body, "sentence": sentence}


class QueueEvents(Listed, Resource):
    """Events of queues in Asterisk's own words, as its queue_log has them."""

    rights = {"list": Right.CALLS_READ}
    serializer_class = QueueEventShown
    filters = QueueEventFilters
    ordering = ("-time", "id")

    def get_queryset(self) -> QuerySet[QueueLog]:
        """In the scope."""
        return QueueLog.objects.all()
