"""The shift of an agent at the desk: begun, interrupted and ended from the browser, in step with the telephone's codes.

Rules of this file: it asks presence for what the codes *45, *46, *48 and *44 ask for, by the same services; so
whichever of the two asks, the other shows it.
"""

from datetime import datetime

from agents.desktop.entry import DeskAgent
from agents.people.services import find_agent
from agents.presence import services as presence
from agents.presence.services import SessionInForce
from seatline.errors import NotFound, Refused
from telephony.desk.models import WebPhone
from telephony.desk.phones import is_of_browser, retire
from telephony.plans.models import Phone
from tenants.accounts.scope import telephony_scope

BY_DESK = "desk"  # why a session ended, as it stands in the rows


class NoPhoneThere(NotFound):
    """No telephone stands at seat {seat}."""


class BrowserHasNoPhone(Refused):
    """The phone of this browser has not been made ready; begin the shift again."""


def begin(agent: DeskAgent, seat: int | None, at: datetime, *, browser: bool) -> SessionInForce:
    """Take calls from now on: at the browser's phone, or at the telephone that stands at the seat.

    A browser may be used at a seat that the client has leased by name, and needs none. Raises what presence raises,
    NoPhoneThere, BrowserHasNoPhone.
    """
    with telephony_scope():
        if browser:
            endpoint = WebPhone.objects.filter(agent_id=agent.agent_id).values_list("endpoint", flat=True).first()
            if endpoint is None:
                raise BrowserHasNoPhone
        else:
            phones = Phone.objects.filter(seat=seat, active=True) if seat is not None else Phone.objects.none()
            endpoint = phones.values_list("endpoint", flat=True).first()
            if endpoint is None:
                raise NoPhoneThere(seat=seat or "-")
        return presence.open_session(find_agent(agent.number), endpoint, seat, at)


def end(agent: DeskAgent, at: datetime) -> None:
    """Log out; a call that runs goes on until it ends, on a browser's phone too: its account alone is gone."""
    if agent.session is None:
        raise presence.NotLoggedIn
    with telephony_scope():
        presence.log_out(at=at, session_id=agent.session.session_id, reason=BY_DESK)
        if is_of_browser(agent.session.endpoint):
            retire(agent.agent_id)


def take_a_break(agent: DeskAgent, reason: str, at: datetime) -> None:
    """No more calls, from the end of the running one on. Raises NotLoggedIn, PauseReasonUnknown."""
    with telephony_scope():
        presence.pause(_endpoint(agent), reason, at)


def be_ready(agent: DeskAgent, at: datetime) -> None:
    """Calls again; in the wrap-up, that it is over. Raises NotLoggedIn."""
    with telephony_scope():
        endpoint = _endpoint(agent)
        assert agent.session is not None
        if presence.state_of(agent.session.session_id) is presence.PresenceState.WRAP_UP:
            presence.finish_wrap_up(endpoint, at)
        else:
            presence.unpause(endpoint, at)


def _endpoint(agent: DeskAgent) -> str:
    if agent.session is None:
        raise presence.NotLoggedIn
    return agent.session.endpoint
