"""Promises to call back: asked for by a program or a person, taken by an agent, settled."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Empty, Filters, Instant
from telephony.callbacks.models import Callback
from telephony.callbacks.services import ask, cancel, give_back, reopen, settle, take


class CallbackShown(serializers.ModelSerializer):
    """A customer who has been promised a call; `since` is the place in the queue."""

    class Meta:
        model = Callback
        fields = (
            "id", "tenant_id", "queue_id", "queue_code", "number", "name", "note", "source", "state", "since",
            "asked_at", "next_try_at", "tries", "taken_by", "closed_at",
        )  # fmt: skip


class CallbackBody(Body):
    """Whom to call."""

    queue = serializers.SlugField(max_length=32, help_text="Code of the queue whose agents call.")
    number = serializers.CharField(max_length=40, help_text="As people write it, or in full: +8613800000001.")
    name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    not_before = Instant(required=False, allow_null=True)


class TakeBody(Body):
    """Who calls."""

    agent_id = serializers.UUIDField()


class SettleBody(Body):
    """How it went."""

    reached = serializers.BooleanField()


class CallbackFilters(Filters):
    """Which callbacks."""

    state = serializers.ChoiceField(Callback.State.choices, required=False)
    # Fields of DRF have an attribute of this name, for something else.
    source = serializers.ChoiceField(Callback.Source.choices, required=False)  # type: ignore[assignment]
    queue = serializers.SlugField(required=False, source="queue_code", help_text="Code.")
    number = serializers.CharField(max_length=16, required=False)
    taken_by = serializers.UUIDField(required=False)
    from_at = Instant(required=False, source="asked_at__gte")
    to_at = Instant(required=False, source="asked_at__lt")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Callbacks(Listed, Found, Resource):
    """Customers who have been promised a call."""

    rights = {
        "list": Right.CALLS_READ,
        "retrieve": Right.CALLS_READ,
        "create": Right.CALLS_WRITE,
        "cancel": Right.CALLS_WRITE,
        "reopen": Right.CALLS_WRITE,
        "take": Right.CALLS_WRITE,
        "give_back": Right.CALLS_WRITE,
        "settle": Right.CALLS_WRITE,
    }
    serializer_class = CallbackShown
    filters = CallbackFilters
    ordering = ("-asked_at", "id")

    def get_queryset(self) -> QuerySet[Callback]:
        """In the scope."""
        return Callback.objects.all()

    @extend_schema(request=CallbackBody, responses={200: CallbackShown, 201: CallbackShown})
    def create(self, request: Request) -> Response:
        """Promise a call as soon as an agent is there. Who is promised one already keeps the older place (200)."""
        given = self.read(CallbackBody)
        callback, fresh = ask(
            self.tenant(), given["queue"], given["number"], clock.now(), name=given.get("name", ""),
            note=given.get("note", ""), not_before=given.get("not_before"),
        )  # fmt: skip
        return self.show(callback, status=201 if fresh else 200)

    @extend_schema(request=Empty, responses=CallbackShown)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: Any) -> Response:
        """Nobody is to be called any more."""
        cancel(self.get_object(), clock.now())
        return self.show(self.get_object())

    @extend_schema(request=Empty, responses=CallbackShown)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: Any) -> Response:
        """Undo a cancellation, or begin to try anew, at the old place."""
        reopen(self.get_object(), clock.now())
        return self.show(self.get_object())

    @extend_schema(request=TakeBody, responses=CallbackShown)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: Any) -> Response:
        """An agent calls by himself, later; it is not dialled any more."""
        callback, given = self.get_object(), self.read(TakeBody)
        take(callback, given["agent_id"], clock.now())
        return self.show(self.get_object())

    @extend_schema(request=Empty, responses=CallbackShown)
    @action(detail=True, methods=["post"], url_path="give-back")
    def give_back(self, request: Request, pk: Any) -> Response:
        """The agent who took it does not call: it is dialled again, at its old place."""
        give_back(self.get_object(), clock.now())
        return self.show(self.get_object())

    @extend_schema(request=SettleBody, responses=CallbackShown)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: Any) -> Response:
        """Whoever took it has called."""
        callback, given = self.get_object(), self.read(SettleBody)
        settle(callback, clock.now(), reached=given["reached"])
        return self.show(self.get_object())
