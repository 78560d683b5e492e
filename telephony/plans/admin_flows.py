"""Flows: drafts, versions, and the numbers that they answer."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from seatline import clock
from seatline.panel.base import PanelAdmin, PanelTabular, WindowTabular
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import figure, tag, when
from telephony.editor.admin_acts import ActPages
from telephony.editor.admin_pages import EditorPages
from telephony.editor.compared import compared
from telephony.editor.edits import ChangedMeanwhile, mark
from telephony.editor.services import change, published, working
from telephony.plans.admin_of_tenants import OfTenant
from telephony.plans.models import Flow, FlowVersion, Route
from telephony.plans.services import faults_of, publish_flow
from telephony.plans.told_faults import told_with_node
from tenants.accounts.models import User


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
    """A definition as JSON, and the fingerprint of what it was when the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput(), required=False)
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
class FlowAdmin(OfTenant):
    """Dialogues with callers."""

    list_display = ("code", "name", "tenant_named", "published", "draft")
    list_filter = ("tenant",)
    search_fields = ("code", "name")
    fields = (("tenant", "code"), "name")
    actions_detail = ("edit", "publish", "edit_draft")
    empty_hint = gettext_lazy("Add a flow, write its draft, publish it, and give it a number to answer.")

    def get_urls(self) -> list[Any]:
        """With the editor's pages."""
        return [*EditorPages(self).urls(), *ActPages(self).urls(), *super().get_urls()]

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
        description=gettext_lazy("Edit"),
        url_path="edit",
        permissions=["telephony.change_flowversion"],
        icon="account_tree",
    )
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """To the editor."""
        return redirect("admin:telephony_flow_editor", object_id)

    @action(
        description=gettext_lazy("Edit as JSON"),
        url_path="draft",
        permissions=["telephony.change_flowversion"],
        icon="data_object",
    )
    def edit_draft(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Write the next version; what keeps it from being published is told node by node."""
        flow = self.found(request, object_id)
        there = working(flow)
        text = json.dumps(there, ensure_ascii=False, indent=2)
        form = DraftForm(posted(request), initial={"definition": text, "seen": mark(there)})

        def put(before: Any) -> Any:
            definition = form.cleaned_data["definition"]
            if mark(before) not in (form.cleaned_data["seen"], mark(definition)):
                raise ChangedMeanwhile(name=flow.code)
            return definition

        def do() -> HttpResponseBase:
            change(flow, put, by=request.user.pk, at=clock.now())
            return redirect("admin:telephony_flow_editor", flow.pk)

        return self.ask(
            request,
            flow,
            form,
            do,
            title=_("Draft of %(flow)s") % {"flow": flow},
            submit=_("Save draft"),
            text=_("Callers go on meeting the published version until you publish this one."),
            facts=[told_with_node(fault) for fault in faults_of(flow, there)] if there.get("nodes") else (),
            back=reverse("admin:telephony_flow_editor", args=[flow.pk]),
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

        there, live = working(flow), published(flow)
        faults = [told_with_node(fault) for fault in faults_of(flow, there)]
        changes = [str(one) for one in compared(live.definition if live else {}, there)]
        return self.ask(
            request,
            flow,
            AskForm(posted(request)),
            do,
            title=_("Publish %(flow)s") % {"flow": flow},
            submit=_("Publish"),
            text=_("Callers who arrive from now on meet the draft. A published version never changes again."),
            facts=faults or changes or [_("There is no difference.")],
            back=reverse("admin:telephony_flow_editor", args=[flow.pk]),
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
