"""Tables of this floor; each lives in its room."""

from agents.people.models import Agent, AgentPin, AgentSkill, OutsidePhone, PauseReason, Skill
from agents.presence.models import AgentSession, PresenceEvent, PresenceInterval

__all__ = [
    "Agent",
    "AgentPin",
    "AgentSession",
    "AgentSkill",
    "OutsidePhone",
    "PauseReason",
    "PresenceEvent",
    "PresenceInterval",
    "Skill",
]
