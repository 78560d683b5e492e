"""An agent consults: a third is called while the caller hears music, then agent and third talk.

Whoever hangs up, the other two go on: without the agent the caller is brought to the third, without the third the
agent takes the caller back, and without the caller the agent and the third are left.
"""

from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core import reaching, two_lines
from telephony.core.call import Stage, Turn
from telephony.core.ending import end_leg
from telephony.core.gathering import all_in, bring_in, end_all, ringing_over, say_to, send_away, set_aside
from telephony.core.reaching import Lost, Reached, under_way
from telephony.core.transfer import pass_on, talk_with
from telephony.core.values import EndedBy, Leg


def consulting_agent(turn: Turn) -> Leg:
    """The agent who asked."""
    return turn.call.legs[under_way(turn).by]


def third(turn: Turn) -> Leg:
    """Whoever was reached."""
    return turn.call.legs[under_way(turn).leg]


# Handlers while the third is being called.


def ring_one(turn: Turn, event: ev.AgentReserved) -> None:
    """The queue has an agent for the agent who asks."""
    reaching.ring(turn, event.agent, event.endpoint)


def go_on(turn: Turn, event: ev.Event) -> None:
    """News of whoever is being called for the agent."""
    match reaching.hear(turn, event):
        case Reached(leg):
            _talk(turn, leg)
        case Lost(_, reason):
            come_back(turn, reason)


def channel_ended(turn: Turn, event: ev.ChannelEnded) -> None:
    """Without the caller nobody needs the third; without the agent the caller is sent on; the third rings no more."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.ended_at is not None:
        return
    if leg.no == turn.call.caller_leg.no:
        end_leg(turn, leg, event.cause)
        give_up(turn, EndedBy.CALLER)
    elif leg.no == under_way(turn).by:
        end_leg(turn, leg, event.cause)
        pass_on(turn, leg)
    else:
        go_on(turn, event)


def give_up(turn: Turn, by: EndedBy) -> None:
    """The call is over before the third was reached."""
    reaching.stop(turn)
    end_all(turn, by)


def come_back(turn: Turn, reason: str) -> None:
    """No third: the agent is with the caller again, and hears why if that was not his own wish."""
    agent = consulting_agent(turn)
    if turn.call.stage is Stage.ENQUIRING:
        reaching.stop(turn)
        ringing_over(turn, agent)
    turn.note(fact.ConsultEnded, leg=agent.no, reason=reason)
    two = agent.line is not None
    agent = two_lines.one_line(turn, agent, under_way(turn).line)
    turn.become(transfer=None)
    if not (two and two_lines.still_held(turn, agent)):
        all_in(turn)
    turn.to(Stage.TALKING)
    if reason not in ("cancelled", "hung_up"):
        say_to(turn, agent, "not-possible")


def _talk(turn: Turn, leg: Leg) -> None:
    agent = consulting_agent(turn)
    turn.note(fact.ConsultAnswered, leg=leg.no, by=agent.no)
    ringing_over(turn, agent)
    bring_in(turn, leg)
    turn.to(Stage.APART)


# Handlers while agent and third talk, or agent and caller.


def channel_ended_apart(turn: Turn, event: ev.ChannelEnded) -> None:
    """Whoever hangs up leaves the other two together."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.ended_at is not None:
        return
    end_leg(turn, leg, event.cause)
    if leg.no in (turn.call.caller_leg.no, under_way(turn).by, under_way(turn).leg):
        after(turn, leg)


def after(turn: Turn, leg: Leg) -> None:
    """This one of the three is out: the other two go on."""
    turn.become(aside=turn.call.aside - {leg.no})
    if leg.no == under_way(turn).by:
        complete(turn)
    elif leg.no == under_way(turn).leg:
        come_back(turn, "hung_up")
    else:
        join(turn)


def complete(turn: Turn) -> None:
    """The agent is out: caller and third go on."""
    transfer = under_way(turn)
    turn.note(fact.TransferCompleted, leg=transfer.by, to=transfer.leg)
    talk_with(turn, third(turn))
    turn.become(transfer=None)
    all_in(turn)
    turn.to(Stage.TALKING)


def join(turn: Turn) -> None:
    """All who are left talk with each other."""
    leg = third(turn)
    turn.note(fact.TalkJoined, leg=under_way(turn).by)
    if turn.call.caller_leg.ended_at is None:
        talk_with(turn, leg)
    turn.become(transfer=None)
    all_in(turn)
    turn.to(Stage.TOGETHER)


def turn_round(turn: Turn) -> None:
    """The agent talks with the other of the two."""
    caller, other = turn.call.caller_leg, third(turn)
    aside, back = (other, caller) if caller.no in turn.call.aside else (caller, other)
    set_aside(turn, aside)
    bring_in(turn, back)
    turn.note(fact.ConsultTurned, leg=under_way(turn).by, aside=aside.no)


def cancel(turn: Turn) -> None:
    """The agent sends the third away, reached or not, and takes the caller back."""
    if turn.call.stage is Stage.APART:
        send_away(turn, third(turn))
        turn.become(aside=turn.call.aside - {third(turn).no})
    come_back(turn, "cancelled")
