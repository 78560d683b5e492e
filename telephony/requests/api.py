"""Requests about live calls: hold, transfer, talks of three, hang up. The switch answers within seconds."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from agents.people.models import Agent
from seatline import clock
from seatline.api.base import Listed, Resource, Right, found
from seatline.api.fields import Body, Filters, Instant
from seatline.errors import BadInput
from seatline.ids import new_id
from telephony.core.listening import Way
from telephony.requests.models import CallRequest
from telephony.requests.services import Standing, answer_to, ask, dial
from telephony.supervision.services import STOP, may, place_of, stop, supervise

_SUPERVISION = (*Way, STOP)


class CallMissing(BadInput):
    """Say which call it is about."""


class AgentMissing(BadInput):
    """Say whose telephone is to ring first."""


class RequestShown(serializers.ModelSerializer):
    """A request, as it is kept."""

    class Meta:
        model = CallRequest
        fields = ("id", "tenant_id", "call_id", "agent_id", "kind", "target", "asked_at", "state", "reason", "done_at")


class StandingShown(serializers.Serializer):
    """What became of a request."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(CallRequest.State.choices, help_text="Open until the switch has answered.")
    reason = serializers.CharField(help_text="Why it was refused.")


class RequestBody(Body):
    """What is to be done."""

    call_id = serializers.UUIDField(required=False, help_text="Of the call that goes on; of dial none.")
    kind = serializers.ChoiceField(CallRequest.Kind.choices)
    target = serializers.CharField(
        max_length=40, required=False, allow_blank=True,
        help_text="Of a transfer or consultation: an agent's number, a queue's code or a telephone number. Of dial: "
        "the number to be called.",
    )  # fmt: skip
    agent_id = serializers.UUIDField(
        required=False, allow_null=True,
        help_text="Whose part of the call it is about; none: of whoever talks. Of dial: whose telephone rings first.",
    )  # fmt: skip
    phone = serializers.CharField(
        max_length=80, required=False,
        help_text="Of listen, whisper, barge and take_over: the supervisor's telephone, which rings first, by the "
        "number of the agent who is logged in there or by its name. Whoever is in this talk already leaves it out.",
    )  # fmt: skip


class RequestFilters(Filters):
    """Which requests."""

    call_id = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(CallRequest.State.choices, required=False)
    from_at = Instant(required=False, source="asked_at__gte")
    to_at = Instant(required=False, source="asked_at__lt")


class CallRequests(Listed, Resource):
    """Requests about calls that go on."""

    rights = {"list": Right.CALLS_READ, "retrieve": Right.CALLS_READ, "create": Right.FLOOR_ACT}
    serializer_class = RequestShown
    filters = RequestFilters
    ordering = ("-asked_at", "id")

    def get_queryset(self) -> QuerySet[CallRequest]:
        """In the scope."""
        return CallRequest.objects.all()

    @extend_schema(responses=StandingShown)
    def retrieve(self, request: Request, pk: Any) -> Response:
        """What became of a request; one that the switch has not answered in eight seconds counts as refused."""
        standing = answer_to(pk, clock.now())
        if standing is None:
            raise Http404
        return Response(StandingShown(standing).data)

    @extend_schema(request=RequestBody, responses={202: StandingShown})
    def create(self, request: Request) -> Response:
        """Ask the switch for something; it is carried out within seconds or never. Look for the answer by its id.

        To listen, whisper, barge in and take over each needs a right of its own beside.
        """
        given = self.read(RequestBody)
        agent_id = given.get("agent_id")
        if agent_id is not None:
            found(Agent.objects.all(), agent_id)
        if given["kind"] == CallRequest.Kind.DIAL:
            return Response(StandingShown(self._dial(given)).data, status=202)
        if "call_id" not in given:
            raise CallMissing
        if given["kind"] in _SUPERVISION:
            standing = self._supervise(given)
        else:
            standing = ask(
                new_id(), given["call_id"], given["kind"], clock.now(), target=given.get("target", ""),
                agent_id=agent_id, asked_by=self.caller.person_id,
            )  # fmt: skip
        return Response(StandingShown(standing).data, status=202)

    def _supervise(self, given: dict[str, Any]) -> Standing:
        """Each way into a talk is a right of its own."""
        by = self.caller.person_id or self.caller.key_id
        ways = may(self.caller.rights)
        if by is None or not ways:
            raise PermissionDenied
        if given["kind"] == STOP:
            return stop(new_id(), given["call_id"], clock.now(), by=by)
        place = place_of(given["phone"]) if given.get("phone") else None
        return supervise(
            new_id(), given["call_id"], Way(given["kind"]), clock.now(), ways=ways, by=by, place=place,
            agent_id=given.get("agent_id"),
        )  # fmt: skip

    def _dial(self, given: dict[str, Any]) -> Standing:
        """The call that comes of it has the id of the request."""
        if given.get("agent_id") is None:
            raise AgentMissing
        asked_by = self.caller.person_id
        return dial(new_id(), given["agent_id"], given.get("target", ""), clock.now(), asked_by=asked_by)
