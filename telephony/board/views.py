"""The board's pages: for people at /board/, for screens on the wall at /board/TOKEN/, and what is set about both."""

from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from agents.people.models import PauseReason
from agents.presence.models import State
from seatline.stream.addresses import Address
from telephony.board.kiosks import TOPIC, kiosk_of
from telephony.board.models import QueueAlarm
from tenants.accounts.models import Membership, Tenant, User
from tenants.accounts.rights import Kind, Right
from tenants.accounts.scope import operator_scope
from tenants.keys.callers import Caller, NobodyHere, TenantNotNamed, TenantNotYours, caller_of_person
from tenants.seats.models import Seat

#: What a supervisor does about an agent, by the right that opens it; those of talks are asked of the switch.
ACTIONS = (
    ("listen", "talks:listen"), ("whisper", "talks:whisper"), ("barge", "talks:barge"),
    ("take_over", "talks:take_over"), ("stop_listening", "talks:listen"),
    ("pause", "floor:act"), ("unpause", "floor:act"), ("log_out", "agents:log_out"),
)  # fmt: skip


@require_GET
@never_cache
def board(request: HttpRequest) -> HttpResponseBase:
    """The board of whoever is logged in: of one tenant, or of all for the operator's staff."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("portal_login"))
    caller = supervisor(request)
    with operator_scope():
        tenants = list(Tenant.objects.all()) if caller.kind is Kind.OPS else []
    code = request.GET.get("tenant", "")
    chosen = next((one for one in tenants if one.code == code), None)
    if code and tenants and chosen is None:
        raise Http404
    tenant_id = chosen.pk if chosen else caller.tenant_id
    rights = {right.value for right in caller.rights}
    with caller.scope():
        floor = {
            "reasons": reasons(tenant_id),
            "seats": list(Seat.objects.values_list("number", "label", "in_service")) if tenant_id is None else [],
        }
        own = Tenant.objects.filter(pk=tenant_id).first() if tenant_id else None
    settings = {
        **_settings(tenant_id), **floor,
        "actions": [name for name, right in ACTIONS if right in rights],
        "tenant_code": own.code if own and caller.kind is Kind.TENANT else "",
        "csrf": get_token(request),
    }  # fmt: skip
    context = {
        "settings": settings, "words": words(), "tenant": own, "tenants": tenants, "chosen": chosen,
        "others": others(request.user) if caller.kind is Kind.TENANT else [],
        "may_set": Right.PLAN_WRITE in caller.rights,
    }  # fmt: skip
    return render(request, "board/board.html", context)


@require_GET
@never_cache
def kiosk(request: HttpRequest, token: str) -> HttpResponse:
    """A screen on the wall: shows, and can do nothing. 404 for a token that is not in force."""
    row = kiosk_of(token)
    if row is None:
        raise Http404
    seats: list[Any] = []
    if row.tenant is None:
        with operator_scope():
            seats = list(Seat.objects.values_list("number", "label", "in_service"))
    settings = {**_settings(row.tenant_id), "kiosk": token, "seats": seats, "reasons": [], "actions": []}
    context = {"settings": settings, "words": words(), "tenant": row.tenant, "kiosk": row}
    return render(request, "board/board.html", context)


def supervisor(request: HttpRequest) -> Caller:
    """On whose behalf a person looks at the floor; 404 for those to whom it is not open.

    `?tenant=CODE` chooses among a person's own tenants; without it the first one is taken.
    """
    user = request.user
    assert isinstance(user, User)
    code = "" if user.is_staff else request.GET.get("tenant", "")
    try:
        try:
            caller = caller_of_person(user, code)
        except TenantNotNamed:
            caller = caller_of_person(user, others(user)[0].code)
    except (NobodyHere, TenantNotYours) as error:
        raise Http404 from error
    if Right.PEOPLE_READ not in caller.rights or caller.kind is Kind.FIN:
        raise Http404
    return caller


def others(user: Any) -> list[Tenant]:
    """The tenants of whose people somebody is, by code."""
    with operator_scope():
        rows = Membership.objects.filter(user_id=user.pk).select_related("tenant").order_by("tenant__code")
        return [one.tenant for one in rows]


def reasons(tenant_id: UUID | None) -> list[list[str]]:
    """Digits and names of the pause reasons of a tenant's agents, or those of everybody's."""
    chinese = (get_language() or "").startswith("zh")
    found: dict[str, str] = {}
    for one in PauseReason.objects.order_by("code", F("tenant").asc(nulls_first=True)):
        if one.tenant_id in (None, tenant_id):
            found[one.code] = one.name_zh if chinese and one.name_zh else one.name
    return [[digit, name] for digit, name in found.items()]


def words() -> dict[str, Any]:
    """What the script writes, in the language of the page."""
    return {
        "states": {state.value: str(state.label) for state in State},
        "figures": {value: str(label) for value, label in QueueAlarm.Measure.choices},
        "of": _("%(a)s of %(b)s"),
        "calls": _("%(a)s calls"),
        "nobody": _("Nobody is logged in."),
        "no_queue": _("There is no queue yet."),
        "free": _("free"),
        "out": _("out of service"),
        "seat": _("seat %(n)s"),
        "pausing": _("pause after this call"),
        "cut": _("No connection: what you see is from %(at)s."),
        "live": _("live"),
        "calm": _("all calm"),
        "attention": _("attention"),
        "action": _("act now"),
        "alarms": _("%(n)s alarms"),
        "asked": _("Asked: %(what)s, %(who)s."),
        "done": _("Done: %(what)s, %(who)s."),
        "refused": _("Not done: %(what)s, %(who)s. %(why)s"),
        "no_answer": _("No answer: the switch is away. Try again."),
        "no_phone": _("Say on which telephone you listen."),
        "sure": _("Log out %(who)s?"),
        "actions": {
            "listen": _("Listen"), "whisper": _("Whisper"), "barge": _("Barge in"), "take_over": _("Take over"),
            "stop_listening": _("Stop listening"), "pause": _("Pause"), "unpause": _("End pause"),
            "log_out": _("Log out"),
        },
    }  # fmt: skip


def _settings(tenant_id: UUID | None) -> dict[str, Any]:
    return {
        "topic": str(Address(tenant_id, TOPIC)),
        "kiosk": "",
        "chinese": (get_language() or "").startswith("zh"),
        "language": get_language(),
    }
