"""Exports over many documents: asked for, made by a job, downloaded once they are whole."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.contracts.api import seller_of
from billing.exports.batches import ask_for, cancel, handed_out
from billing.exports.models import ExportJob
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Empty, Filters, in_our_years
from seatline.panel.said import said_later


class ExportShown(serializers.ModelSerializer):
    """An export over many documents of a seller; `done` of `total` counts documents."""

    seller = serializers.CharField(source="entity.code")
    error = serializers.SerializerMethodField(help_text="In the language of Accept-Language.")

    class Meta:
        model = ExportJob
        fields = (
            "id", "seller", "kind", "starts_on", "ends_on", "status", "done", "total", "asked_by_id", "asked_at",
            "finished_at", "file_name", "file_size", "sha256", "error",
        )  # fmt: skip

    def get_error(self, job: ExportJob) -> str:
        """The sentence."""
        return said_later(job.error, job.error_details)


class ExportBody(Body):
    """What to make."""

    kind = serializers.ChoiceField(ExportJob.Kind.choices)
    seller = serializers.SlugField(max_length=16, help_text="Its code.")
    starts_on = serializers.DateField(validators=[in_our_years], help_text="What was issued on this day or later.")
    ends_on = serializers.DateField(validators=[in_our_years], help_text="The day after the last one.")


class ExportFilters(Filters):
    """Which exports."""

    kind = serializers.ChoiceField(ExportJob.Kind.choices, required=False)
    status = serializers.ChoiceField(ExportJob.Status.choices, required=False)
    seller = serializers.SlugField(required=False, source="entity__code", help_text="Its code.")


class Exports(Listed, Found, Resource):
    """Exports for the accounting system, newest first."""

    rights = {
        "list": Right.CONTRACTS_READ,
        "retrieve": Right.CONTRACTS_READ,
        "file": Right.CONTRACTS_READ,
        "create": Right.BILLING_WRITE,
        "cancel": Right.BILLING_WRITE,
    }
    serializer_class = ExportShown
    filters = ExportFilters
    ordering = ("-asked_at", "id")

    def get_queryset(self) -> QuerySet[ExportJob]:
        """With the sellers."""
        return ExportJob.objects.select_related("entity")

    @extend_schema(request=ExportBody, responses={201: ExportShown})
    def create(self, request: Request) -> Response:
        """Ask for an export; a job makes it. A batch for fapiao notes its documents as requested."""
        given = self.read(ExportBody)
        job = ask_for(
            ExportJob.Kind(given["kind"]), seller_of(given["seller"]), given["starts_on"], given["ends_on"],
            self.person(), clock.now(),
        )  # fmt: skip
        return self.show(job, status=201)

    @extend_schema(request=Empty, responses=ExportShown)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: Any) -> Response:
        """Give an export up; one that is being made stops at its next document."""
        return self.show(cancel(self.get_object(), self.person()))

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: Any) -> FileResponse:
        """The file, once it is whole (409 before)."""
        job = self.get_object()
        response = FileResponse(
            handed_out(job).open("rb"), as_attachment=True, filename=job.file_name,
            content_type="application/octet-stream",
        )  # fmt: skip
        response["X-Content-SHA256"] = job.sha256
        return response
