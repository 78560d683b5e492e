"""Messages that callers left: to look for, to hear, and to settle."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from agents.people.models import Agent
from seatline.clock import now
from seatline.panel.base import WindowAdmin
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip, figure, link, tag, when
from telephony.recordings.play import sound_response
from telephony.voicemail.admin_forms import AssignForm
from telephony.voicemail.models import Voicemail
from telephony.voicemail.services import assign, counted, mark_heard, reopen, settle
from tenants.accounts.models import User
from tenants.trust.services import log_look

_TONES = {Voicemail.State.NEW: "bad", Voicemail.State.HEARD: "warn", Voicemail.State.SETTLED: "good"}


@admin.register(Voicemail)
class VoicemailAdmin(WindowAdmin):
    """Messages; the first who hears one marks it as heard."""

    list_display = ("left", "tenant_named", "caller", "queue_code", "length", "state_shown", "assigned", "hear")
    list_filter = ("tenant", "state", "queue_code")
    list_select_related = ("tenant", "call")
    search_fields = ("caller", "queue_code")
    fields = (
        "left", "tenant_named", "caller", "queue_code", "call_link", "length", "state_shown", "heard", "assigned",
        "settled", "mail", "hear",
    )  # fmt: skip
    actions = ("settle_chosen", "reopen_chosen")
    actions_detail = ("assign_message", "settle_message", "reopen_message")
    list_before_template = "voicemail/counts.html"
    empty_hint = gettext_lazy("Callers leave messages where a flow has a voicemail node.")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the agent who is to call back, for every row at once."""
        agent = Agent.objects.filter(pk=OuterRef("assigned_to")).annotate(named=Concat("number", Value(" "), "name"))
        return super().get_queryset(request).annotate(agent_named=Subquery(agent.values("named")[:1]))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """With how many there are in each state."""
        counts = [{"state": one, "label": one.label, "count": count} for one, count in counted().items()]
        return super().changelist_view(request, {**(extra_context or {}), "counts": counts})

    def offers(self, row: Voicemail, name: str) -> bool:
        """What is settled can be opened again; what is open can be settled."""
        settled = row.state == Voicemail.State.SETTLED
        return settled if name == "reopen_message" else not settled

    @action(
        description=gettext_lazy("Assign"), url_path="assign", permissions=["telephony.change_voicemail"],
        icon="person_add",
    )  # fmt: skip
    def assign_message(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Who is to call back."""
        message = self.found(request, object_id)
        form = AssignForm(posted(request), initial={"agent": message.assigned_to}, tenant_id=message.tenant_id)

        def do() -> str:
            agent = form.cleaned_data["agent"]
            assign(message, agent.pk if agent else None)
            if agent is None:
                return _("Nobody is to call back now.")
            return _("%(agent)s is to call back.") % {"agent": agent}

        return self.ask(
            request, message, form, do, title=_("Assign the message of %(caller)s") % {"caller": message.caller},
            submit=_("Assign"),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Settle"), url_path="settle", permissions=["telephony.change_voicemail"],
        icon="task_alt", variant=ActionVariant.PRIMARY,
    )  # fmt: skip
    def settle_message(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """There is nothing left to do about it."""
        message = self.found(request, object_id)

        def do() -> str:
            settle(message, now(), request.user.pk)
            return _("The message is settled; it can be opened again.")

        return self.ask(
            request, message, AskForm(posted(request)), do,
            title=_("Settle the message of %(caller)s") % {"caller": message.caller}, submit=_("Settle"),
            text=_("There is nothing left to do about it."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Open again"), url_path="reopen", permissions=["telephony.change_voicemail"],
        icon="undo",
    )  # fmt: skip
    def reopen_message(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """It was settled by mistake."""
        message = self.found(request, object_id)

        def do() -> str:
            reopen(message)
            return _("The message is open again.")

        return self.ask(
            request, message, AskForm(posted(request)), do,
            title=_("Open the message of %(caller)s again") % {"caller": message.caller}, submit=_("Open again"),
        )  # fmt: skip

    @admin.action(description=gettext_lazy("Settle those chosen"))
    def settle_chosen(self, request: HttpRequest, rows: QuerySet[Voicemail]) -> None:
        """Several at once."""
        open_ones = list(rows.exclude(state=Voicemail.State.SETTLED))
        for message in open_ones:
            settle(message, now(), request.user.pk)
            self.note(request, message, str(_("Settle")))
        messages.success(request, _("Settled: %(count)s.") % {"count": len(open_ones)})

    @admin.action(description=gettext_lazy("Open those chosen again"))
    def reopen_chosen(self, request: HttpRequest, rows: QuerySet[Voicemail]) -> None:
        """Several at once."""
        settled = list(rows.filter(state=Voicemail.State.SETTLED))
        for message in settled:
            reopen(message)
            self.note(request, message, str(_("Open again")))
        messages.success(request, _("Open again: %(count)s.") % {"count": len(settled)})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """For whom may change messages."""
        return super().get_actions(request) if request.user.has_perm("telephony.change_voicemail") else {}

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
        log_look(message.tenant_id, "voicemail.heard", str(message.pk))
        return sound_response(request, None, message.path, f"{message.call_id}.wav")

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

    @display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, row: Voicemail) -> str:
        """New ones stand out."""
        return tag(row.get_state_display(), _TONES[row.state])

    @display(description=gettext_lazy("assigned to"))
    def assigned(self, row: Voicemail) -> str:
        """The agent who is to call back."""
        return getattr(row, "agent_named", None) or "–"

    @display(description=gettext_lazy("heard at"))
    def heard(self, row: Voicemail) -> str:
        """The first time."""
        return when(row.heard_at, row.tenant.time_zone if row.tenant else None)

    @display(description=gettext_lazy("settled"))
    def settled(self, row: Voicemail) -> str:
        """When, and by whom."""
        if row.settled_at is None:
            return "–"
        who = User.objects.filter(pk=row.settled_by).values_list("username", flat=True).first() or "–"
        return format_html("{} · {}", when(row.settled_at, row.tenant.time_zone if row.tenant else None), who)

    @display(description=gettext_lazy("hear"))
    def hear(self, row: Voicemail) -> str:
        """The player."""
        return format_html(
            '<audio class="sl-player" controls preload="none" src="{}"></audio>',
            reverse("admin:telephony_voicemail_sound", args=[row.pk]),
        )
