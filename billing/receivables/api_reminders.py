"""Reminders and the decision at their end; invoices that tenants contest."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.receivables.balances import invoices_with_balance
from billing.receivables.dunning import decide
from billing.receivables.models import Dispute, DunningStep, Reminder
from billing.receivables.services import close_dispute, dispute
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Empty, Filters


class ReminderShown(serializers.ModelSerializer):
    """A step taken towards a tenant, with what was overdue then; `invoice_id` is the oldest invoice."""

    invoice_id = serializers.UUIDField(source="document_id")
    decision = serializers.ChoiceField(Reminder.Decision.choices, allow_blank=True)

    class Meta:
        model = Reminder
        fields = (
            "id", "tenant_id", "invoice_id", "step", "act", "made_on", "made_at", "open_amount", "currency",
            "days_overdue", "decision", "decided_by_id", "decided_at",
        )  # fmt: skip


class DecisionBody(Body):
    """What a person decides."""

    suspend = serializers.BooleanField(help_text="True: the tenant's calls are not answered any more.")


class ReminderFilters(Filters):
    """Which reminders."""

    act = serializers.ChoiceField(DunningStep.Act.choices, required=False)
    decision = serializers.ChoiceField(
        Reminder.Decision.choices, required=False, allow_blank=True, help_text="Empty: nobody has decided."
    )
    from_day = serializers.DateField(required=False, source="made_on__gte")
    to_day = serializers.DateField(required=False, source="made_on__lt")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Reminders(Listed, Found, Resource):
    """The dunning list, newest first. With `act=suspension` and no `decision`: proposals that wait for a person."""

    rights = {"list": Right.BILLING_READ, "retrieve": Right.BILLING_READ, "decide": Right.BILLING_WRITE}
    serializer_class = ReminderShown
    filters = ReminderFilters
    ordering = ("-made_at", "id")

    def get_queryset(self) -> QuerySet[Reminder]:
        """In the scope."""
        return Reminder.objects.all()

    @extend_schema(request=DecisionBody, responses=ReminderShown)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: Any) -> Response:
        """Suspend the tenant, or spare it. With a session only: nothing is suspended but by a person."""
        reminder, given = self.get_object(), self.read(DecisionBody)
        return self.show(decide(reminder, self.person_at_the_browser(), clock.now(), suspended=given["suspend"]))


class DisputeShown(serializers.ModelSerializer):
    """A contested invoice: no reminder counts it until the dispute is closed."""

    invoice_id = serializers.UUIDField(source="document_id")

    class Meta:
        model = Dispute
        fields = ("id", "tenant_id", "invoice_id", "reason", "opened_by_id", "opened_at", "closed_by_id", "closed_at")


class DisputeBody(Body):
    """What is contested, and why."""

    invoice_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=300)


class DisputeFilters(Filters):
    """Which disputes."""

    open = serializers.BooleanField(required=False, source="closed_at__isnull")
    invoice_id = serializers.UUIDField(required=False, source="document_id")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Disputes(Listed, Found, Resource):
    """Invoices that tenants contest, newest first."""

    rights = {
        "list": Right.BILLING_READ,
        "retrieve": Right.BILLING_READ,
        "create": Right.BILLING_WRITE,
        "close": Right.BILLING_WRITE,
    }
    serializer_class = DisputeShown
    filters = DisputeFilters
    ordering = ("-opened_at", "id")

    def get_queryset(self) -> QuerySet[Dispute]:
        """In the scope."""
        return Dispute.objects.all()

    @extend_schema(request=DisputeBody, responses={201: DisputeShown})
    def create(self, request: Request) -> Response:
        """Note that a tenant contests an issued invoice; it stays open and due."""
        given = self.read(DisputeBody)
        document = found(invoices_with_balance(), given["invoice_id"])
        return self.show(dispute(document, self.person(), clock.now(), reason=given["reason"]), status=201)

    @extend_schema(request=Empty, responses=DisputeShown)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: Any) -> Response:
        """The dispute is settled: reminders count the invoice again."""
        return self.show(close_dispute(self.get_object(), self.person(), clock.now()))
