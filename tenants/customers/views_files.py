"""Files of customers on the tenant's pages: looked at row by row, taken or dropped; and all of them as CSV."""

from collections.abc import Mapping
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
from seatline.uploads import too_large, whole_file
from tenants.accounts.entrance import WORK, open_to
from tenants.accounts.models import Tenant
from tenants.customers.exporting import customers_table
from tenants.customers.importing import LARGEST, Fate, begin_import, drop_import, finish_import
from tenants.customers.models import CustomerImport
from tenants.customers.rows import NUMBER
from tenants.customers.services import form_of_customers
from tenants.forms.filling import is_chinese, said_fault
from tenants.forms.rules import Fault
from tenants.forms.words import label
from tenants.trust.actor import current_actor
from tenants.trust.services import log_operation

PLACE = {"place": "customers"}


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def imports(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """The files so far; POST looks at a new one."""
    refusal = ""
    if request.method == "POST":
        try:
            if refused := too_large(request):
                raise refused
            file = request.FILES.get("file")
            if file is not None:
                content = whole_file(file, LARGEST)
                row = begin_import(tenant, file.name or "", content, clock.now(), str(current_actor()))
                return redirect("work_import", code=tenant.code, key=row.pk)
            refusal = _("Choose a file.")
        except SeatlineError as error:
            refusal = said(error)
    rows = CustomerImport.objects.defer("content")[:30]
    context = {"tenant": tenant, "heading": _("Import customers"), "rows": rows, "refusal": refusal, **PLACE}
    return render(request, "work/imports.html", context, status=422 if refusal else 200)


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def one_import(request: HttpRequest, tenant: Tenant, key: UUID) -> HttpResponse:
    """What becomes of the rows of a file; POST takes or drops it."""
    row = CustomerImport.objects.defer("content").filter(pk=key).first()
    if row is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            (drop_import if "drop" in request.POST else finish_import)(row, clock.now())
            messages.success(request, _("Done."))
            return redirect("work_import", code=tenant.code, key=row.pk)
        except SeatlineError as error:
            refusal = said(error)
    labels = {one.code: label(one, is_chinese()) for one in form_of_customers()} | {NUMBER: _("number")}
    names = {Fate.NEW: _("new"), Fate.CHANGED: _("changed"), Fate.SAME: _("unchanged"), Fate.FAULTY: _("with faults")}
    context = {
        "tenant": tenant, "heading": row.file_name, "row": row, "refusal": refusal, **PLACE,
        "counts": [(fate.value, name, row.counts.get(fate, 0)) for fate, name in names.items()],
        "report": [(line["line"], [_said(one, labels) for one in line["faults"]]) for line in row.report],
        "faulty": row.counts.get(Fate.FAULTY, 0), "waits": row.state == CustomerImport.State.LOOKED_AT,
    }  # fmt: skip
    return render(request, "work/import.html", context, status=422 if refusal else 200)


def _said(kept: dict[str, Any], labels: Mapping[str, str]) -> str:
    fault = Fault(kept["field"], kept["text"], kept["values"])
    where = labels.get(fault.field, fault.field)
    return f"“{where}”: {said_fault(fault)}" if where else said_fault(fault)


@require_GET
@open_to(WORK)
def export(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """All customers as CSV; that it was taken stands in the operation log."""
    log_operation(tenant.pk, "customers.exported", str(tenant.pk))
    columns, rows = customers_table()
    # Written out whole within the scope: what is streamed would be read after the scope is left.
    headers = {"Content-Disposition": f'attachment; filename="{tenant.code}-customers.csv"'}
    return HttpResponse(b"".join(csv_lines(columns, rows)), content_type="text/csv; charset=utf-8", headers=headers)
