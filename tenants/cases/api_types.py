"""Types of cases by API: forms, states, moves, topics and due times as the tenant sets them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Filters
from seatline.errors import Refused
from tenants.cases.models import CaseType
from tenants.cases.services import set_case_type


class CaseTypeThere(Refused):
    """There is already a case type “{code}”: change that one."""


class CaseTypeShown(serializers.ModelSerializer):
    """A type of case."""

    definition = serializers.DictField()

    class Meta:
        model = CaseType
        fields = ("id", "tenant_id", "code", "name", "name_zh", "active", "definition", "changed_at")


class CaseTypeChangeBody(Body):
    """What is changed."""

    name = serializers.CharField(max_length=100)
    name_zh = serializers.CharField(max_length=100, required=False, allow_blank=True)
    active = serializers.BooleanField(required=False)
    definition = serializers.DictField(
        help_text="fields (as of customers), states (code, label, label_zh, closes; the first is where cases begin), "
        "moves (from, to), topics (code, label, label_zh), due_hours."
    )


class CaseTypeBody(CaseTypeChangeBody):
    """A new type."""

    code = serializers.SlugField(max_length=40)


class CaseTypeFilters(Filters):
    """Which types."""

    active = serializers.BooleanField(required=False)


class CaseTypes(Listed, Found, Resource):
    """Types of cases."""

    rights = {
        "list": Right.WORK_READ,
        "retrieve": Right.WORK_READ,
        "create": Right.WORK_WRITE,
        "partial_update": Right.WORK_WRITE,
    }
    serializer_class = CaseTypeShown
    filters = CaseTypeFilters
    ordering = ("code", "id")
    versioned_actions = frozenset({"partial_update"})

    def get_queryset(self) -> QuerySet[CaseType]:
        """In the scope."""
        return CaseType.objects.all()

    @extend_schema(request=CaseTypeBody, responses={201: CaseTypeShown})
    def create(self, request: Request) -> Response:
        """Make a type of case."""
        given = self.read(CaseTypeBody)
        code = given.pop("code")
        if CaseType.objects.filter(code=code).exists():
            raise CaseTypeThere(code=code)
        return self.show(set_case_type(self.tenant(), code, given.pop("definition"), clock.now(), **given), status=201)

    @extend_schema(request=CaseTypeChangeBody, responses=CaseTypeShown)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change a type; cases keep the answers that they have."""
        row = self.locked()
        given = self.read(CaseTypeChangeBody, partial=True)
        definition = given.pop("definition", row.definition)
        return self.show(set_case_type(self.tenant(), row.code, definition, clock.now(), **given))
