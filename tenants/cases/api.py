"""Cases by API: opened, typed into, submitted, moved on, assigned, noted; and the topics of a day."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Empty, Filters, Instant, in_our_years
from tenants.cases.digest import topics_on
from tenants.cases.models import Case, CaseEvent, CaseType
from tenants.cases.services import (
    assign_case,
    move_case,
    note,
    open_case,
    save_draft,
    set_due,
    submit,
)
from tenants.customers.models import Customer
from tenants.trust.actor import current_actor

TYPED = serializers.DictField(child=serializers.CharField(max_length=8000, allow_blank=True), required=False)


def who() -> str:
    """Who acts, as cases name it."""
    return str(current_actor())


class CaseShown(serializers.ModelSerializer):
    """A case; `draft` is what is typed and not submitted yet."""

    type = serializers.SlugField(source="type.code", read_only=True)
    answers = serializers.DictField(child=serializers.CharField(), read_only=True)
    draft = serializers.DictField(child=serializers.CharField(), read_only=True, allow_null=True)

    class Meta:
        model = Case
        fields = (
            "id", "tenant_id", "no", "type", "customer_id", "subject", "state", "topic", "answers", "draft", "version",
            "changed_by", "changed_at", "due_at", "assignee_id", "assignee", "call_id", "opened_at", "opened_by",
            "closed_at",
        )  # fmt: skip


class CaseBody(Body):
    """A new case."""

    type = serializers.SlugField(max_length=40, help_text="Code of the type.")
    customer_id = serializers.UUIDField(required=False, allow_null=True)
    subject = serializers.CharField(max_length=200, required=False, allow_blank=True)
    topic = serializers.CharField(max_length=40, required=False, allow_blank=True)
    call_id = serializers.UUIDField(required=False, allow_null=True)
    draft = TYPED


class DraftBody(Body):
    """What is typed."""

    seen = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="The version that it began with.")
    draft = serializers.DictField(child=serializers.CharField(max_length=8000, allow_blank=True))
    subject = serializers.CharField(max_length=200, required=False, allow_blank=True)
    topic = serializers.CharField(max_length=40, required=False, allow_blank=True)


class MoveBody(Body):
    """Where to."""

    state = serializers.CharField(max_length=40)


class CaseAssignBody(Body):
    """Who is to see to it; null: nobody yet."""

    assignee_id = serializers.UUIDField(allow_null=True)
    assignee = serializers.CharField(max_length=150, required=False, allow_blank=True, help_text="The name.")


class DueBody(Body):
    """When it is due; null: never."""

    due_at = Instant(allow_null=True)


class NoteBody(Body):
    """Something to write down."""

    text = serializers.CharField(max_length=8000)


class EventShown(serializers.ModelSerializer):
    """Something that happened to a case."""

    class Meta:
        model = CaseEvent
        fields = ("id", "at", "who", "kind", "text", "content")


class CaseFilters(Filters):
    """Which cases."""

    type = serializers.SlugField(required=False, source="type__code", help_text="Code.")
    state = serializers.CharField(max_length=40, required=False)
    customer_id = serializers.UUIDField(required=False)
    assignee_id = serializers.UUIDField(required=False)
    open = serializers.BooleanField(required=False, source="closed_at__isnull")
    due_before = Instant(required=False, source="due_at__lt")
    from_at = Instant(required=False, source="opened_at__gte")
    to_at = Instant(required=False, source="opened_at__lt")


class TopicsQuery(Filters):
    """Which day."""

    day = serializers.DateField(validators=[in_our_years], help_text="In the tenant's time zone.")


class TopicShown(serializers.Serializer):
    """A topic of a day: how many cases, how many are usual, and whether that is more than chance would bring."""

    type = serializers.CharField()
    topic = serializers.CharField()
    count = serializers.IntegerField()
    usual = serializers.FloatField(help_text="A day, over the four weeks before.")
    hot = serializers.BooleanField()


class Cases(Listed, Found, Resource):
    """Cases, the newest first."""

    rights = {
        "list": Right.WORK_READ,
        "retrieve": Right.WORK_READ,
        "events": Right.WORK_READ,
        "topics": Right.WORK_READ,
        **dict.fromkeys(("create", "draft", "submit", "move", "assign", "due", "note"), Right.WORK_WRITE),
    }
    serializer_class = CaseShown
    filters = CaseFilters
    queries = {"topics": TopicsQuery}
    ordering = ("-opened_at", "id")

    def get_queryset(self) -> QuerySet[Case]:
        """With their types."""
        return Case.objects.select_related("type")

    @extend_schema(request=CaseBody, responses={201: CaseShown})
    def create(self, request: Request) -> Response:
        """Open a case in the first state of its type."""
        given = self.read(CaseBody)
        type_ = CaseType.objects.filter(code=given["type"]).first()
        if type_ is None:
            raise Http404
        key = given.get("customer_id")
        case = open_case(
            type_, clock.now(), who(), customer=found(Customer.objects.all(), key) if key else None,
            subject=given.get("subject", ""), topic=given.get("topic", ""), draft=given.get("draft"),
            call_id=given.get("call_id"),
        )  # fmt: skip
        return self.show(case, status=201)

    @extend_schema(request=DraftBody, responses=CaseShown)
    @action(detail=True, methods=["put"])
    def draft(self, request: Request, pk: Any) -> Response:
        """Keep what is typed, unchecked; refused if somebody has changed the case since `seen`."""
        case, given = self.get_object(), self.read(DraftBody)
        return self.show(save_draft(case, given.pop("draft"), clock.now(), who(), **given))

    @extend_schema(request=Empty, responses=CaseShown)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: Any) -> Response:
        """Check the draft and take it as the case's answers."""
        return self.show(submit(self.get_object(), clock.now(), who()))

    @extend_schema(request=MoveBody, responses=CaseShown)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: Any) -> Response:
        """Bring a case into another state, as its type allows."""
        case = self.get_object()
        return self.show(move_case(case, self.read(MoveBody)["state"], clock.now(), who()))

    @extend_schema(request=CaseAssignBody, responses=CaseShown)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: Any) -> Response:
        """Somebody is to see to it."""
        case, given = self.get_object(), self.read(CaseAssignBody)
        return self.show(assign_case(case, given["assignee_id"], given.get("assignee", ""), clock.now(), who()))

    @extend_schema(request=DueBody, responses=CaseShown)
    @action(detail=True, methods=["post"])
    def due(self, request: Request, pk: Any) -> Response:
        """Set when it is due."""
        case = self.get_object()
        return self.show(set_due(case, self.read(DueBody)["due_at"], clock.now(), who()))

    @extend_schema(request=NoteBody, responses={201: EventShown})
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: Any) -> Response:
        """Write something down; it stays as it is."""
        case = self.get_object()
        return Response(EventShown(note(case, self.read(NoteBody)["text"], clock.now(), who())).data, status=201)

    @extend_schema(responses=EventShown(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def events(self, request: Request, pk: Any) -> Response:
        """All that happened to it, in order; the newest thousand."""
        rows = list(self.get_object().events.order_by("-at", "-id")[:1000])
        return Response(EventShown(rows[::-1], many=True).data)

    @extend_schema(responses=TopicShown(many=True))
    @action(detail=False, methods=["get"], pagination_class=None)
    def topics(self, request: Request) -> Response:
        """The topics of a day, hot ones first."""
        day = self.asked().validated_data["day"]
        return Response(TopicShown(topics_on(day, ZoneInfo(self.tenant().time_zone)), many=True).data)
