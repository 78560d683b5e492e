"""Recordings: to look for and to hear. A file is found by the recording's id in the person's scope, never by a path."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from seatline.panel.base import WindowAdmin
from seatline.panel.show import chip, figure, link, when
from telephony.recordings.models import Recording
from telephony.recordings.play import sound_response
from tenants.trust.services import log_look


def player(recording: Recording) -> str:
    """An audio element for the recording."""
    return format_html(
        '<audio class="sl-player" controls preload="none" src="{}"></audio>',
        reverse("admin:telephony_recording_sound", args=[recording.pk]),
    )


@admin.register(Recording)
class RecordingAdmin(WindowAdmin):
    """The sound of calls."""

    list_display = ("stored", "tenant_named", "call_link", "length", "peak")
    list_filter = ("tenant",)
    list_select_related = ("tenant", "call")
    search_fields = ("call__caller", "call__dialled")
    fields = ("stored", "tenant", "call_link", "length", "peak", "hear")
    empty_hint = gettext_lazy("Calls that an agent answers are recorded where the queue says so.")

    def get_urls(self) -> list[Any]:
        """With the address of the sound."""
        sound = path(
            "<uuid:recording_id>/sound/", self.admin_site.admin_view(self.sound), name="telephony_recording_sound"
        )
        return [sound, *super().get_urls()]

    def sound(self, request: HttpRequest, recording_id: UUID) -> HttpResponseBase:
        """The WAV, with Range, for whom the group allows it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        recording = Recording.objects.filter(pk=recording_id).first()
        if recording is None:
            raise Http404
        log_look(recording.tenant_id, "recording.heard", str(recording.pk))
        return sound_response(request, Path(settings.VAR) / "recordings", recording.path, f"{recording.call_id}.wav")

    @display(description=gettext_lazy("stored at"), ordering="stored_at")
    def stored(self, row: Recording) -> str:
        """In the tenant's time zone."""
        return when(row.stored_at, row.tenant.time_zone if row.tenant else None)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Recording) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour) if row.tenant else "–"

    @display(description=gettext_lazy("call"))
    def call_link(self, row: Recording) -> str:
        """To the call's page."""
        return link(reverse("admin:telephony_call_change", args=[row.call_id]), row.call)

    @display(description=gettext_lazy("length"), ordering="seconds")
    def length(self, row: Recording) -> str:
        """Minutes and seconds."""
        minutes, seconds = divmod(round(row.seconds), 60)
        return figure(f"{minutes:02d}:{seconds:02d}")

    @display(description=gettext_lazy("peak"), ordering="peak_db")
    def peak(self, row: Recording) -> str:
        """How loud the loudest moment is."""
        return figure(f"{row.peak_db:.1f} dB")

    @display(description=gettext_lazy("hear"))
    def hear(self, row: Recording) -> str:
        """The player."""
        return player(row)
