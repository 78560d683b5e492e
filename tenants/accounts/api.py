"""Tenants, for the operator; a tenant's own people see their own."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Empty, Filters
from tenants.accounts.models import Language, Tenant
from tenants.accounts.services import add_tenant, change_tenant, resume_tenant, suspend_tenant


class TenantShown(serializers.ModelSerializer):
    """A client enterprise."""

    class Meta:
        model = Tenant
        fields = ("id", "code", "name", "name_zh", "time_zone", "language", "colour", "status", "created_at")


class TenantChangeBody(Body):
    """What of a tenant may change."""

    name = serializers.CharField(max_length=200)
    name_zh = serializers.CharField(max_length=200, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False)
    language = serializers.ChoiceField(Language.choices, required=False)
    colour = serializers.RegexField(r"^#[0-9a-fA-F]{6}$", required=False)


class TenantBody(TenantChangeBody):
    """A new tenant."""

    code = serializers.SlugField(max_length=32)


class TenantFilters(Filters):
    """Which tenants."""

    code = serializers.SlugField(required=False)
    status = serializers.ChoiceField(Tenant.Status.choices, required=False)


class Tenants(Listed, Found, Resource):
    """Client enterprises; a tenant's own people and keys see their own alone."""

    rights = {
        "list": Right.TENANTS_READ,
        "retrieve": Right.TENANTS_READ,
        "create": Right.TENANTS_WRITE,
        "partial_update": Right.TENANTS_WRITE,
        "suspend": Right.TENANTS_WRITE,
        "resume": Right.TENANTS_WRITE,
    }
    serializer_class = TenantShown
    filters = TenantFilters
    ordering = ("code", "id")
    versioned_actions = frozenset({"partial_update"})

    def get_queryset(self) -> QuerySet[Tenant]:
        """In the scope: PostgreSQL shows a tenant its own row."""
        return Tenant.objects.all()

    @extend_schema(request=TenantBody, responses={201: TenantShown})
    def create(self, request: Request) -> Response:
        """Set up a tenant."""
        return self.show(add_tenant(**self.read(TenantBody)), status=201)

    @extend_schema(request=TenantChangeBody, responses=TenantShown)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change names, zone, language or colour."""
        row = self.locked()
        return self.show(change_tenant(row, self.read(TenantChangeBody, partial=True)))

    @extend_schema(request=Empty, responses=TenantShown)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: Any) -> Response:
        """Stop answering the tenant's calls; those that run go on."""
        return self.show(suspend_tenant(self.locked()))

    @extend_schema(request=Empty, responses=TenantShown)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: Any) -> Response:
        """Answer the tenant's calls again."""
        return self.show(resume_tenant(self.locked()))
