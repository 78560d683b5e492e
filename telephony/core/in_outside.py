"""The caller is put through to a telephone outside: numbers in order, an answer confirmed if need be, the talk.

The caller hears the node's prompt, then ringing or music, while all this goes on.
"""

from dataclasses import replace
from datetime import timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core import outside, recording
from telephony.core.call import Dialling, Stage, Turn
from telephony.core.ending import appeared_too_late, clear, end_leg, words
from telephony.core.flow import Forward, Say
from telephony.core.in_flow import go
from telephony.core.lines import Refusal
from telephony.core.values import EndedBy, Leg, LegKind, Outcome, PlaybackId, talk_bridge

CONFIRM_WITHIN = timedelta(seconds=15)  # a mailbox presses no key
TAKES = "1"


def here(turn: Turn) -> tuple[Forward, Dialling]:
    """The node at which the call is, and how far it has come there."""
    node, dialling = turn.here, turn.call.dialling
    assert isinstance(node, Forward) and dialling is not None
    return node, dialling


def go_on(turn: Turn, node: Forward, place: int) -> None:
    """Dial the number at `place`, or the next that may be dialled; after the last the flow goes on."""
    if not outside.next_number(turn, node, place):
        outside.silence(turn, node)
        turn.become(dialling=None)
        go(turn, node.otherwise)


# Handlers.


def trunk_seized(turn: Turn, event: ev.TrunkSeized) -> None:
    """There is a place on a trunk."""
    outside.make_leg(turn, event, here(turn)[0].caller_id)


def no_trunk(turn: Turn, event: ev.NoTrunk) -> None:
    """No trunk is left to try for this number: the next number has no better chance, but its own answer."""
    node, dialling = here(turn)
    turn.note(fact.OutsideFailed, number=event.number, reason=Refusal.NO_TRUNK.value)
    go_on(turn, node, dialling.place + 1)


def leg_ready(turn: Turn, event: ev.LegReady) -> None:
    """The channel is there: dial."""
    node, dialling = here(turn)
    leg = outside.living(turn)
    if leg is None or leg.channel != event.channel:
        appeared_too_late(turn, event)
        return
    outside.dial_leg(turn, leg, node.numbers[dialling.place].ring)


def leg_rings(turn: Turn, event: ev.LegRinging) -> None:
    """The carrier has found the number: the trunk works."""
    leg = turn.call.leg_of(event.channel)
    if leg is not None and leg.kind is LegKind.OUTSIDE:
        turn.drop_timer("trunk")


def leg_answered(turn: Turn, event: ev.LegAnswered) -> None:
    """Somebody outside has answered: ask whether it is a person who takes the call, or connect at once."""
    node, _ = here(turn)
    leg = outside.living(turn)
    if leg is None or leg.channel != event.channel or leg.answered_at is not None:
        appeared_too_late(turn, event)
        return
    turn.drop_timer("trunk")
    leg = turn.change_leg(leg, answered_at=event.at)
    turn.note(fact.OutsideAnswered, leg=leg.no)
    if not node.confirm:
        connect(turn, node, leg)
        return
    turn.to(Stage.CONFIRMING)
    turn.set_timer("confirm", CONFIRM_WITHIN)
    ask(turn, leg)


def ask(turn: Turn, leg: Leg) -> None:
    """Say to the outside, and not to the caller, which key takes the call."""
    media = words(turn, (Say("take-call"),))
    count = turn.call.counted + 1
    playback = PlaybackId(f"{turn.call.id}-p{count}")
    assert turn.call.dialling is not None
    turn.become(counted=count, dialling=replace(turn.call.dialling, asked=playback if media else None))
    if media:
        turn.order(cmd.StartPrompt, channel=leg.channel, playback=playback, media=media)


def prompt_ended(turn: Turn, event: ev.PromptEnded) -> None:
    """To the caller: ringing follows the words. To the outside: ask again, until the time for the key is over."""
    node, dialling = here(turn)
    leg = outside.living(turn)
    if event.playback == turn.call.playback:
        turn.become(playback=None, dialling=replace(dialling, said=True))
        if not dialling.said:
            outside.sound(turn, node)
    elif event.playback == dialling.asked and leg is not None and not event.failed:
        ask(turn, leg)


def key_pressed(turn: Turn, event: ev.KeyPressed) -> None:
    """The outside takes the call; keys of others, and other keys, mean nothing."""
    node, dialling = here(turn)
    leg = outside.living(turn)
    if leg is None or event.channel != leg.channel or event.key != TAKES:
        return
    turn.drop_timer("confirm")
    if dialling.asked:
        turn.order(cmd.StopPrompt, playback=dialling.asked)
    connect(turn, node, leg)


def connect(turn: Turn, node: Forward, leg: Leg) -> None:
    """Caller and outside talk."""
    turn.become(outcome=Outcome.FORWARDED, dialling=None)
    leg = turn.change_leg(leg, connected_at=turn.at)
    turn.note(fact.OutsideConnected, leg=leg.no)
    outside.silence(turn, node)
    turn.order(cmd.Connect, bridge=talk_bridge(turn.call.id), channels=(turn.call.channel, leg.channel))
    if node.record:
        recording.begin(turn)
    turn.to(Stage.TALKING)


def time_is_over(turn: Turn, event: ev.TimerFired) -> None:
    """The trunk gave no word, or nobody pressed the key: away with the leg, and on."""
    leg = outside.living(turn)
    if leg is not None and event.timer in ("trunk", "confirm"):
        turn.order(cmd.HangUp, channel=leg.channel)
        leg_failed(turn, leg, outside.NO_WORD if event.timer == "trunk" else 0)


def channel_ended(turn: Turn, event: ev.ChannelEnded) -> None:
    """The outside is busy, refuses, or does not answer; or the caller has given up."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.ended_at is not None:
        return
    if leg.kind is LegKind.OUTSIDE:
        leg_failed(turn, leg, event.cause)
        return
    if leg.kind is not LegKind.CALLER:
        return  # a phone of a queue before: it is on record already
    turn.become(outcome=Outcome.ABANDONED, ended_by=EndedBy.CALLER, dialling=None)
    end_leg(turn, leg, event.cause)
    called = outside.living(turn)
    if called is not None:
        turn.order(cmd.HangUp, channel=called.channel)
    clear(turn)


def leg_failed(turn: Turn, leg: Leg, cause: int) -> None:
    """On another trunk if this one failed, else on to the next number."""
    node, dialling = here(turn)
    turn.drop_timer("confirm")
    if outside.fail(turn, leg, cause):
        tried = (*dialling.tried, leg.trunk)
        turn.become(dialling=replace(dialling, tried=tried))
        turn.order(cmd.SeizeTrunk, number=leg.number, tried=tried)
    else:
        go_on(turn, node, dialling.place + 1)
