"""What flows ask for a tenant: its systems, and its own tables with an upload. Secrets and PINs go in and never out."""

from collections import Counter
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Filters
from seatline.api.parsers import Upload
from telephony.lookups.models import System, TableRow
from telephony.lookups.services import set_row, set_system
from telephony.lookups.table_file import LARGEST, MOST_PINS, MOST_ROWS, TableTooLarge
from telephony.lookups.tables import Fate, import_table, look_at


class SystemShown(serializers.ModelSerializer):
    """A system of the tenant; its secret is sealed."""

    has_secret = serializers.SerializerMethodField()

    class Meta:
        model = System
        fields = ("id", "tenant_id", "code", "base_url", "header", "has_secret", "inside", "active")

    def get_has_secret(self, system: System) -> bool:
        """Whether one is sent."""
        return bool(system.sealed_secret)


class SystemChangeBody(Body):
    """What of a system may change."""

    base_url = serializers.CharField(max_length=200, help_text="As in https://shop.example/api.")
    header = serializers.CharField(max_length=60, required=False, allow_blank=True)
    secret = serializers.CharField(
        max_length=200, required=False, allow_blank=True, allow_null=True, trim_whitespace=False,
        help_text="Sent in the header. Left out, the one that it has stays.",
    )  # fmt: skip
    active = serializers.BooleanField(required=False)


class SystemBody(SystemChangeBody):
    """A system that flows may ask."""

    code = serializers.SlugField(max_length=32)


class Systems(Listed, Found, Resource):
    """Systems of the tenant that its flows may ask. Addresses within our own house are the operator's to allow."""

    rights = {
        "list": Right.PLAN_READ,
        "retrieve": Right.PLAN_READ,
        "create": Right.PLAN_WRITE,
        "partial_update": Right.PLAN_WRITE,
    }
    serializer_class = SystemShown
    ordering = ("code", "id")
    versioned_actions = frozenset({"partial_update"})

    def get_queryset(self) -> QuerySet[System]:
        """In the scope."""
        return System.objects.all()

    @extend_schema(request=SystemBody, responses={201: SystemShown})
    def create(self, request: Request) -> Response:
        """Let flows ask a system; one of this code takes on what is given."""
        given = self.read(SystemBody)
        there = System.objects.filter(code=given["code"]).first()
        return self.show(_kept(self.tenant(), given["code"], there, given), status=201)

    @extend_schema(request=SystemChangeBody, responses=SystemShown)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change where it is, its secret, or whether it is asked."""
        row = self.locked()
        return self.show(_kept(self.tenant(), row.code, row, self.read(SystemChangeBody, partial=True)))


def _kept(tenant: Any, code: str, there: System | None, given: dict[str, Any]) -> System:
    before = there or System(base_url="", inside=False, active=True)
    return set_system(
        tenant, code, given.get("base_url", before.base_url), header=given.get("header", before.header),
        secret=given.get("secret"), inside=before.inside, active=given.get("active", before.active),
    )  # fmt: skip


class TableRowShown(serializers.ModelSerializer):
    """A row of a table; its PIN is kept as a hash and never shown."""

    has_pin = serializers.SerializerMethodField()

    class Meta:
        model = TableRow
        fields = ("id", "tenant_id", "table", "key", "values", "has_pin")

    def get_has_pin(self, row: TableRow) -> bool:
        """Whether callers may key one for it."""
        return bool(row.pin_hash)


class TableRowBody(Body):
    """A row of a table."""

    table = serializers.SlugField(max_length=32)
    key = serializers.CharField(max_length=64, help_text="What callers key.")
    values = serializers.DictField(child=serializers.CharField(max_length=200, allow_blank=True), required=False)
    pin = serializers.CharField(max_length=12, required=False, allow_blank=True, help_text="4 to 12 digits.")


class TableRowFilters(Filters):
    """Which rows."""

    table = serializers.SlugField(required=False)
    key = serializers.CharField(max_length=64, required=False)


class TableUploadBody(Body):
    """A file of rows."""

    table = serializers.SlugField(max_length=32)
    file = serializers.FileField(
        help_text="CSV as spreadsheets write it; the first line names the columns, one is key."
    )
    try_only = serializers.BooleanField(required=False, help_text="Say what would become of the rows, and write none.")


class TableRowFault(serializers.Serializer):
    """Why a line of the file cannot be taken."""

    line = serializers.IntegerField()
    fault = serializers.CharField()


class TableUploaded(serializers.Serializer):
    """What became of the rows of a file."""

    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    same = serializers.IntegerField()
    faults = TableRowFault(many=True)


class TableRows(Listed, Found, Resource):
    """Rows of the tenant's own tables, for tenants without a system that answers."""

    rights = {
        "list": Right.PLAN_READ,
        "retrieve": Right.PLAN_READ,
        "create": Right.PLAN_WRITE,
        "destroy": Right.PLAN_WRITE,
        "upload": Right.PLAN_WRITE,
    }
    serializer_class = TableRowShown
    filters = TableRowFilters
    ordering = ("table", "key", "id")

    def get_queryset(self) -> QuerySet[TableRow]:
        """In the scope."""
        return TableRow.objects.all()

    @extend_schema(request=TableRowBody, responses={201: TableRowShown})
    def create(self, request: Request) -> Response:
        """Write a row; one of this key in this table takes on its values, and a PIN only if one is given."""
        given = self.read(TableRowBody)
        row = set_row(self.tenant(), given["table"], given["key"], given.get("values", {}), pin=given.get("pin", ""))
        return self.show(row, status=201)

    def destroy(self, request: Request, pk: Any) -> Response:
        """Take a row away."""
        found(TableRow.objects.all(), pk).delete()
        return Response(status=204)

    @extend_schema(request={"multipart/form-data": TableUploadBody}, responses=TableUploaded)
    @action(detail=False, methods=["post"], parser_classes=[Upload])
    def upload(self, request: Request) -> Response:
        """Write the rows of a file, all of them or none; other rows of the table stay."""
        given = self.read(TableUploadBody)
        if given["file"].size > LARGEST:
            raise TableTooLarge(rows=MOST_ROWS, pins=MOST_PINS)
        does = look_at if given.get("try_only") else import_table
        planned = does(self.tenant(), given["table"], given["file"].read())
        count = Counter(one.fate for one in planned)
        faults = [
            {"line": one.row.line, "fault": one.row.fault % (one.row.said or {})}
            for one in planned if one.fate is Fate.FAULTY
        ]  # fmt: skip
        return Response(
            {"new": count[Fate.NEW], "changed": count[Fate.CHANGED], "same": count[Fate.SAME], "faults": faults}
        )
