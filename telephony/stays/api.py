"""Who waits in which queue, and who has waited how long."""

from django.db.models import QuerySet
from rest_framework import serializers

from seatline.api.base import Listed, Resource, Right
from seatline.api.fields import Filters, Instant
from telephony.stays.models import QueueStay


class StayShown(serializers.ModelSerializer):
    """One caller's stay in one queue; without an end the caller waits."""

    left = serializers.ChoiceField(QueueStay.Left.choices, allow_blank=True)

    class Meta:
        model = QueueStay
        fields = (
            "id", "tenant_id", "call_id", "queue_id", "queue_code", "entered_at", "left_at", "left", "position",
            "agent_id", "foreseen_at", "foreseen_seconds",
        )  # fmt: skip


class StayFilters(Filters):
    """Which stays."""

    waiting = serializers.BooleanField(required=False, source="left_at__isnull", help_text="True: those who wait now.")
    queue = serializers.SlugField(required=False, source="queue_code", help_text="Code.")
    queue_id = serializers.UUIDField(required=False)
    left = serializers.ChoiceField(QueueStay.Left.choices, required=False)
    from_at = Instant(required=False, source="entered_at__gte")
    to_at = Instant(required=False, source="entered_at__lt")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Stays(Listed, Resource):
    """Stays in queues, newest first; `waiting=true` are those who wait now."""

    rights = {"list": Right.CALLS_READ}
    serializer_class = StayShown
    filters = StayFilters
    ordering = ("-entered_at", "id")

    def get_queryset(self) -> QuerySet[QueueStay]:
        """In the scope."""
        return QueueStay.objects.all()
