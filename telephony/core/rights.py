"""Who may have which telephone outside called. A policy: each rule stands here by name, and is asked at each call.

Rules of this file: pure functions. A tenant's own rules (`lines.allowed`) hold beside these; both must agree.
"""

from telephony.core import outside
from telephony.core.call import Turn
from telephony.core.lines import Refusal
from telephony.core.plan import Plan
from telephony.core.values import Leg, LegKind

AGENT_DIGITS = 4  # an agent's number; as long a number outside is not called, lest a slip of a digit cost money


def number_outside(plan: Plan, target: str) -> str:
    """The telephone outside that a person means who asks for `target`, in E.164; empty if it is none."""
    number = "" if len(target) == AGENT_DIGITS else plan.numbering.read(target)
    return number if number.startswith("+") else ""


def refusal(turn: Turn, asker: Leg, number: str) -> Refusal | None:
    """Why the number may not be called for this party; None if it may."""
    if not may_have_called(turn.call.plan, asker, number):
        return Refusal.NOT_ALLOWED
    return outside.refusal(turn, number, "")


def may_have_called(plan: Plan, asker: Leg, number: str) -> bool:
    """The house's own rule: agents alone, and numbers of the room's own country alone. A caller never: that is how
    strangers have others pay for their calls abroad."""
    return asker.kind is LegKind.AGENT and number.startswith(f"+{plan.numbering.country}")
