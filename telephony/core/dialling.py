"""An agent calls a number outside: from his telephone, or from a screen, for which his telephone is rung first.

Rules of this file: it begins the call; `in_callback.py` dials and goes on, as for a customer who is called back. The
number is looked at there, right before it is dialled, so that no way in leads past the rules.
"""

from dataclasses import replace

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.call import Call, GoingOut, Stage, Turn
from telephony.core.ending import clear
from telephony.core.in_callback import at_phone, no_flow, nobody
from telephony.core.values import EndedBy, Outcome, QueueId


def begin(turn: Turn, event: ev.DialDue) -> None:
    """An agent calls a customer: the call begins, and nobody is on the line but him."""
    turn.become(tenant=event.tenant)
    turn.note(fact.DialBegun, agent=event.agent, number=event.number, queue=event.queue.id, queue_code=event.queue.code)
    turn.call = dialled(turn.call, turn.facts[-1])
    turn.become(queue=event.queue, legs=(nobody(event.at),))
    turn.to(Stage.WAITING)
    if event.phone is not None:
        at_phone(turn, event.phone)
    elif event.request is not None:
        turn.order(cmd.AnswerRequest, request=event.request)  # it is about to ring: what comes of it is on record


def dialled(call: Call, begun: fact.Fact) -> Call:
    """The call to the customer of this fact."""
    assert isinstance(begun, fact.DialBegun) and begun.tenant is not None
    tenant = call.plan.tenants.get(begun.tenant)
    return replace(
        call, caller=begun.number, queue=call.plan.queues.get(QueueId(begun.queue)),
        language=tenant.language if tenant else call.language, entered_at=begun.at, waiting_since=begun.at,
        going_out=GoingOut(by_hand=True), flow=no_flow(begun),
    )  # fmt: skip


def asked_for(call: Call) -> bool:
    """Whether an agent has asked for this call at a screen, and nobody but him is to take it."""
    return call.going_out is not None and call.going_out.callback is None


def not_taken(turn: Turn) -> None:
    """The agent who asked for the call did not take it at his telephone."""
    turn.become(outcome=Outcome.NOT_REACHED, ended_by=EndedBy.AGENT)
    turn.order(cmd.LeaveQueue)  # as from every ring; nobody was in the queue for it
    clear(turn)
