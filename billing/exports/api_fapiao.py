"""China's fapiao: what was asked of the tax platform, what it answered, and its files. Batches are exports."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.exports.fapiao import keep_file, read_answer
from billing.exports.models import Fapiao
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Filters
from seatline.api.parsers import Upload
from seatline.api.problems import TooLarge

LARGEST = 20 * 1024 * 1024  # bytes


class FapiaoShown(serializers.ModelSerializer):
    """A fapiao for a document: the platform issues it, we keep its number and file."""

    invoice_id = serializers.UUIDField(source="document_id")
    has_file = serializers.SerializerMethodField()

    class Meta:
        model = Fapiao
        fields = (
            "id", "tenant_id", "invoice_id", "colour", "status", "flow_number", "number", "issued_on", "answer",
            "asked_at", "has_file", "file_sha256",
        )  # fmt: skip

    def get_has_file(self, row: Fapiao) -> bool:
        """Whether the platform's file is kept."""
        return bool(row.file_name)


class FapiaoAnswerBody(Body):
    """What the platform gave back after a batch."""

    file = serializers.FileField(help_text="XLSX, of up to 20 MB.")


class FapiaoFileBody(Body):
    """The platform's file of one fapiao."""

    name = serializers.CharField(max_length=120)
    file = serializers.FileField(help_text="PDF, OFD or XML, of up to 20 MB.")


class FapiaoAnsweredShown(serializers.Serializer):
    """What an answer has brought."""

    issued = serializers.IntegerField()
    refused = serializers.IntegerField()


class FapiaoFilters(Filters):
    """Which fapiao."""

    status = serializers.ChoiceField(Fapiao.Status.choices, required=False)
    colour = serializers.ChoiceField(Fapiao.Colour.choices, required=False)
    number = serializers.CharField(max_length=20, required=False)
    invoice_id = serializers.UUIDField(required=False, source="document_id")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class FapiaoList(Listed, Found, Resource):
    """Fapiao of documents."""

    rights = {
        "list": Right.BILLING_READ,
        "retrieve": Right.BILLING_READ,
        "file": Right.BILLING_READ,
        "keep": Right.BILLING_WRITE,
        "answer": Right.BILLING_WRITE,
    }
    serializer_class = FapiaoShown
    filters = FapiaoFilters
    ordering = ("-flow_number", "id")

    def get_queryset(self) -> QuerySet[Fapiao]:
        """Files are read only where they are handed out."""
        rows = Fapiao.objects.all()
        return rows if self.action == "file" else rows.defer("file")

    @extend_schema(request={"multipart/form-data": FapiaoAnswerBody}, responses=FapiaoAnsweredShown)
    @action(detail=False, methods=["post"], parser_classes=[Upload])
    def answer(self, request: Request) -> Response:
        """Read the platform's answer: numbers of what it issued, reasons of what it refused. Twice changes nothing."""
        given = self.read(FapiaoAnswerBody)
        return Response(FapiaoAnsweredShown(read_answer(_content(given["file"]), self.person(), clock.now())).data)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], parser_classes=[Upload])
    def file(self, request: Request, pk: Any) -> HttpResponse:
        """The platform's file."""
        row = self.get_object()
        if not row.file_name or row.file is None:
            raise Http404
        headers = {
            "Content-Disposition": content_disposition_header(True, row.file_name) or "attachment",
            "X-Content-SHA256": row.file_sha256,
        }
        return HttpResponse(bytes(row.file), content_type="application/octet-stream", headers=headers)

    @extend_schema(request={"multipart/form-data": FapiaoFileBody}, responses=FapiaoShown)
    @file.mapping.post
    def keep(self, request: Request, pk: Any) -> Response:
        """Keep the platform's file beside the number; the tenant can download it then."""
        row, given = self.get_object(), self.read(FapiaoFileBody)
        return self.show(keep_file(row, given["name"], _content(given["file"]), self.person()))


def _content(file: UploadedFile) -> bytes:
    """What was uploaded. Raises TooLarge before it is read into memory."""
    if (file.size or 0) > LARGEST:
        raise TooLarge
    content: bytes = file.read()
    return content
