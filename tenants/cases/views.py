"""A tenant's cases on its own pages: what is due, one case with its form and its story, a new one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from seatline import clock
from seatline.errors import BadInput, SeatlineError
from seatline.panel.said import said
from tenants.accounts.entrance import WORK, open_to
from tenants.accounts.models import Membership, Tenant
from tenants.accounts.paging import page_of
from tenants.cases.models import Case, CaseType
from tenants.cases.of_customers import state_in_words
from tenants.cases.services import (
    assign_case,
    definition_of_type,
    move_case,
    note,
    open_case,
    save_draft,
    set_due,
    submit,
)
from tenants.cases.story import story_of
from tenants.customers.models import Customer
from tenants.forms.filling import asked, is_chinese, typed_in
from tenants.forms.rules import AnswersFaulty, Fault
from tenants.forms.words import label
from tenants.trust.actor import current_actor

PLACE = {"place": "cases"}
DAY = timedelta(days=1)


class DueUnreadable(BadInput):
    """Enter when it is due as a day and a time, or nothing."""


@require_GET
@open_to(WORK)
def cases(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """The list: open, overdue, due today, mine, or all; of one type if asked."""
    which = request.GET.get("which", "open")
    types = list(CaseType.objects.all())
    wanted = next((one for one in types if one.code == request.GET.get("type")), None)
    now = clock.now()
    rows = _which(which, request, now)
    if wanted:
        rows = rows.filter(type=wanted)
    page = page_of(rows.select_related("type", "customer"), request)
    for row in page.rows:
        row.state_name = state_in_words(definition_of_type(row.type), row.state)
        row.late = row.closed_at is None and row.due_at is not None and row.due_at < now
    names = {"open": _("open"), "overdue": _("overdue"), "today": _("due within a day"), "mine": _("mine"),
             "all": _("all")}  # fmt: skip
    context = {
        "tenant": tenant, "heading": _("Cases"), "page": page, "which": which, "names": names.items(), "types": types,
        "wanted": wanted, "kept": f"which={which}&type={wanted.code if wanted else ''}&" if which in names else "",
        **PLACE,
    }  # fmt: skip
    return render(request, "work/cases.html", context)


def _which(which: str, request: HttpRequest, now: datetime) -> QuerySet[Case]:
    still = Case.objects.filter(closed_at=None)
    match which:
        case "overdue":
            return still.filter(due_at__lt=now).order_by("due_at", "no")
        case "today":
            return still.filter(due_at__gte=now, due_at__lt=now + DAY).order_by("due_at", "no")
        case "mine":
            return still.filter(assignee_id=request.user.pk).order_by("due_at", "no")
        case "all":
            return Case.objects.order_by("-opened_at", "id")
        case _:
            return still.order_by("due_at", "no")


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def new_case(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """Choose the type; the form comes on the case's own page."""
    key = _uuid(request.POST.get("customer") or request.GET.get("customer"))
    customer = Customer.objects.filter(pk=key).first() if key else None
    types = list(CaseType.objects.filter(active=True))
    if request.method == "POST":
        type_ = next((one for one in types if one.code == request.POST.get("type")), None)
        if type_ is None:
            raise Http404
        subject = request.POST.get("subject", "")
        case = open_case(type_, clock.now(), str(current_actor()), customer=customer, subject=subject)
        return redirect("work_case", code=tenant.code, key=case.pk)
    context = {"tenant": tenant, "heading": _("New case"), "types": types, "customer": customer, **PLACE}
    return render(request, "work/case_new.html", context)


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def case(request: HttpRequest, tenant: Tenant, key: UUID) -> HttpResponse:
    """One case. POST does what its `act` says; what cannot be done leaves what was typed on the page."""
    row = Case.objects.select_related("type", "customer").filter(pk=key).first()
    if row is None:
        raise Http404
    definition = definition_of_type(row.type)
    typed: dict[str, Any] = {**row.answers, **(row.draft or {})}
    refusal = ""
    faults: Sequence[Fault] = ()
    if request.method == "POST":
        try:
            act(request, row, str(current_actor()))
            messages.success(request, _("Saved."))
            return redirect("work_case", code=tenant.code, key=row.pk)
        except SeatlineError as error:
            refusal, faults = said(error), error.faults if isinstance(error, AnswersFaulty) else ()
            typed |= typed_in(request.POST, definition.form)
    context = {
        "tenant": tenant, "heading": _("Case %(no)s") % {"no": row.no}, "row": row, "refusal": refusal, **PLACE,
        "fields": asked(definition.form, typed, faults), "story": story_of(row, definition),
        "state": state_in_words(definition, row.state),
        "moves": [(one.code, state_in_words(definition, one.code)) for one in definition.next_of(row.state)],
        "topics": [(one.code, label(one, is_chinese()), one.code == row.topic) for one in definition.topics],
        "people": [one.user for one in Membership.objects.filter(role__in=WORK).select_related("user")],
        "late": row.closed_at is None and row.due_at is not None and row.due_at < clock.now(),
    }  # fmt: skip
    return render(request, "work/case.html", context, status=422 if refusal else 200)


def act(request: HttpRequest, row: Case, who: str) -> None:
    """What a page's button asks for: draft, submit, move, note, assign, due. Raises what the services raise."""
    posted, at = request.POST, clock.now()
    text = posted.get("seen", "")
    seen = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else row.version
    match posted.get("act"):
        case "draft" | "submit" as what:
            form = definition_of_type(row.type).form
            draft = {**(row.draft or {}), **typed_in(posted, form)}
            kept = save_draft(
                row, draft, at, who, seen=seen, subject=posted.get("subject"), topic=posted.get("topic"),
            )  # fmt: skip
            if what == "submit":
                submit(kept, at, who)
        case "move":
            move_case(row, posted.get("state", ""), at, who, seen=seen)
        case "note":
            note(row, posted.get("text", ""), at, who)
        case "assign":
            key = _uuid(posted.get("assignee"))
            people = Membership.objects.filter(role__in=WORK).select_related("user")
            person = people.filter(user_id=key).first() if key else None
            assign_case(row, person.user_id if person else None, str(person.user) if person else "", at, who)
        case "due":
            set_due(row, _instant(posted.get("due_at", "")), at, who)
        case _:
            raise Http404


def _instant(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=timezone.get_current_timezone())
    except ValueError as error:
        raise DueUnreadable from error


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
