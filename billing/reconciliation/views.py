"""The comparison of a day in the operator's admin."""

from datetime import date, timedelta

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.mediation.models import UsageRecord
from billing.reconciliation.rules import NO_PRICE, Fault, Report
from billing.reconciliation.services import reconcile, tenant_names, today
from seatline import clock

ONE_DAY = timedelta(days=1)
FAULTS = {
    Fault.NOT_ON_RECORD: gettext_lazy("Asterisk saw it; it is not on record"),
    Fault.NOT_SEEN: gettext_lazy("on record; Asterisk did not see it"),
    Fault.STILL_OPEN: gettext_lazy("it has ended; the record says that it goes on"),
    Fault.NOT_USED: gettext_lazy("it has ended; billing does not know it"),
    Fault.USED_TWICE: gettext_lazy("billing counts it twice"),
    Fault.OTHER_TENANT: gettext_lazy("billing gives it to another tenant"),
    Fault.UNKNOWN_USAGE: gettext_lazy("billing counts it; it is not on record"),
}


@permission_required("billing.view_usagerecord", raise_exception=True)
def reconciliation(request: HttpRequest) -> TemplateResponse:
    """One day, `?day=2026-11-24`; today where none, or none that can be read, is asked for."""
    at = clock.now()
    newest = today(at)
    try:
        day = min(date.fromisoformat(request.GET.get("day", "")), newest)
    except ValueError:
        day = newest
    context = {
        **admin.site.each_context(request),
        "title": _("Reconciliation"),
        "day": day,
        "before": day - ONE_DAY,
        "after": day + ONE_DAY if day < newest else None,
        **_shown(reconcile(day, at)),
    }
    return TemplateResponse(request, "billing/reconciliation.html", context)


def _shown(report: Report) -> dict[str, object]:
    names = tenant_names()
    reasons = {str(value): str(label) for value, label in UsageRecord.Reason.choices}
    reasons[NO_PRICE] = _("no price agreed")
    return {
        "report": report,
        "rows": [
            {
                "tenant": names.get(tenant, "–"),
                "row": row,
                "not_billed": [
                    (reasons.get(reason, reason), count) for reason, count in sorted(row.not_billed.items())
                ],
            }
            for tenant, row in report.rows.items()
        ],
        "differences": [
            {"fault": FAULTS[one.fault], "call": one.call, "tenant": names.get(one.tenant, "–"), "channel": one.channel}
            for one in report.differences
        ],
    }
