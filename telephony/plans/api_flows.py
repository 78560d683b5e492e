"""Flows: drafts, versions, trials, and the numbers that they answer."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Empty, Filters, Seconds
from telephony.plans.definition import schema
from telephony.plans.faults import Fault
from telephony.plans.models import Flow, FlowTrial, FlowVersion, Route
from telephony.plans.services import (
    add_flow,
    answer_with,
    faults_of,
    publish_flow,
    save_draft,
    undo_save,
)
from telephony.plans.told_faults import told
from telephony.plans.trials import LONGEST, end_trial, try_flow
from tenants.keys.callers import own_tenant
from tenants.numbers.services import NumberUnknown, numbers_in_force

Json = extend_schema_field({"type": "object", "additionalProperties": True})


@Json
class Definition(serializers.JSONField):
    """A flow as JSON; its form is told by /flow-schema."""


class FlowShown(serializers.ModelSerializer):
    """A dialogue with callers; without a tenant it is the operator's own."""

    published = serializers.SerializerMethodField(help_text="The version that callers meet.")
    has_draft = serializers.SerializerMethodField()

    class Meta:
        model = Flow
        fields = ("id", "tenant_id", "code", "name", "published", "has_draft")

    def get_published(self, flow: Flow) -> int | None:
        """The newest published version."""
        numbers = [one.version for one in flow.versions.all() if one.state == FlowVersion.State.PUBLISHED]
        return max(numbers, default=None)

    def get_has_draft(self, flow: Flow) -> bool:
        """Whether somebody works at the next version."""
        return any(one.state == FlowVersion.State.DRAFT for one in flow.versions.all())


class VersionBrief(serializers.ModelSerializer):
    """A version, without its definition."""

    class Meta:
        model = FlowVersion
        fields = ("id", "flow_id", "version", "state", "published_at", "published_by")


class VersionShown(VersionBrief):
    """A version; a published one never changes."""

    definition = Definition()

    class Meta(VersionBrief.Meta):
        fields = (*VersionBrief.Meta.fields, "definition")  # type: ignore[assignment]


class FaultShown(serializers.Serializer):
    """What keeps a definition from being published."""

    node = serializers.CharField(help_text="Where; empty: the flow as a whole.")
    sentence = serializers.SerializerMethodField()

    def get_sentence(self, fault: Fault) -> str:
        """In the asked language."""
        return told(fault)


class TrialShown(serializers.ModelSerializer):
    """A number is answered by a version for a while."""

    number = serializers.CharField(source="number.e164")
    version = serializers.IntegerField(source="version.version")

    class Meta:
        model = FlowTrial
        fields = ("id", "number", "version", "caller", "starts_at", "ends_at")


class RouteShown(serializers.ModelSerializer):
    """Which flow answers a number while its tenant holds it."""

    number = serializers.CharField(source="number.e164")
    flow_code = serializers.CharField(source="flow.code")

    class Meta:
        model = Route
        fields = ("id", "tenant_id", "number", "merchant_code", "flow_id", "flow_code")


class FlowBody(Body):
    """A new flow."""

    code = serializers.SlugField(max_length=32)
    name = serializers.CharField(max_length=100)


class DefinitionBody(Body):
    """A definition."""

    definition = Definition()


class TrialBody(Body):
    """Where and how long a flow is tried."""

    number = serializers.CharField(max_length=16)
    version = serializers.IntegerField(min_value=1, max_value=10**9, required=False, help_text="The newest, if none.")
    seconds = Seconds(least=60, most=LONGEST / timedelta(seconds=1))
    caller = serializers.CharField(
        max_length=20, required=False, help_text="Only calls from this number meet it; none: all."
    )


class RouteBody(Body):
    """A number to answer."""

    number = serializers.CharField(max_length=16)
    merchant_code = serializers.RegexField(r"^(\d{2,6})?$", required=False, allow_blank=True)
    flow_id = serializers.UUIDField()


class FlowFilters(Filters):
    """Which flows."""

    code = serializers.SlugField(required=False)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Flows(Listed, Found, Resource):
    """Dialogues with callers."""

    rights = {
        "list": Right.PLAN_READ,
        "retrieve": Right.PLAN_READ,
        "create": Right.PLAN_WRITE,
        "versions": Right.PLAN_READ,
        "version": Right.PLAN_READ,
        "draft": Right.PLAN_READ,
        "save": Right.PLAN_WRITE,
        "undo": Right.PLAN_WRITE,
        "validate": Right.PLAN_READ,
        "publish": Right.PLAN_WRITE,
        "trials": Right.PLAN_READ,
        "try_out": Right.PLAN_WRITE,
    }
    serializer_class = FlowShown
    filters = FlowFilters
    ordering = ("code", "id")
    versioned_actions = frozenset({"save"})

    def get_queryset(self) -> QuerySet[Flow]:
        """With the versions, without what is in them."""
        return Flow.objects.prefetch_related("versions") if self.action in {"list", "retrieve"} else Flow.objects.all()

    @extend_schema(request=FlowBody, responses={201: FlowShown})
    def create(self, request: Request) -> Response:
        """Begin a flow; one with this code that is there already is given back. The operator's belong to no tenant."""
        return self.show(add_flow(own_tenant(self.caller), **self.read(FlowBody)), status=201)

    @extend_schema(responses=VersionBrief(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def versions(self, request: Request, pk: Any) -> Response:
        """All versions, newest first."""
        rows = FlowVersion.objects.filter(flow=self.get_object()).defer("definition").order_by("-version")
        return Response(VersionBrief(rows, many=True).data)

    @extend_schema(responses=VersionShown)
    @action(detail=True, methods=["get"], url_path="versions/<int:number>")
    def version(self, request: Request, pk: Any, number: int) -> Response:
        """One version with its definition."""
        return Response(VersionShown(self._version(self.get_object(), number)).data)

    @extend_schema(responses=VersionShown)
    @action(detail=True, methods=["get"], serializer_class=VersionShown)
    def draft(self, request: Request, pk: Any) -> Response:
        """What somebody works at; its ETag goes into If-Match when it is saved."""
        row = self._drafts(self.get_object()).first()
        if row is None:
            raise Http404
        return self.show(row)

    @extend_schema(request=DefinitionBody, responses=VersionShown)
    @draft.mapping.put
    def save(self, request: Request, pk: Any) -> Response:
        """Keep a definition as the draft, faulty or not."""
        flow = found(Flow.objects.select_for_update(of=("self",)), pk)
        before = self._drafts(flow).first()
        if before is not None:
            self.must_fit(VersionShown(before).data)
        given = self.read(DefinitionBody)["definition"]
        return self.show(save_draft(flow, given, by=self.caller.person_id, at=clock.now()))

    @extend_schema(request=Empty, responses=VersionShown)
    @action(detail=True, methods=["post"], serializer_class=VersionShown)
    def undo(self, request: Request, pk: Any) -> Response:
        """Make the draft what it was before it was last saved."""
        return self.show(undo_save(self.get_object()))

    @extend_schema(request=DefinitionBody, responses=FaultShown(many=True))
    @action(detail=True, methods=["post"], pagination_class=None)
    def validate(self, request: Request, pk: Any) -> Response:
        """All that keeps a definition from being published; nothing is written."""
        faults = faults_of(self.get_object(), self.read(DefinitionBody)["definition"])
        return Response(FaultShown(faults, many=True).data)

    @extend_schema(request=Empty, responses=VersionShown)
    @action(detail=True, methods=["post"], serializer_class=VersionShown)
    def publish(self, request: Request, pk: Any) -> Response:
        """Let callers who arrive from now on meet the draft; calls in a flow keep their version."""
        return self.show(publish_flow(self.get_object(), clock.now(), self.caller.person_id))

    @extend_schema(responses=TrialShown(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def trials(self, request: Request, pk: Any) -> Response:
        """Where the flow is being tried."""
        rows = FlowTrial.objects.filter(version__flow=self.get_object(), ends_at__gt=clock.now())
        return Response(TrialShown(rows.select_related("version", "number").order_by("starts_at"), many=True).data)

    @extend_schema(request=TrialBody, responses={201: TrialShown})
    @trials.mapping.post
    def try_out(self, request: Request, pk: Any) -> Response:
        """Let a version answer a number for a while; its calls are practice and never billed."""
        given, flow = self.read(TrialBody), self.get_object()
        version = self._version(flow, given.get("version"))
        trial = try_flow(version, given["number"], given["seconds"], clock.now(), given.get("caller", ""))
        return Response(TrialShown(trial).data, status=201)

    def _version(self, flow: Flow, number: int | None) -> FlowVersion:
        rows = FlowVersion.objects.filter(flow=flow).order_by("-version")
        version = rows.first() if number is None else rows.filter(version=number).first()
        if version is None:
            raise Http404
        return version

    def _drafts(self, flow: Flow) -> QuerySet[FlowVersion]:
        return FlowVersion.objects.filter(flow=flow, state=FlowVersion.State.DRAFT)


class Trials(Resource):
    """Flows that are being tried."""

    rights = {"destroy": Right.PLAN_WRITE}
    serializer_class = TrialShown

    def get_queryset(self) -> QuerySet[FlowTrial]:
        """In the scope."""
        return FlowTrial.objects.all()

    def destroy(self, request: Request, pk: Any) -> Response:
        """End a trial: the number is answered as before."""
        end_trial(self.get_object())
        return Response(status=204)


class FlowSchema(Resource):
    """The form of a definition."""

    rights = {"form": Right}
    serializer_class = serializers.Serializer
    pagination_class = None  # type: ignore[assignment]

    @extend_schema(responses={200: {"type": "object", "additionalProperties": True}}, operation_id="flow_schema")
    def form(self, request: Request) -> Response:
        """The JSON Schema (2020-12) of a flow's definition."""
        return Response(schema())


class Routes(Listed, Resource):
    """Which flow answers which number."""

    rights = {"list": Right.PLAN_READ, "create": Right.PLAN_WRITE}
    serializer_class = RouteShown
    ordering = ("number__e164", "merchant_code", "id")

    def get_queryset(self) -> QuerySet[Route]:
        """With numbers and flows."""
        return Route.objects.select_related("number", "flow")

    @extend_schema(request=RouteBody, responses={201: RouteShown})
    def create(self, request: Request) -> Response:
        """Let a flow answer a number, or a listing on a shared one; another flow that answered it no longer does."""
        given = self.read(RouteBody)
        flow = found(Flow.objects.all(), given["flow_id"])
        if self.caller.tenant_id is not None and not self._holds(given["number"], given.get("merchant_code", "")):
            raise NumberUnknown(e164=given["number"])
        return self.show(answer_with(given["number"], flow, given.get("merchant_code", "")), status=201)

    def _holds(self, e164: str, code: str) -> bool:
        """In a tenant's scope there are the tenant's own assignments and listings alone."""
        mine = [one for one in numbers_in_force(clock.now()) if one.e164 == e164]
        if code:
            return any(listing.code == code for one in mine for listing in one.directory)
        return any(one.tenant_id is not None for one in mine)
