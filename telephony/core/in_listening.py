"""A supervisor comes into a talk, turns from one way to another, takes the call over, and goes.

Rules of this file: who listens is heard by nobody, by two walls: his ears are a channel that gives no sound away, and
his own telephone is muted in the bridge where he hears. Nothing that happens to him moves the call, but that he takes
it over. He goes when the agent's part of the talk does.
"""

from dataclasses import replace
from datetime import timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.call import TALKS, Call, Stage, Turn
from telephony.core.gathering import all_in, send_away
from telephony.core.listening import (
    Listener,
    ListeningAsked,
    ListeningOver,
    Way,
    ears_channel,
    gallery,
    supervisor_channel,
)
from telephony.core.transfer import NOT_NOW
from telephony.core.values import Leg, LegKind, talk_bridge

RING = timedelta(seconds=20)
COMES_WITHIN = timedelta(seconds=30)  # from the request until he is at his telephone
TIMER = "supervisor"  # and his number
WAYS = {"4": Way.LISTEN, "5": Way.WHISPER, "6": Way.BARGE}  # keys of his telephone, as those of Asterisk's ChanSpy
NOT_IN_CALL = "not_in_call"
YOURSELF = "yourself"
NO_AGENT = "no_agent"


def concerns(call: Call, event: ev.Event) -> bool:
    """Whether an event is about a supervisor, and not the call's own."""
    if isinstance(event, ListeningAsked | ListeningOver):
        return True
    if isinstance(event, ev.TimerFired):
        return event.timer.startswith(TIMER)
    channel = getattr(event, "channel", None)
    return channel is not None and any(channel in one.channels for one in call.listeners)


def hear(turn: Turn, event: ev.Event) -> None:
    """Something about a supervisor has happened."""
    match event:
        case ListeningAsked():
            turn.order(cmd.AnswerRequest, request=event.request, reason=_asked(turn, event))
        case ListeningOver():
            one = next((one for one in turn.call.listeners if one.by == event.by), None)
            if one is not None:
                end(turn, one, "asked")
            turn.order(cmd.AnswerRequest, request=event.request, reason="" if one is not None else NOT_IN_CALL)
        case ev.TimerFired():
            for one in turn.call.listeners:
                if not one.there and event.timer == f"{TIMER}{one.no}":
                    end(turn, one, "hung_up")
        case _:
            channel = getattr(event, "channel", None)
            _of_channel(turn, next(one for one in turn.call.listeners if channel in one.channels), event)


def follow(turn: Turn) -> None:
    """Whose talk is over listens no more."""
    for one in turn.call.listeners:
        if turn.call.stage not in TALKS or turn.call.legs[one.leg].ended_at is not None:
            end(turn, one, "talk_over")


def deafen(turn: Turn) -> None:
    """A payment is being taken: nobody hears."""
    for one in turn.call.listeners:
        _take_ears(turn, one)


def let_hear(turn: Turn) -> None:
    """It is over."""
    for one in turn.call.listeners:
        _give_ears(turn, one)


def end(turn: Turn, one: Listener, reason: str) -> None:
    """He is out, and his telephone free."""
    turn.order(cmd.HangUp, channel=one.channel)
    _drop(turn, one, reason)


def _asked(turn: Turn, asked: ListeningAsked) -> str:
    """Begin, or turn him who is there; the reason why not, empty if it is done."""
    call = turn.call
    if call.stage not in TALKS:
        return NOT_NOW
    for one in call.listeners:
        if one.by == asked.by:
            return _turn_to(turn, replace(one, may=asked.may), asked.way) if one.there else NOT_NOW
    leg = _talk_of(call, asked)
    if leg is None:
        return NOT_IN_CALL
    if asked.supervisor is not None and any(asked.supervisor == leg.agent for leg in call.talkers):
        return YOURSELF
    if asked.way is Way.TAKE_OVER and (why := _no_take_over(call, asked.supervisor is not None)):
        return why
    _begin(turn, asked, leg)
    return ""


def _talk_of(call: Call, asked: ListeningAsked) -> Leg | None:
    agents = (leg for leg in call.talkers if leg.kind is LegKind.AGENT and leg.channel)
    return next((leg for leg in agents if asked.agent in (None, leg.agent)), None)


def _begin(turn: Turn, asked: ListeningAsked, leg: Leg) -> None:
    call, no = turn.call, turn.call.listened + 1
    one = Listener(
        no=no, by=asked.by, supervisor=asked.supervisor, endpoint=asked.endpoint, leg=leg.no, way=asked.way,
        may=asked.may, called_us=asked.channel is not None, channel=asked.channel or supervisor_channel(call.id, no),
    )  # fmt: skip
    turn.become(listened=no, listeners=(*call.listeners, one))
    turn.set_timer(f"{TIMER}{no}", COMES_WITHIN)
    if not one.called_us:
        tenant = call.plan.tenants.get(call.tenant) if call.tenant else None
        turn.order(
            cmd.CreateLeg, channel=one.channel, endpoint=one.endpoint, originator=None, caller=call.caller,
            caller_name=tenant.name if tenant else "", tenant=str(call.tenant or ""),
        )  # fmt: skip


def _of_channel(turn: Turn, one: Listener, event: ev.Event) -> None:
    ears = getattr(event, "channel", None) == one.ears
    match event:
        case ev.LegReady() if ears:
            bridge, muted = gallery(turn.call.id, one.no), one.way is Way.LISTEN
            turn.order(cmd.Connect, bridge=bridge, channels=(event.channel,), keys=False)
            turn.order(cmd.Connect, bridge=bridge, channels=(one.channel,), there=True, keys=False, muted=muted)
        case ev.LegReady() if not one.there:
            if one.called_us:
                _is_there(turn, one)
            else:
                turn.order(cmd.DialLeg, channel=one.channel, ring=RING)
        case ev.LegAnswered() if not ears and not one.there:
            _is_there(turn, one)
        case ev.KeyPressed() if not ears and one.there and event.key in WAYS:
            _turn_to(turn, one, WAYS[event.key])
        case ev.ChannelEnded() if ears:
            _change(turn, one, ears=None)  # its agent's channel goes, and his talk with it
        case ev.ChannelEnded():
            _drop(turn, one, "hung_up")


def _is_there(turn: Turn, one: Listener) -> None:
    turn.drop_timer(f"{TIMER}{one.no}")
    one = _change(turn, one, there=True)
    if one.way is Way.TAKE_OVER:
        if _no_take_over(turn.call, one.supervisor is not None):
            end(turn, one, "talk_over")
        else:
            _take_over(turn, one)
        return
    agent = turn.call.legs[one.leg].agent
    turn.note(
        fact.ListeningBegan, no=one.no, leg=one.leg, way=one.way.value, by=one.by, agent=agent, channel=one.channel,
        endpoint=one.endpoint, supervisor=one.supervisor, may=tuple(sorted(way.value for way in one.may)),
    )  # fmt: skip
    _give_ears(turn, one)


def _turn_to(turn: Turn, one: Listener, way: Way) -> str:
    """Be there in another way; the reason why not."""
    if way not in one.may:
        return NOT_NOW
    if way is Way.TAKE_OVER:
        if why := _no_take_over(turn.call, one.supervisor is not None):
            return why
        _take_over(turn, one)
    elif way is not one.way:
        turn.note(fact.ListeningChanged, no=one.no, way=way.value)
        one = _take_ears(turn, one)
        _give_ears(turn, _change(turn, one, way=way))
    return ""


def _no_take_over(call: Call, is_agent: bool) -> str:
    if not is_agent:
        return NO_AGENT
    return "" if call.stage is Stage.TALKING and call.transfer is None else NOT_NOW


def _take_over(turn: Turn, one: Listener) -> None:
    """His telephone becomes an agent's leg of the call, and the agent's own ends."""
    assert one.supervisor is not None
    _take_ears(turn, one)
    if _is_told(turn.call, one):
        turn.note(fact.ListeningEnded, no=one.no, reason="took_over")
    old, no = turn.call.legs[one.leg], len(turn.call.legs)
    new = Leg(
        no=no, kind=LegKind.AGENT, channel=one.channel, started_at=turn.at, agent=one.supervisor,
        endpoint=one.endpoint, answered_at=turn.at,
    )  # fmt: skip
    turn.become(listeners=tuple(each for each in turn.call.listeners if each.no != one.no))
    turn.become(legs=(*turn.call.legs, new))
    turn.note(fact.AgentOffered, leg=no, agent=one.supervisor, endpoint=one.endpoint, channel=one.channel)
    turn.note(fact.AgentConnected, leg=no, agent=one.supervisor)
    turn.note(fact.TalkTakenOver, leg=no, of=old.no)
    turn.order(cmd.AgentTakesOver, agent=one.supervisor)
    turn.order(cmd.Connect, bridge=talk_bridge(turn.call.id), channels=(one.channel,), there=True)
    all_in(turn)
    send_away(turn, old)


def _give_ears(turn: Turn, one: Listener) -> None:
    """Let him hear, in the way in which he is there."""
    call = turn.call
    if not one.there or call.masked is not None:
        return
    if one.way is Way.BARGE:
        turn.order(cmd.Connect, bridge=talk_bridge(call.id), channels=(one.channel,), there=True, keys=False)
        return
    count = one.heard_through + 1
    ears = ears_channel(call.id, one.no, count)
    _change(turn, one, ears=ears, heard_through=count)
    agent = call.legs[one.leg].channel
    turn.order(cmd.GiveEars, channel=agent, ears=ears, aloud=one.way is Way.WHISPER)


def _take_ears(turn: Turn, one: Listener, *, stays: bool = True) -> Listener:
    """Let him hear nothing; `stays`: he is still on the line."""
    if not one.there:
        return one
    if one.way is Way.BARGE and turn.call.masked is None:
        turn.order(cmd.TakeOut, bridge=talk_bridge(turn.call.id), channel=one.channel)
    if one.ears is None:
        return one
    if stays:
        # First of all: a bridge that is destroyed lets its channels go in their own time, also out of the next bridge.
        turn.order(cmd.TakeOut, bridge=gallery(turn.call.id, one.no), channel=one.channel)
    turn.order(cmd.HangUp, channel=one.ears)
    turn.order(cmd.DropBridge, bridge=gallery(turn.call.id, one.no))
    return _change(turn, one, ears=None)


def _drop(turn: Turn, one: Listener, reason: str) -> None:
    told = _is_told(turn.call, one)
    if one.ears is not None:
        _take_ears(turn, one, stays=False)
    turn.drop_timer(f"{TIMER}{one.no}")
    turn.become(listeners=tuple(each for each in turn.call.listeners if each.no != one.no))
    if told:
        turn.note(fact.ListeningEnded, no=one.no, reason=reason)


def _is_told(call: Call, one: Listener) -> bool:
    """Whether his coming is on record; not of one who came to take the call over at once."""
    return one.there and one.way is not Way.TAKE_OVER


def _change(turn: Turn, one: Listener, **changes: object) -> Listener:
    changed = replace(one, **changes)  # type: ignore[arg-type]
    turn.become(listeners=tuple(changed if each.no == one.no else each for each in turn.call.listeners))
    return changed
