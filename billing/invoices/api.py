"""Invoices and credit notes: the bill so far, what is issued, and what finance does with them.

One person prepares, another approves: approving is done by a person at a browser, never by a program.
"""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.invoices.models import Document, DocumentLine, DocumentTax
from billing.invoices.services import approve_and_issue, credit, prepare, withdraw
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Empty, Filters


class DocumentShown(serializers.ModelSerializer):
    """An invoice or credit note. Amounts are decimals as text, in `currency`; `ends_on` is the day after the last."""

    class Meta:
        model = Document
        fields = (
            "id", "tenant_id", "contract_id", "doc_type", "status", "interim", "number", "contract_number", "starts_on",
            "ends_on", "counted_to", "currency", "net", "tax", "gross", "issued_on", "due_on", "refers_id", "reason",
            "rated_at",
        )  # fmt: skip


class LineShown(serializers.ModelSerializer):
    """One line as printed, with its arithmetic in words."""

    class Meta:
        model = DocumentLine
        fields = (
            "id", "position", "text", "text_zh", "words", "words_zh", "starts_on", "ends_on", "quantity", "unit",
            "unit_price", "amount", "tax_code", "tax_rate", "tax",
        )  # fmt: skip


class TaxShown(serializers.ModelSerializer):
    """The tax of one code."""

    class Meta:
        model = DocumentTax
        fields = ("tax_code", "name", "name_zh", "rate_percent", "base", "amount")


class SummaryShown(serializers.Serializer):
    """Calls of the period by meter; with a reason they are not billed."""

    meter = serializers.CharField()
    reason = serializers.CharField()
    calls = serializers.IntegerField()


class WholeDocumentShown(DocumentShown):
    """A document with its lines, taxes, and the calls of its period."""

    lines = LineShown(many=True)
    taxes = TaxShown(many=True)
    usage_summary = SummaryShown(many=True)
    seller = serializers.DictField(help_text="As printed.")
    buyer = serializers.DictField(help_text="As printed.")

    class Meta(DocumentShown.Meta):
        fields = (*DocumentShown.Meta.fields, "lines", "taxes", "usage_summary", "seller", "buyer")  # type: ignore[assignment]


class PrepareBody(Body):
    """How a draft is prepared."""

    interim = serializers.BooleanField(required=False, help_text="Bill a running period up to now.")


class CreditBody(Body):
    """Why an invoice is credited."""

    reason = serializers.CharField(max_length=200, help_text="It is printed.")
    bill_again = serializers.BooleanField(required=False, help_text="The amounts return to the period's next draft.")


class DocumentFilters(Filters):
    """Which documents."""

    status = serializers.ChoiceField(Document.Status.choices, required=False)
    doc_type = serializers.ChoiceField(Document.Type.choices, required=False)
    number = serializers.CharField(max_length=40, required=False)
    contract_number = serializers.CharField(max_length=40, required=False)
    period_from = serializers.DateField(required=False, source="starts_on__gte")
    period_to = serializers.DateField(required=False, source="starts_on__lt")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Invoices(Listed, Found, Resource):
    """Invoices and credit notes, drafts among them."""

    rights = {
        "list": Right.BILLING_READ,
        "retrieve": Right.BILLING_READ,
        "so_far": Right.BILLING_READ,
        "prepare": Right.BILLING_WRITE,
        "withdraw": Right.BILLING_WRITE,
        "approve": Right.BILLING_WRITE,
        "credit": Right.BILLING_WRITE,
    }
    serializer_class = DocumentShown
    filters = DocumentFilters
    ordering = ("-starts_on", "id")

    def get_queryset(self) -> QuerySet[Document]:
        """In the scope; one by one with lines and taxes."""
        rows = Document.objects.all()
        return rows.prefetch_related("lines", "taxes") if self.action == "retrieve" else rows

    @extend_schema(responses=WholeDocumentShown)
    def retrieve(self, request: Request, pk: Any) -> Response:
        """One document with its lines, taxes and calls."""
        return Response(WholeDocumentShown(self.get_object()).data)

    @extend_schema(responses=DocumentShown(many=True))
    @action(detail=False, methods=["get"], url_path="so-far", pagination_class=None)
    def so_far(self, request: Request) -> Response:
        """The bill so far: each contract's draft of its newest period, as it was last calculated."""
        drafts = Document.objects.filter(doc_type=Document.Type.INVOICE, status=Document.Status.DRAFT)
        newest = drafts.order_by("contract_id", "-starts_on").distinct("contract_id")
        return Response(DocumentShown(newest, many=True).data)

    @extend_schema(request=PrepareBody, responses=DocumentShown)
    @action(detail=True, methods=["post"])
    def prepare(self, request: Request, pk: Any) -> Response:
        """Calculate a draft once more, and hold it for the second person."""
        document, given = self.get_object(), self.read(PrepareBody)
        return self.show(prepare(document, self.person(), clock.now(), interim=given.get("interim", False)))

    @extend_schema(request=Empty, responses={200: DocumentShown, 204: None})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: Any) -> Response:
        """Undo the preparation: an invoice is a draft again, a credit note is gone."""
        document = withdraw(self.get_object(), self.person(), clock.now())
        return self.show(document) if document else Response(status=204)

    @extend_schema(request=Empty, responses=DocumentShown)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: Any) -> Response:
        """The second person's yes: the document is numbered and issued. With a session only."""
        return self.show(approve_and_issue(self.get_object(), self.person_at_the_browser(), clock.now()))

    @extend_schema(request=CreditBody, responses={201: DocumentShown})
    @action(detail=True, methods=["post"])
    def credit(self, request: Request, pk: Any) -> Response:
        """Prepare a credit note over all of an issued invoice, for another person to approve."""
        document, given = self.get_object(), self.read(CreditBody)
        note = credit(
            document, self.person(), given["reason"], clock.now(), bill_again=given.get("bill_again", False)
        )  # fmt: skip
        return self.show(note, status=201)
