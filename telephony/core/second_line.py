"""What an agent's telephone does with its second line: the same as the agent could do by keys or at a screen.

    it calls somebody     a consultation          it hangs that up      the caller comes back
    it takes line 1 back  the other of the two    REFER with Replaces   the caller is left to the third

Rules of this file: events of lines become wishes (`wishes.py`), so that whoever consults by telephone has the stages
and the record of whoever does by keys. A caller whose line the telephone holds hears music until it takes him back.
"""

from dataclasses import dataclass, replace

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import in_enquiry, in_talk, two_lines, wishes
from telephony.core.call import Asked, Call, Stage, Turn
from telephony.core.events import Wish
from telephony.core.transfer import talking_agent
from telephony.core.values import AgentId, ChannelId, Leg, LegKind

OF_LINES = ev.ChannelEnded | ev.LegHeld | ev.LegResumed | ev.BlindAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDialled(ev.Event):
    """The telephone of an agent in this call has placed a second call, to a `target` as of a consultation."""

    channel: ChannelId
    agent: AgentId
    target: str


def concerns(call: Call, event: ev.Event) -> bool:
    """Whether an event is about an agent's other line, or about one of the two."""
    if isinstance(event, LineDialled):
        return True
    if not isinstance(event, OF_LINES):
        return False
    leg = _whose(call, event.channel)
    if leg is None:
        return False
    if leg.line is None:
        return isinstance(event, ev.LegResumed)
    return event.channel == leg.line.channel or isinstance(event, ev.ChannelEnded) or bool(_replaces(leg, event))


def hear(turn: Turn, event: ev.Event) -> None:
    """Something has happened on a line."""
    if isinstance(event, LineDialled):
        _dialled(turn, event)
        return
    assert isinstance(event, OF_LINES)
    leg = _whose(turn.call, event.channel)
    assert leg is not None
    match event:
        case ev.LegResumed() if leg.line is None:
            turn.change_leg(leg, waits=False)
            in_talk.take_back_for(turn, turn.call.legs[leg.no])
        case ev.LegHeld() | ev.LegResumed() if leg.line is not None:
            held = isinstance(event, ev.LegHeld)
            leg = turn.change_leg(leg, line=replace(leg.line, held=held))
            if not held:
                _take_up(turn, leg)
        case ev.ChannelEnded():
            _ended(turn, leg, event.channel)
        case ev.BlindAsked() if _replaces(leg, event):
            turn.order(cmd.TellPhone, channel=event.channel, state="channel_answered")
            wishes.carry_out(turn, Asked(by=leg.no, referred=True), Wish.COMPLETE)


def _whose(call: Call, channel: ChannelId) -> Leg | None:
    """The leg of which this is one of two lines, or the one that has still to take the caller back."""
    for leg in call.legs:
        both = leg.line is not None and channel in (leg.channel, leg.line.channel)
        if leg.ended_at is None and (both or (leg.waits and channel == leg.channel)):
            return leg
    return None


def _replaces(leg: Leg, event: ev.Event) -> bool:
    """Whether the telephone asks that its two lines be joined."""
    both = {leg.channel, leg.line.channel} if leg.line is not None else set()
    return isinstance(event, ev.BlindAsked) and {event.channel, event.replaces} == both


def _dialled(turn: Turn, event: LineDialled) -> None:
    leg = next((leg for leg in turn.call.talkers if leg.agent == event.agent), None)
    may = turn.call.stage is Stage.TALKING and leg is not None and leg.line is None and leg.kind is LegKind.AGENT
    if leg is None or not may or talking_agent(turn, leg.channel) is None:
        turn.order(cmd.TurnAway, channel=event.channel)
        return
    turn.order(cmd.Answer, channel=event.channel)
    wishes.carry_out(turn, Asked(by=leg.no, line=event.channel), Wish.CONSULT, event.target)


def _take_up(turn: Turn, leg: Leg) -> None:
    """The telephone takes its other line up again: the agent is heard there, by whoever belongs to it."""
    assert leg.line is not None
    transfer = turn.call.transfer
    if turn.call.stage is Stage.ENQUIRING:
        in_enquiry.cancel(turn)  # nobody is there yet; the caller is
        return
    line = leg.line.channel
    two_lines.go_over(turn, leg, line)
    if transfer is not None and turn.call.stage is Stage.APART:
        third_waits = turn.call.caller_leg.no not in turn.call.aside
        if (line == transfer.line) is third_waits:
            in_enquiry.turn_round(turn)


def _ended(turn: Turn, leg: Leg, channel: ChannelId) -> None:
    """One of the two lines is gone: with the third's the consultation, with the caller's nothing yet."""
    transfer = turn.call.transfer
    consults = transfer is not None and transfer.by == leg.no
    if consults and transfer is not None and channel == transfer.line:
        in_enquiry.cancel(turn)
    elif channel == leg.channel:
        two_lines.fall_back(turn, leg)
        if consults and turn.call.caller_leg.no not in turn.call.aside:
            in_enquiry.turn_round(turn)
    else:
        two_lines.drop(turn, leg)
