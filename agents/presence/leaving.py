"""An agent leaves: no telephone rings for him any more, and what he had in hand goes to others.

Rules of this file: all of it is one transaction, in the caller's scope, written down in the tenant's operation log. A
talk that goes on is not torn: it ends as it would have, and is the last. Floors above take back what they gave him in
`takes_back`, since this one knows nothing of them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from agents.people.models import Agent
from agents.people.services import change_agent
from agents.presence.models import AgentSession
from agents.presence.services import log_out
from tenants.trust.services import log_operation

LEFT = "left"  # why such a session ended, as it stands in the rows

#: What floors above take from a leaver, by a word for the log; each says how many it were. They put themselves here in
#: their AppConfig.ready.
takes_back: dict[str, Callable[[UUID, datetime], int]] = {}


def change(agent: Agent, fields: Mapping[str, object], at: datetime) -> Agent:
    """Change names, language, and whether the agent is active; one who is switched off is let go."""
    with transaction.atomic():
        leaves = agent.active and fields.get("active") is False
        changed = change_agent(agent, fields)
        if leaves:
            let_go(changed, at)
    return changed


def let_go(agent: Agent, at: datetime) -> dict[str, int]:
    """End all that a leaver has: sessions at telephones, and what `takes_back` knows; how many of each.

    The desk in the browser and its stream look at `active` themselves, and are closed within seconds.
    """
    with transaction.atomic():
        sessions = list(AgentSession.objects.filter(agent=agent, logged_out_at=None))
        for session in sessions:
            log_out(at=at, session_id=session.pk, reason=LEFT)
        taken = {"sessions": len(sessions)} | {word: take(agent.pk, at) for word, take in takes_back.items()}
        log_operation(agent.tenant_id, "agent.left", str(agent.pk), **taken)
    return taken
