"""Orders that callers have confirmed by keys, and how far they have come."""

from django.db.models import QuerySet
from rest_framework import serializers

from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Filters, Instant
from telephony.lookups.models import Order


class OrderShown(serializers.ModelSerializer):
    """An order; it is posted to the tenant's system once."""

    class Meta:
        model = Order
        fields = (
            "id", "tenant_id", "call_id", "key", "system", "path", "content", "confirmed_at", "state", "tries",
            "next_try_at", "delivered_at", "last_error",
        )  # fmt: skip


class OrderFilters(Filters):
    """Which orders."""

    state = serializers.ChoiceField(Order.State.choices, required=False)
    call_id = serializers.UUIDField(required=False)
    from_at = Instant(required=False, source="confirmed_at__gte")
    to_at = Instant(required=False, source="confirmed_at__lt")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Orders(Listed, Found, Resource):
    """Orders that callers have confirmed."""

    rights = {"list": Right.CALLS_READ, "retrieve": Right.CALLS_READ}
    serializer_class = OrderShown
    filters = OrderFilters
    ordering = ("-confirmed_at", "id")

    def get_queryset(self) -> QuerySet[Order]:
        """In the scope."""
        return Order.objects.all()
