"""Usage: one row per billable fact, or per fact with the reason why it is not billed."""

from django.db.models import QuerySet
from rest_framework import serializers

from billing.mediation.models import UsageRecord
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Filters, Instant, Seconds


class UsageShown(serializers.ModelSerializer):
    """One fact as a quantity on a meter. A corrected fact adds a row that takes the old one back, and a new one."""

    duration_seconds = Seconds(source="duration", help_text="Talk time.")

    class Meta:
        model = UsageRecord
        fields = (
            "id", "tenant_id", "meter", "source_id", "revision", "quantity", "duration_seconds", "occurred_at",
            "recorded_at", "reason", "corrects_id", "facts",
        )  # fmt: skip


class UsageFilters(Filters):
    """Which usage."""

    from_at = Instant(required=False, source="occurred_at__gte")
    to_at = Instant(required=False, source="occurred_at__lt")
    meter = serializers.SlugField(max_length=32, required=False)
    reason = serializers.CharField(max_length=24, required=False, allow_blank=True, help_text="Empty: what is billed.")
    source_id = serializers.UUIDField(required=False, help_text="The call it comes from.")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Usage(Listed, Found, Resource):
    """Usage records."""

    rights = {"list": Right.BILLING_READ, "retrieve": Right.BILLING_READ}
    serializer_class = UsageShown
    filters = UsageFilters
    ordering = ("-occurred_at", "id")

    def get_queryset(self) -> QuerySet[UsageRecord]:
        """In the scope."""
        return UsageRecord.objects.all()
