"""All that a desk shows, as one value: read anew whenever there is news, and never put together in the browser.

Rules of this file: it only reads. Presence says what the agent does; the call that was offered last says for whom, a
quarter of a second before the ledger does. Lengths are seconds, instants ISO 8601 in UTC.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from agents.desktop.entry import DeskAgent
from agents.people.services import pause_reasons
from agents.presence.models import State
from agents.presence.rules import PresenceState
from agents.presence.sessions import Doing, doing
from telephony.desk.calls import call_in_hand, in_language
from telephony.desk.dispositions import dispositions_of, said_of
from telephony.desk.models import Offer
from telephony.desk.phones import is_of_browser
from telephony.desk.today import figures_of
from telephony.plans.models import Queue
from tenants.accounts.scope import telephony_scope

RINGS_AT_MOST = timedelta(seconds=90)  # an older offer is none that presence has still to tell of
MISSED = "missed"  # the reason with which the switch takes out who does not answer


@dataclass(frozen=True, slots=True)
class Shift:
    """What the agent does, and where."""

    state: str
    name: str  # of the state, in the language of the screen
    since: str
    reason: str
    reason_name: str
    endpoint: str
    browser: bool
    seat: int | None
    break_after_call: bool  # a break was asked for, and begins when the call is over
    missed: bool  # taken out, because the phone rang and was not answered
    wrap_up_until: str | None


@dataclass(frozen=True, slots=True)
class DeskState:
    """Everything on the desk."""

    at: str
    shift: Shift | None
    call: dict[str, Any] | None
    dispositions: list[dict[str, Any]] = field(default_factory=list)
    disposed: dict[str, Any] | None = None
    reasons: list[dict[str, str]] = field(default_factory=list)
    today: dict[str, Any] = field(default_factory=dict)


def desk_state(agent: DeskAgent, at: datetime) -> dict[str, Any]:
    """The desk of an agent at this instant."""
    with telephony_scope():
        offer = Offer.objects.filter(agent_id=agent.agent_id).first()
        now = doing(agent.session.session_id) if agent.session else None
    reasons = _reasons(agent)
    if agent.session is None or now is None:
        return asdict(DeskState(at.isoformat(), None, None, reasons=reasons, today=figures_of(agent, at)))
    state, call_id, since = now.state, now.call_id, now.since
    if _is_news(offer, now, at):
        assert offer is not None
        state, call_id, since = PresenceState.RINGING, offer.call_id, offer.offered_at
    call = call_in_hand(agent, offer, call_id, at) if call_id else None
    tenant_id = UUID(call["tenant"]["id"]) if call else agent.tenant_id
    shift = Shift(
        state=state, name=str(State(state).label), since=since.isoformat(), reason=now.reason,
        reason_name=next((one["name"] for one in reasons if one["code"] == now.reason), ""),
        endpoint=agent.session.endpoint, browser=is_of_browser(agent.session.endpoint), seat=agent.session.seat,
        break_after_call=agent.session.paused and state != PresenceState.PAUSED,
        missed=state == PresenceState.PAUSED and now.reason == MISSED,
        wrap_up_until=_wrap_up_ends(agent, tenant_id, state, since, call),
    )  # fmt: skip
    return asdict(
        DeskState(
            at.isoformat(), shift, call,
            dispositions=dispositions_of(agent, tenant_id, call["queue"]["code"]) if call else [],
            disposed=said_of(agent, tenant_id, UUID(call["id"])) if call else None,
            reasons=reasons, today=figures_of(agent, at),
        )
    )  # fmt: skip


def _is_news(offer: Offer | None, now: Doing, at: datetime) -> bool:
    """Whether the phone rings for a call of which presence has not told yet."""
    return (
        offer is not None
        and offer.offered_at > now.since
        and at - offer.offered_at < RINGS_AT_MOST
        and now.state in (PresenceState.READY, PresenceState.WRAP_UP)
    )


def _wrap_up_ends(
    agent: DeskAgent, tenant_id: UUID, state: str, since: datetime, call: dict[str, Any] | None
) -> str | None:
    if state != PresenceState.WRAP_UP or call is None:
        return None
    with agent.within(tenant_id):
        length = Queue.objects.filter(code=call["queue"]["code"]).values_list("wrap_up", flat=True).first()
    return (since + length).isoformat() if length else None


def _reasons(agent: DeskAgent) -> list[dict[str, str]]:
    """Reasons for a break, the tenant's own before everybody's."""
    with agent.within(agent.tenant_id):
        rows = pause_reasons(agent.tenant_id)
    return [{"code": row.code, "name": in_language(row.name, row.name_zh)} for row in rows]
