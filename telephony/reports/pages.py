"""The operator's pages of reports and of staffing, in the admin."""

from datetime import date, timedelta
from math import isinf
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
)

from seatline import clock
from seatline.errors import BadInput
from seatline.sheets import csv_lines
from telephony.journal.models import Call
from telephony.reports.foreseen import waits_foreseen
from telephony.reports.services import by_agent, by_queue, by_time, calls_by
from telephony.reports.staffing import Forecast, Load, agents_needed, erlang_a, erlang_c
from telephony.reports.tables import GROUPS, Table, agent_table, call_table, foresight_table, queue_table, time_table
from telephony.reports.windows import Cut, Window
from tenants.accounts.models import Tenant

KINDS = (
    ("queue", gettext_lazy("queues")),
    ("quarter", gettext_lazy("quarters of an hour")),
    ("half", gettext_lazy("half hours")),
    ("hour", gettext_lazy("hours")),
    ("day", gettext_lazy("days")),
    ("month", gettext_lazy("months")),
    ("agent", gettext_lazy("agents")),
    ("dialled", gettext_lazy("numbers")),
    ("merchant_code", gettext_lazy("merchants")),
    ("outcome", gettext_lazy("outcomes")),
    ("foreseen", gettext_lazy("waits foreseen")),
)
AROUND = 3  # so many agents less and more than are needed are shown beside


class ReportForm(forms.Form):
    """What is asked: of whom, of which days, by what."""

    tenant = forms.ModelChoiceField(
        Tenant.objects.none(), label=gettext_lazy("tenant"), required=False, empty_label=gettext_lazy("all"),
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip
    first = forms.DateField(label=gettext_lazy("first day"), widget=UnfoldAdminSingleDateWidget())
    last = forms.DateField(label=gettext_lazy("last day"), widget=UnfoldAdminSingleDateWidget())
    by = forms.ChoiceField(label=gettext_lazy("by"), choices=KINDS, widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = Tenant.objects.order_by("code")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, with the sentence of the rule."""
        asked = super().clean() or {}
        if asked.get("first") and asked.get("last"):
            try:
                asked["window"] = Window(asked["first"], asked["last"], zone_of(asked.get("tenant")))
            except BadInput as error:
                self.add_error("last", str(error))
        return asked


def zone_of(tenant: Tenant | None) -> ZoneInfo:
    """A day is the tenant's own; of all tenants together it is the operator's."""
    return ZoneInfo(tenant.time_zone) if tenant else ZoneInfo(timezone.get_default_timezone_name())


@require_GET
@permission_required("telephony.view_call", raise_exception=True)
def report(request: HttpRequest) -> HttpResponseBase:
    """The table; with format=csv as a file."""
    today = timezone.localdate(clock.now())
    asked = request.GET.copy()
    for name, value in (("first", today.isoformat()), ("last", today.isoformat()), ("by", "queue")):
        asked.setdefault(name, value)
    form = ReportForm(asked)
    table = _made(form.cleaned_data) if form.is_valid() else None
    if table is not None and asked.get("format") == "csv":
        name = f"{asked['by']}-{asked['first']}-{asked['last']}.csv"
        lines = csv_lines([column.key for column in table.columns], table.cells())
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(b"".join(lines), content_type="text/csv; charset=utf-8", headers=headers)
    asked["format"] = "csv"
    context = {
        **admin.site.each_context(request), "title": _("Reports"), "form": form, "table": table,
        "file": f"?{asked.urlencode()}", "periods": _periods(today),
    }  # fmt: skip
    return TemplateResponse(request, "panel/report.html", context)


def _made(asked: dict[str, Any]) -> Table:
    window, by = asked["window"], asked["by"]
    tenant_id: UUID | None = asked["tenant"].pk if asked["tenant"] else None
    if by in ("queue", "foreseen"):
        names = dict(Tenant.objects.values_list("pk", "code"))

        def name(pk: UUID) -> str:
            return "" if tenant_id else names.get(pk, "")

        if by == "foreseen":
            return foresight_table(waits_foreseen(window, tenant_id), name, window)
        return queue_table(by_queue(window, tenant_id=tenant_id), name)
    if by == "agent":
        return agent_table(by_agent(window, clock.now(), tenant_id))
    if by in GROUPS:
        outcomes = dict(Call.Outcome.choices)
        in_words = (lambda key: str(outcomes.get(key, key))) if by == "outcome" else str
        return call_table(calls_by(window, by, tenant_id=tenant_id), by, in_words)
    return time_table(by_time(window, Cut(by), tenant_id=tenant_id), window, Cut(by))


def _periods(today: date) -> list[tuple[str, date, date]]:
    """Days that are often asked for."""
    yesterday = today - timedelta(days=1)
    last_month = today.replace(day=1) - timedelta(days=1)
    return [
        (_("today"), today, today),
        (_("yesterday"), yesterday, yesterday),
        (_("seven days"), today - timedelta(days=7), yesterday),
        (_("this month"), today.replace(day=1), today),
        (_("last month"), last_month.replace(day=1), last_month),
    ]


class StaffingForm(forms.Form):
    """A load and a promise."""

    calls = forms.FloatField(label=gettext_lazy("calls an hour"), min_value=0.1, widget=UnfoldAdminDecimalFieldWidget())
    handling = forms.IntegerField(
        label=gettext_lazy("handling time in seconds"), min_value=1, max_value=36_000,
        help_text=gettext_lazy("Talk, hold and wrap-up of a call."), widget=UnfoldAdminIntegerFieldWidget(),
    )  # fmt: skip
    patience = forms.IntegerField(
        label=gettext_lazy("patience in seconds"), min_value=1, max_value=36_000, required=False,
        help_text=gettext_lazy("How long callers wait on average before they hang up. Empty: for ever."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )  # fmt: skip
    share = forms.IntegerField(
        label=gettext_lazy("per cent answered"), min_value=1, max_value=99, widget=UnfoldAdminIntegerFieldWidget()
    )
    within = forms.IntegerField(
        label=gettext_lazy("within seconds"), min_value=0, max_value=3600, widget=UnfoldAdminIntegerFieldWidget()
    )


@require_GET
@permission_required("telephony.view_call", raise_exception=True)
def staffing(request: HttpRequest) -> TemplateResponse:
    """How many seats a load needs, so that a lease can be sized."""
    asked = request.GET.copy()
    for name, value in (("calls", "200"), ("handling", "180"), ("patience", "90"), ("share", "80"), ("within", "20")):
        if not request.GET:
            asked.setdefault(name, value)
    form = StaffingForm(asked)
    context = {**admin.site.each_context(request), "title": _("Staffing"), "form": form}
    if form.is_valid():
        try:
            context |= _forecast(form.cleaned_data)
        except BadInput as error:
            form.add_error(None, str(error))
    return TemplateResponse(request, "panel/staffing.html", context)


def _forecast(asked: dict[str, Any]) -> dict[str, Any]:
    in_time = timedelta(seconds=asked["within"])
    patience = timedelta(seconds=asked["patience"]) if asked["patience"] else None
    load = Load(asked["calls"], timedelta(seconds=asked["handling"]), patience)
    patient = Load(load.calls, load.handling)
    needed = agents_needed(load, asked["share"] / 100, in_time)
    safe = agents_needed(patient, asked["share"] / 100, in_time)
    numbers = range(max(1, min(needed.agents, safe.agents) - AROUND), max(needed.agents, safe.agents) + AROUND + 1)
    rows = [(number, _cells(erlang_a(number, load, in_time), erlang_c(number, patient, in_time))) for number in numbers]
    return {"needed": needed, "safe": safe, "erlang": load.erlang, "rows": rows, "patience": patience}


def _cells(real: Forecast, patient: Forecast) -> list[str]:
    wait = "∞" if isinf(real.mean_wait) else f"{real.mean_wait:.1f} s"
    shares = (real.give_up, real.occupancy, patient.service_level)
    return [f"{real.service_level:.1%}", wait, *(f"{share:.1%}" for share in shares)]
