"""Lines to carriers, and whom tenants may call: the operator's. A tenant sees its own rules."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Filters
from telephony.plans.lines import Trunk
from telephony.trunks.models import OutsideRule
from telephony.trunks.services import allow_outside, change_trunk, forbid_outside, new_trunk
from tenants.accounts.models import Tenant


class TrunkShown(serializers.ModelSerializer):
    """A line to a carrier."""

    class Meta:
        model = Trunk
        fields = ("id", "name", "host", "context", "priority", "capacity", "active")


class RuleShown(serializers.ModelSerializer):
    """A beginning of numbers that a tenant may call."""

    class Meta:
        model = OutsideRule
        fields = ("id", "tenant_id", "prefix")


class TrunkChangeBody(Body):
    """What of a trunk may change."""

    host = serializers.IPAddressField(help_text="Calls are accepted from this address alone.")
    priority = serializers.IntegerField(min_value=0, max_value=32767, required=False)
    capacity = serializers.IntegerField(min_value=0, max_value=32767, required=False, help_text="0: no limit.")
    active = serializers.BooleanField(required=False)


class TrunkBody(TrunkChangeBody):
    """A new trunk."""

    name = serializers.RegexField(r"^[a-z0-9][a-z0-9._-]{1,39}$", max_length=40)


class RuleBody(Body):
    """Whom a tenant may call."""

    tenant_id = serializers.UUIDField()
    prefix = serializers.RegexField(r"^\+[1-9][0-9]{0,14}$", max_length=16)


class RuleFilters(Filters):
    """Which rules."""

    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Trunks(Listed, Found, Resource):
    """Lines to carriers."""

    rights = {
        "list": Right.LINES_READ,
        "retrieve": Right.LINES_READ,
        "create": Right.LINES_WRITE,
        "partial_update": Right.LINES_WRITE,
    }
    serializer_class = TrunkShown
    ordering = ("name", "id")
    versioned_actions = frozenset({"partial_update"})

    def get_queryset(self) -> QuerySet[Trunk]:
        """All of them."""
        return Trunk.objects.all()

    @extend_schema(request=TrunkBody, responses={201: TrunkShown})
    def create(self, request: Request) -> Response:
        """Take calls from a carrier's address, and send calls there."""
        given = self.read(TrunkBody)
        return self.show(new_trunk(given.pop("name"), given), status=201)

    @extend_schema(request=TrunkChangeBody, responses=TrunkShown)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change a line, or take it out of use; calls that go on are left alone."""
        row = self.locked()
        return self.show(change_trunk(row, self.read(TrunkChangeBody, partial=True)))


class OutsideRules(Listed, Resource):
    """Whom tenants may call; what no rule allows is not dialled."""

    rights = {"list": Right.PLAN_READ, "create": Right.LINES_WRITE, "destroy": Right.LINES_WRITE}
    serializer_class = RuleShown
    filters = RuleFilters
    ordering = ("prefix", "id")

    def get_queryset(self) -> QuerySet[OutsideRule]:
        """In the scope."""
        return OutsideRule.objects.all()

    @extend_schema(request=RuleBody, responses={201: RuleShown})
    def create(self, request: Request) -> Response:
        """Let a tenant's calls go to numbers that begin so."""
        given = self.read(RuleBody)
        return self.show(allow_outside(found(Tenant.objects.all(), given["tenant_id"]), given["prefix"]), status=201)

    def destroy(self, request: Request, pk: Any) -> Response:
        """Take the rule back; calls that go on are left alone."""
        rule = found(OutsideRule.objects.select_related("tenant"), pk)
        forbid_outside(rule.tenant, rule.prefix)
        return Response(status=204)
