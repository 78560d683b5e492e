"""SIP accounts of the room's telephones: the operator's. A secret is in one answer alone, and kept nowhere."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Empty, Filters
from telephony.plans.lines import Phone
from telephony.plans.phone_accounts import GivenSecret, change_phone, new_phone, new_secret


class PhoneShown(serializers.ModelSerializer):
    """A telephone's account."""

    # The serializer's own `label` is what a form would call it.
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]

    class Meta:
        model = Phone
        fields = ("id", "endpoint", "seat", "label", "active")


class PhoneGiven(PhoneShown):
    """A telephone's account with its secret, shown this once."""

    secret = serializers.CharField(help_text="The password of the account; its realm is seatline.", read_only=True)

    class Meta(PhoneShown.Meta):
        fields = (*PhoneShown.Meta.fields, "secret")  # type: ignore[assignment]


class PhoneChangeBody(Body):
    """What of an account may change."""

    seat = serializers.IntegerField(min_value=1, max_value=32767, required=False, allow_null=True)
    label = serializers.CharField(max_length=60, required=False, allow_blank=True)  # type: ignore[assignment]
    active = serializers.BooleanField(required=False, help_text="No: it is retired, and can no longer register.")


class PhoneBody(PhoneChangeBody):
    """A new account."""

    endpoint = serializers.RegexField(r"^[a-z0-9][a-z0-9._-]{1,39}$", max_length=40)


class PhoneFilters(Filters):
    """Which accounts."""

    endpoint = serializers.CharField(max_length=40, required=False)
    active = serializers.BooleanField(required=False, allow_null=True)


class Phones(Listed, Found, Resource):
    """Telephones of the room."""

    rights = {
        "list": Right.LINES_READ,
        "retrieve": Right.LINES_READ,
        "create": Right.LINES_WRITE,
        "partial_update": Right.LINES_WRITE,
        "reset": Right.LINES_WRITE,
    }
    serializer_class = PhoneShown
    filters = PhoneFilters
    ordering = ("endpoint", "id")
    secret_actions = frozenset({"create", "reset"})
    versioned_actions = frozenset({"partial_update"})

    def get_queryset(self) -> QuerySet[Phone]:
        """All of them."""
        return Phone.objects.all()

    @extend_schema(request=PhoneBody, responses={201: PhoneGiven})
    def create(self, request: Request) -> Response:
        """Make an account; the answer shows its secret, this once. Asterisk knows it within a second."""
        given = self.read(PhoneBody)
        return _shown(new_phone(given.pop("endpoint"), given), 201)

    @extend_schema(request=PhoneChangeBody, responses=PhoneShown)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Move a telephone, name it, or retire it: it hears nothing more; a call that goes on does."""
        row = self.locked()
        return self.show(change_phone(row, self.read(PhoneChangeBody, partial=True)))

    @extend_schema(request=Empty, responses=PhoneGiven)
    @action(detail=True, methods=["post"])
    def reset(self, request: Request, pk: Any) -> Response:
        """Another secret; the answer shows it, this once, and the old one is of no more use."""
        return _shown(new_secret(self.locked()))


def _shown(given: GivenSecret, status: int = 200) -> Response:
    return Response({**PhoneShown(given.phone).data, "secret": given.secret}, status=status)
