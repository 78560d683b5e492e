"""Billing runs: started by one person of finance, watched, withdrawn; approved by another at a browser."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.contracts.api import seller_of
from billing.runs.findings import Kind, findings
from billing.runs.models import BillingRun, RunDocument, RunItem
from billing.runs.services import (
    approve_run,
    digest_of,
    documents_of,
    progress_of,
    start_run,
    try_again,
    withdraw_run,
)
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Amount, Body, Empty, Filters, in_our_years
from seatline.panel.said import said_later


class RunShown(serializers.ModelSerializer):
    """All periods of a seller's contracts that end by a day."""

    seller = serializers.CharField(source="entity.code")

    class Meta:
        model = BillingRun
        fields = ("id", "seller", "closes_on", "status", "started_by_id", "started_at", "approved_by_id", "approved_at")


class ProgressShown(serializers.Serializer):
    """How far a run has come: contracts are worked on first, then documents issued."""

    contracts = serializers.IntegerField()
    worked = serializers.IntegerField()
    failed = serializers.IntegerField()
    documents = serializers.IntegerField()
    issued = serializers.IntegerField()
    not_issued = serializers.IntegerField()
    percent = serializers.IntegerField()


class RunBody(Body):
    """What to bill."""

    seller = serializers.SlugField(max_length=16, help_text="Its code.")
    closes_on = serializers.DateField(help_text="Periods that end on or before this day.")


class RunApproveBody(Body):
    """What the second person has looked at."""

    seen = serializers.RegexField(r"^[0-9a-f]{64}$", help_text="As in /billing-runs/{id}/documents.")


class FindingsQuery(Filters):
    """Which periods."""

    seller = serializers.SlugField(max_length=16, help_text="Its code.")
    closes_on = serializers.DateField(
        validators=[in_our_years], help_text="Periods that end on or before this day."
    )  # fmt: skip


class FindingShown(serializers.Serializer):
    """Something to look at before a period is billed; it stops nothing by itself."""

    kind = serializers.ChoiceField([(kind.value, kind.value) for kind in Kind])
    tenant_id = serializers.UUIDField(allow_null=True)
    contract_id = serializers.UUIDField(allow_null=True)
    invoice_id = serializers.UUIDField(source="document_id", allow_null=True)
    what = serializers.CharField(help_text="A meter, a reason, the text of a line, or a day.")
    what_zh = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=None, decimal_places=None)
    amount = Amount(allow_null=True)
    currency = serializers.CharField()


class RunItemShown(serializers.ModelSerializer):
    """A contract of a run, and why it failed if it did."""

    error = serializers.SerializerMethodField(help_text="In the language of Accept-Language.")

    class Meta:
        model = RunItem
        fields = ("id", "tenant_id", "contract_id", "status", "error_code", "error", "worked_at")

    def get_error(self, item: RunItem) -> str:
        """The sentence."""
        return said_later(item.error, item.error_details)


class RunDocumentShown(serializers.ModelSerializer):
    """A document of a run as it stands now."""

    invoice_id = serializers.UUIDField(source="document_id")
    number = serializers.CharField(source="document.number", allow_null=True)
    contract_number = serializers.CharField(source="document.contract_number")
    gross = Amount(source="document.gross")
    currency = serializers.CharField(source="document.currency")
    error = serializers.SerializerMethodField(help_text="In the language of Accept-Language.")

    class Meta:
        model = RunDocument
        fields = ("invoice_id", "tenant_id", "contract_number", "number", "gross", "currency", "status", "error")

    def get_error(self, kept: RunDocument) -> str:
        """The sentence."""
        return said_later(kept.error, kept.error_details)


class RunDocumentsShown(serializers.Serializer):
    """What a second person looks at, and the digest of just that."""

    seen = serializers.CharField(help_text="To be sent with the approval: it is refused if anything has changed.")
    documents = RunDocumentShown(many=True)


class Runs(Listed, Found, Resource):
    """Billing runs."""

    rights = {
        "list": Right.CONTRACTS_READ,
        "retrieve": Right.CONTRACTS_READ,
        "progress": Right.CONTRACTS_READ,
        "findings": Right.CONTRACTS_READ,
        "contracts": Right.CONTRACTS_READ,
        "documents": Right.CONTRACTS_READ,
        "create": Right.BILLING_WRITE,
        "approve": Right.BILLING_WRITE,
        "try_again": Right.BILLING_WRITE,
        "withdraw": Right.BILLING_WRITE,
    }
    queries = {"findings": FindingsQuery}
    serializer_class = RunShown
    ordering = ("-started_at", "id")

    def get_queryset(self) -> QuerySet[BillingRun]:
        """With the sellers."""
        return BillingRun.objects.select_related("entity")

    @extend_schema(request=RunBody, responses={201: RunShown})
    def create(self, request: Request) -> Response:
        """Begin a run, or be given the one that is under way for this day already."""
        given = self.read(RunBody)
        run = start_run(seller_of(given["seller"]), given["closes_on"], self.person(), clock.now())
        return self.show(found(self.get_queryset(), run.pk), status=201)

    @extend_schema(responses=FindingShown(many=True))
    @action(detail=False, methods=["get"], pagination_class=None)
    def findings(self, request: Request) -> Response:
        """The board of exceptions: all that is missing from the bills of a seller's periods, or stands there oddly."""
        asked = self.asked().validated_data
        found_so_far = findings(seller_of(asked["seller"]), asked["closes_on"], clock.now())
        return Response(FindingShown(found_so_far, many=True).data)

    @extend_schema(responses=RunItemShown(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def contracts(self, request: Request, pk: Any) -> Response:
        """The contracts of the run, and what became of each."""
        rows = self.get_object().items.order_by("contract__number", "pk")
        return Response(RunItemShown(rows, many=True).data)

    @extend_schema(responses=RunDocumentsShown)
    @action(detail=True, methods=["get"])
    def documents(self, request: Request, pk: Any) -> Response:
        """What the run would issue, for the second person to look at."""
        run = self.get_object()
        return Response(RunDocumentsShown({"seen": digest_of(run), "documents": documents_of(run)}).data)

    @extend_schema(request=RunApproveBody, responses=RunShown)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: Any) -> Response:
        """The second person's yes to all documents as they were seen; a job issues them. With a session only."""
        run, given = self.get_object(), self.read(RunApproveBody)
        return self.show(approve_run(run, self.person_at_the_browser(), clock.now(), seen=given["seen"]))

    @extend_schema(request=Empty, responses=RunShown)
    @action(detail=True, methods=["post"], url_path="try-again")
    def try_again(self, request: Request, pk: Any) -> Response:
        """Work once more on the contracts that failed or had nothing to bill."""
        return self.show(try_again(self.get_object(), self.person(), clock.now()))

    @extend_schema(responses=ProgressShown)
    @action(detail=True, methods=["get"])
    def progress(self, request: Request, pk: Any) -> Response:
        """How far it has come."""
        return Response(ProgressShown(progress_of(self.get_object())).data)

    @extend_schema(request=Empty, responses=RunShown)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: Any) -> Response:
        """Undo what the run has prepared; its documents are drafts again."""
        withdraw_run(self.get_object(), self.person(), clock.now())
        return self.show(self.get_object())
