"""Numbers that a tenant does not call; a tenant keeps its own list."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Listed, Resource, Right, found
from seatline.api.fields import Body, Filters
from telephony.trunks.do_not_call import may_call_again, never_call
from telephony.trunks.models import DoNotCall


class DoNotCallShown(serializers.ModelSerializer):
    """A number that is not called."""

    class Meta:
        model = DoNotCall
        fields = ("id", "tenant_id", "number", "reason", "since_at")


class DoNotCallBody(Body):
    """Whom not to call."""

    number = serializers.CharField(max_length=40, help_text="As people write it, or in full.")
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class DoNotCallFilters(Filters):
    """Which numbers."""

    number = serializers.CharField(max_length=16, required=False, help_text="In full, with plus sign and country.")


class DoNotCallList(Listed, Resource):
    """Numbers that are not called, whoever asks: looked at whenever one is dialled."""

    rights = {"list": Right.PLAN_READ, "create": Right.PLAN_WRITE, "destroy": Right.PLAN_WRITE}
    serializer_class = DoNotCallShown
    filters = DoNotCallFilters
    ordering = ("number", "id")

    def get_queryset(self) -> QuerySet[DoNotCall]:
        """In the scope."""
        return DoNotCall.objects.all()

    @extend_schema(request=DoNotCallBody, responses={201: DoNotCallShown})
    def create(self, request: Request) -> Response:
        """Never call this number from now on; one that is on the list stays as it is."""
        given = self.read(DoNotCallBody)
        (row,) = never_call(self.tenant(), [given["number"]], clock.now(), given.get("reason", ""))
        return self.show(row, status=201)

    def destroy(self, request: Request, pk: Any) -> Response:
        """The number may be called again."""
        may_call_again(found(DoNotCall.objects.all(), pk))
        return Response(status=204)
