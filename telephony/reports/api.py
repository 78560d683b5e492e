"""Reports by API: the same figures as on the pages, as numbers. They only read; the caller's scope says whose calls."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Resource, Right, found
from seatline.api.fields import Filters, Instant, Seconds, in_our_years
from telephony.reports import measures
from telephony.reports.foreseen import plain, waits_foreseen
from telephony.reports.pages import zone_of
from telephony.reports.services import AgentLine, CallLine, by_agent, by_queue, by_time, calls_by
from telephony.reports.staffing import Load, agents_needed
from telephony.reports.tables import GROUPS
from telephony.reports.windows import Cut, Window
from tenants.accounts.models import Tenant


class WindowQuery(Filters):
    """Which days, and of whom."""

    first = serializers.DateField(validators=[in_our_years], help_text="The first day, in the tenant's time zone.")
    last = serializers.DateField(validators=[in_our_years], help_text="The last day; a report spans at most 400.")
    tenant = serializers.SlugField(required=False, help_text="Code; for the operator. None: all of them.")


class TimesQuery(WindowQuery):
    """How the days are cut."""

    cut = serializers.ChoiceField([(cut.value, cut.value) for cut in Cut])
    queue_id = serializers.UUIDField(required=False)


class CallsQuery(WindowQuery):
    """What calls are grouped by."""

    by = serializers.ChoiceField([(name, name) for name in GROUPS])


class StaffingQuery(Filters):
    """A load and a promise."""

    calls = serializers.DecimalField(
        max_digits=7, decimal_places=2, min_value=1, max_value=20_000, help_text="An hour."
    )
    handling = serializers.IntegerField(min_value=1, max_value=7200, help_text="Seconds of talk, hold and wrap-up.")
    patience = serializers.IntegerField(
        min_value=1, max_value=3600, required=False,
        help_text="Seconds that callers wait on average before they hang up; none: for ever.",
    )  # fmt: skip
    share_percent = serializers.IntegerField(min_value=1, max_value=99, help_text="To be answered in time.")
    within = serializers.IntegerField(min_value=0, max_value=3600, help_text="Seconds that are in time.")


class StaysCountedShown(serializers.Serializer):
    """Callers' stays in queues, and the figures made from them; null where nothing was counted (docs/measures.md)."""

    entered = serializers.IntegerField()
    refused = serializers.IntegerField(help_text="Were not let in: nobody logged in, or the queue full.")
    offered = serializers.IntegerField(help_text="Were let in.")
    answered = serializers.IntegerField()
    answered_in_time = serializers.IntegerField(help_text="Within 20 seconds.")
    abandoned = serializers.IntegerField()
    abandoned_in_time = serializers.IntegerField()
    short = serializers.IntegerField(help_text="Abandoned within five seconds.")
    left_otherwise = serializers.IntegerField()
    waited = Seconds(help_text="Of those answered.")
    longest = Seconds()
    service_level = serializers.SerializerMethodField()
    service_level_with_abandoned = serializers.SerializerMethodField()
    abandonment = serializers.SerializerMethodField()
    speed_of_answer = serializers.SerializerMethodField(help_text="Seconds.")

    def get_service_level(self, stays: measures.Stays) -> float | None:
        """Of those let in, without those who hung up at once."""
        return measures.service_level(stays).value

    def get_service_level_with_abandoned(self, stays: measures.Stays) -> float | None:
        """What app_queue prints as SL2."""
        return measures.service_level_with_abandoned(stays).value

    def get_abandonment(self, stays: measures.Stays) -> float | None:
        """Of those let in, both without short ones."""
        return measures.abandonment(stays).value

    def get_speed_of_answer(self, stays: measures.Stays) -> float | None:
        """Mean wait of those answered."""
        return measures.speed_of_answer(stays).value


class QueueLineShown(serializers.Serializer):
    """One queue."""

    queue_id = serializers.UUIDField()
    queue_code = serializers.CharField()
    tenant_id = serializers.UUIDField()
    stays = StaysCountedShown()


class TimeLineShown(serializers.Serializer):
    """The stays that began in one piece of time."""

    starts_at = Instant()
    stays = StaysCountedShown()


class AgentLineShown(serializers.Serializer):
    """What one agent did."""

    agent_id = serializers.UUIDField()
    number = serializers.CharField()
    name = serializers.CharField()
    tenant_id = serializers.UUIDField()
    taken = serializers.IntegerField(source="handled.legs")
    missed = serializers.IntegerField()
    talked = Seconds(source="handled.talked")
    held = Seconds(source="handled.held")
    wrapped_up = Seconds(source="handled.wrapped_up")
    ready = Seconds(source="presence.ready")
    busy = Seconds(source="presence.busy")
    paused = Seconds(source="presence.paused")
    handling_time = serializers.SerializerMethodField(help_text="Seconds.")
    occupancy = serializers.SerializerMethodField()
    shrinkage = serializers.SerializerMethodField()

    def get_handling_time(self, line: AgentLine) -> float | None:
        """Talk, hold and wrap-up for each call taken."""
        return measures.handling_time(line.handled).value

    def get_occupancy(self, line: AgentLine) -> float | None:
        """Busy of busy and ready."""
        return measures.occupancy(line.presence).value

    def get_shrinkage(self, line: AgentLine) -> float | None:
        """Paused of all time logged in."""
        return measures.shrinkage(line.presence).value


class CallLineShown(serializers.Serializer):
    """Calls that came in, by number, merchant or outcome."""

    key = serializers.SerializerMethodField()
    calls = serializers.IntegerField()
    answered = serializers.IntegerField()
    talked = Seconds()

    def get_key(self, line: CallLine) -> str:
        """What they are grouped by."""
        return line.key[0]


class ForeseenLineShown(serializers.Serializer):
    """One queue's day: what callers were told against what it then was; errors are seconds, above 0: said too long."""

    day = serializers.DateField()
    queue = serializers.CharField()
    told = serializers.IntegerField()
    answered = serializers.IntegerField()
    error = serializers.FloatField(help_text="Sum over those answered.")
    absolute = serializers.FloatField(help_text="Sum over those answered.")
    near = serializers.IntegerField(help_text="Wrong by `near_seconds` at most.")
    close = serializers.IntegerField(help_text="Wrong by `close_share` of the real wait at most.")
    mean_error = serializers.FloatField(allow_null=True)
    mean_absolute_error = serializers.FloatField(allow_null=True)
    share_near = serializers.FloatField(allow_null=True)
    share_close = serializers.FloatField(allow_null=True)


class ForeseenShown(serializers.Serializer):
    """How well waits were foreseen, and by what."""

    estimator = serializers.CharField()
    near_seconds = serializers.FloatField()
    close_share = serializers.FloatField()
    lines = ForeseenLineShown(many=True)


class ForecastShown(serializers.Serializer):
    """The fewest agents that keep the promise, and what they make of the load; shares from 0 to 1."""

    agents = serializers.IntegerField()
    must_wait = serializers.FloatField()
    service_level = serializers.FloatField()
    mean_wait = serializers.FloatField(help_text="Seconds, over all callers.")
    occupancy = serializers.FloatField()
    give_up = serializers.FloatField()


class Reports(Resource):
    """Counted anew when asked; practice calls are in none."""

    rights = {
        "queues": Right.CALLS_READ,
        "times": Right.CALLS_READ,
        "agents": Right.PEOPLE_READ,
        "calls": Right.CALLS_READ,
        "waits_foreseen": Right.CALLS_READ,
        "staffing": Right.CALLS_READ,
    }
    serializer_class = serializers.Serializer
    pagination_class = None  # type: ignore[assignment]
    queries = {
        "queues": WindowQuery,
        "times": TimesQuery,
        "agents": WindowQuery,
        "calls": CallsQuery,
        "waits_foreseen": WindowQuery,
        "staffing": StaffingQuery,
    }

    @extend_schema(responses=QueueLineShown(many=True))
    @action(detail=False, methods=["get"])
    def queues(self, request: Request) -> Response:
        """A line for each queue that anybody joined."""
        window, tenant_id, _asked = self._window()
        return Response(QueueLineShown(by_queue(window, tenant_id=tenant_id), many=True).data)

    @extend_schema(responses=TimeLineShown(many=True))
    @action(detail=False, methods=["get"])
    def times(self, request: Request) -> Response:
        """A line for each piece of time in which anybody joined a queue."""
        window, tenant_id, asked = self._window()
        lines = by_time(window, Cut(asked["cut"]), tenant_id=tenant_id, queue=asked.get("queue_id"))
        return Response(TimeLineShown(lines, many=True).data)

    @extend_schema(responses=AgentLineShown(many=True))
    @action(detail=False, methods=["get"])
    def agents(self, request: Request) -> Response:
        """A line for each agent who was logged in or took a call."""
        window, tenant_id, _asked = self._window()
        return Response(AgentLineShown(by_agent(window, clock.now(), tenant_id), many=True).data)

    @extend_schema(responses=CallLineShown(many=True))
    @action(detail=False, methods=["get"])
    def calls(self, request: Request) -> Response:
        """Calls that came in, by dialled number, merchant or outcome; the most frequent first."""
        window, tenant_id, asked = self._window()
        return Response(CallLineShown(calls_by(window, asked["by"], tenant_id=tenant_id), many=True).data)

    @extend_schema(responses=ForeseenShown)
    @action(detail=False, methods=["get"], url_path="waits-foreseen")
    def waits_foreseen(self, request: Request) -> Response:
        """What callers were told that they would wait, against what it then was, by queue and day."""
        window, tenant_id, _asked = self._window()
        return Response(ForeseenShown(plain(waits_foreseen(window, tenant_id))).data)

    @extend_schema(responses=ForecastShown)
    @action(detail=False, methods=["get"])
    def staffing(self, request: Request) -> Response:
        """How many agents a load needs: Erlang A with a patience, Erlang C without."""
        asked = self.asked().validated_data
        patience = timedelta(seconds=asked["patience"]) if "patience" in asked else None
        load = Load(float(asked["calls"]), timedelta(seconds=asked["handling"]), patience)
        forecast = agents_needed(load, asked["share_percent"] / 100, timedelta(seconds=asked["within"]))
        return Response(ForecastShown(forecast).data)

    def _window(self) -> tuple[Window, UUID | None, dict[str, Any]]:
        """The days, the tenant that is asked about if it is one, and all that was asked."""
        asked = self.asked().validated_data
        tenant = None
        if "tenant" in asked:
            rows = Tenant.objects.filter(code=asked["tenant"])
            tenant = found(rows, rows.values_list("pk", flat=True).first())
        elif self.caller.tenant_id is not None:
            tenant = self.tenant()
        window = Window(asked["first"], asked["last"], zone_of(tenant))
        return window, tenant.pk if tenant else None, asked
