"""What the first page of the admin shows: the room, agents, live calls, today, drafts, alarms. Only reads."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.presence.models import PresenceInterval, State
from billing.contracts.models import ContractVersion
from billing.invoices.models import Document
from billing.mediation.models import UsageRecord
from seatline import clock
from seatline.backup.status import Status, read_status
from seatline.panel.show import mmss, when
from telephony.journal.models import Call, Leg
from telephony.journal.services import OpenCall, open_calls
from tenants.accounts.models import Tenant
from tenants.seats.bar import room_bar

TODAY_LIMIT = 8
#: Usage that belongs to nobody is worth a look for a month.
ALARM_DAYS = timedelta(days=31)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the first page: every card only for those whose group may see what it shows."""
    at = clock.now()
    may = request.user.has_perm
    context["at"] = when(at, seconds=True)
    if may("tenants.view_seatlease"):
        context["room"] = room_bar(at)
    if may("agents.view_presenceinterval"):
        context["agents"] = agents_by_state()
    if may("telephony.view_call"):
        context["live"] = live_calls(at)
        context["today"] = today(at)
    if request.user.is_staff and may("tenants.view_operation"):
        status = read_status(Path(settings.VAR).parent / "backup")
        context["backup"] = {"status": status, "well": status.fresh(at) and status.tried(at), "age": _age(status, at)}
    if may("billing.view_document"):
        context["documents"] = open_documents()
        context["alarms"] = alarms(at)
    return context


def _age(status: Status, at: datetime) -> str:
    """Hours since the last backup."""
    if not status.made:
        return ""
    return f"{(at - datetime.fromisoformat(status.made_at)) / timedelta(hours=1):.1f}"


def agents_by_state() -> list[dict[str, Any]]:
    """How many logged-in agents are in each state, in the order of the state machine."""
    rows = PresenceInterval.objects.filter(ends_at__isnull=True, session__logged_out_at__isnull=True)
    counted = Counter(dict(rows.values_list("state").annotate(n=Count("id"))))
    return [
        {"state": state.value, "label": state.label, "count": counted.get(state.value, 0)}
        for state in State
        if state is not State.LOGGED_OUT
    ]


def live_calls(at: datetime) -> list[dict[str, Any]]:
    """Calls that go on, oldest first, with the stage each is at."""
    calls = open_calls()
    tenants = Tenant.objects.in_bulk([call.tenant_id for call in calls if call.tenant_id])
    ringing = set(
        Leg.objects.filter(
            call__in=[call.call_id for call in calls], kind=Leg.Kind.AGENT, answered_at=None, ended_at=None
        ).values_list("call_id", flat=True)
    )
    return [
        {
            "url": reverse("admin:telephony_call_change", args=[call.call_id]),
            "caller": call.caller,
            "dialled": call.dialled,
            "tenant": tenants.get(call.tenant_id) if call.tenant_id else None,
            "queue": call.queue_code,
            "agent": f"{call.agent.number} {call.agent.name}" if call.agent else "",
            "stage": stage,
            "stage_name": _stage_names()[stage],
            "since": when(call.started_at, seconds=True),
            "lasts": mmss(at - call.started_at),
        }
        for call in calls
        for stage in [_stage(call, call.call_id in ringing)]
    ]


def _stage(call: OpenCall, rings: bool) -> str:
    if call.connected_at is not None:
        return "talking"
    if rings:
        return "ringing"
    if call.queue_code:
        return "waiting"
    return "menu" if call.flow_code else "arriving"


def _stage_names() -> dict[str, str]:
    return {
        "talking": _("talking"),
        "ringing": _("ringing an agent"),
        "waiting": _("waiting"),
        "menu": _("in the menu"),
        "arriving": _("arriving"),
    }


def today(at: datetime) -> dict[str, Any]:
    """Calls since midnight of the operator's time zone, by outcome; what goes on counts in the total only."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = dict(
        Call.objects.filter(started_at__gte=midnight, practice=False)
        .order_by()
        .values_list("outcome")
        .annotate(n=Count("id"))
    )
    labels = dict(Call.Outcome.choices)
    total = sum(rows.values())
    ended = sorted(((n, code) for code, n in rows.items() if code), reverse=True)[:TODAY_LIMIT]
    return {
        "total": total,
        "rows": [
            {
                "code": code,
                "label": labels.get(code, code),
                "count": n,
                "percent": f"{100 * n / total:.1f}",
                "url": f"{reverse('admin:telephony_call_changelist')}?outcome__exact={code}",
            }
            for n, code in ended
        ],
    }


def open_documents() -> dict[str, Any]:
    """Documents on their way: to prepare, to approve; and prices that wait for approval."""
    rows = Document.objects.exclude(status=Document.Status.ISSUED).select_related("tenant", "prepared_by")
    found = list(rows.order_by("starts_on", "tenant__code"))
    return {
        "drafts": [_document(row) for row in found if row.status == Document.Status.DRAFT],
        "prepared": [_document(row) for row in found if row.status != Document.Status.DRAFT],
        "versions": [
            {"url": reverse("admin:billing_contractversion_change", args=[row.pk]), "name": str(row)}
            for row in ContractVersion.objects.filter(approved_at__isnull=True).select_related("contract")
        ],
    }


def _document(row: Document) -> dict[str, Any]:
    last_day = row.ends_on - timedelta(days=1)
    return {
        "url": reverse("admin:billing_document_change", args=[row.pk]),
        "tenant": row.tenant,
        "type": row.get_doc_type_display(),
        "period": f"{row.starts_on:%Y-%m-%d} – {last_day:%m-%d}",
        "gross": f"{row.gross:,.2f} {row.currency}",
        "by": str(row.prepared_by) if row.prepared_by else "",
    }


def alarms(at: datetime) -> list[dict[str, Any]]:
    """What finance should look at: usage of nobody, and calls that failed."""
    counted = dict(
        UsageRecord.objects.filter(
            occurred_at__gte=at - ALARM_DAYS,
            reason__in=[
                UsageRecord.Reason.UNASSIGNED,
                UsageRecord.Reason.UNKNOWN_OUTCOME,
                UsageRecord.Reason.FAILED,
            ],
        )
        .order_by()
        .values_list("reason")
        .annotate(n=Count("id"))
    )
    names = dict(UsageRecord.Reason.choices)
    base = reverse("admin:billing_usagerecord_changelist")
    return [
        {"count": n, "label": names[reason], "url": f"{base}?reason__exact={reason}"}
        for reason, n in sorted(counted.items())
    ]
