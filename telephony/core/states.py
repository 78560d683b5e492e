"""The table of a call: what each event does at each stage.

Rules of this file: it is the whole life of a call. A pair that is not here cannot happen, and is an error that leaves
the call as it was; a pair that happens and means nothing is `ignore`. docs/call-states.md is drawn from it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from telephony.core import ending, in_consulting, in_flow, in_outside, in_queue, in_remote, in_talk, message, transfer
from telephony.core import events as ev
from telephony.core.call import Stage, Turn

Handler = Callable[[Turn, Any], None]


def ignore(turn: Turn, event: ev.Event) -> None:
    """It happens, and means nothing here: late news, or a key that nobody asked for."""


TRANSITIONS: Mapping[Stage, Mapping[type[ev.Event], Handler]] = {
    Stage.NEW: {
        ev.CallOffered: in_flow.arrive,
    },
    Stage.LISTENING: {
        ev.PromptEnded: in_flow.prompt_ended,
        ev.KeyPressed: in_flow.key_pressed,
        ev.TimerFired: ignore,
        ev.ChannelEnded: in_flow.hung_up_in_flow,
        # The caller's own channel comes up; or a phone that was rung before the flow went on.
        ev.LegReady: ending.appeared_too_late,
        ev.LegAnswered: ending.appeared_too_late,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
        ev.LookedUp: ignore,
    },
    Stage.CHOOSING: {
        ev.PromptEnded: ignore,
        ev.KeyPressed: in_flow.key_pressed,
        ev.TimerFired: in_flow.key_missing,
        ev.ChannelEnded: in_flow.hung_up_in_flow,
        # The caller's own channel comes up; or a phone that was rung before the flow went on.
        ev.LegReady: ending.appeared_too_late,
        ev.LegAnswered: ending.appeared_too_late,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
        ev.LookedUp: ignore,
    },
    Stage.CONSULTING: {
        ev.LookedUp: in_consulting.answer_came,
        ev.TimerFired: in_consulting.time_is_over,
        ev.PromptEnded: in_consulting.prompt_ended,
        ev.KeyPressed: ignore,
        ev.ChannelEnded: in_flow.hung_up_in_flow,
        # The caller's own channel comes up; or a phone that was rung before the flow went on.
        ev.LegReady: ending.appeared_too_late,
        ev.LegAnswered: ending.appeared_too_late,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
    },
    Stage.RECORDING: {
        ev.MessageEnded: message.ended,
        ev.TimerFired: message.took_too_long,
        ev.ChannelEnded: message.hung_up,
        ev.PromptEnded: ignore,
        ev.KeyPressed: ignore,
        ev.LegReady: ending.appeared_too_late,
        ev.LegAnswered: ending.appeared_too_late,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
    },
    Stage.WAITING: {
        ev.AgentReserved: in_queue.ring_agent,
        ev.QueueRefused: in_queue.refused,
        ev.TimerFired: in_queue.time_passed,
        ev.PlaceTold: in_queue.tell_place,
        ev.ChannelEnded: in_queue.give_up_waiting,
        ev.PromptEnded: in_queue.announced,
        ev.KeyPressed: in_queue.choose_instead,
        # The phone that just gave up may still report.
        ev.LegReady: ending.appeared_too_late,
        ev.LegAnswered: ending.appeared_too_late,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
        ev.LookedUp: ignore,
    },
    Stage.RINGING: {
        ev.AgentReserved: in_queue.ring_agent,  # ringall: one more phone
        ev.TrunkSeized: in_remote.trunk_seized,
        ev.NoTrunk: in_remote.no_trunk,
        ev.LegReady: in_queue.dial_leg,
        ev.LegAnswered: in_remote.leg_answered,
        ev.ChannelEnded: in_queue.channel_ended_while_ringing,
        ev.TimerFired: in_remote.time_passed,
        ev.PromptEnded: in_queue.announced,
        ev.KeyPressed: in_remote.key_pressed,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
    },
    Stage.DIALLING: {
        ev.TrunkSeized: in_outside.trunk_seized,
        ev.NoTrunk: in_outside.no_trunk,
        ev.LegReady: in_outside.leg_ready,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: in_outside.leg_rings,
        ev.LegAnswered: in_outside.leg_answered,
        ev.ChannelEnded: in_outside.channel_ended,
        ev.TimerFired: in_outside.time_is_over,
        ev.PromptEnded: in_outside.prompt_ended,
        ev.KeyPressed: ignore,
    },
    Stage.CONFIRMING: {
        ev.KeyPressed: in_outside.key_pressed,
        ev.PromptEnded: in_outside.prompt_ended,
        ev.TimerFired: in_outside.time_is_over,
        ev.ChannelEnded: in_outside.channel_ended,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
        # A number that was given up before.
        ev.LegReady: ending.appeared_too_late,
        ev.LegAnswered: ending.appeared_too_late,
    },
    Stage.TALKING: {
        ev.ChannelEnded: in_talk.channel_ended_while_talking,
        ev.BlindAsked: transfer.send,
        ev.TargetReserved: transfer.reserved,
        ev.TargetRefused: transfer.refused,
        ev.LegHeld: in_talk.hold,
        ev.LegResumed: in_talk.resume,
        ev.TimerFired: ignore,
        ev.PromptEnded: ignore,
        ev.KeyPressed: ignore,
        # A phone that another had outrun.
        ev.LegReady: ending.appeared_too_late,
        ev.LegAnswered: ending.appeared_too_late,
        ev.LegRinging: ignore,
    },
    Stage.PASSING: {
        ev.LegReady: transfer.leg_ready,
        ev.LegAnswered: transfer.connect,
        ev.ChannelEnded: transfer.channel_ended,
        ev.TargetReserved: transfer.ring,
        ev.TargetRefused: transfer.no_way_back,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
        ev.TimerFired: ignore,
        ev.PromptEnded: ignore,
        ev.KeyPressed: ignore,
    },
    Stage.LEAVING: {
        ev.PromptEnded: ending.last_word_said,
        ev.TimerFired: ending.leave_took_too_long,
        ev.ChannelEnded: ending.gone_while_leaving,
        ev.KeyPressed: ignore,
        ev.LegReady: ending.appeared_too_late,
        ev.LegAnswered: ending.appeared_too_late,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
        ev.LookedUp: ignore,
        ev.MessageEnded: ignore,
        ev.MessageKept: message.kept,
        ev.MessageMissing: message.missing,
    },
    Stage.CLEARING: {
        ev.ChannelEnded: ending.gone_while_clearing,
        ev.TimerFired: ending.clearing_took_too_long,
        ev.LegReady: ending.appeared_too_late,
        ev.LegAnswered: ending.appeared_too_late,
        ev.PromptEnded: ignore,
        ev.KeyPressed: ignore,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
        ev.LookedUp: ignore,
        ev.MessageEnded: ignore,
        ev.MessageKept: message.kept,
        ev.MessageMissing: message.missing,
    },
    Stage.ENDED: {
        ev.RecordingKept: ending.recording_kept,
        ev.RecordingMissing: ending.recording_missing,
        ev.ChannelEnded: ignore,
        ev.TimerFired: ignore,
        ev.PromptEnded: ignore,
        ev.KeyPressed: ignore,
        ev.LegReady: ending.appeared_too_late,
        ev.LegAnswered: ending.appeared_too_late,
        ev.BlindAsked: ignore,
        ev.LegHeld: ignore,
        ev.LegResumed: ignore,
        ev.LegRinging: ignore,
        ev.LookedUp: ignore,
        ev.MessageEnded: ignore,
        ev.MessageKept: message.kept,
        ev.MessageMissing: message.missing,
    },
}
