"""Types of cases on the tenant's pages: form, states, moves, topics; and the topics of a day with their mail."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.said import said
from tenants.accounts.entrance import WORK, open_to
from tenants.accounts.models import Tenant
from tenants.cases.digest import named, set_digest, topics_on
from tenants.cases.models import CaseType, TopicDigest
from tenants.cases.rules import CaseTypeFaulty, Definition, State
from tenants.cases.services import definition_of_type, set_case_type
from tenants.customers.services import FIELD_KINDS
from tenants.forms.filling import (
    KINDS,
    edited_definition,
    edited_rows,
    editor_rows,
    is_chinese,
    options_as_text,
    options_of_text,
    said_fault,
    with_spare,
)
from tenants.forms.rules import CODE, Option

PLACE = {"place": "cases"}
EMPTY = Definition((), (State("new", "New", "新建"), State("done", "Done", "已办结", closes=True)),
                   frozenset({("new", "done")}), due_hours=48)  # fmt: skip


@require_GET
@open_to(WORK)
def types(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """All types."""
    context = {"tenant": tenant, "heading": _("Types of cases"), "rows": CaseType.objects.all(), **PLACE}
    return render(request, "work/case_types.html", context)


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def case_type(request: HttpRequest, tenant: Tenant, key: UUID | None = None) -> HttpResponse:
    """One type, or a new one."""
    row = CaseType.objects.filter(pk=key).first() if key else None
    if key and row is None:
        raise Http404
    definition = definition_of_type(row) if row else EMPTY
    shown: dict[str, Any] = {
        "rows": editor_rows(definition.form), "due_hours": definition.due_hours, "active": row is None or row.active,
        "topics": options_as_text(definition.topics), **_states_as_text(definition),
        **({"own_code": row.code, "name": row.name, "name_zh": row.name_zh} if row else {}),
    }  # fmt: skip
    faults: list[str] = []
    if request.method == "POST":
        posted = request.POST
        rows, own_code = edited_rows(posted), row.code if row else posted.get("own_code", "").strip()
        names = {"name": posted.get("name", "").strip()[:100], "name_zh": posted.get("name_zh", "").strip()[:100]}
        shown = {
            **names, "rows": rows, "own_code": own_code, "active": "active" in posted,
            **{part: posted.get(part, "") for part in ("states", "closing", "moves", "topics", "due_hours")},
        }  # fmt: skip
        faults = _faults_of_names(own_code, names["name"], row)
        try:
            if not faults:
                set_case_type(tenant, own_code, _given(shown), clock.now(), active=shown["active"], **names)
                messages.success(request, _("Saved."))
                return redirect("work_case_types", code=tenant.code)
        except CaseTypeFaulty as error:
            faults = [f"“{one.field}”: {said_fault(one)}" if one.field else said_fault(one) for one in error.faults]
    heading = str(row) if row else _("New type of cases")
    context = {
        "tenant": tenant, "heading": heading, "row": row, "faults": faults, **PLACE, **shown,
        "kinds": [(kind.value, KINDS[kind]) for kind in FIELD_KINDS],
    }  # fmt: skip
    if faults:
        context["rows"] = with_spare(context["rows"])
    return render(request, "work/case_type.html", context, status=422 if faults else 200)


def _states_as_text(definition: Definition) -> dict[str, str]:
    states = [Option(one.code, one.label, one.label_zh) for one in definition.states]
    return {
        "states": options_as_text(states),
        "closing": ", ".join(one.code for one in definition.states if one.closes),
        "moves": "\n".join(f"{start} > {end}" for start, end in sorted(definition.moves)),
    }


def _given(shown: dict[str, Any]) -> dict[str, Any]:
    closing = {one.strip() for one in shown["closing"].split(",")}
    moves = [line.partition(">") for line in shown["moves"].splitlines() if line.strip()]
    due = str(shown["due_hours"]).strip()
    return {
        "fields": edited_definition(shown["rows"]),
        "states": [{**one, "closes": one["code"] in closing} for one in options_of_text(shown["states"])],
        "moves": [{"from": start.strip(), "to": end.strip()} for start, _arrow, end in moves],
        "topics": options_of_text(shown["topics"]),
        "due_hours": int(due) if due.isascii() and due.isdigit() and len(due) < 9 else 0 if not due else -1,
    }


def _faults_of_names(code: str, name: str, row: CaseType | None) -> list[str]:
    found = []
    if not CODE.fullmatch(code):
        found.append(_("a code has small letters, digits and _, begins with a letter, 40 at most"))
    elif row is None and CaseType.objects.filter(code=code).exists():
        found.append(_("There is already a case type with this code."))
    if not name:
        found.append(_("Give the type a name."))
    return found


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def topics(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """The topics of a day, and to whom they are mailed."""
    refusal = ""
    row = TopicDigest.objects.first()
    addresses, hour = (row.addresses, str(row.hour)) if row else ("", "8")
    if request.method == "POST":
        addresses, hour = request.POST.get("addresses", "")[:4000], request.POST.get("hour", "")
        try:
            right = hour.isascii() and hour.isdigit() and int(hour[:3]) <= 23
            set_digest(tenant, addresses, int(hour[:3]) if right else 8)
            messages.success(request, _("Saved."))
            return redirect("work_topics", code=tenant.code)
        except SeatlineError as error:
            refusal = said(error)
    day = _day(request.GET.get("day", "")) or timezone.localdate() - timedelta(days=1)
    counts = named(topics_on(day, ZoneInfo(tenant.time_zone)), chinese=is_chinese())
    context = {
        "tenant": tenant, "heading": _("Topics of a day"), "day": day, "counts": counts, "addresses": addresses,
        "hour": hour, "refusal": refusal, **PLACE,
    }  # fmt: skip
    return render(request, "work/topics.html", context, status=422 if refusal else 200)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None
