"""Signed documents of contracts: attached by finance, kept with their hash, never changed."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.contracts.files import MOST_BYTES, FileTooLarge, attach
from billing.contracts.models import Contract, ContractFile
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Filters
from seatline.api.parsers import Upload


class ContractFileShown(serializers.ModelSerializer):
    """A signed document, without its content."""

    class Meta:
        model = ContractFile
        fields = ("id", "tenant_id", "contract_id", "name", "size", "sha256", "added_by_id", "added_at")


class ContractFileBody(Body):
    """A signed document."""

    contract_id = serializers.UUIDField()
    name = serializers.CharField(max_length=120)
    file = serializers.FileField(help_text="A PDF of up to 20 MB.")


class ContractFileFilters(Filters):
    """Which documents."""

    contract_id = serializers.UUIDField(required=False)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code.")


class ContractFiles(Listed, Found, Resource):
    """Signed documents of contracts, newest first."""

    rights = {
        "list": Right.CONTRACTS_READ,
        "retrieve": Right.CONTRACTS_READ,
        "content": Right.CONTRACTS_READ,
        "create": Right.BILLING_WRITE,
    }
    serializer_class = ContractFileShown
    filters = ContractFileFilters
    ordering = ("-added_at", "id")
    parser_classes = [Upload]

    def get_queryset(self) -> QuerySet[ContractFile]:
        """Content is read only where it is handed out."""
        rows = ContractFile.objects.all()
        return rows if self.action == "content" else rows.defer("content")

    @extend_schema(request={"multipart/form-data": ContractFileBody}, responses={201: ContractFileShown})
    def create(self, request: Request) -> Response:
        """Attach a signed document to a contract. It can be neither changed nor deleted."""
        given = self.read(ContractFileBody)
        if given["file"].size > MOST_BYTES:  # before it is read into memory
            raise FileTooLarge(megabytes=MOST_BYTES // 1024 // 1024)
        contract = found(Contract.objects.all(), given["contract_id"])
        kept = attach(contract, given["name"], given["file"].read(), user=self.person(), at=clock.now())
        return self.show(kept, status=201)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def content(self, request: Request, pk: Any) -> HttpResponse:
        """The document as it came."""
        kept = self.get_object()
        disposition = content_disposition_header(True, kept.name) or "attachment"
        headers = {"Content-Disposition": disposition, "X-Content-SHA256": kept.sha256}
        return HttpResponse(bytes(kept.content), content_type="application/pdf", headers=headers)
