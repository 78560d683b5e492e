"""Real conversations with Asterisk, heard again: the same messages must make the same call."""

import pytest

from telephony.ari.translate import offered, translate
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.values import ChannelId, EndedBy, Outcome
from tests.builders.calls import NINE, a_call_id
from tests.builders.recorded import RECORDINGS, ari_messages, canonical, replay

BEGIN = ["CallArrived", "CallAnswered", "FlowEntered", "NodesPassed", "NodesPassed", "NodesPassed", "QueueEntered"]


def test_caller_who_talks_to_an_agent_becomes_an_answered_call_that_he_ended():
    engine, facts, commands, _ = replay("caller_talks_to_an_agent")
    assert [type(one).__name__ for one in facts] == [
        *BEGIN, "AgentOffered", "QueueLeft", "AgentConnected", "RecordingStarted", "LegEnded", "LegEnded", "CallEnded",
        "RecordingLost",
    ]  # fmt: skip
    end = next(one for one in facts if isinstance(one, fact.CallEnded))
    assert (end.outcome, end.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
    assert [one.cause for one in facts if isinstance(one, fact.LegEnded)] == [16, 16]
    assert sum(isinstance(one, cmd.Connect) for one in commands) == 1
    assert not engine.calls


def test_agent_who_misses_once_is_rung_again_and_answers():
    _, facts, _, _ = replay("agent_misses_once")
    kinds = [type(one).__name__ for one in facts]
    assert kinds[len(BEGIN) : len(BEGIN) + 5] == [
        "AgentOffered", "AgentMissed", "AgentOffered", "QueueLeft", "AgentConnected",
    ]  # fmt: skip
    missed = next(one for one in facts if isinstance(one, fact.AgentMissed))
    assert missed.cause == 19, "Q.850: no answer"


def test_caller_who_hangs_up_in_the_queue_is_counted_as_abandoned():
    engine, facts, _, _ = replay("caller_abandons_in_queue", paused=True)
    assert [type(one).__name__ for one in facts] == [*BEGIN, "QueueLeft", "LegEnded", "CallEnded"]
    assert facts[-1].outcome == Outcome.ABANDONED and facts[-1].ended_by == EndedBy.CALLER
    assert not engine.calls


def test_phone_stops_ringing_when_the_caller_hangs_up():
    _, facts, commands, _ = replay("caller_hangs_up_while_the_phone_rings")
    assert facts[-1].outcome == Outcome.ABANDONED
    assert [one.leg for one in facts if isinstance(one, fact.LegEnded)] == [0, 1]
    assert any(isinstance(one, cmd.HangUp) and one.channel.endswith("-1") for one in commands)


def test_caller_of_an_unassigned_number_hears_his_last_word_to_the_end():
    """His own answer is told as a state change; it once hung him up before the first word."""
    _, facts, commands, events = replay("number_is_unassigned")
    assert [type(one) for one in commands[:2]] == [cmd.Label, cmd.Answer]
    ended = next(place for place, one in enumerate(events) if isinstance(one, ev.PromptEnded))
    assert all(not isinstance(one, ev.ChannelEnded) for one in events[:ended])
    assert (facts[-1].outcome, facts[-1].ended_by) == (Outcome.UNASSIGNED, EndedBy.SYSTEM)


def test_every_leg_of_every_story_ends_with_its_cause():
    for story in sorted(path.stem for path in (RECORDINGS / "ari").iterdir()):
        channels = {message["channel"]["id"] for message in ari_messages(story) if "channel" in message}
        destroyed = {one["channel"]["id"] for one in ari_messages(story) if one["type"] == "ChannelDestroyed"}
        assert channels == destroyed, story


def test_arrival_carries_both_numbers_in_canonical_form_and_the_carriers_call_id():
    start = next(one for one in ari_messages("caller_talks_to_an_agent") if one["type"] == "StasisStart")
    event = offered(start, a_call_id(), NINE, canonical)
    assert (event.dialled, event.caller) == ("+862196968101", "+862161234567")
    assert event.sip_call_id.endswith("@seatline.test")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        # The usual case.
        ("Wang", "Wang"),
        # A line break would forge a line in a log; an escape would colour a terminal.
        ("Wang\r\nCALL ended\x1b[31m", "WangCALL ended[31m"),
        # A right-to-left override would turn the screen's words around.
        ("\u202egnaW", "gnaW"),
        # As long as a carrier lets it be.
        ("W" * 500, "W" * 80),
        # None at all.
        (None, ""),
    ],
)
def test_callers_name_from_outside_is_cleaned_before_it_goes_to_screens(name, shown):
    start = next(one for one in ari_messages("caller_talks_to_an_agent") if one["type"] == "StasisStart")
    start["channel"]["caller"]["name"] = name
    assert offered(start, a_call_id(), NINE, canonical).caller_name == shown


@pytest.mark.parametrize(
    "message",
    [
        # Not about a channel.
        {"type": "ApplicationReplaced"},
        # About a channel of no call of ours.
        {"type": "ChannelDestroyed", "channel": {"id": "stranger", "state": "Up"}, "cause": 16},
        # A state on the way up.
        {"type": "ChannelStateChange", "channel": {"id": f"{a_call_id()}-1", "state": "Down"}},
        # The caller's own answer: it was we who gave it.
        {"type": "ChannelStateChange", "channel": {"id": "caller", "state": "Up"}},
        # A kind that a later Asterisk may send.
        {"type": "ChannelSang", "channel": {"id": "caller", "state": "Up"}},
        # A prompt of another application.
        {"type": "PlaybackFinished", "playback": {"id": "p", "target_uri": "channel:stranger", "state": "done"}},
    ],
)
def test_message_that_means_nothing_to_a_call_gives_none(message):
    ours = {"caller", f"{a_call_id()}-1"}
    assert translate(message, lambda channel: a_call_id() if channel in ours else None, NINE) is None


def test_prompt_that_could_not_be_played_says_so():
    playback = {"id": "p1", "target_uri": "channel:caller", "state": "failed"}
    event = translate({"type": "PlaybackFinished", "playback": playback}, lambda _: a_call_id(), NINE)
    assert event == ev.PromptEnded(call=a_call_id(), at=NINE, playback="p1", failed=True)


@pytest.mark.parametrize(("kind", "failed"), [("RecordingFinished", False), ("RecordingFailed", True)])
def test_end_of_a_message_is_that_of_the_call_whose_channel_it_was_on(kind, failed):
    recording = {"name": "m", "target_uri": "channel:c", "state": "done", "format": "wav"}
    message = {"type": kind, "recording": recording}
    event = translate(message, {"c": a_call_id()}.get, NINE)
    assert event == ev.MessageEnded(call=a_call_id(), at=NINE, name="m", failed=failed)
    assert translate({**message, "recording": {**recording, "target_uri": "channel:x"}}, {}.get, NINE) is None


def test_telephone_joins_its_two_lines_and_asterisk_leaves_both_as_they_are():
    engine, facts, commands, events = replay("agent_joins_two_lines", agents=2, strategy="linear")
    asked, *again = [event for event in events if isinstance(event, ev.BlindAsked)]
    line_one = ChannelId(f"{a_call_id()}-1")
    assert (asked.channel, asked.target) == (line_one, "2")
    assert asked.replaces == next(one.line for one in facts if isinstance(one, fact.LineChanged))
    assert len(again) == 1, "Asterisk tells our own word to the telephone back to us, which means nothing"
    assert [one.state for one in commands if isinstance(one, cmd.TellPhone)] == ["channel_answered"]
    assert {line_one, asked.replaces} <= {one.channel for one in commands if isinstance(one, cmd.HangUp)}
    assert [one.to for one in facts if isinstance(one, fact.TransferCompleted)] == [2]
    assert not engine.calls
