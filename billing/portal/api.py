"""The amount at which a tenant is warned of its bill so far; the tenant's people set it."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.contracts.parties import currency_code
from billing.portal.alerts import set_alert
from billing.portal.models import BillAlert
from seatline import clock
from seatline.api.base import Listed, Resource, Right
from seatline.api.fields import Amount, Body, Filters


class BillAlertShown(serializers.ModelSerializer):
    """An amount, and when the bill so far last reached it; each period warns once."""

    class Meta:
        model = BillAlert
        fields = (
            "id", "tenant_id", "currency", "amount", "set_by_id", "set_at", "raised_for", "raised_at", "raised_amount",
        )  # fmt: skip


class BillAlertBody(Body):
    """The amount to be warned at."""

    currency = serializers.RegexField(r"^[A-Z]{3}$", validators=[currency_code])
    amount = Amount(allow_null=True, help_text="Tax included; null: no warning any more.")


class BillAlertFilters(Filters):
    """Which alerts."""

    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class BillAlerts(Listed, Resource):
    """Amounts at which tenants are warned, one for each currency."""

    rights = {"list": Right.BILLING_READ, "create": Right.ALERTS_WRITE}
    serializer_class = BillAlertShown
    filters = BillAlertFilters
    ordering = ("tenant_id", "currency", "id")

    def get_queryset(self) -> QuerySet[BillAlert]:
        """In the scope."""
        return BillAlert.objects.all()

    @extend_schema(request=BillAlertBody, responses={200: BillAlertShown, 204: None})
    def create(self, request: Request) -> Response:
        """Set the amount in a currency, or take the alert away. A changed amount warns again in the same period."""
        given = self.read(BillAlertBody)
        kept = set_alert(self.tenant(), given["currency"], given["amount"], self.person(), clock.now())
        return self.show(kept) if kept else Response(status=204)
