"""Scripts and questionnaires by API: drafted, published, answered, their answers read."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Empty, Filters, Instant
from seatline.errors import Refused
from tenants.customers.models import Customer
from tenants.forms.models import Script, ScriptAnswers, ScriptVersion
from tenants.forms.services import draft_script, keep_answers, publish_script, version_in_use
from tenants.trust.actor import current_actor


class ScriptThere(Refused):
    """There is already a script “{code}”: change that one."""


class ScriptShown(serializers.ModelSerializer):
    """A script; `shown` is the version in use, null while none is published."""

    draft = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = Script
        fields = ("id", "tenant_id", "code", "name", "name_zh", "draft", "shown", "changed_at")


class ScriptChangeBody(Body):
    """What is changed."""

    name = serializers.CharField(max_length=100)
    name_zh = serializers.CharField(max_length=100, required=False, allow_blank=True)
    draft = serializers.ListField(
        child=serializers.DictField(), max_length=60, help_text="Steps, as fields of customers; “say” is read out."
    )


class ScriptBody(ScriptChangeBody):
    """A new script."""

    code = serializers.SlugField(max_length=40)


class ScriptVersionShown(serializers.ModelSerializer):
    """A version that was published."""

    definition = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = ScriptVersion
        fields = ("id", "script_id", "no", "definition", "published_at", "published_by")


class AnswersShown(serializers.ModelSerializer):
    """What one customer answered."""

    script_id = serializers.UUIDField(source="version.script_id", read_only=True)
    version = serializers.IntegerField(source="version.no", read_only=True)

    class Meta:
        model = ScriptAnswers
        fields = (
            "id", "tenant_id", "script_id", "version", "customer_id", "call_id", "answers", "complete", "taken_at",
            "taken_by",
        )  # fmt: skip


class AnswersBody(Body):
    """What a customer answered."""

    answers = serializers.DictField(child=serializers.CharField(max_length=8000, allow_blank=True))
    complete = serializers.BooleanField(default=True, help_text="False: the talk ended before the end.")
    customer_id = serializers.UUIDField(required=False, allow_null=True)
    call_id = serializers.UUIDField(required=False, allow_null=True)


class AnswersFilters(Filters):
    """Which answers."""

    script_id = serializers.UUIDField(required=False, source="version__script_id")
    customer_id = serializers.UUIDField(required=False)
    from_at = Instant(required=False, source="taken_at__gte")
    to_at = Instant(required=False, source="taken_at__lt")


class Scripts(Listed, Found, Resource):
    """Scripts and questionnaires."""

    rights = {
        "list": Right.WORK_READ,
        "retrieve": Right.WORK_READ,
        "in_use": Right.WORK_READ,
        **dict.fromkeys(("create", "partial_update", "publish", "answer"), Right.WORK_WRITE),
    }
    serializer_class = ScriptShown
    ordering = ("code", "id")
    versioned_actions = frozenset({"partial_update"})

    def get_queryset(self) -> QuerySet[Script]:
        """In the scope."""
        return Script.objects.all()

    @extend_schema(request=ScriptBody, responses={201: ScriptShown})
    def create(self, request: Request) -> Response:
        """Draft a script."""
        given = self.read(ScriptBody)
        code = given.pop("code")
        if Script.objects.filter(code=code).exists():
            raise ScriptThere(code=code)
        return self.show(draft_script(self.tenant(), code, given.pop("draft"), clock.now(), **given), status=201)

    @extend_schema(request=ScriptChangeBody, responses=ScriptShown)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change names and draft; what is published stays as it is."""
        row = self.locked()
        given = self.read(ScriptChangeBody, partial=True)
        return self.show(draft_script(self.tenant(), row.code, given.pop("draft", row.draft), clock.now(), **given))

    @extend_schema(request=Empty, responses={201: ScriptVersionShown})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: Any) -> Response:
        """Let agents use the draft, as the next version."""
        version = publish_script(self.get_object(), clock.now(), str(current_actor()))
        return Response(ScriptVersionShown(version).data, status=201)

    @extend_schema(responses=ScriptVersionShown)
    @action(detail=True, methods=["get"], url_path="in-use", pagination_class=None)
    def in_use(self, request: Request, pk: Any) -> Response:
        """The version that agents go through."""
        return Response(ScriptVersionShown(version_in_use(self.get_object())).data)

    @extend_schema(request=AnswersBody, responses={201: AnswersShown})
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: Any) -> Response:
        """Keep what a customer answered to the version in use."""
        row, given = self.get_object(), self.read(AnswersBody)
        key = given.get("customer_id")
        customer = found(Customer.objects.all(), key) if key else None
        kept = keep_answers(
            version_in_use(row), given["answers"], clock.now(), str(current_actor()), complete=given["complete"],
            customer_id=customer.pk if customer else None, call_id=given.get("call_id"),
        )  # fmt: skip
        return Response(AnswersShown(kept).data, status=201)


class Answers(Listed, Found, Resource):
    """Answers to scripts, the newest first."""

    rights = {"list": Right.WORK_READ, "retrieve": Right.WORK_READ}
    serializer_class = AnswersShown
    filters = AnswersFilters
    ordering = ("-taken_at", "id")

    def get_queryset(self) -> QuerySet[ScriptAnswers]:
        """With their versions."""
        return ScriptAnswers.objects.select_related("version")
