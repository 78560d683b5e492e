"""Billing runs: started by one person of finance, watched, withdrawn; approved by another on the run's page."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.contracts.models import BillingEntity
from billing.runs.models import BillingRun
from billing.runs.services import progress_of, start_run, withdraw_run
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Empty


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


class Runs(Listed, Found, Resource):
    """Billing runs."""

    rights = {
        "list": Right.CONTRACTS_READ,
        "retrieve": Right.CONTRACTS_READ,
        "progress": Right.CONTRACTS_READ,
        "create": Right.BILLING_WRITE,
        "withdraw": Right.BILLING_WRITE,
    }
    serializer_class = RunShown
    ordering = ("-started_at", "id")

    def get_queryset(self) -> QuerySet[BillingRun]:
        """With the sellers."""
        return BillingRun.objects.select_related("entity")

    @extend_schema(request=RunBody, responses={201: RunShown})
    def create(self, request: Request) -> Response:
        """Begin a run, or be given the one that is under way for this day already."""
        given = self.read(RunBody)
        seller_id = BillingEntity.objects.filter(code=given["seller"]).values_list("pk", flat=True).first()
        seller = found(BillingEntity.objects.all(), seller_id)
        run = start_run(seller, given["closes_on"], self.person(), clock.now())
        return self.show(found(self.get_queryset(), run.pk), status=201)

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
