"""Numbers of the operator, who holds which one, and the directory of shared short codes."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Filters, Instant
from tenants.accounts.models import Tenant
from tenants.numbers.models import DirectoryListing, Number, NumberAssignment
from tenants.numbers.services import add_number, assign_number, end_assignment, end_listing, list_in_directory

E164 = r"^\+[1-9]\d{2,14}$"


class NumberShown(serializers.ModelSerializer):
    """A number of the inventory."""

    class Meta:
        model = Number
        fields = ("id", "e164", "kind", "note")


class AssignmentShown(serializers.ModelSerializer):
    """A tenant holds a number from one instant to another."""

    number = serializers.CharField(source="number.e164")
    kind = serializers.ChoiceField(Number.Kind.choices, source="number.kind")

    class Meta:
        model = NumberAssignment
        fields = ("id", "tenant_id", "number", "kind", "starts_at", "ends_at")


class ListingShown(serializers.ModelSerializer):
    """A merchant on a shared short code."""

    number = serializers.CharField(source="number.e164")

    class Meta:
        model = DirectoryListing
        fields = ("id", "tenant_id", "number", "code", "name", "name_zh", "starts_at", "ends_at")


class NumberBody(Body):
    """A number to take in."""

    e164 = serializers.RegexField(E164, max_length=16)
    kind = serializers.ChoiceField(Number.Kind.choices)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class AssignmentBody(Body):
    """Who holds a number, and when."""

    tenant_id = serializers.UUIDField()
    number = serializers.RegexField(E164, max_length=16)
    starts_at = Instant()
    ends_at = Instant(required=False, allow_null=True)


class ListingBody(AssignmentBody):
    """A merchant to list."""

    code = serializers.RegexField(r"^\d{2,6}$", help_text="What callers key.")
    name = serializers.CharField(max_length=200, required=False, help_text="The tenant's own, if none is given.")
    name_zh = serializers.CharField(max_length=200, required=False, allow_blank=True)


class EndBody(Body):
    """When it ends."""

    ends_at = Instant(required=False, help_text="Now, if none is given.")


class NumberFilters(Filters):
    """Which numbers."""

    e164 = serializers.CharField(required=False, max_length=16)
    kind = serializers.ChoiceField(Number.Kind.choices, required=False)


class HeldFilters(Filters):
    """Which assignments."""

    number = serializers.CharField(required=False, max_length=16, source="number__e164")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")
    starts_before = Instant(required=False, source="starts_at__lt")
    ends_after = Instant(required=False, source="ends_at__gt", help_text="Open-ended ones are left out.")


class Numbers(Listed, Found, Resource):
    """The operator's inventory of numbers."""

    rights = {"list": Right.NUMBERS_WRITE, "retrieve": Right.NUMBERS_WRITE, "create": Right.NUMBERS_WRITE}
    serializer_class = NumberShown
    filters = NumberFilters
    ordering = ("e164", "id")

    def get_queryset(self) -> QuerySet[Number]:
        """All of them."""
        return Number.objects.all()

    @extend_schema(request=NumberBody, responses={201: NumberShown})
    def create(self, request: Request) -> Response:
        """Take a number into the inventory; one that is there already is given back unchanged."""
        return self.show(add_number(**self.read(NumberBody)), status=201)


class Assignments(Listed, Found, Resource):
    """Who holds which number, and when."""

    rights = {
        "list": Right.PLAN_READ,
        "retrieve": Right.PLAN_READ,
        "create": Right.NUMBERS_WRITE,
        "end": Right.NUMBERS_WRITE,
    }
    serializer_class = AssignmentShown
    filters = HeldFilters
    ordering = ("-starts_at", "id")

    def get_queryset(self) -> QuerySet[NumberAssignment]:
        """With the numbers."""
        return NumberAssignment.objects.select_related("number")

    @extend_schema(request=AssignmentBody, responses={201: AssignmentShown})
    def create(self, request: Request) -> Response:
        """Give a number to a tenant for a period."""
        given = self.read(AssignmentBody)
        tenant = found(Tenant.objects.all(), given["tenant_id"])
        return self.show(assign_number(given["number"], tenant, given["starts_at"], given.get("ends_at")), status=201)

    @extend_schema(request=EndBody, responses=AssignmentShown)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: Any) -> Response:
        """End it; from then on the number is free."""
        return self.show(end_assignment(self.get_object(), self.read(EndBody).get("ends_at") or clock.now()))


class Listings(Listed, Found, Resource):
    """Merchants on shared short codes."""

    rights = {
        "list": Right.PLAN_READ,
        "retrieve": Right.PLAN_READ,
        "create": Right.NUMBERS_WRITE,
        "end": Right.NUMBERS_WRITE,
    }
    serializer_class = ListingShown
    filters = HeldFilters
    ordering = ("-starts_at", "id")

    def get_queryset(self) -> QuerySet[DirectoryListing]:
        """With the numbers."""
        return DirectoryListing.objects.select_related("number")

    @extend_schema(request=ListingBody, responses={201: ListingShown})
    def create(self, request: Request) -> Response:
        """Put a merchant on a shared short code."""
        given = self.read(ListingBody)
        tenant = found(Tenant.objects.all(), given["tenant_id"])
        row = list_in_directory(
            given["number"], tenant, given["code"], given["starts_at"], given.get("ends_at"),
            name=given.get("name", ""), name_zh=given.get("name_zh", ""),
        )  # fmt: skip
        return self.show(row, status=201)

    @extend_schema(request=EndBody, responses=ListingShown)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: Any) -> Response:
        """End it; from then on the code is free."""
        return self.show(end_listing(self.get_object(), self.read(EndBody).get("ends_at") or clock.now()))
