"""Seats of the room, leases, and what is free hour by hour."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Empty, Filters, Instant
from tenants.accounts.models import Tenant
from tenants.seats.hours import hours_from
from tenants.seats.models import LeaseWindow, Seat, SeatLease, month_and_day
from tenants.seats.rules import Season, Window
from tenants.seats.services import end_lease, grant_lease, put_into_service, resize_lease, take_out_of_service

MOST = 5000  # seats; more than any room


class DayOfYear(serializers.RegexField):
    """A month and a day, as 03-15."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", **kwargs)

    def to_internal_value(self, data: Any) -> tuple[int, int]:  # type: ignore[override]
        """As rules take it."""
        month, _dash, day = super().to_internal_value(data).partition("-")
        month_and_day(f"{month}-{day}")
        return int(month), int(day)


class SeatShown(serializers.ModelSerializer):
    """A workplace of the room."""

    class Meta:
        model = Seat
        fields = ("id", "number", "label", "in_service")


class FreeHourShown(serializers.Serializer):
    """An hour of the room."""

    starts_at = Instant()
    seats = serializers.IntegerField(help_text="In service.")
    let = serializers.IntegerField(help_text="At the fullest instant of the hour.")
    free = serializers.IntegerField(help_text="For the whole hour.")


class FreeFilters(Filters):
    """Which hours."""

    from_at = Instant(help_text="The first hour begins then.")
    hours = serializers.IntegerField(min_value=1, max_value=24 * 35, required=False, help_text="168 if none is given.")


class WindowShown(serializers.ModelSerializer):
    """Weekly hours of a lease, in the tenant's time zone."""

    class Meta:
        model = LeaseWindow
        fields = ("weekdays", "from_time", "to_time")


class LeaseShown(serializers.ModelSerializer):
    """A tenant's right to seats."""

    windows = WindowShown(many=True)

    class Meta:
        model = SeatLease
        fields = (
            "id", "tenant_id", "contract_id", "kind", "seats", "starts_at", "ends_at", "season_from", "season_to",
            "windows",
        )  # fmt: skip


class WindowBody(Body):
    """Weekly hours."""

    weekdays = serializers.RegexField(r"^(?=.)1?2?3?4?5?6?7?$", help_text="12345 is Monday to Friday.")
    from_time = serializers.TimeField()
    to_time = serializers.TimeField(help_text="Not later than from_time: it passes midnight.")


class LeaseBody(Body):
    """Seats to let."""

    tenant_id = serializers.UUIDField()
    seats = serializers.IntegerField(min_value=1, max_value=MOST)
    starts_at = Instant()
    ends_at = Instant(required=False, allow_null=True)
    windows = WindowBody(many=True, required=False, help_text="None: around the clock.")
    named = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=32767), required=False, max_length=MOST,
        help_text="Numbers of certain seats, as many as `seats`; none: any seats.",
    )  # fmt: skip
    season_from = DayOfYear(required=False, help_text="With season_to: in this part of every year alone.")
    season_to = DayOfYear(required=False, help_text="Its last day.")
    contract_id = serializers.UUIDField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A season has both ends."""
        if ("season_from" in attrs) != ("season_to" in attrs):
            raise serializers.ValidationError(_("A season has a first and a last day."))
        return attrs


class LeaseEndBody(Body):
    """When the seats are given back."""

    ends_at = Instant()


class LeaseSizeBody(Body):
    """How many seats, from when on."""

    seats = serializers.IntegerField(min_value=1, max_value=MOST)
    from_at = Instant()


class LeaseFilters(Filters):
    """Which leases."""

    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")
    kind = serializers.ChoiceField(SeatLease.Kind.choices, required=False)
    starts_before = Instant(required=False, source="starts_at__lt")


class Seats(Listed, Found, Resource):
    """Workplaces of the room."""

    rights = {
        "list": Right.SEATS_WRITE,
        "retrieve": Right.SEATS_WRITE,
        "free": Right.SEATS_WRITE,
        "put_into_service": Right.SEATS_WRITE,
        "take_out_of_service": Right.SEATS_WRITE,
    }
    serializer_class = SeatShown
    ordering = ("number", "id")
    queries = {"free": FreeFilters}

    def get_queryset(self) -> QuerySet[Seat]:
        """All of them."""
        return Seat.objects.all()

    @extend_schema(responses=FreeHourShown(many=True))
    @action(detail=False, methods=["get"], pagination_class=None)
    def free(self, request: Request) -> Response:
        """How many seats are free, hour by hour."""
        asked = self.asked().validated_data
        hours = hours_from(asked["from_at"], asked.get("hours", 168))
        return Response(FreeHourShown(hours, many=True).data)

    @extend_schema(request=Empty, responses=SeatShown)
    @action(detail=True, methods=["post"], url_path="put-into-service")
    def put_into_service(self, request: Request, pk: Any) -> Response:
        """Let the seat be let again."""
        return self.show(put_into_service(self.get_object().number))

    @extend_schema(request=Empty, responses=SeatShown)
    @action(detail=True, methods=["post"], url_path="take-out-of-service")
    def take_out_of_service(self, request: Request, pk: Any) -> Response:
        """Keep the seat from being let; refused while what is let needs it."""
        return self.show(take_out_of_service(self.get_object().number))


class Leases(Listed, Found, Resource):
    """Seats let to tenants."""

    rights = {
        "list": Right.SEATS_READ,
        "retrieve": Right.SEATS_READ,
        "create": Right.SEATS_WRITE,
        "end": Right.SEATS_WRITE,
        "resize": Right.SEATS_WRITE,
    }
    serializer_class = LeaseShown
    filters = LeaseFilters
    ordering = ("-starts_at", "id")

    def get_queryset(self) -> QuerySet[SeatLease]:
        """With the weekly hours."""
        return SeatLease.objects.prefetch_related("windows")

    @extend_schema(request=LeaseBody, responses={201: LeaseShown})
    def create(self, request: Request) -> Response:
        """Let seats to a tenant: all of it or nothing."""
        given = self.read(LeaseBody)
        tenant = found(Tenant.objects.all(), given["tenant_id"])
        windows = [
            Window(frozenset(int(day) for day in one["weekdays"]), one["from_time"], one["to_time"])
            for one in given.get("windows", [])
        ]
        lease = grant_lease(
            tenant, given["seats"], given["starts_at"], given.get("ends_at"), at=clock.now(), windows=windows,
            named=given.get("named", []), contract_id=given.get("contract_id"),
            season=Season(given["season_from"], given["season_to"]) if "season_from" in given else None,
        )  # fmt: skip
        return self.show(lease, status=201)

    @extend_schema(request=LeaseEndBody, responses=LeaseShown)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: Any) -> Response:
        """Give the seats back at an instant."""
        return self.show(end_lease(self.get_object().pk, self.read(LeaseEndBody)["ends_at"]))

    @extend_schema(request=LeaseSizeBody, responses={201: LeaseShown})
    @action(detail=True, methods=["post"])
    def resize(self, request: Request, pk: Any) -> Response:
        """Grow or shrink a lease from an instant on: it ends there, and a new one goes on with its hours."""
        given = self.read(LeaseSizeBody)
        return self.show(resize_lease(self.get_object().pk, given["seats"], given["from_at"], at=clock.now()), 201)
