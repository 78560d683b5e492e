"""What is done with a draft as a whole: compared, tried on a number, heard."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from seatline import clock
from seatline.panel.forms import posted
from telephony.editor.admin_flow import FlowPages
from telephony.editor.admin_forms import TryForm
from telephony.editor.compared import compared
from telephony.editor.edges import nodes_of
from telephony.editor.services import published, working
from telephony.plans.models import Flow, FlowTrial, FlowVersion
from telephony.plans.services import save_draft
from telephony.plans.sounds import sound_of
from telephony.plans.trials import end_trial, try_flow
from tenants.numbers.services import numbers_in_force


class ActPages(FlowPages):
    """Compare, try, hear."""

    def urls(self) -> list[Any]:
        """Below the address of flows."""
        pages = (
            ("compare/", "_compare", self.compare),
            ("try/", "_try", self.try_out),
            ("try/<uuid:trial_id>/end/", "_try_end", self.end),
            ("hear/<str:name>/<str:language>.wav", "_hear", self.hear),
        )
        return self.paths(pages)

    def compare(self, request: HttpRequest, flow_id: str) -> HttpResponseBase:
        """Two versions, step by step; without a choice the published one and the draft."""
        flow = self.flow(request, flow_id)
        versions = list(FlowVersion.objects.filter(flow=flow).order_by("-version"))
        live = published(flow)
        before = _chosen(versions, request.GET.get("from", ""), live)
        after = _chosen(versions, request.GET.get("to", ""), versions[0] if versions else None)
        context = {
            **self.admin.admin_site.each_context(request),
            "title": _("Compare versions of %(flow)s") % {"flow": flow.name}, "opts": self.admin.opts, "original": flow,
            "flow": flow, "versions": versions, "before": before, "after": after, "live": live,
            "differences": compared(before.definition if before else {}, after.definition if after else {}),
        }  # fmt: skip
        return TemplateResponse(request, "editor/compare.html", context)

    def try_out(self, request: HttpRequest, flow_id: str) -> HttpResponseBase:
        """Let a number be answered by the draft for some minutes."""
        flow = self.flow(request, flow_id)
        at = clock.now()
        form = TryForm(posted(request), numbers=list(_numbers(flow)))

        def do() -> HttpResponseBase:
            minutes = form.cleaned_data["minutes"]
            number, caller = form.cleaned_data["number"], form.cleaned_data["caller"]
            newest = FlowVersion.objects.filter(flow=flow).order_by("-version").first()
            version = newest or save_draft(flow, working(flow), by=request.user.pk, at=at)
            try_flow(version, number, timedelta(minutes=minutes), at, caller)
            messages.success(request, _("For %(minutes)s minutes the draft answers %(number)s.") % {
                "minutes": minutes, "number": number,
            })  # fmt: skip
            return self.to(flow)

        running = FlowTrial.objects.filter(version__flow=flow, ends_at__gt=at).select_related("number", "version")
        facts = [_trial(one) for one in running]
        return self.admin.ask(  # type: ignore[no-any-return]
            request, flow, form, do,
            title=_("Try %(flow)s on a number") % {"flow": flow.name}, submit=_("Try"),
            text=_(
                "Calls to the number meet the draft as it is now; they are practice and never billed. Calls that are in"
                " the flow go on with theirs."
            ),
            facts=facts, back=self.address(flow),
            also=[(f"{self.address(flow)}try/{one.pk}/end/", _("End the trial on %(number)s") % {"number": one.number})
                  for one in running],
        )  # fmt: skip

    def end(self, request: HttpRequest, flow_id: str, trial_id: str) -> HttpResponseBase:
        """The number is answered as before."""
        flow = self.flow(request, flow_id)
        trial = FlowTrial.objects.filter(pk=trial_id, version__flow=flow).first()
        if request.method == "POST" and trial is not None:
            end_trial(trial)
            messages.success(request, _("The trial is over; the number is answered as before."))
        return self.to(flow)

    def hear(self, request: HttpRequest, flow_id: str, name: str, language: str) -> HttpResponseBase:
        """What a step says, as one sound; values that a call would have are examples."""
        flow = self.flow(request, flow_id)
        node = nodes_of(working(flow)).get(name, {})
        sound = sound_of(flow.tenant, node.get("say"), language, Path(settings.VAR) / "sounds")
        return HttpResponse(sound, content_type="audio/wav", headers={"Cache-Control": "private, no-store"})


def _chosen(versions: list[FlowVersion], asked: str, usual: FlowVersion | None) -> FlowVersion | None:
    return next((one for one in versions if str(one.version) == asked), usual)


def _numbers(flow: Flow) -> Iterator[tuple[str, str]]:
    """Numbers that may be tried on: those that nobody holds first, since no caller is surprised there."""
    now = clock.now()
    held = {one.e164: one.tenant_id for one in numbers_in_force(now)}
    free = [(e164, _("%(number)s, held by nobody") % {"number": e164}) for e164, owner in held.items() if owner is None]
    own = [(e164, e164) for e164, owner in held.items() if owner is not None and owner == flow.tenant_id]
    yield from sorted(free)
    yield from sorted(own)


def _trial(trial: FlowTrial) -> str:
    said = {"version": trial.version.version, "number": trial.number, "until": f"{trial.ends_at:%H:%M} UTC"}
    if trial.caller:
        return _("Version %(version)s is tried on %(number)s by calls from …%(caller)s until %(until)s.") % {
            **said, "caller": trial.caller,
        }  # fmt: skip
    return _("Version %(version)s is tried on %(number)s until %(until)s.") % said
