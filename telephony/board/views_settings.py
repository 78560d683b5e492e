"""What is set about the board: from where on figures alarm, and the screens on the wall.

For whoever may change queues, in the person's own scope: a tenant's people set their own, the operator's staff all.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from seatline import clock
from seatline.stream.publish import publish
from telephony.board.kiosks import make_kiosk, revoke_kiosk
from telephony.board.models import Kiosk, QueueAlarm
from telephony.board.views import supervisor
from telephony.plans.models import Queue
from tenants.accounts.models import Tenant
from tenants.accounts.rights import Kind, Right
from tenants.keys.callers import Caller, own_tenant

View = Callable[..., HttpResponse]


class AlarmForm(forms.Form):
    """The values of one figure of one queue; both empty take the alarm away."""

    figure = forms.ChoiceField(choices=QueueAlarm.Measure.choices)
    attention = forms.DecimalField(required=False, min_value=0, max_digits=8, decimal_places=1)
    action = forms.DecimalField(required=False, min_value=0, max_digits=8, decimal_places=1)

    @property
    def takes_away(self) -> bool:
        """Whether both values are empty."""
        return self.cleaned_data["attention"] is None and self.cleaned_data["action"] is None

    def keep(self, queue: Queue) -> bool:
        """Set the alarm, or take it away; False, with the errors in the form, if the values do not fit."""
        figure = self.cleaned_data["figure"]
        row = QueueAlarm.objects.filter(queue=queue, figure=figure).first()
        if self.takes_away:
            if row is not None:
                row.delete()
            return True
        row = row or QueueAlarm(tenant_id=queue.tenant_id, queue=queue, figure=figure)
        row.attention, row.action = self.cleaned_data["attention"], self.cleaned_data["action"]
        try:
            row.full_clean()
        except ValidationError as error:
            self.add_error(None, [text for texts in error.message_dict.values() for text in texts])
            return False
        row.save()
        return True


class ScreenForm(forms.Form):
    """A screen on the wall, of one tenant or of all."""

    name = forms.CharField(max_length=100)
    tenant = forms.UUIDField(required=False)


def for_setters(view: View) -> Callable[..., HttpResponseBase]:
    """Give the view its caller, inside the caller's scope; 404 for whoever may not change queues."""

    @wraps(view)
    def entered(request: HttpRequest, **rest: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("portal_login"))
        caller = supervisor(request)
        if Right.PLAN_WRITE not in caller.rights:
            raise Http404
        with caller.scope():
            response = view(request, caller, **rest)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    return entered


@require_GET
@never_cache
@for_setters
def settings(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Alarms of each queue, and the screens."""
    return _page(request, caller)


@require_POST
@for_setters
def save_alarm(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Set the alarm of one figure, or take it away; boards that are open follow at once."""
    queue_id = _id(request, "queue")
    queue = Queue.objects.filter(pk=queue_id).first() if queue_id else None
    if queue is None:
        raise Http404
    form = AlarmForm(request.POST)
    if not form.is_valid() or not form.keep(queue):
        return _page(request, caller, alarm=form, status=422)
    publish(queue.tenant_id, "floor", "alarms")
    return _back(request)


@require_POST
@for_setters
def make_screen(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Make an address for a screen, and show it once."""
    form = ScreenForm(request.POST)
    if not form.is_valid():
        return _page(request, caller, screen=form, status=422)
    chosen = form.cleaned_data["tenant"]
    tenant = own_tenant(caller) if caller.kind is Kind.TENANT else _tenant(chosen) if chosen else None
    made = make_kiosk(tenant, form.cleaned_data["name"], clock.now(), request.user)  # type: ignore[arg-type]
    address = request.build_absolute_uri(reverse("board_kiosk", args=[made.token]))
    return _page(request, caller, address=address)


@require_POST
@for_setters
def revoke_screen(request: HttpRequest, caller: Caller, kiosk_id: UUID) -> HttpResponse:
    """Switch a screen off."""
    kiosk = Kiosk.objects.filter(pk=kiosk_id).first()
    if kiosk is None:
        raise Http404
    revoke_kiosk(kiosk, clock.now())
    return _back(request)


def _page(request: HttpRequest, caller: Caller, *, status: int = 200, **more: Any) -> HttpResponse:
    alarms = {(one.queue_id, one.figure): one for one in QueueAlarm.objects.all()}
    failed = more.get("alarm")
    queues = [
        {
            "queue": queue,
            "rows": [
                {
                    "figure": figure,
                    "label": label,
                    "alarm": alarms.get((queue.pk, figure)),
                    "failed": failed
                    if failed and failed.data.get("queue") == str(queue.pk) and failed.data.get("figure") == figure
                    else None,
                }
                for figure, label in QueueAlarm.Measure.choices
            ],
        }
        for queue in Queue.objects.select_related("tenant").order_by("tenant__code", "code")
    ]
    context = {
        "queues": queues, "screens": Kiosk.objects.select_related("tenant").filter(revoked_at=None),
        "operator": caller.kind is Kind.OPS, "tenants": Tenant.objects.all() if caller.kind is Kind.OPS else [],
        "tenant": own_tenant(caller), "query": request.GET.urlencode(), **more,
    }  # fmt: skip
    return render(request, "board/settings.html", context, status=status)


def _back(request: HttpRequest) -> HttpResponse:
    query = request.GET.urlencode()
    return redirect(reverse("board_settings") + (f"?{query}" if query else ""))


def _tenant(tenant_id: UUID) -> Tenant:
    found = Tenant.objects.filter(pk=tenant_id).first()
    if found is None:
        raise Http404
    return found


def _id(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        return None
