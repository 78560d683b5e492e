"""The editor's pages: a flow drawn, a step's form beside it, and every change a form of its own.

Everything works without a script: steps are links, changes are posts. What a service refuses stands on the page with
all that was typed, and nothing is written.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.forms import posted
from seatline.panel.said import said
from telephony.editor import edits
from telephony.editor.admin_flow import FlowPages
from telephony.editor.admin_forms import RemoveForm
from telephony.editor.edges import Definition, nodes_of, pointing_at
from telephony.editor.fields import fields_of, hints
from telephony.editor.filled import Sent, lost, read_group, sent_of
from telephony.editor.offers import offers_for
from telephony.editor.scene import scene
from telephony.editor.services import change, fill_in, published, take_up, working
from telephony.editor.shapes import kinds
from telephony.editor.words import KINDS, exit_word, kind_word, part_word, told_here
from telephony.lookups.models import System
from telephony.plans.models import Flow, FlowSave, FlowVersion
from telephony.plans.services import faults_of, undo_save


class EditorPages(FlowPages):
    """The drawing, and the changes of steps."""

    def urls(self) -> list[Any]:
        """Below the address of flows."""
        pages = (
            ("", "", self.page),
            ("step/<str:name>/", "_step", self.save),
            ("step/<str:name>/copy/", "_copy", self.copy),
            ("step/<str:name>/rename/", "_rename", self.rename),
            ("step/<str:name>/first/", "_first", self.first),
            ("step/<str:name>/remove/", "_remove", self.remove),
            ("add/", "_add", self.add),
            ("undo/", "_undo", self.undo),
            ("take-up/<int:version>/", "_take_up", self.take_up),
        )
        return self.paths(pages)

    def page(self, request: HttpRequest, flow_id: str) -> HttpResponseBase:
        """The drawing, and the form of the step that is chosen."""
        flow = self.flow(request, flow_id)
        return self._show(request, flow, working(flow), request.GET.get("step", ""))

    def save(self, request: HttpRequest, flow_id: str, name: str) -> HttpResponseBase:
        """A step as its form was filled in."""
        flow = self.flow(request, flow_id)
        if request.method != "POST":
            return self.to(flow, name)
        sent = {key: list(values) for key, values in request.POST.lists()}
        kind = request.POST.get("kind", "")
        group = kinds().get(kind)
        try:
            if group is None:
                raise edits.StepKindUnknown(kind=kind)
            node = {"kind": kind, **read_group(group, sent)}
            fill_in(flow, name, node, request.POST.get("seen", ""), by=request.user.pk, at=clock.now())
        except SeatlineError as error:
            return self._show(request, flow, working(flow), name, sent=sent, kind=kind, refusal=said(error))
        return self.to(flow, name)

    def add(self, request: HttpRequest, flow_id: str) -> HttpResponseBase:
        """A new step."""
        flow = self.flow(request, flow_id)
        made = ""

        def edit(before: Definition) -> Definition:
            nonlocal made
            after, made = edits.add(before, request.POST.get("kind", ""), request.POST.get("name", "").strip())
            return after

        return self._change(request, flow, edit, lambda: made)

    def copy(self, request: HttpRequest, flow_id: str, name: str) -> HttpResponseBase:
        """The step once more."""
        flow = self.flow(request, flow_id)
        made = ""

        def edit(before: Definition) -> Definition:
            nonlocal made
            after, made = edits.copy(before, name)
            return after

        return self._change(request, flow, edit, lambda: made, name)

    def rename(self, request: HttpRequest, flow_id: str, name: str) -> HttpResponseBase:
        """The step under another name; ways that lead to it follow."""
        fresh = request.POST.get("name", "").strip()
        flow = self.flow(request, flow_id)
        return self._change(request, flow, lambda before: edits.rename(before, name, fresh), lambda: fresh, name)

    def first(self, request: HttpRequest, flow_id: str, name: str) -> HttpResponseBase:
        """The flow begins here."""
        flow = self.flow(request, flow_id)
        return self._change(request, flow, lambda before: edits.start_at(before, name), lambda: name, name)

    def remove(self, request: HttpRequest, flow_id: str, name: str) -> HttpResponseBase:
        """Ask first, and say which ways lead to the step."""
        flow = self.flow(request, flow_id)
        definition = working(flow)
        others = [other for other in nodes_of(definition) if other != name]
        ways = pointing_at(definition, name)
        form = RemoveForm(posted(request), others=others if ways or definition.get("start") == name else [])

        def do() -> HttpResponseBase:
            target = form.cleaned_data.get("lead_to", "")
            change(flow, lambda before: edits.remove(before, name, target), by=request.user.pk, at=clock.now())
            messages.success(request, _("“%(step)s” is removed.") % {"step": name})
            return self.to(flow)

        facts = [
            _("“%(source)s” leads to it by: %(way)s") % {"source": edge.source, "way": exit_word(edge.path)}
            for edge in ways
        ]
        return self.admin.ask(  # type: ignore[no-any-return]
            request, flow, form, do,
            title=_("Remove “%(step)s”") % {"step": name}, submit=_("Remove"), danger=True,
            text=_("No way leads to this step.") if not ways else _("These ways lead to the step:"),
            facts=facts, back=f"{self.address(flow)}?step={name}",
        )  # fmt: skip

    def undo(self, request: HttpRequest, flow_id: str) -> HttpResponseBase:
        """Take back the last save."""
        flow = self.flow(request, flow_id)
        if request.method == "POST":
            try:
                undo_save(flow)
                messages.success(request, _("The last save is undone."))
            except SeatlineError as error:
                messages.error(request, said(error))
        return self.to(flow, request.POST.get("step", ""))

    def take_up(self, request: HttpRequest, flow_id: str, version: int) -> HttpResponseBase:
        """Work on from an earlier version."""
        flow = self.flow(request, flow_id)
        row = FlowVersion.objects.filter(flow=flow, version=version).first()
        if request.method == "POST" and row is not None:
            take_up(flow, row, by=request.user.pk, at=clock.now())
            messages.success(request, _("The draft is now as version %(version)s.") % {"version": version})
        return self.to(flow)

    def _change(
        self, request: HttpRequest, flow: Flow, edit: Any, then: Any, name: str = ""
    ) -> HttpResponseBase:  # fmt: skip
        if request.method == "POST":
            try:
                change(flow, edit, by=request.user.pk, at=clock.now())
                return self.to(flow, then())
            except SeatlineError as error:
                return self._show(request, flow, working(flow), name, refusal=said(error))
        return self.to(flow, name)

    def _show(
        self, request: HttpRequest, flow: Flow, definition: Definition, chosen: str, *, sent: Sent | None = None,
        kind: str = "", refusal: str = "",
    ) -> HttpResponse:  # fmt: skip
        offers, faults = offers_for(flow, definition), faults_of(flow, definition)
        nodes = nodes_of(definition)
        last_save = FlowSave.objects.filter(flow=flow).first()
        live = published(flow)
        context = {
            **self.admin.admin_site.each_context(request),
            "title": flow.name, "opts": self.admin.opts, "original": flow, "flow": flow,
            "is_nav_sidebar_enabled": False,
            "scene": scene(definition, faults, offers, chosen),
            "step": self._step(flow, definition, chosen, sent, kind, offers, faults) if chosen in nodes else None,
            "gone": chosen if chosen and chosen not in nodes else "",
            "faults": [(fault.node, told_here(fault)) for fault in faults], "refusal": refusal,
            "kinds": [(word, KINDS[word].name if word in KINDS else word) for word in kinds()],
            "hints": hints(offers), "can_undo": last_save is not None,
            "differs": live is None or live.definition != definition, "live": live,
        }  # fmt: skip
        return TemplateResponse(request, "editor/page.html", context, status=422 if refusal else 200)

    def _step(
        self, flow: Flow, definition: Definition, name: str, sent: Sent | None, kind: str, offers: Any,
        faults: Sequence[Any],
    ) -> Mapping[str, Any]:  # fmt: skip
        node = nodes_of(definition)[name]
        kind = kind or str(node.get("kind"))
        group = kinds().get(kind)
        # Faults are those of what is saved: beside what was just typed and refused they would mislead.
        mine = [fault for fault in faults if fault.node == name] if sent is None else []
        shown = sent if sent is not None else sent_of(group, node) if group else {}
        word = kind_word(kind)
        beside = {part.key for part in group.parts} if group else set()
        return {
            "name": name, "kind": kind, "kind_name": word.name, "icon": word.icon, "told": word.told,
            "seen": edits.mark(node), "says": bool(node.get("say")), "first": definition.get("start") == name,
            "fields": fields_of(kind, shown, offers, mine),
            "faults": [told_here(fault) for fault in mine if fault.part not in beside],
            "test": self._test(node, flow),
            "lost": [part_word(key).name for key in lost(group, node)] if group else [],
        }  # fmt: skip

    def _test(self, node: Mapping[str, Any], flow: Flow) -> str:
        """Where the look-up of a step is tested; empty for a step without one."""
        system = System.objects.filter(tenant=flow.tenant_id, code=str(node.get("system", ""))).first()
        if system is None:
            return ""
        address = reverse("admin:telephony_system_test", args=[system.pk])
        return f"{address}?{urlencode({'path': node.get('path', '/')})}"
