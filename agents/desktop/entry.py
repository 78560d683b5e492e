"""Who comes in at /desk/: an agent, by the number and PIN of the telephone.

Rules of this file: the session holds an agent and nothing else. It opens /desk/ alone, a person who is logged in to the
admin has no desk in the same browser, and it ends with the PIN that opened it or when the agent leaves. Views run
outside any scope; what they ask of a tenant they ask within `DeskAgent.within`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from agents.people.services import AgentInactive, AgentUnknown, PinNotSet, check_pin, find_person, pin_mark
from agents.presence.services import SessionInForce
from agents.presence.sessions import session_of
from seatline.errors import SeatlineError
from seatline.panel.said import said
from tenants.accounts.scope import telephony_scope, tenant_scope
from tenants.trust.actor import Actor, acting

AGENT, MARK = "desk_agent", "desk_pin"  # keys of the session
LONGEST_STAY = timedelta(hours=14)  # a double shift; the browser's end ends it sooner
SCREEN = {"en": "en", "zh": "zh-hans"}  # the screen's language by the agent's

View = Callable[..., HttpResponse]


class WrongNumberOrPin(AgentUnknown):
    """Agent number or PIN is wrong."""


@dataclass(frozen=True, slots=True)
class DeskAgent:
    """The agent at the desk; `tenant_ids` are the tenants whose callers may reach this agent, the own one first."""

    agent_id: UUID
    number: str
    name: str
    tenant_id: UUID
    tenant_ids: tuple[UUID, ...]
    session: SessionInForce | None  # the shift; None: not logged in to take calls
    language: str  # of the screen, "en" or "zh-hans"

    @contextmanager
    def within(self, tenant_id: UUID) -> Iterator[None]:
        """The scope of one of the agent's tenants. Raises Http404 for any other: there is no such thing for him."""
        if tenant_id not in self.tenant_ids:
            raise Http404
        with tenant_scope(tenant_id):
            yield


#: Who else's callers an agent takes is known by the floor above, which puts its question here.
also_serves: list[Callable[[UUID], Iterable[UUID]]] = []


def come_in(request: HttpRequest, number: str, pin: str, at: datetime) -> None:
    """Begin a session of the desk; whatever the browser's session was before is over.

    Raises PinWrong and PinLocked as the telephone does; for a number that opens nothing the same as nobody's.
    """
    try:
        person = check_pin(number, pin, at)
    except (AgentInactive, PinNotSet, AgentUnknown):
        raise WrongNumberOrPin from None  # a stranger at the browser is told no more
    with telephony_scope():
        mark = pin_mark(person.agent_id)
    request.session.flush()
    request.session[AGENT], request.session[MARK] = str(person.agent_id), mark
    request.session.set_expiry(int(LONGEST_STAY.total_seconds()))


def go_out(request: HttpRequest) -> None:
    """End the desk's session; the shift is another thing."""
    request.session.flush()


def desk_agent(request: HttpRequest) -> DeskAgent | None:
    """The agent of this browser's session; None if there is none, or no longer."""
    agent_id = request.session.get(AGENT)
    if agent_id is None or SESSION_KEY in request.session:
        return None
    with telephony_scope():
        person = find_person(UUID(agent_id))
        if person is None or not person.active or pin_mark(person.agent_id) != request.session.get(MARK):
            return None
        others = {tenant for ask in also_serves for tenant in ask(person.agent_id)} - {person.tenant_id}
        session = session_of(person.agent_id)
    return DeskAgent(
        agent_id=person.agent_id, number=person.number, name=person.name, tenant_id=person.tenant_id,
        tenant_ids=(person.tenant_id, *sorted(others)), session=session, language=SCREEN[person.language],
    )  # fmt: skip


def desk_only(view: View) -> Callable[..., HttpResponseBase]:
    """Give the view its agent as second argument; who is nobody goes to the login, a script is told so with 401.

    A refusal (SeatlineError) becomes its sentence: JSON for scripts, a fragment for pages.
    """

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponseBase:
        agent = desk_agent(request)
        if agent is None:
            if wants_data(request) or is_fragment(request):
                return JsonResponse({"code": "logged_out", "sentence": _("You are logged out.")}, status=401)
            return redirect(f"{reverse('desk_login')}?{urlencode({'next': request.get_full_path()})}")
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(agent.language)
            request.LANGUAGE_CODE = translation.get_language()
        with acting(Actor("agent", agent.number, request.META.get("REMOTE_ADDR", ""))):
            response = _answer(view, request, agent, *args, **rest)
        response["Cache-Control"] = "private, no-store"
        return response

    return entered


def _answer(view: View, request: HttpRequest, agent: DeskAgent, *args: Any, **rest: Any) -> HttpResponse:
    try:
        with transaction.atomic():
            return view(request, agent, *args, **rest)
    except SeatlineError as error:
        if wants_data(request):
            return JsonResponse({"code": error.code, "sentence": said(error)}, status=error.status)
        template = "desk/refusal.html" if is_fragment(request) else "refused.html"
        return render(request, template, {"sentence": said(error)}, status=error.status)


def wants_data(request: HttpRequest) -> bool:
    """Whether a script asks for JSON."""
    return request.headers.get("Accept", "").startswith("application/json")


def is_fragment(request: HttpRequest) -> bool:
    """Whether the desk's page asks for a part of itself."""
    return "Desk-Fragment" in request.headers
