"""Scripts and questionnaires on the tenant's pages: drafted, published, looked through, their answers taken away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.said import said
from seatline.sheets import csv_lines
from tenants.accounts.entrance import WORK, open_to
from tenants.accounts.models import Tenant
from tenants.forms.filling import (
    KINDS,
    asked,
    edited_definition,
    edited_rows,
    editor_rows,
    is_chinese,
    said_fault,
    with_spare,
)
from tenants.forms.models import Script, ScriptAnswers
from tenants.forms.rules import CODE, FormFaulty, Kind, read_form
from tenants.forms.services import columns_of_answers, draft_script, publish_script
from tenants.trust.actor import current_actor
from tenants.trust.services import log_operation

PLACE = {"place": "forms"}


@require_GET
@open_to(WORK)
def scripts(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """All scripts."""
    context = {"tenant": tenant, "heading": _("Scripts and questionnaires"), "rows": Script.objects.all(), **PLACE}
    return render(request, "work/scripts.html", context)


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def script(request: HttpRequest, tenant: Tenant, key: UUID | None = None) -> HttpResponse:
    """One script, or a new one: its draft as a table, how agents see it, and publishing."""
    row = Script.objects.filter(pk=key).first() if key else None
    if key and row is None:
        raise Http404
    form = read_form(row.draft) if row else ()
    shown: dict[str, Any] = {"rows": editor_rows(form)}
    shown |= {"own_code": row.code, "name": row.name, "name_zh": row.name_zh} if row else {}
    faults: list[str] = []
    if request.method == "POST":
        rows = edited_rows(request.POST)
        own_code = row.code if row else request.POST.get("own_code", "").strip()
        names = {part: request.POST.get(part, "").strip()[:100] for part in ("name", "name_zh")}
        shown = {"rows": rows, "own_code": own_code, **names}
        faults = _faults_of_names(own_code, names["name"], row)
        try:
            if not faults:
                kept = draft_script(tenant, own_code, edited_definition(rows), clock.now(), **names)
                if request.POST.get("act") == "publish":
                    publish_script(kept, clock.now(), str(current_actor()))
                messages.success(request, _("Saved."))
                return redirect("work_script", code=tenant.code, key=kept.pk)
        except FormFaulty as error:
            faults = [f"“{one.field}”: {said_fault(one)}" if one.field else said_fault(one) for one in error.faults]
        except SeatlineError as error:
            faults = [said(error)]
    context = {
        "tenant": tenant, "heading": str(row) if row else _("New script"), "row": row, "faults": faults, **PLACE,
        **shown, "kinds": [(kind.value, KINDS[kind]) for kind in Kind], "fields": asked(form, {}), "steps": True,
        "answers": ScriptAnswers.objects.filter(version__script=row).count() if row else 0,
    }  # fmt: skip
    if faults:
        context["rows"] = with_spare(context["rows"])
    return render(request, "work/script.html", context, status=422 if faults else 200)


def _faults_of_names(code: str, name: str, row: Script | None) -> list[str]:
    found = []
    if not CODE.fullmatch(code):
        found.append(_("a code has small letters, digits and _, begins with a letter, 40 at most"))
    elif row is None and Script.objects.filter(code=code).exists():
        found.append(_("There is already a script with this code."))
    if not name:
        found.append(_("Give the script a name."))
    return found


@require_GET
@open_to(WORK)
def answers(request: HttpRequest, tenant: Tenant, key: UUID) -> HttpResponse:
    """All answers to a script as CSV; that they were taken stands in the operation log."""
    row = Script.objects.filter(pk=key).first()
    if row is None:
        raise Http404
    log_operation(tenant.pk, "script.answers_exported", str(row.pk))
    columns, rows = columns_of_answers(row, is_chinese())
    headers = {"Content-Disposition": f'attachment; filename="{tenant.code}-{row.code}.csv"'}
    return HttpResponse(b"".join(csv_lines(columns, rows)), content_type="text/csv; charset=utf-8", headers=headers)
