"""Agents' sessions, as the switch reads them from presence and ends them there. Runs in the desk's thread."""

from contextlib import suppress

import structlog

from agents.presence.services import (
    LEASE_ENDED,
    NotLoggedIn,
    SessionInForce,
    expire_leases,
    log_out,
    sessions_in_force,
)
from seatline.clock import now
from telephony.core.acd.agents import SignedIn
from telephony.core.values import AgentId, Endpoint, SessionId, TenantId
from tenants.accounts.scope import telephony_scope

log = structlog.get_logger(__name__)


def signed_in() -> dict[AgentId, SignedIn]:
    """Who is logged in, by agent."""
    with telephony_scope():
        return {AgentId(one.agent_id): on_the_floor(one) for one in sessions_in_force()}


def on_the_floor(one: SessionInForce) -> SignedIn:
    """A session in the core's words."""
    return SignedIn(
        session=SessionId(one.session_id),
        agent=AgentId(one.agent_id),
        tenant=TenantId(one.tenant_id),
        number=one.agent_number,
        name=one.agent_name,
        endpoint=Endpoint(one.endpoint),
        since=one.logged_in_at,
        paused=one.paused,
        wrap_up_done_at=one.wrap_up_done_at,
        leaving=one.ends_when_free,
        skills=one.skills,
    )


def end_leases(busy: list[SessionId]) -> None:
    """Log out whom the leases in force no longer reach; those in `busy` when their call is over."""
    with telephony_scope():
        ended = expire_leases(now(), busy)
    if ended:
        log.info("leases over", agents=[one.agent_number for one in ended])


def lease_ended(session: SessionId) -> None:
    """The last call of a session whose lease is over has ended."""
    with telephony_scope(), suppress(NotLoggedIn):
        log_out(session_id=session, at=now(), reason=LEASE_ENDED)
