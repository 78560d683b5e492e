"""The centre of the desk's page: what can be begun for a contact, a case being filled in, a script being gone through.

What is typed into a case is kept field by field while it is typed. Whoever opened the case later and typed first is
named to the other, and nothing of either is overwritten.
"""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agents.desktop.entry import DeskAgent, desk_only
from agents.work.views import about, customer_of, tenant_asked, uuid_or_404
from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.said import said
from tenants.accounts.models import Tenant
from tenants.cases.models import Case, CaseType
from tenants.cases.of_customers import state_in_words
from tenants.cases.services import assign_case, definition_of_type, open_case, save_draft
from tenants.cases.story import story_of
from tenants.cases.views import act
from tenants.customers.cards import card_for
from tenants.customers.models import Customer
from tenants.forms.filling import PREFIX, asked, is_chinese, typed_in
from tenants.forms.models import Script
from tenants.forms.rules import AnswersFaulty, Faults
from tenants.forms.services import form_of_version, keep_answers, version_in_use
from tenants.forms.words import label


def who(agent: DeskAgent) -> str:
    """The agent as cases name him."""
    return f"{agent.number} {agent.name}"


@require_GET
@desk_only
def contact(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """What can be begun: scripts, new cases, and the caller's open ones."""
    tenant_id = tenant_asked(request)
    context = about(request, tenant_id)
    with agent.within(tenant_id):
        card = card_for(tenant_id, context["number"])
        context |= {
            "card": card,
            "scripts": list(Script.objects.exclude(shown=None)),
            "types": list(CaseType.objects.filter(active=True)),
        }
        return render(request, "desk/work/contact.html", context)


@require_POST
@desk_only
def new_case(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """Open a case for the caller and show its form."""
    tenant_id = tenant_asked(request)
    context = about(request, tenant_id)
    with agent.within(tenant_id):
        type_ = CaseType.objects.filter(pk=uuid_or_404(request.POST.get("type"))).first()
        if type_ is None:
            raise Http404
        key = request.POST.get("customer") or customer_of(card_for(tenant_id, context["number"]))
        customer = Customer.objects.filter(pk=uuid_or_404(str(key))).first() if key else None
        row = open_case(type_, clock.now(), who(agent), customer=customer, call_id=_call(context["call"]))
        return _case_part(request, row, context)


@require_http_methods(["GET", "POST"])
@desk_only
def case(request: HttpRequest, agent: DeskAgent, key: UUID) -> HttpResponse:
    """A case's form and story; POST does what its button says."""
    tenant_id = tenant_asked(request)
    context = about(request, tenant_id)
    with agent.within(tenant_id):
        row = _case(key)
        if request.method == "POST":
            try:
                if request.POST.get("act") == "take":
                    assign_case(row, agent.agent_id, who(agent), clock.now(), who(agent))
                else:
                    act(request, row, who(agent))
                context["saved"] = True
            except SeatlineError as error:
                typed = typed_in(request.POST, definition_of_type(row.type).form)
                faults = error.faults if isinstance(error, AnswersFaulty) else ()
                return _case_part(request, row, {**context, "refusal": said(error)}, typed, Faults(faults))
        return _case_part(request, _case(key), context)


@require_POST
@desk_only
def draft(request: HttpRequest, agent: DeskAgent, tenant_id: UUID, key: UUID, seen: int) -> HttpResponse:
    """Keep one field of a case as it is typed; `seen` is the version with which the page began."""
    with agent.within(tenant_id):
        row = _case(key)
        typed = {
            name.removeprefix(PREFIX): str(value) for name, value in request.POST.items() if name.startswith(PREFIX)
        }
        known = {one.code for one in definition_of_type(row.type).form}
        kept = {**row.answers, **(row.draft or {}), **{code: one for code, one in typed.items() if code in known}}
        save_draft(row, kept, clock.now(), who(agent), seen=seen)
    return HttpResponse(_("Kept at %(time)s") % {"time": timezone.localtime(clock.now()).strftime("%H:%M:%S")})


@require_http_methods(["GET", "POST"])
@desk_only
def script(request: HttpRequest, agent: DeskAgent, key: UUID) -> HttpResponse:
    """A script's steps; POST keeps the answers, of a talk that broke off too."""
    tenant_id = tenant_asked(request)
    context = about(request, tenant_id)
    with agent.within(tenant_id):
        row = Script.objects.filter(pk=key).first()
        if row is None:
            raise Http404
        version = version_in_use(row)
        form, card = form_of_version(version), card_for(tenant_id, context["number"])
        typed, faults = typed_in(request.POST, form), Faults()
        if request.method == "POST":
            try:
                keep_answers(
                    version, typed, clock.now(), who(agent), complete=request.POST.get("act") != "broken_off",
                    customer_id=customer_of(card), call_id=_call(context["call"]),
                )  # fmt: skip
                return render(request, "desk/work/kept.html", context)
            except AnswersFaulty as error:
                faults = error.faults
                context["refusal"] = said(error)
        tenant = Tenant.objects.get(pk=tenant_id)
        values = {
            "tenant": tenant.display_name, "agent": agent.name,
            "customer": card.customer.name if card.customer else "",
        }  # fmt: skip
        context |= {"row": row, "fields": asked(form, typed, faults, values), "steps": True}
        return render(request, "desk/work/script.html", context)


def _case(key: UUID) -> Case:
    row = Case.objects.select_related("type", "customer").filter(pk=key).first()
    if row is None:
        raise Http404
    return row


def _call(text: str) -> UUID | None:
    return uuid_or_404(text) if text else None


def _case_part(
    request: HttpRequest, row: Case, context: dict[str, Any], typed: dict[str, str] | None = None,
    faults: Faults = Faults(),  # noqa: B008 - an empty tuple
) -> HttpResponse:  # fmt: skip
    definition = definition_of_type(row.type)
    shown = {**row.answers, **(row.draft or {}), **(typed or {})}
    context |= {
        "row": row, "fields": asked(definition.form, shown, faults), "state": state_in_words(definition, row.state),
        "moves": [(one.code, state_in_words(definition, one.code)) for one in definition.next_of(row.state)],
        "topics": [(one.code, label(one, is_chinese()), one.code == row.topic) for one in definition.topics],
        "story": story_of(row, definition)[:20],
        "saves": f"/desk/work/draft/{row.tenant_id}/{row.pk}/{row.version}/",
    }  # fmt: skip
    return render(request, "desk/work/case.html", context)
