"""What tenants owe and have paid. Open, paid and overdue stand nowhere: they are derived when asked."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.contracts.api import seller_of
from billing.contracts.parties import currency_code
from billing.invoices.models import Document
from billing.receivables.balances import invoices_with_balance
from billing.receivables.models import Payment
from billing.receivables.services import (
    allocate,
    allocate_oldest_first,
    record_payment,
    release,
    take_back,
    write_off,
)
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Amount, Body, Empty, Filters
from tenants.accounts.models import Tenant


class OpenItemShown(serializers.ModelSerializer):
    """An issued invoice that is not settled to the cent."""

    credited = Amount()
    paid = Amount()
    open = Amount()
    disputed = serializers.BooleanField()

    class Meta:
        model = Document
        fields = (
            "id", "tenant_id", "number", "issued_on", "due_on", "currency", "gross", "credited", "paid", "open",
            "disputed",
        )  # fmt: skip


class PaymentShown(serializers.ModelSerializer):
    """Money between a tenant and a seller; negative where it goes back."""

    seller_id = serializers.UUIDField(source="entity_id", help_text="As in /sellers; tenants know it by its invoices.")
    allocations = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        fields = (
            "id", "tenant_id", "seller_id", "kind", "method", "received_on", "amount", "currency", "bank_ref",
            "takes_back_id", "note", "recorded_at", "allocations",
        )  # fmt: skip

    def get_allocations(self, payment: Payment) -> list[dict[str, str]]:
        """What it pays for: ids of invoices, with amounts."""
        return [{"invoice_id": str(one.document_id), "amount": str(one.amount)} for one in payment.allocations.all()]


class PaymentBody(Body):
    """Money that came in."""

    tenant_id = serializers.UUIDField()
    seller = serializers.SlugField(max_length=16, help_text="Its code.")
    amount = Amount()
    currency = serializers.RegexField(r"^[A-Z]{3}$", validators=[currency_code])
    received_on = serializers.DateField()
    bank_ref = serializers.CharField(max_length=80, required=False, allow_blank=True, help_text="Counts once.")
    method = serializers.ChoiceField(Payment.Method.choices, required=False)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)
    invoice_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=200, help_text="In this order; none: oldest first."
    )


class AllocationBody(Body):
    """What a payment pays for."""

    invoice_id = serializers.UUIDField()
    amount = Amount()


class TakeBackBody(Body):
    """What went back."""

    on = serializers.DateField()
    amount = Amount(
        required=False, allow_null=True, help_text="A refund of a part that pays for nothing; none: returned."
    )
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class WriteOffBody(Body):
    """What is given up."""

    on = serializers.DateField()
    note = serializers.CharField(max_length=200)


class FreedShown(serializers.Serializer):
    """What is free again for other invoices, or for a refund."""

    amount = Amount()


class OpenItemFilters(Filters):
    """Which open items."""

    due_before = serializers.DateField(required=False, source="due_on__lt", help_text="Overdue on that day.")
    disputed = serializers.BooleanField(required=False)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class PaymentFilters(Filters):
    """Which payments."""

    kind = serializers.ChoiceField(Payment.Kind.choices, required=False)
    from_day = serializers.DateField(required=False, source="received_on__gte")
    to_day = serializers.DateField(required=False, source="received_on__lt")
    bank_ref = serializers.CharField(max_length=80, required=False)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class OpenItems(Listed, Resource):
    """Issued invoices that are not settled to the cent, by due date."""

    rights = {"list": Right.BILLING_READ, "write_off": Right.BILLING_WRITE, "release": Right.BILLING_WRITE}
    serializer_class = OpenItemShown
    filters = OpenItemFilters
    ordering = ("due_on", "id")

    def get_queryset(self) -> Any:
        """With what is paid and credited."""
        rows: Any = invoices_with_balance()
        return rows.exclude(open=0)

    @extend_schema(request=WriteOffBody, responses={201: PaymentShown})
    @action(detail=True, methods=["post"], url_path="write-off")
    def write_off(self, request: Request, pk: Any) -> Response:
        """Give up what is open on an invoice; the journal books it as a loss."""
        document, given = self.get_object(), self.read(WriteOffBody)
        row = write_off(document, self.person(), clock.now(), on=given["on"], note=given["note"])
        return Response(PaymentShown(row).data, status=201)

    @extend_schema(request=Empty, responses=FreedShown)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: Any) -> Response:
        """Free what was paid above what an invoice comes to after its credit notes."""
        freed = release(self.get_object(), self.person(), clock.now())
        return Response(FreedShown({"amount": freed}).data)


class Payments(Listed, Found, Resource):
    """Payments, and what they pay for."""

    rights = {
        "list": Right.BILLING_READ,
        "retrieve": Right.BILLING_READ,
        "create": Right.BILLING_WRITE,
        "allocate": Right.BILLING_WRITE,
        "allocate_oldest": Right.BILLING_WRITE,
        "take_back": Right.BILLING_WRITE,
    }
    serializer_class = PaymentShown
    filters = PaymentFilters
    ordering = ("-received_on", "id")

    def get_queryset(self) -> QuerySet[Payment]:
        """With what they pay for."""
        return Payment.objects.prefetch_related("allocations")

    @extend_schema(request=PaymentBody, responses={201: PaymentShown})
    def create(self, request: Request) -> Response:
        """Record money that came in, and let it pay for invoices."""
        given = self.read(PaymentBody)
        payment = record_payment(
            found(Tenant.objects.all(), given["tenant_id"]), seller_of(given["seller"]), given["amount"],
            given["currency"], given["received_on"], user=self.person(), at=clock.now(),
            bank_ref=given.get("bank_ref", ""), method=given.get("method", Payment.Method.TRANSFER),
            note=given.get("note", ""), pay=given.get("invoice_ids"),
        )  # fmt: skip
        return self.show(found(self.get_queryset(), payment.pk), status=201)

    @extend_schema(request=AllocationBody, responses=PaymentShown)
    @action(detail=True, methods=["post"])
    def allocate(self, request: Request, pk: Any) -> Response:
        """Let a part of a payment pay for an invoice."""
        payment, given = self.get_object(), self.read(AllocationBody)
        allocate(
            payment, found(Document.objects.all(), given["invoice_id"]), given["amount"], self.person(), clock.now()
        )  # fmt: skip
        return self.show(self.get_object())

    @extend_schema(request=Empty, responses=PaymentShown)
    @action(detail=True, methods=["post"], url_path="allocate-oldest")
    def allocate_oldest(self, request: Request, pk: Any) -> Response:
        """Let what is left of a payment pay for the oldest invoices, disputed ones last."""
        allocate_oldest_first(self.get_object(), self.person(), clock.now())
        return self.show(self.get_object())

    @extend_schema(request=TakeBackBody, responses={201: PaymentShown})
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: Any) -> Response:
        """Record that the bank returned a payment, or that a part that pays for nothing was refunded."""
        payment, given = self.get_object(), self.read(TakeBackBody)
        row = take_back(
            payment, self.person(), clock.now(), on=given["on"], amount=given.get("amount"), note=given.get("note", "")
        )
        return self.show(found(self.get_queryset(), row.pk), status=201)
