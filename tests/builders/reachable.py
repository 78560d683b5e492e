"""Every call that the transition table can reach in a small world, found by trying every event on every call.

Two calls are the same here if they differ only in counts and instants, so the search ends. `tests/unit/telephony/core`
walks what it finds, and `docs/draw_states.py` draws the arrows from it: what is drawn has happened.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from telephony.core import events as ev
from telephony.core.asking import Callback, Digits, Lookup, Order, Pin, Voicemail
from telephony.core.call import TALKS, Call, Stage
from telephony.core.events import Wish
from telephony.core.flow import Play, Say, Speak, ToQueue
from telephony.core.plan import Numbering, System
from telephony.core.say import SayValue
from telephony.core.step import IllegalEvent, Stepped, step
from telephony.core.values import CallbackId, ChannelId, Endpoint, Leg, LegKind, Outcome, PlaybackId, outside_number
from tests.builders.calls import (
    FLOW,
    MUSEUM,
    NINE,
    NUMBER,
    QUEUE,
    RESCUE,
    SHARED,
    a_call_id,
    a_flow,
    a_forward,
    a_plan,
    an_agent,
)

SOON = timedelta(seconds=1)
LATE = timedelta(minutes=10)  # longer than the queue's longest wait
MOST_LEGS = 3  # the caller and two agents, at once or one after another, show all that more would
CALLER = ChannelId("caller")
STRANGER = ChannelId("stranger")
CALLS_BACK = 7  # the version of the plan in which customers are called back
REQUEST = UUID(int=0xA5C)
SENDING = (Stage.TALKING, Stage.PASSING, Stage.ENQUIRING)  # where a third is asked for or called
CODES = ("*5", "*22#", "##2#", "*1", "*2", "*3", "*4", "9")


@dataclass(frozen=True)
class Move:
    """One event on one call, and what came of it: None if the table refuses it."""

    before: Call
    event: ev.Event
    stepped: Stepped | None


def asking() -> dict[str, object]:
    """Nodes that take something in, one after another; the shop is asked, and without an answer leaves a message."""
    return {
        "start": Digits(
            say=(Say("code"),), into="article", most=2, read_back=True, tries=2, next="stock", otherwise="message"
        ),
        "stock": Lookup(
            system="shop", path="/stock/{article}", take={"price": "price"}, say=(Say("tickets"),), found="pin",
            missing="start", failed="message",
        ),
        "pin": Pin(
            say=(Say("code"),), say_pin=(Say("code"),), into="account", system="shop", path="/pin", most=1, length=1,
            tries=2, next="order", otherwise="message", locked="closed",
        ),
        "order": Order(
            say=(SayValue(variable="price", how="amount"),), system="shop", path="/orders", tries=2,
            send={"article": "{article}"}, next="tickets", cancelled="start", otherwise="message",
        ),
        "message": Voicemail(say=(Say("greeting"),)),
    }  # fmt: skip


@cache
def every_move() -> tuple[Move, ...]:
    """All moves from a call that nobody has dialled yet."""
    # A caller who waited in vain may leave a message: so the flow also goes on after the queue.
    patient = a_flow(
        agent=ToQueue(
            queue=QUEUE, say=(Say("tickets"),), otherwise={Outcome.QUEUE_TIMEOUT: "menu"}, keys={"2": "menu"}
        ),
        english=Speak(language="en", next="hello"),
        hello=Play(say=(Say("greeting"),), next="closed"),
    )
    rescue = a_flow(
        start=a_forward(RESCUE[0], say=(Say("greeting"),), confirm=True, record=True, otherwise="menu"),
        menu=a_forward(RESCUE[0], music="default", otherwise="closed"),
    )
    systems = {(MUSEUM, "shop"): System(tenant=MUSEUM, code="shop", base_url="https://shop.example")}
    shop = a_flow(**asking())
    worlds = [
        a_plan(), replace(a_plan(), flows=a_plan().flows | {FLOW: shop}, systems=systems),
        replace(a_plan(), flows=a_plan().flows | {FLOW: rescue}),
        replace(a_plan(record=False), flows=a_plan().flows | {FLOW: patient}),
    ]  # fmt: skip
    promising = a_flow(start=Callback(queue=QUEUE, otherwise="closed", tries=2))
    numbers = Numbering("86", lambda keyed: RESCUE[0] if keyed == "1" else "", lambda number: "1")
    worlds.append(replace(a_plan(), version=CALLS_BACK, flows=a_plan().flows | {FLOW: promising}, numbering=numbers))
    with _uncollected():
        return tuple(_moves([(Call(id=a_call_id(), plan=plan), NINE) for plan in worlds]))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hundreds of thousands of moves live to the end: the collector, which would look them through again and again
    for half of the time, lets them alone."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _moves(todo: list[tuple[Call, datetime]]) -> list[Move]:
    """All moves from these calls, and from those that come of them."""
    seen = {_likeness(call, at) for call, at in todo}
    moves: list[Move] = []
    while todo:
        call, at = todo.pop()
        for event in _events(call, at):
            try:
                stepped = step(call, event)
            except IllegalEvent:
                moves.append(Move(call, event, None))
                continue
            moves.append(Move(call, event, stepped))
            after = stepped[0]
            if (like := _likeness(after, event.at)) not in seen:
                seen.add(like)
                todo.append((after, event.at))
    return moves


@cache
def _by_stage_and_kind() -> dict[tuple[Stage, type[ev.Event]], list[Move]]:
    sorted_out: dict[tuple[Stage, type[ev.Event]], list[Move]] = {}
    for move in every_move():
        sorted_out.setdefault((move.before.stage, type(move.event)), []).append(move)
    return sorted_out


def moves_of(stage: Stage, kind: type[ev.Event]) -> list[Move]:
    """Those moves in which an event of this kind meets a call at this stage."""
    return _by_stage_and_kind().get((stage, kind), [])


def _likeness(call: Call, at: datetime) -> object:
    """What makes two calls different for this search."""
    waited_long = call.entered_at is not None and at - call.entered_at > timedelta(minutes=5)
    legs = tuple(
        (
            leg.kind,
            leg.answered_at is not None,
            leg.ended_at is not None,
            leg.held and not leg.ended_at,
            leg.trunk != "" and not leg.ended_at,
            bool(outside_number(leg.endpoint)) and not leg.ended_at,
        )
        for leg in call.legs
    )
    over = call.stage in (Stage.CLEARING, Stage.ENDED)
    where = None if over else (call.dialled, call.flow and call.flow.code, call.node, call.keys, call.tries)
    return (
        id(call.plan), call.stage, where, call.waits_on, call.playback is not None and not over,
        waited_long and not over, legs,
        call.dialling and replace(call.dialling, asked=None, tried=()), call.dialling and bool(call.dialling.asked),
        not over and (call.asked, call.awaited > 0), call.message != "", _sending(call),
        call.going_out and (call.going_out.callback, call.going_out.by_hand, call.going_out.told is not None),
        call.recording != "", call.outcome, call.ended_by, () if over else tuple(sorted(call.timers)),
        () if over else (call.aside, call.typed, call.masked is not None),
    )  # fmt: skip


def _sending(call: Call) -> object:
    """What of a transfer makes a difference: once somebody is called, no more who was asked for."""
    transfer = call.transfer
    if transfer is None or call.stage is Stage.TALKING:
        return transfer
    return (
        transfer.by,
        transfer.back,
        transfer.queue,
        transfer.leg and call.legs[transfer.leg].kind,
        bool(transfer.tried),
    )


def _events(call: Call, last: datetime) -> Iterator[ev.Event]:
    """Everything that can be told of this call next, true or mistaken, now or late."""
    for wait in (SOON, LATE):
        head = {"call": call.id, "at": last + wait}
        if call.masked is not None and call.typed is None:
            yield from _paying(call, head)
            continue
        if _is_between(call):
            yield from _answers(call, head)
            continue
        for number in (NUMBER, SHARED, "+862100000000"):
            yield ev.CallOffered(**head, channel=CALLER, dialled=number, caller="02161234567")
        alone = (Stage.WAITING, Stage.RINGING, Stage.LISTENING, Stage.CHOOSING, Stage.LEAVING)
        if len(call.legs) <= 2 or call.stage not in alone:  # lost with more agents behind him is lost no differently
            yield ev.Stranded(**head)
            yield ev.CallerReturned(**head, channel=call.channel or CALLER)
            for channel in (call.channel or CALLER, STRANGER):
                yield ev.CallerTaken(**head, channel=channel)
        yield ev.PromptEnded(**head, playback=call.playback or PlaybackId("none"))
        yield ev.PromptEnded(**head, playback=PlaybackId("an older one"))
        for key in "#" if call.asked == "another" and call.keys else "01289#":
            yield ev.KeyPressed(**head, key=key)
        for name, count in {"key": 0, "max_wait": 0, "leave": 0, "clear": 0, **call.timers}.items():
            yield ev.TimerFired(**head, timer=name, count=count)
            yield ev.TimerFired(**head, timer=name, count=count - 1)
        if len(call.legs) < MOST_LEGS or call.stage not in (Stage.WAITING, Stage.RINGING, Stage.ENQUIRING):
            who = an_agent(len(call.legs) or 1)
            remote = len(call.legs) == 2 and call.plan.queues[QUEUE].record
            endpoint = Endpoint(f"tel:{RESCUE[0]}") if remote else who.endpoint
            yield ev.AgentReserved(**head, agent=who.agent, endpoint=endpoint, name=who.name, ring=20 * SOON)
        yield from _callbacks(call, head)
        # Of a customer who is to be called back the floor says neither that there is no place, nor which.
        nobody_on_the_line = call.stage in (Stage.WAITING, Stage.RINGING) and call.channel is None
        for reason in () if nobody_on_the_line else (Outcome.QUEUE_FULL, Outcome.NO_AGENT):
            yield ev.QueueRefused(**head, reason=reason.value)
        yield from _answers(call, head)
        yield ev.PlaceTold(**head, position=2, wait=90 * SOON)
        outside = outside_of(call)
        for leg in call.ringing:
            if leg.trunk:
                yield ev.KeyPressed(**head, key="1", channel=leg.channel)
            elif (number := outside_number(leg.endpoint)) and call.stage in SENDING:
                yield ev.TrunkSeized(**head, number=number, trunk="second")
                yield ev.NoTrunk(**head, number=number)
        if call.stage in TALKS:
            yield from _wishes(call, head)
        else:
            yield ev.WishUttered(**head, request=REQUEST, wish=Wish.HOLD)
            if "away" in call.timers:
                yield ev.WishUttered(**head, request=REQUEST, wish=Wish.COME_BACK)
        if outside is not None:
            yield ev.ChannelEnded(**head, channel=outside.channel, cause=34)
            for key in "12":
                yield ev.KeyPressed(**head, key=key, channel=outside.channel)
        if call.going_out is not None and call.going_out.told is not None:
            yield ev.PromptEnded(**head, playback=call.going_out.told)
        if call.dialling and call.dialling.asked:
            yield ev.PromptEnded(**head, playback=call.dialling.asked)
        for count in {call.awaited, -1}:
            for result in ("found", "missing", "locked", "failed"):
                yield ev.LookedUp(**head, count=count, result=result)
        for message in {call.message or "none", "another"}:
            yield ev.MessageEnded(**head, name=message)
            yield ev.MessageEnded(**head, name=message, failed=True)
            yield ev.MessageKept(**head, name=message, seconds=9.0, peak_db=-9.0, size=8)
            yield ev.MessageMissing(**head, name=message, why="nothing was said")
        yield ev.RecordingKept(**head, name=call.recording, seconds=1.0, peak_db=-9.0, size=8)
        yield ev.RecordingMissing(**head, name=call.recording, why="the disk is full")
        for channel in (*(leg.channel for leg in call.legs if leg.channel), STRANGER):
            yield ev.LegReady(**head, channel=channel)
            yield ev.LegRinging(**head, channel=channel)
            yield ev.LegAnswered(**head, channel=channel)
            if call.stage not in TALKS or len(call.legs) == 2 or channel == call.legs[1].channel:
                yield ev.LegHeld(**head, channel=channel)
            sends = len(call.legs) == 2 and call.plan.queues[QUEUE].record and call.dialled == NUMBER
            if call.stage is not Stage.TALKING or sends:
                yield ev.BlindAsked(**head, channel=channel, target="2002")
                yield ev.BlindAsked(**head, channel=channel, target="tickets")
            yield ev.LegResumed(**head, channel=channel)
            yield ev.ChannelEnded(**head, channel=channel, cause=16)


def _wishes(call: Call, head: dict[str, Any]) -> Iterator[ev.Event]:
    """What the agents of a small world wish: in one of the plans, on one of its numbers, of the first talk alone."""
    if not call.plan.queues[QUEUE].record or call.dialled != NUMBER:
        return
    first = call.stage is not Stage.TALKING or len(call.legs) == 2
    pays = call.stage is Stage.TALKING and len(call.legs) == 2 and not call.aside and not call.legs[1].held
    wishes = [wish for wish in Wish if pays or wish is not Wish.RECORDING_PAUSE]
    for wish in wishes if first else (Wish.LEAVE,):
        for target in ("2002", "tickets", RESCUE[0]) if wish is Wish.CONSULT else ("tickets",):
            yield ev.WishUttered(**head, request=REQUEST, wish=wish, target=target)
    yield ev.WishUttered(**head, request=REQUEST, wish=Wish.LEAVE, agent=an_agent(9).agent)
    agents = [leg for leg in call.talkers if leg.kind is LegKind.AGENT][:1]
    types = first and not any(leg.held for leg in call.legs)
    for leg in agents if types else ():
        yield from _keys(call, head, leg)


def _paying(call: Call, head: dict[str, Any]) -> Iterator[ev.Event]:
    """While a payment is taken: how that ends. All else is as without it."""
    for wish in (Wish.RECORDING_PAUSE, Wish.RECORDING_RESUME):
        yield ev.WishUttered(**head, request=REQUEST, wish=wish)
    for count in (call.timers["mask"], -1):
        yield ev.TimerFired(**head, timer="mask", count=count)
    for leg in call.legs:
        yield ev.ChannelEnded(**head, channel=leg.channel)


def _keys(call: Call, head: dict[str, Any], leg: Leg) -> Iterator[ev.Event]:
    typed = call.typed.keys if call.typed else ""
    for code in CODES:
        if code.startswith(typed) and code != typed:
            yield ev.KeyPressed(**head, key=code[len(typed)], channel=leg.channel)


def _is_between(call: Call) -> bool:
    """Whether the floor or the lines are about to answer at this very instant, or an agent is keying a code: to try
    everything else here too would show nothing new."""
    return (call.stage is Stage.TALKING and call.transfer is not None) or call.typed is not None


def _answers(call: Call, head: dict[str, Any]) -> Iterator[ev.Event]:
    """What the floor and the lines say to whoever asked for an agent or a trunk."""
    if call.typed is not None:
        yield from _keys(call, head, call.legs[call.typed.leg])
        yield ev.TimerFired(**head, timer="typed", count=call.timers["typed"])
        yield ev.ChannelEnded(**head, channel=call.legs[0].channel)
        return
    outside, few = outside_of(call), len(call.legs) <= MOST_LEGS - (call.stage is Stage.TALKING)
    asked = call.transfer is not None and not call.ringing and not outside
    sends = call.stage in SENDING
    if not sends or (asked and few):
        who = an_agent(len(call.legs) or 1)
        yield ev.TargetReserved(**head, agent=who.agent, endpoint=Endpoint("seat-2"))
        yield ev.TargetReserved(**head, agent=who.agent, endpoint=Endpoint(f"tel:{RESCUE[1]}"))
    if not sends or asked:
        for reason in ("busy", "unknown"):
            yield ev.TargetRefused(**head, reason=reason)
    waits = sends or call.stage in (Stage.DIALLING, Stage.CALLING)
    if not waits or (outside is None and len(call.legs) < MOST_LEGS + _tries_again(call)):
        yield ev.TrunkSeized(**head, number=RESCUE[0], trunk="first")
    if not waits or outside is None:
        yield ev.NoTrunk(**head, number=RESCUE[0])


def _tries_again(call: Call) -> bool:
    """Whether a trunk has failed for a caller who was sent on: one more leg shows what comes of that."""
    return call.stage is Stage.PASSING and call.transfer is not None and bool(call.transfer.tried)


def outside_of(call: Call) -> Leg | None:
    """The leg to a telephone outside that has not ended."""
    return next((leg for leg in call.legs if leg.kind is LegKind.OUTSIDE and leg.ended_at is None), None)


def _callbacks(call: Call, head: dict[str, Any]) -> Iterator[ev.Event]:
    """What comes of promises; a call of the last world may be one that goes out."""
    if call.stage is not Stage.NEW or call.plan.version == CALLS_BACK:
        yield ev.CallbackDue(
            **head, callback=CallbackId(UUID(int=0xBAC)), attempt=1, tenant=MUSEUM, queue=call.plan.queues[QUEUE],
            number=RESCUE[0], dialled=NUMBER, since=NINE,
        )  # fmt: skip
        phone = ev.AtPhone(agent=an_agent(1).agent, endpoint=Endpoint("seat-1"), channel=ChannelId("dials"))
        for one, number in ((phone, RESCUE[0]), (phone, "+4930123456"), (None, RESCUE[0])):
            yield ev.DialDue(
                **head, tenant=MUSEUM, queue=call.plan.queues[QUEUE], agent=an_agent(1).agent, number=number,
                phone=one, request=None if one else REQUEST,
            )  # fmt: skip
    yield ev.CallbackWithdrawn(**head)


def agents_talking(call: Call) -> int:
    """How many agents talk in this call."""
    return sum(leg.kind is LegKind.AGENT and bool(leg.answered_at) and leg.ended_at is None for leg in call.legs)
