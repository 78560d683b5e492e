"""A tenant's customers on its own pages: looked up, changed, merged and parted; the own fields."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.said import said
from tenants.accounts.entrance import WORK, open_to
from tenants.accounts.models import Tenant
from tenants.accounts.paging import Page, page_of
from tenants.customers.cards import match_of
from tenants.customers.history import Asked, contacts_of
from tenants.customers.merging import merge, undo_merge, whole_of
from tenants.customers.models import Customer, CustomerMerge
from tenants.customers.services import (
    FIELD_KINDS,
    add_customer,
    change_customer,
    find_customers,
    form_of_customers,
    set_form_of_customers,
)
from tenants.forms.filling import (
    KINDS,
    asked,
    edited_definition,
    edited_rows,
    editor_rows,
    said_fault,
    typed_in,
    with_spare,
)
from tenants.forms.rules import AnswersFaulty, FormFaulty
from tenants.trust.actor import current_actor

PLACE = {"place": "customers"}


@require_GET
@open_to(WORK)
def customers(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """The list, or what was looked for."""
    words = request.GET.get("q", "").strip()[:200]
    rows = Customer.objects.filter(part_of=None).defer("search").prefetch_related("numbers")
    page = Page(find_customers(words), None, None) if words else page_of(rows, request)
    context = {"tenant": tenant, "heading": _("Customers"), "words": words, "page": page, **PLACE}
    return render(request, "work/customers.html", context)


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def new_customer(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """An empty form, or one with a number filled in."""
    form = form_of_customers()
    typed = typed_in(request.POST, form)
    context: dict[str, Any] = {"tenant": tenant, "heading": _("New customer"), **PLACE}
    if request.method == "POST":
        numbers = request.POST.get("numbers", "")
        try:
            row = add_customer(tenant, request.POST.get("name", ""), numbers.splitlines(), typed, clock.now())
            return redirect("work_customer", code=tenant.code, key=row.pk)
        except SeatlineError as error:
            faults = error.faults if isinstance(error, AnswersFaulty) else ()
            context |= {"refusal": said(error), "name": request.POST.get("name", ""), "numbers": numbers}
            context["fields"] = asked(form, typed, faults)
            return render(request, "work/customer_new.html", context, status=422)
    context |= {"fields": asked(form, {}), "numbers": request.GET.get("number", "")[:40]}
    return render(request, "work/customer_new.html", context)


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def customer(request: HttpRequest, tenant: Tenant, key: UUID) -> HttpResponse:
    """One customer: fields to change, history, cases, merges. Of a merged one: the whole."""
    row = _row(key)
    if row.part_of_id:
        return redirect("work_customer", code=tenant.code, key=row.part_of_id)
    form = form_of_customers()
    shown: dict[str, Any] = {"fields": asked(form, row.answers), "name": row.name}
    shown["numbers"] = "\n".join(one.e164 for one in row.numbers.all())
    refusal = ""
    if request.method == "POST":
        typed, numbers = typed_in(request.POST, form), request.POST.get("numbers", "")
        seen = request.POST.get("seen", "")
        try:
            change_customer(
                row, clock.now(), name=request.POST.get("name", ""), numbers=numbers.splitlines(), answers=typed,
                seen=int(seen) if seen.isdigit() and len(seen) < 10 else None,
            )  # fmt: skip
            messages.success(request, _("Saved."))
            return redirect("work_customer", code=tenant.code, key=row.pk)
        except SeatlineError as error:
            refusal, faults = said(error), error.faults if isinstance(error, AnswersFaulty) else ()
            shown = {"fields": asked(form, typed, faults), "name": request.POST.get("name", ""), "numbers": numbers}
    context = {"tenant": tenant, "heading": row.name or _("Customer"), "refusal": refusal, **PLACE, **shown}
    return render(request, "work/customer.html", {**context, **_around(request, row)}, status=422 if refusal else 200)


def _around(request: HttpRequest, row: Customer) -> dict[str, Any]:
    """What stands beside the form."""
    whole = whole_of(row)
    match = match_of(row, form_of_customers())
    words = request.GET.get("merge", "").strip()[:200]
    return {
        "row": row,
        "match": match,
        "contacts": contacts_of(Asked(match.numbers, whole, 30)),
        "merges": row.merges.filter(undone_at=None).select_related("merged").order_by("-merged_at"),
        "words": words,
        "candidates": [one for one in find_customers(words, 10) if one.pk != row.pk] if words else [],
    }


@require_POST
@open_to(WORK)
def merge_customers(request: HttpRequest, tenant: Tenant, key: UUID) -> HttpResponse:
    """Make another customer a part of this one."""
    row = _row(key)
    try:
        other = _row(UUID(request.POST.get("other", "")))
    except ValueError as error:
        raise Http404 from error
    merge(row, other, clock.now(), str(current_actor()))
    messages.success(request, _("Merged; it can be undone below."))
    return redirect("work_customer", code=tenant.code, key=row.pk)


@require_POST
@open_to(WORK)
def undo(request: HttpRequest, tenant: Tenant, key: UUID) -> HttpResponse:
    """Part them again."""
    done = CustomerMerge.objects.filter(pk=key).first()
    if done is None:
        raise Http404
    undo_merge(done, clock.now(), str(current_actor()))
    messages.success(request, _("They are two customers again."))
    return redirect("work_customer", code=tenant.code, key=done.kept_id)


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def fields(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """The tenant's own fields of customers."""
    rows, faults = editor_rows(form_of_customers()), []
    if request.method == "POST":
        rows = edited_rows(request.POST)
        try:
            set_form_of_customers(tenant, edited_definition(rows), clock.now())
            messages.success(request, _("Saved."))
            return redirect("work_customer_fields", code=tenant.code)
        except FormFaulty as error:
            faults = [f"“{one.field}”: {said_fault(one)}" if one.field else said_fault(one) for one in error.faults]
    context = {
        "tenant": tenant, "heading": _("Fields of customers"), "rows": rows, "faults": faults,
        "kinds": [(kind.value, KINDS[kind]) for kind in FIELD_KINDS], **PLACE,
    }  # fmt: skip
    if faults:
        context["rows"] = with_spare(rows)
    return render(request, "work/customer_fields.html", context, status=422 if faults else 200)


def _row(key: UUID) -> Customer:
    row = Customer.objects.filter(pk=key).prefetch_related("numbers").first()
    if row is None:
        raise Http404
    return row
