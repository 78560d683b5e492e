"""An agent outside the room: the agent's own telephone is called over a trunk, and a key there takes the call.

Rules of this file: such an agent's endpoint is `tel:` and the number in E.164. To the floor and to the queue he is an
agent like others; only his leg is made on a trunk, and an answer counts once it is confirmed, for it may be a
mailbox's.
"""

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core import in_queue, outside
from telephony.core.call import Turn
from telephony.core.ending import words
from telephony.core.flow import Say
from telephony.core.in_outside import CONFIRM_WITHIN, TAKES
from telephony.core.lines import TRUNK_FAULTS
from telephony.core.values import Leg, PlaybackId, outside_number

NO_WAY = min(TRUNK_FAULTS)  # Q.850 3: no route to the destination
NOT_ALLOWED = 21  # Q.850: call rejected


def trunk_seized(turn: Turn, event: ev.TrunkSeized) -> None:
    """A trunk has a place for the agent's number: make the channel, unless the tenant may not call there."""
    leg = called_at(turn, event.number)
    if leg is None:
        turn.order(cmd.FreeTrunk, trunk=event.trunk)
    elif cause := call_there(turn, leg, event):
        miss(turn, leg, cause)


def called_at(turn: Turn, number: str) -> Leg | None:
    """The leg of an agent at this number that has no trunk yet."""
    return next((one for one in turn.call.ringing if outside_number(one.endpoint) == number and not one.trunk), None)


def call_there(turn: Turn, leg: Leg, event: ev.TrunkSeized) -> int:
    """Make the channel to the agent's number on this trunk; else the Q.850 cause for which that may not be."""
    call = turn.call
    assert call.tenant is not None
    if outside.refusal(turn, event.number, "") is not None:
        turn.order(cmd.FreeTrunk, trunk=event.trunk)
        return NOT_ALLOWED
    caller_id = outside.shown(turn, "") or ""
    leg = turn.change_leg(leg, number=event.number, trunk=event.trunk)
    turn.note(
        fact.OutsideDialled, leg=leg.no, number=leg.number, trunk=leg.trunk, caller_id=caller_id, channel=leg.channel
    )
    tenant = call.plan.tenants[call.tenant]
    turn.order(
        cmd.CreateOutside,
        channel=leg.channel, number=leg.number, trunk=leg.trunk, originator=call.channel, caller_id=caller_id,
        variables={"CALLREF": str(call.id), "TENANT": tenant.code, "STAGE": "agent"},
    )  # fmt: skip
    return 0


def no_trunk(turn: Turn, event: ev.NoTrunk) -> None:
    """The agent cannot be reached now: as if the phone had not been answered."""
    for leg in turn.call.ringing:
        if outside_number(leg.endpoint) == event.number and not leg.trunk:
            miss(turn, leg, NO_WAY)


def miss(turn: Turn, leg: Leg, cause: int) -> None:
    """The agent does not get the call; nothing rings there."""
    in_queue.channel_ended_while_ringing(
        turn, ev.ChannelEnded(call=turn.call.id, at=turn.at, channel=leg.channel, cause=cause)
    )


def leg_answered(turn: Turn, event: ev.LegAnswered) -> None:
    """A phone in the room is connected at once; one outside is asked first."""
    leg = _ringing(turn, event.channel)
    if leg is None:
        in_queue.connect(turn, event)
    else:
        ask(turn, leg)


def ask(turn: Turn, leg: Leg) -> None:
    """Somebody has answered there: say which key takes the call."""
    if _timer(leg) in turn.call.timers:
        return  # it is being asked already
    turn.note(fact.OutsideAnswered, leg=leg.no)
    turn.set_timer(_timer(leg), CONFIRM_WITHIN)
    media = words(turn, (Say("take-call"),))
    if media:
        turn.order(cmd.StartPrompt, channel=leg.channel, playback=_asked(turn, leg), media=2 * media)


def key_pressed(turn: Turn, event: ev.KeyPressed) -> None:
    """The agent takes the call by a key; the caller's own keys are the queue's."""
    if event.channel is None or event.channel == turn.call.channel:
        in_queue.choose_instead(turn, event)
    elif leg := taken_by(turn, event):
        in_queue.connect(turn, ev.LegAnswered(call=event.call, at=event.at, channel=leg.channel))


def taken_by(turn: Turn, event: ev.KeyPressed) -> Leg | None:
    """The leg of the agent outside who was asked and takes the call by this key; nobody asks there any more."""
    leg = _ringing(turn, event.channel)
    if leg is None or event.key != TAKES or _timer(leg) not in turn.call.timers:
        return None
    turn.drop_timer(_timer(leg))
    turn.order(cmd.StopPrompt, playback=_asked(turn, leg))
    return leg


def time_passed(turn: Turn, event: ev.TimerFired) -> None:
    """Nobody pressed the key: the channel's end is the missed call."""
    if not stop_asking(turn, event):
        in_queue.time_passed_while_ringing(turn, event)


def stop_asking(turn: Turn, event: ev.TimerFired) -> bool:
    """Whether this was the time for the key of an agent outside; his channel is ended then."""
    for leg in turn.call.ringing:
        if event.timer == _timer(leg):
            turn.order(cmd.HangUp, channel=leg.channel)
            return True
    return False


def forget(turn: Turn, leg: Leg) -> None:
    """The time for the key no longer matters."""
    turn.drop_timer(_timer(leg))


def _ringing(turn: Turn, channel: str | None) -> Leg | None:
    return next((leg for leg in turn.call.ringing if leg.channel == channel and leg.trunk), None)


def _timer(leg: Leg) -> str:
    return f"take-{leg.no}"


def _asked(turn: Turn, leg: Leg) -> PlaybackId:
    return PlaybackId(f"{turn.call.id}-a{leg.no}")
