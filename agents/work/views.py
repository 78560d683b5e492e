"""Parts of the desk's page: who calls, and what is known of him; articles. Each names the tenant that it is for.

A refusal leaves what was typed where it is, with the sentence above it: the page replaces a part as a whole.
"""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from agents.desktop.entry import DeskAgent, desk_only
from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.said import said
from tenants.accounts.models import Tenant
from tenants.customers.cards import CustomerCard, card_for, card_of
from tenants.customers.models import Customer
from tenants.customers.services import add_customer, change_customer, find_customers, form_of_customers
from tenants.forms.filling import asked, typed_in
from tenants.forms.rules import AnswersFaulty
from tenants.knowledge.services import find_articles, shown_revision


def tenant_asked(request: HttpRequest) -> UUID:
    """The tenant that a part is for. Raises Http404."""
    return uuid_or_404(request.POST.get("tenant") or request.GET.get("tenant"))


def uuid_or_404(text: str | None) -> UUID:
    """An id of the query or the form. Raises Http404."""
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Http404 from error


def about(request: HttpRequest, tenant_id: UUID) -> dict[str, Any]:
    """What every part hands on to the next: tenant, number and call."""
    given = {**request.GET.dict(), **request.POST.dict()}
    return {"tenant_id": tenant_id, "number": given.get("number", "")[:40], "call": given.get("call", "")[:36]}


@require_GET
@desk_only
def customer(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """The card of whoever calls, or of the customer who was chosen; words look for another."""
    tenant_id = tenant_asked(request)
    context = about(request, tenant_id)
    words, key = request.GET.get("q", "").strip()[:200], request.GET.get("customer")
    with agent.within(tenant_id):
        card = card_of(tenant_id, uuid_or_404(key)) if key else card_for(tenant_id, context["number"])
        if card is None:
            raise Http404
        context |= {"card": card, "words": words, "found": find_customers(words, 10) if words else []}
        return render(request, "desk/work/customer.html", context)


@require_http_methods(["GET", "POST"])
@desk_only
def edit_customer(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """The form of a customer, or of a new one with the caller's number filled in; POST keeps it."""
    tenant_id = tenant_asked(request)
    context = about(request, tenant_id)
    key = request.POST.get("customer") or request.GET.get("customer")
    with agent.within(tenant_id):
        row = Customer.objects.filter(pk=uuid_or_404(key)).first() if key else None
        if key and row is None:
            raise Http404
        form = form_of_customers()
        if request.method == "POST":
            try:
                kept = _keep(request, tenant_id, row)
                context |= {"card": card_of(tenant_id, kept.pk), "words": ""}
                return render(request, "desk/work/customer.html", context)
            except SeatlineError as error:
                faults = error.faults if isinstance(error, AnswersFaulty) else ()
                fields = asked(form, typed_in(request.POST, form), faults)
                context |= {"refusal": said(error), "name": request.POST.get("name", "")}
                context |= {"numbers": request.POST.get("numbers", ""), "fields": fields}
        else:
            numbers = [one.e164 for one in row.numbers.all()] if row else [context["number"]]
            context |= {"name": row.name if row else "", "numbers": "\n".join(numbers)}
            context["fields"] = asked(form, row.answers if row else {})
        return render(request, "desk/work/customer_form.html", {**context, "row": row})


def _keep(request: HttpRequest, tenant_id: UUID, row: Customer | None) -> Customer:
    posted, form = request.POST, form_of_customers()
    name, numbers, answers = posted.get("name", ""), posted.get("numbers", "").splitlines(), typed_in(posted, form)
    if row is None:
        return add_customer(Tenant.objects.get(pk=tenant_id), name, numbers, answers, clock.now())
    seen = posted.get("seen", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
    return change_customer(row, clock.now(), name=name, numbers=numbers, answers=answers, seen=version)


@require_GET
@desk_only
def knowledge(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """What was asked and what answers it, or one article."""
    tenant_id = tenant_asked(request)
    words, key = request.GET.get("q", "").strip()[:200], request.GET.get("article")
    with agent.within(tenant_id):
        article = shown_revision(uuid_or_404(key)) if key else None
        found = find_articles(words, 8) if words and article is None else []
        context = {**about(request, tenant_id), "words": words, "found": found, "article": article}
        return render(request, "desk/work/knowledge.html", context)


def customer_of(card: CustomerCard) -> UUID | None:
    """Whose a new case or answers are: the one match, or nobody's yet."""
    return card.customer.id if card.customer else None
