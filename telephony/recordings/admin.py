"""Recordings: to look for and to hear. A file is found by the recording's id in the person's scope, never by a path."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from agents.people.models import Agent
from seatline.clock import now
from seatline.panel.base import WindowAdmin
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip, figure, link, when
from telephony.journal.models import Leg
from telephony.recordings.models import Recording
from telephony.recordings.opening import SoundGone
from telephony.recordings.play import sound_response
from telephony.recordings.services import note_heard, note_taken
from telephony.recordings.waveform import drawing
from telephony.retention.services import delete, destroyed, name_of

AGENT_DIGITS = 4


class TypedName(AskForm):
    """What must be typed before something is destroyed."""

    name = forms.CharField(label=gettext_lazy("name"), max_length=20)


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
    list_filter = ("tenant", "stored_at", "call__queue_code", "call__outcome")
    list_select_related = ("tenant", "call")
    search_fields = ("call__caller", "call__dialled", "call__queue_code")
    search_help_text = gettext_lazy("Number, queue's code, or an agent's number of four digits.")
    fields = ("stored", "tenant", "call_link", "length", "peak", "hear")
    actions_detail = ("delete_recording",)
    empty_hint = gettext_lazy("Calls that an agent answers are recorded where the queue says so.")

    def get_search_results(self, request: HttpRequest, rows: QuerySet[Recording], term: str) -> Any:
        """An agent's number finds the calls in which he had a part."""
        found, several = super().get_search_results(request, rows, term)
        agent = Agent.objects.filter(number=term.strip()).first() if len(term.strip()) == AGENT_DIGITS else None
        if agent is None:
            return found, several
        return rows.filter(Exists(Leg.objects.filter(call_id=OuterRef("call_id"), agent_id=agent.pk))), False

    @action(
        description=gettext_lazy("Delete the sound"), url_path="delete-sound",
        permissions=["telephony.delete_recording"], icon="delete",
    )  # fmt: skip
    def delete_recording(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """By right, and with the name typed."""
        row = self.found(request, object_id)
        form = TypedName(posted(request))

        def do() -> str:
            delete(row, form.cleaned_data["name"], now())
            return _("The recording is destroyed.")

        return self.ask(
            request, row, form, do, title=_("Delete the sound"), submit=_("Destroy"), danger=True,
            text=_("Type %(name)s to destroy the sound; nothing brings it back.") % {"name": name_of(row)},
        )  # fmt: skip

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
        to_keep = "keep" in request.GET
        (note_taken if to_keep else note_heard)(recording)
        return sound_response(request, None, recording.path, f"{recording.call_id}.wav", to_keep=to_keep)

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
        """The player, with its waveform; what is destroyed says so."""
        gone = destroyed([row.pk]).get(row.pk)
        if gone is not None:
            return f"{gone.get_why_display()} · {when(gone.destroyed_at)}"
        address = reverse("admin:telephony_recording_sound", args=[row.pk])
        with suppress(SoundGone):
            wave = render_to_string("recordings/player.html", {"wave": drawing(row), "source": address})
            return format_html(
                '{}<a href="{}?keep=1" download>{}</a>', mark_safe(wave), address, _("Download")  # noqa: S308  our own template
            )  # fmt: skip
        return _("The file is not there.")

    class Media:
        """The player's own."""

        css = {"all": ("recordings/player.css",)}
        js = ("recordings/player.js",)
