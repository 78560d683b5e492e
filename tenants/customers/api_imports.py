"""Files of customers by API: looked at, then taken or dropped; and all customers as a file."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Empty
from seatline.api.parsers import StrictJson, Upload
from seatline.sheets import csv_lines
from seatline.uploads import whole_file
from tenants.customers.exporting import customers_table
from tenants.customers.importing import LARGEST, begin_import, drop_import, finish_import
from tenants.customers.models import CustomerImport
from tenants.trust.actor import current_actor
from tenants.trust.services import log_operation


class ImportShown(serializers.ModelSerializer):
    """A file of customers: what becomes of its rows, and what is wrong with them."""

    counts = serializers.DictField(child=serializers.IntegerField(), help_text="new, changed, same, faulty.")
    report = serializers.ListField(child=serializers.DictField(), help_text="The first 200 rows with faults.")

    class Meta:
        model = CustomerImport
        fields = ("id", "tenant_id", "file_name", "state", "counts", "report", "made_at", "made_by", "done_at")


class ImportBody(Body):
    """A file."""

    file = serializers.FileField(help_text="CSV in UTF-8 or GB 18030, or XLSX; up to 10 MB and 20,000 rows.")


class Imports(Listed, Found, Resource):
    """Files of customers, the newest first."""

    rights = {
        "list": Right.WORK_READ,
        "retrieve": Right.WORK_READ,
        "create": Right.WORK_WRITE,
        "finish": Right.WORK_WRITE,
        "drop": Right.WORK_WRITE,
        "export": Right.WORK_READ,
    }
    serializer_class = ImportShown
    ordering = ("-made_at", "id")
    parser_classes = [StrictJson, Upload]

    def get_queryset(self) -> QuerySet[CustomerImport]:
        """Without the content."""
        return CustomerImport.objects.defer("content")

    @extend_schema(request={"multipart/form-data": ImportBody}, responses={201: ImportShown})
    def create(self, request: Request) -> Response:
        """Look at a file: nothing is written but the report, row by row."""
        file = self.read(ImportBody)["file"]
        content = whole_file(file, LARGEST)
        row = begin_import(self.tenant(), file.name, content, clock.now(), str(current_actor()))
        return self.show(row, status=201)

    @extend_schema(request=Empty, responses=ImportShown)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: Any) -> Response:
        """Take all rows of a file that has no faults."""
        return self.show(finish_import(self.get_object(), clock.now()))

    @extend_schema(request=Empty, responses=ImportShown)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: Any) -> Response:
        """Forget a file."""
        return self.show(drop_import(self.get_object(), clock.now()))

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Request) -> HttpResponse:
        """All customers as CSV, as an import takes it back."""
        log_operation(self.caller.tenant_id, "customers.exported", str(self.caller.tenant_id))
        columns, rows = customers_table()
        # Taken here and now: the rows are the scope's, and the scope is the transaction's.
        headers = {"Content-Disposition": 'attachment; filename="customers.csv"'}
        return HttpResponse(b"".join(csv_lines(columns, rows)), content_type="text/csv; charset=utf-8", headers=headers)
