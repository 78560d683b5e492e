"""Messages that callers left: to look for, to hear, and to settle."""

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

from seatline.clock import now
from seatline.panel.base import WindowAdmin
from seatline.panel.show import chip, figure, link, when
from telephony.recordings.play import sound_response
from telephony.voicemail.models import Voicemail
from telephony.voicemail.services import mark_heard


@admin.register(Voicemail)
class VoicemailAdmin(WindowAdmin):
    """Messages; the first who hears one marks it as heard."""

    list_display = ("left", "tenant_named", "caller", "queue_code", "length", "state")
    list_filter = ("tenant", "state")
    list_select_related = ("tenant", "call")
    search_fields = ("caller", "queue_code")
    fields = ("left", "tenant", "caller", "queue_code", "call_link", "length", "state", "heard_at", "mail", "hear")
    empty_hint = gettext_lazy("Callers leave messages where a flow has a voicemail node.")

    def get_urls(self) -> list[Any]:
        """With the address of the sound."""
        sound = path(
            "<uuid:message_id>/sound/", self.admin_site.admin_view(self.sound), name="telephony_voicemail_sound"
        )
        return [sound, *super().get_urls()]

    def sound(self, request: HttpRequest, message_id: UUID) -> HttpResponseBase:
        """The WAV, with Range, for whom the group allows it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        message = Voicemail.objects.filter(pk=message_id).first()
        if message is None:
            raise Http404
        mark_heard(message, now())
        return sound_response(request, Path(settings.VAR) / "recordings", message.path, f"{message.call_id}.wav")

    @display(description=gettext_lazy("left at"), ordering="left_at")
    def left(self, row: Voicemail) -> str:
        """In the tenant's time zone."""
        return when(row.left_at, row.tenant.time_zone if row.tenant else None)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Voicemail) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour) if row.tenant else "–"

    @display(description=gettext_lazy("call"))
    def call_link(self, row: Voicemail) -> str:
        """To the call's page."""
        return link(reverse("admin:telephony_call_change", args=[row.call_id]), row.call)

    @display(description=gettext_lazy("length"), ordering="seconds")
    def length(self, row: Voicemail) -> str:
        """Minutes and seconds."""
        minutes, seconds = divmod(round(row.seconds), 60)
        return figure(f"{minutes:02d}:{seconds:02d}")

    @display(description=gettext_lazy("hear"))
    def hear(self, row: Voicemail) -> str:
        """The player."""
        return format_html(
            '<audio class="sl-player" controls preload="none" src="{}"></audio>',
            reverse("admin:telephony_voicemail_sound", args=[row.pk]),
        )
