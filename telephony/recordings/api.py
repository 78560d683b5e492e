"""Recordings: what was measured of them, and their sound by right."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Filters, Instant
from telephony.recordings.models import Recording
from telephony.recordings.play import sound_response
from telephony.recordings.services import note_heard


class RecordingShown(serializers.ModelSerializer):
    """The sound of a call: left the caller, right the agent."""

    class Meta:
        model = Recording
        fields = ("id", "tenant_id", "call_id", "seconds", "peak_db", "size", "stored_at", "pauses")


class RecordingFilters(Filters):
    """Which recordings."""

    call_id = serializers.UUIDField(required=False)
    from_at = Instant(required=False, source="stored_at__gte")
    to_at = Instant(required=False, source="stored_at__lt")
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Recordings(Listed, Found, Resource):
    """Recordings of calls."""

    rights = {"list": Right.CALLS_READ, "retrieve": Right.CALLS_READ, "sound": Right.RECORDINGS_HEAR}
    serializer_class = RecordingShown
    filters = RecordingFilters
    ordering = ("-stored_at", "id")

    def get_queryset(self) -> QuerySet[Recording]:
        """In the scope."""
        return Recording.objects.all()

    @extend_schema(responses={(200, "audio/wav"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def sound(self, request: Request, pk: Any) -> HttpResponseBase:
        """The sound; takes Range."""
        recording = self.get_object()
        note_heard(recording)
        return sound_response(request._request, None, recording.path, f"{recording.call_id}.wav")
