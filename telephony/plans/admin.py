"""What the switch obeys: queues, flows with their versions, numbers' routes, prompts, phones and trunks."""

import json
import secrets
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q
from django.forms import Form, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from agents.people.models import Agent, Skill
from seatline import clock
from seatline.panel.base import PanelAdmin, PanelTabular, WindowTabular
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip, duration, figure, tag, when
from telephony.plans.models import Flow, FlowVersion, Phone, Prompt, Queue, QueueMember, QueueSkill, Route, Trunk
from telephony.plans.services import faults_of, make_phone, publish_flow, save_draft, say_prompt
from telephony.recordings.play import sound_response
from tenants.accounts.models import User


class _OfTenant(PanelAdmin):
    """A table of tenants' rows that the switch obeys."""

    list_select_related = ("tenant",)
    touches_plan = True

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Any) -> str:
        """The tenant behind its colour; without one it is the operator's."""
        return chip(row.tenant, row.tenant.colour) if row.tenant else _("operator")


class AskedSkillInline(PanelTabular):
    """Skills that the queue asks for."""

    model = QueueSkill
    fields = ("after", "skill", "level")
    verbose_name = gettext_lazy("skill asked for")
    verbose_name_plural = gettext_lazy("skills asked for; none: every agent of the tenant serves the queue")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only skills of the queue's tenant."""
        queue_id = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if db_field.name == "skill" and queue_id:
            kwargs["queryset"] = Skill.objects.filter(tenant__in=Queue.objects.filter(pk=queue_id).values("tenant"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class MemberInline(PanelTabular):
    """Agents named for the queue."""

    model = QueueMember
    fields = ("agent", "penalty", "position")
    verbose_name = gettext_lazy("agent of the queue")
    verbose_name_plural = gettext_lazy("agents of the queue; none: every agent of the tenant serves it")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Agents of the queue's tenant, and the operator's own staff."""
        queue_id = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if db_field.name == "agent" and queue_id:
            theirs = Q(tenant__in=Queue.objects.filter(pk=queue_id).values("tenant"))
            kwargs["queryset"] = Agent.objects.filter(theirs | Q(employed_by=Agent.Employer.OPERATOR), active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Queue)
class QueueAdmin(_OfTenant):
    """Where callers wait."""

    list_display = (
        "code",
        "named",
        "tenant_named",
        "strategy",
        "ring_shown",
        "wrap_up_shown",
        "max_wait_shown",
        "record",
    )
    list_filter = ("tenant", "strategy")
    search_fields = ("code", "name", "name_zh")
    fieldsets = (
        (None, {"fields": (("tenant", "code"), ("name", "name_zh"))}),
        (
            gettext_lazy("Agents"),
            {"fields": ("strategy", ("ring", "wrap_up", "retry"), ("misses_allowed", "weight", "ageing"))},
        ),
        (
            gettext_lazy("Callers"),
            {"fields": (("max_wait", "max_length"), ("join_empty", "leave_empty"), ("sticky", "record"))},
        ),
        (
            gettext_lazy("While they wait"),
            {"fields": ("music", ("announce_every", "say_position", "say_wait"), "messages")},
        ),
    )
    empty_hint = gettext_lazy("Add a queue; then let a flow send callers to it by its code.")

    @display(description=gettext_lazy("name"), ordering="name")
    def named(self, queue: Queue) -> str:
        """In the language of the screen."""
        return queue.display_name

    @display(description=gettext_lazy("ring for"), ordering="ring")
    def ring_shown(self, queue: Queue) -> str:
        """Minutes and seconds."""
        return duration(queue.ring)

    @display(description=gettext_lazy("wrap-up"), ordering="wrap_up")
    def wrap_up_shown(self, queue: Queue) -> str:
        """Minutes and seconds."""
        return duration(queue.wrap_up)

    @display(description=gettext_lazy("longest wait"), ordering="max_wait")
    def max_wait_shown(self, queue: Queue) -> str:
        """Minutes and seconds."""
        return duration(queue.max_wait)

    def get_readonly_fields(self, request: HttpRequest, obj: Queue | None = None) -> tuple[str, ...]:
        """Flows and reports name the code, so it stays."""
        return ("tenant", "code") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Queue | None) -> list[Any]:
        """Skills are the tenant's, so the queue comes first."""
        return [AskedSkillInline, MemberInline] if obj else []

    def save_formset(self, request: HttpRequest, form: Form, formset: Any, change: bool) -> None:
        """A skill that is asked for belongs to the queue's tenant."""
        for one in formset.forms:
            one.instance.tenant_id = form.instance.tenant_id
        super().save_formset(request, form, formset, change)


class VersionInline(WindowTabular):
    """Versions of a flow, newest first."""

    model = FlowVersion
    fields = ("version", "state_shown", "published", "who")
    readonly_fields = fields
    ordering = ("-version",)
    show_change_link = True
    verbose_name_plural = gettext_lazy("versions")

    @display(description=gettext_lazy("state"))
    def state_shown(self, row: FlowVersion) -> str:
        """Draft or published."""
        return tag(row.get_state_display(), "warn" if row.state == FlowVersion.State.DRAFT else "good")

    @display(description=gettext_lazy("published at"))
    def published(self, row: FlowVersion) -> str:
        """In the operator's time zone."""
        return when(row.published_at)

    @display(description=gettext_lazy("published by"))
    def who(self, row: FlowVersion) -> str:
        """The person's user name."""
        if row.published_by is None:
            return "–"
        return User.objects.filter(pk=row.published_by).values_list("username", flat=True).first() or "–"


class RouteInline(PanelTabular):
    """Numbers that the flow answers."""

    model = Route
    fields = ("number", "merchant_code")
    autocomplete_fields = ("number",)
    verbose_name = gettext_lazy("number")
    verbose_name_plural = gettext_lazy("answers the numbers")


class DraftForm(AskForm):
    """A definition as JSON."""

    definition = forms.CharField(
        label=gettext_lazy("definition"), widget=UnfoldAdminTextareaWidget({"rows": 28, "class": "sl-code"})
    )

    def clean_definition(self) -> Any:
        """JSON, or the place where it stops being JSON."""
        try:
            return json.loads(self.cleaned_data["definition"])
        except ValueError as error:
            line, column = getattr(error, "lineno", 0), getattr(error, "colno", 0)
            raise forms.ValidationError(
                _("This is not JSON: look at line %(line)s, column %(column)s.") % {"line": line, "column": column}
            ) from error


@admin.register(Flow)
class FlowAdmin(_OfTenant):
    """Dialogues with callers."""

    list_display = ("code", "name", "tenant_named", "published", "draft")
    list_filter = ("tenant",)
    search_fields = ("code", "name")
    fields = (("tenant", "code"), "name")
    actions_detail = ("edit_draft", "publish")
    empty_hint = gettext_lazy("Add a flow, write its draft, publish it, and give it a number to answer.")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With versions, for the list's columns."""
        return super().get_queryset(request).prefetch_related("versions")

    @display(description=gettext_lazy("published version"))
    def published(self, flow: Flow) -> str:
        """What callers meet."""
        numbers = [one.version for one in flow.versions.all() if one.state == FlowVersion.State.PUBLISHED]
        return figure(max(numbers, default=None))

    @display(description=gettext_lazy("draft"), boolean=True)
    def draft(self, flow: Flow) -> bool:
        """Whether there is one."""
        return any(one.state == FlowVersion.State.DRAFT for one in flow.versions.all())

    def get_readonly_fields(self, request: HttpRequest, obj: Flow | None = None) -> tuple[str, ...]:
        """Reports name the code, so it stays."""
        return ("tenant", "code") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Flow | None) -> list[Any]:
        """Nothing below an empty form."""
        return [RouteInline, VersionInline] if obj else []

    def save_formset(self, request: HttpRequest, form: Form, formset: Any, change: bool) -> None:
        """A route belongs to the flow's tenant."""
        for one in formset.forms:
            one.instance.tenant_id = form.instance.tenant_id
        super().save_formset(request, form, formset, change)

    def offers(self, row: Flow, name: str) -> bool:
        """Only a draft is published."""
        return name != "publish" or self.draft(row)

    @action(
        description=gettext_lazy("Edit draft"),
        url_path="draft",
        permissions=["telephony.change_flowversion"],
        icon="edit_note",
    )
    def edit_draft(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Write the next version; what keeps it from being published is told node by node."""
        flow = self.found(request, object_id)
        newest = max(flow.versions.all(), key=lambda one: one.version, default=None)
        start = (
            newest.definition
            if newest
            else {"start": "end", "nodes": {"end": {"kind": "finish", "outcome": "informed"}}}
        )
        form = DraftForm(posted(request), initial={"definition": json.dumps(start, ensure_ascii=False, indent=2)})

        def do() -> str:
            definition = form.cleaned_data["definition"]
            save_draft(flow, definition)
            faults = faults_of(flow, definition)
            for fault in faults:
                messages.warning(request, str(fault))
            return (
                _("The draft is saved; it cannot be published yet.")
                if faults
                else _("The draft is saved and can be published.")
            )

        return self.ask(
            request,
            flow,
            form,
            do,
            title=_("Draft of %(flow)s") % {"flow": flow},
            submit=_("Save draft"),
            text=_("Callers go on meeting the published version until you publish this one."),
            facts=[str(fault) for fault in faults_of(flow, start)] if newest else (),
        )

    @action(
        description=gettext_lazy("Publish"),
        url_path="publish",
        permissions=["telephony.change_flowversion"],
        icon="publish",
        variant=ActionVariant.PRIMARY,
    )
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Let callers meet the draft."""
        flow = self.found(request, object_id)

        def do() -> str:
            version = publish_flow(flow, clock.now(), request.user.pk)
            return _("Version %(version)s is in force; calls that run stay with theirs.") % {"version": version.version}

        draft = next((one for one in flow.versions.all() if one.state == FlowVersion.State.DRAFT), None)
        return self.ask(
            request,
            flow,
            AskForm(posted(request)),
            do,
            title=_("Publish %(flow)s") % {"flow": flow},
            submit=_("Publish"),
            text=_("Callers who arrive from now on meet the draft. A published version never changes again."),
            facts=[str(fault) for fault in faults_of(flow, draft.definition)] if draft else (),
        )


@admin.register(FlowVersion)
class VersionAdmin(PanelAdmin):
    """A version to read; it is written and published on the flow's page."""

    list_display = ("flow", "version", "state", "published")
    list_filter = ("state", "tenant")
    list_select_related = ("flow",)
    fields = ("flow", "version", "state", "published", "shown")
    readonly_fields = fields

    @display(description=gettext_lazy("published at"))
    def published(self, row: FlowVersion) -> str:
        """In the operator's time zone."""
        return when(row.published_at)

    @display(description=gettext_lazy("definition"))
    def shown(self, row: FlowVersion) -> str:
        """As it is written."""
        return format_html("<pre class='sl-code'>{}</pre>", json.dumps(row.definition, ensure_ascii=False, indent=2))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """On the flow's page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """On the flow's page."""
        return False


@admin.register(Prompt)
class PromptAdmin(_OfTenant):
    """What flows say."""

    list_display = ("name", "language", "tenant_named", "text_shown", "source", "ready")
    list_filter = ("language", "source", "tenant")
    search_fields = ("name", "text")
    fields = (("tenant", "name"), "language", "text", "hear")
    empty_hint = gettext_lazy("Add a prompt: the machine speaks its text, in English or Chinese.")

    def get_urls(self) -> list[Any]:
        """With the address of the sound."""
        sound = path("<uuid:prompt_id>/sound/", self.admin_site.admin_view(self.sound), name="telephony_prompt_sound")
        return [sound, *super().get_urls()]

    def sound(self, request: HttpRequest, prompt_id: UUID) -> HttpResponseBase:
        """The WAV that callers hear."""
        prompt = Prompt.objects.filter(pk=prompt_id).first() if self.has_view_permission(request) else None
        if prompt is None or not prompt.sha:
            raise Http404
        return sound_response(
            request, Path(settings.VAR) / "sounds" / "prompts", f"{prompt.sha}.wav", f"{prompt.name}.wav"
        )

    @display(description=gettext_lazy("text"))
    def text_shown(self, prompt: Prompt) -> str:
        """Its beginning."""
        return prompt.text if len(prompt.text) <= 60 else prompt.text[:59] + "…"

    @display(description=gettext_lazy("has a file"), boolean=True)
    def ready(self, prompt: Prompt) -> bool:
        """Whether it can be played."""
        return bool(prompt.sha)

    @display(description=gettext_lazy("hear"))
    def hear(self, prompt: Prompt) -> str:
        """The player."""
        if not prompt.sha:
            return _("It is spoken when you save it.")
        url = reverse("admin:telephony_prompt_sound", args=[prompt.pk])
        return format_html('<audio class="sl-player" controls preload="none" src="{}"></audio>', url)

    def get_readonly_fields(self, request: HttpRequest, obj: Prompt | None = None) -> tuple[str, ...]:
        """Flows name it, so its name stays."""
        return ("tenant", "name", "language", "hear") if obj else ("hear",)

    def save_model(self, request: HttpRequest, obj: Prompt, form: ModelForm, change: bool) -> None:
        """Have the machine speak it."""
        made = say_prompt(obj.tenant, obj.name, obj.language, obj.text, sounds=Path(settings.VAR) / "sounds")
        obj.pk, obj._state.adding = made.pk, False


@admin.register(Phone)
class PhoneAdmin(PanelAdmin):
    """SIP accounts of the room. A password is drawn and shown once."""

    list_display = ("endpoint", "seat_shown", "label", "active")
    list_filter = ("active",)
    search_fields = ("endpoint", "label", "=seat")
    fields = (("endpoint", "seat"), "label", "active")
    actions_detail = ("new_password",)
    empty_hint = gettext_lazy("Add a phone, and enter its account and password into the telephone at the seat.")
    touches_plan = True

    @display(description=gettext_lazy("seat"), ordering="seat")
    def seat_shown(self, phone: Phone) -> str:
        """Where it stands."""
        return figure(f"{phone.seat:03d}" if phone.seat else None)

    def get_readonly_fields(self, request: HttpRequest, obj: Phone | None = None) -> tuple[str, ...]:
        """The account's name is the phone's; it stays."""
        return ("endpoint",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Phone, form: ModelForm, change: bool) -> None:
        """A new account gets a password that nobody chose."""
        if change:
            super().save_model(request, obj, form, change)
            return
        password = secrets.token_urlsafe(16)
        made = make_phone(obj.endpoint, password, seat=obj.seat, label=obj.label, active=obj.active)
        request.phone_password = password  # type: ignore[attr-defined]
        obj.pk, obj._state.adding = made.pk, False

    def response_add(self, request: HttpRequest, obj: Phone, post_url_continue: str | None = None) -> HttpResponse:
        """Show the password, once."""
        return self._show(request, obj, request.phone_password)  # type: ignore[attr-defined]

    @action(description=gettext_lazy("New password"), url_path="new-password", permissions=["change"], icon="key")
    def new_password(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Replace the password, as when the telephone is replaced."""
        phone = self.found(request, object_id)

        def do() -> HttpResponse:
            password = secrets.token_urlsafe(16)
            make_phone(phone.endpoint, password, seat=phone.seat, label=phone.label, active=phone.active)
            return self._show(request, phone, password)

        return self.ask(
            request,
            phone,
            AskForm(posted(request)),
            do,
            title=_("New password for %(phone)s") % {"phone": phone},
            submit=_("Make a new password"),
            text=_("The phone can no longer register with the old one."),
        )

    def _show(self, request: HttpRequest, phone: Phone, password: str) -> HttpResponse:
        return self.secret(
            request,
            title=_("Password of %(phone)s") % {"phone": phone},
            text=_("It is shown once; only a digest is kept. Enter it into the telephone."),
            secrets=[(_("account"), phone.endpoint), (_("password"), password)],
            back=self.page_of(phone),
        )


@admin.register(Trunk)
class TrunkAdmin(PanelAdmin):
    """Lines to carriers."""

    list_display = ("name", "host", "priority", "capacity", "context", "active")
    list_filter = ("active",)
    search_fields = ("name", "host")
    fields = ("name", "host", ("priority", "capacity"), "context", "active")
    empty_hint = gettext_lazy("Add the carrier's line: calls are taken from its address alone.")
    touches_plan = True


@admin.register(Route)
class RouteAdmin(_OfTenant):
    """Which flow answers which number."""

    list_display = ("number", "merchant_code", "flow", "tenant_named")
    list_filter = ("tenant",)
    list_select_related = ("number", "flow", "tenant")
    search_fields = ("number__e164", "merchant_code", "flow__code")
    autocomplete_fields = ("number", "flow")
    fields = ("tenant", ("number", "merchant_code"), "flow")
    empty_hint = gettext_lazy("Give a number a flow; callers then meet it.")
