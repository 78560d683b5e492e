"""The desk's page, and what its script asks for. Everything that it does is done by services that others use too."""

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from agents.desktop.entry import DeskAgent, desk_only
from seatline import clock
from seatline.errors import BadInput
from telephony.desk import shift
from telephony.desk.calls import clients_of
from telephony.desk.dispositions import dispose
from telephony.desk.phones import mint
from telephony.desk.pop import pop
from telephony.desk.refusals import why_not
from telephony.desk.state import desk_state
from telephony.requests import services as requests
from telephony.requests.models import CallRequest

PAGE_POLICY = (
    "default-src 'self'; connect-src 'self'; media-src 'self' blob:;"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class NotUnderstood(BadInput):
    """What the page asked for cannot be read: {what}. Load it again."""


@require_GET
@desk_only
def desk(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """The whole page; what changes on it comes by itself."""
    page = render(request, "desk/desk.html", {"agent": agent, "clients": clients_of(agent)})
    page["Content-Security-Policy"] = PAGE_POLICY
    return page


@require_GET
@desk_only
def state(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """Everything that the page shows."""
    return JsonResponse(desk_state(agent, clock.now()))


@require_POST
@desk_only
def phone(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """An account for the browser's phone, told this once."""
    minted = mint(agent.agent_id, agent.tenant_id, agent.number, clock.now())
    return JsonResponse({"endpoint": minted.endpoint, "password": minted.password})


@require_POST
@desk_only
def begin_shift(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """Take calls."""
    asked = _asked(request)
    seat = asked.get("seat")
    if seat is not None and not (isinstance(seat, int) and 0 < seat < 10_000):
        raise NotUnderstood(what="seat")
    shift.begin(agent, seat, clock.now(), browser=asked.get("browser") is True)
    return JsonResponse({})


@require_POST
@desk_only
def end_shift(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """Take calls no longer, and have no phone any more."""
    shift.end(agent, clock.now())
    return JsonResponse({})


@require_POST
@desk_only
def take_a_break(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """At once, or when the call is over."""
    shift.take_a_break(agent, str(_asked(request).get("reason", ""))[:1], clock.now())
    return JsonResponse({})


@require_POST
@desk_only
def be_ready(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """After a break, after missed calls, after the wrap-up."""
    shift.be_ready(agent, clock.now())
    return JsonResponse({})


@require_POST
@desk_only
def ask(request: HttpRequest, agent: DeskAgent, call_id: UUID) -> HttpResponse:
    """A wish about the call in hand; the page gave it its id, so that it is done once however often it is sent."""
    asked = _asked(request)
    with agent.within(_id(asked, "tenant")):
        standing = requests.ask(
            _id(asked, "id"), call_id, _word(asked, "kind"), clock.now(), target=str(asked.get("target", ""))[:40],
            agent_id=agent.agent_id, asked_by=agent.agent_id,
        )  # fmt: skip
    return JsonResponse(_told(standing))


@require_POST
@desk_only
def dial(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """Call a number outside: the agent's own telephone rings first."""
    asked = _asked(request)
    with agent.within(agent.tenant_id):
        standing = requests.dial(
            _id(asked, "id"), agent.agent_id, str(asked.get("number", ""))[:40], clock.now(), asked_by=agent.agent_id
        )  # fmt: skip
    return JsonResponse(_told(standing))


@require_GET
@desk_only
def answer(request: HttpRequest, agent: DeskAgent, request_id: UUID) -> HttpResponse:
    """What became of a wish."""
    with agent.within(_id(request.GET.dict(), "tenant")):
        standing = requests.answer_to(request_id, clock.now())
    if standing is None:
        raise Http404
    return JsonResponse(_told(standing))


@require_POST
@desk_only
def disposition(request: HttpRequest, agent: DeskAgent, call_id: UUID) -> HttpResponse:
    """What came of the call."""
    asked = _asked(request)
    note = str(asked.get("note", ""))
    dispose(agent, _id(asked, "tenant"), call_id, _id(asked, "disposition"), note, clock.now())
    return JsonResponse({})


@require_POST
@desk_only
def pop_up(request: HttpRequest, agent: DeskAgent, call_id: UUID) -> HttpResponse:
    """The tenant's own page of the call."""
    return JsonResponse(pop(agent, _id(_asked(request), "tenant"), call_id, clock.now()))


def _told(standing: requests.Standing) -> dict[str, str]:
    return {"state": standing.state, "reason": standing.reason, "sentence": why_not(standing.reason)}


def _asked(request: HttpRequest) -> dict[str, Any]:
    try:
        asked = json.loads(request.body or b"{}")
    except ValueError:
        raise NotUnderstood(what="JSON") from None
    if not isinstance(asked, dict):
        raise NotUnderstood(what="JSON")
    return asked


def _id(asked: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(str(asked.get(name)))
    except ValueError:
        raise NotUnderstood(what=name) from None


def _word(asked: dict[str, Any], name: str) -> str:
    word = str(asked.get(name, ""))
    if word not in CallRequest.Kind.values:
        raise NotUnderstood(what=name)
    return word
