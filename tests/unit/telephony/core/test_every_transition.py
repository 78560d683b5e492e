"""The whole table, walked: each pair of stage and event moves the call, means nothing, or is refused."""

from collections import Counter

import pytest

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.call import TALKS, Stage
from telephony.core.states import TRANSITIONS, ignore
from telephony.core.values import LegKind, Outcome
from tests.builders.reachable import STRANGER, agents_talking, every_move, moves_of

KINDS = [
    kind for kind in vars(ev).values() if isinstance(kind, type) and issubclass(kind, ev.Event) and kind is not ev.Event
]
PAIRS = [pytest.param(stage, kind, id=f"{stage}-{kind.__name__}") for stage in Stage for kind in KINDS]


def test_every_stage_has_its_row_and_can_be_reached():
    assert set(TRANSITIONS) == set(Stage)
    assert {move.before.stage for move in every_move()} == set(Stage)


@pytest.mark.parametrize(("stage", "kind"), PAIRS)
def test_pair_of_stage_and_event_does_what_the_table_says(stage, kind):
    moves = moves_of(stage, kind)
    assert moves, "the search tries every event at every stage"
    handler = TRANSITIONS[stage].get(kind)
    for move in moves:
        if handler is None:
            assert move.stepped is None, "what is not in the table is refused"
        else:
            assert move.stepped is not None
        if handler is ignore and not isinstance(move.event, ev.TimerFired):
            assert move.stepped == (move.before, (), ()), "what means nothing changes nothing"


@pytest.mark.parametrize(("stage", "kind"), PAIRS)
def test_entry_that_is_in_the_table_has_an_effect_somewhere(stage, kind):
    handler = TRANSITIONS[stage].get(kind)
    late_news = stage is Stage.LISTENING or stage is Stage.CHOOSING or stage in (Stage.WAITING, Stage.LEAVING)
    if handler is None or handler is ignore or (kind in (ev.LegReady, ev.LegAnswered) and not late_news):
        return
    moves = moves_of(stage, kind)
    assert any(move.stepped and (move.stepped[0] != move.before or move.stepped[1]) for move in moves)


def test_call_is_never_changed_by_an_event_that_is_refused():
    refused = [move for move in every_move() if move.stepped is None]
    # A call is frozen; what could still change is inside it.
    assert refused and all(isinstance(move.before.legs, tuple) for move in refused)
    assert all(move.before.facts == len({*range(move.before.facts)}) for move in refused)


def test_facts_are_numbered_without_a_gap_and_never_go_back():
    for move in every_move():
        if move.stepped:
            call, _, facts = move.stepped
            assert [one.seq for one in facts] == list(range(move.before.facts + 1, call.facts + 1))
            assert all(one.at == move.event.at for one in facts)


def test_call_ends_exactly_once_and_then_nothing_but_its_recording_is_noted():
    for move in every_move():
        if move.stepped:
            call, _, facts = move.stepped
            ends = sum(isinstance(one, fact.CallEnded) for one in facts)
            assert ends == (call.stage is Stage.ENDED and move.before.stage is not Stage.ENDED)
            if move.before.stage is Stage.ENDED:
                kept = fact.RecordingStored | fact.RecordingLost | fact.MessageStored | fact.MessageLost
                assert all(isinstance(one, kept) for one in facts)


def test_ended_call_has_an_outcome_and_no_living_leg_and_is_forgotten_or_waits_for_its_recording():
    ended = [move for move in every_move() if move.stepped and move.stepped[0].stage is Stage.ENDED]
    assert ended
    for move in ended:
        call, commands, _ = move.stepped
        assert call.outcome is not None and call.ended_by is not None
        assert all(leg.ended_at is not None for leg in call.legs)
        if move.before.stage is not Stage.ENDED:
            last = cmd.KeepRecording if call.recording else cmd.Forget
            assert sum(isinstance(one, last) for one in commands) == (not call.message or bool(call.recording))


def test_no_two_agents_talk_to_one_caller_but_by_an_agents_own_wish():
    brought = (Stage.APART, Stage.TOGETHER, Stage.CLEARING)
    alone = [move.before for move in every_move() if move.before.stage not in brought]
    assert max(agents_talking(call) for call in alone) == 1
    assert max(agents_talking(move.before) for move in every_move()) == 2


def test_whoever_is_in_a_talk_hears_somebody_or_music():
    """Set aside are they alone who hear music; all others of a call in which people talk are in its bridge."""
    inside = {}
    for move in every_move():
        if move.stepped is None:
            continue
        call, commands, _ = move.stepped
        before, after = move.before.aside, call.aside
        began = {one.channel for one in commands if isinstance(one, cmd.StartMusic)}
        ended = {one.channel for one in commands if isinstance(one, cmd.StopMusic)}
        living = {leg.no: leg.channel for leg in call.legs if leg.ended_at is None}
        if move.before.stage in TALKS and call.stage in (*TALKS, Stage.PASSING):
            assert {living[no] for no in after - before} <= began
            assert {living[no] for no in before - after if no in living} <= ended
        if call.stage in (Stage.APART, Stage.TOGETHER):
            inside[call.stage] = inside.get(call.stage, set()) | {len(call.talkers) - len(after)}
    assert inside == {Stage.APART: {2}, Stage.TOGETHER: {2, 3}}


def test_request_is_answered_once_at_once_or_when_floor_and_lines_have_spoken():
    for move in every_move():
        if move.stepped:
            call, commands, _ = move.stepped
            answers = sum(isinstance(one, cmd.AnswerRequest) for one in commands)
            waits = call.transfer is not None and call.transfer.asked is not None
            if isinstance(move.event, ev.WishUttered):
                assert answers + waits == 1 + _waited(move.before)
            elif _waited(move.before):
                by_request = move.before.transfer.asked.request is not None
                assert answers == (by_request and not waits), move


def _waited(call):
    return call.transfer is not None and call.transfer.asked is not None


def test_living_channel_of_a_call_that_clears_has_been_told_to_hang_up():
    for move in every_move():
        if move.stepped and move.stepped[0].stage is Stage.CLEARING and move.before.stage is not Stage.CLEARING:
            call, commands, _ = move.stepped
            told = {one.channel for one in commands if isinstance(one, cmd.HangUp)}
            assert {leg.channel for leg in call.legs if leg.ended_at is None} <= told


def test_agent_whose_leg_ends_is_given_back_to_the_floor_once():
    for move in every_move():
        if move.stepped:
            call, commands, _ = move.stepped
            was = {leg.no for leg in move.before.legs if leg.kind is LegKind.AGENT and leg.ended_at is None}
            now = {leg.no for leg in call.legs if leg.kind is LegKind.AGENT and leg.ended_at is None}
            given = Counter(one.agent for one in commands if isinstance(one, cmd.AgentFree))
            assert given == Counter(call.legs[no].agent for no in was - now)


def test_caller_who_leaves_the_queue_is_taken_off_the_floor():
    for move in every_move():
        if move.stepped and move.before.stage in (Stage.WAITING, Stage.RINGING):
            call, commands, facts = move.stepped
            if call.stage not in (Stage.WAITING, Stage.RINGING):
                assert sum(isinstance(one, cmd.LeaveQueue) for one in commands) == 1
                # A customer who is to be called back, and is not on the line yet, waits nowhere himself; and one who is
                # had again has not left.
                waited = move.before.channel is not None and call.stage is not Stage.STRANDED
                assert sum(isinstance(one, fact.QueueLeft) for one in facts) == waited


def test_strangers_channel_moves_no_call():
    for move in every_move():
        if move.stepped and getattr(move.event, "channel", None) == STRANGER:
            assert move.stepped == (move.before, (), ())


def test_late_end_of_an_agents_phone_is_not_taken_for_the_callers_hang_up():
    """A phone that was refused counts as ended at once; its true end comes when the flow has long gone on."""
    late = [
        move for move in every_move()
        if isinstance(move.event, ev.ChannelEnded) and move.before.stage in (Stage.LISTENING, Stage.LEAVING)
        and (leg := move.before.leg_of(move.event.channel)) and leg.kind is LegKind.AGENT
    ]  # fmt: skip
    assert late
    for move in late:
        assert move.stepped == (move.before, (), ())


def test_callers_own_channel_coming_up_never_hangs_him_up():
    """Asterisk tells of the caller's answer as it does of an agent's."""
    up = [
        move for move in every_move()
        if isinstance(move.event, ev.LegAnswered) and move.before.legs
        and move.event.channel == move.before.caller_leg.channel and move.stepped
    ]  # fmt: skip
    assert {move.before.stage for move in up} >= {Stage.LISTENING, Stage.CHOOSING, Stage.WAITING, Stage.LEAVING}
    for move in up:
        assert move.stepped == (move.before, (), ())


def test_every_outcome_but_that_of_another_plan_is_reached():
    reached = {move.stepped[0].outcome for move in every_move() if move.stepped and move.stepped[0].outcome}
    assert set(Outcome) - reached == {Outcome.SUSPENDED}


def test_nothing_that_waits_for_the_channel_is_ordered_while_a_prompt_plays_on():
    # Asterisk carries these out in the channel's own thread, which a prompt holds; the socket waits with them.
    waits = (cmd.Answer, cmd.Label, cmd.Connect)
    for move in every_move():
        over = isinstance(move.event, ev.PromptEnded) and move.event.playback == move.before.playback
        plays = move.before.playback is not None and not over
        for command in move.stepped[1] if move.stepped else ():
            assert not (plays and isinstance(command, waits)), (move.before.stage, move.event)
            plays = isinstance(command, cmd.StartPrompt) or (plays and not isinstance(command, cmd.StopPrompt))


def test_message_that_was_begun_is_kept_once_or_known_to_be_lost():
    for move in every_move():
        if move.stepped:
            call, commands, facts = move.stepped
            begun = sum(isinstance(one, cmd.StartMessage) for one in commands)
            assert begun == sum(isinstance(one, fact.MessageStarted) for one in facts)
            if move.before.stage is Stage.RECORDING and call.stage is not Stage.RECORDING:
                kept = sum(isinstance(one, cmd.KeepMessage) for one in commands)
                kept += call.stage is Stage.STRANDED and call.message != ""  # it is kept when the caller is had again
                assert kept + sum(isinstance(one, fact.MessageLost) for one in facts) == 1


def test_call_that_ended_is_forgotten_when_all_its_files_are_kept():
    for move in every_move():
        if move.stepped and move.before.stage is Stage.ENDED and move.stepped[0] != move.before:
            call, commands, _ = move.stepped
            assert sum(isinstance(one, cmd.Forget) for one in commands) == (not call.recording and not call.message)


def test_question_to_a_system_is_answered_once_and_late_answers_change_nothing():
    for move in every_move():
        if isinstance(move.event, ev.LookedUp) and move.stepped:
            call, _, facts = move.stepped
            if move.event.count != move.before.awaited:
                assert move.stepped == (move.before, (), ())
            elif move.before.stage is Stage.CONSULTING:
                assert call.awaited != move.before.awaited
                assert sum(isinstance(one, fact.Consulted) for one in facts) == 1


def test_confirmed_order_is_on_record_at_once_and_under_a_key_of_its_own():
    orders = [
        (move.stepped[0], one) for move in every_move() if move.stepped
        for one in move.stepped[2] if isinstance(one, fact.OrderConfirmed)
    ]  # fmt: skip
    assert orders
    for call, order in orders:
        assert call.ordered.count(order.key) == 1


def test_pin_is_in_no_fact_and_shown_by_nothing():
    for move in every_move():
        for command in move.stepped[1] if move.stepped else ():
            if isinstance(command, cmd.CheckPin):
                assert "pin=" not in repr(command)
                assert move.stepped[0].keys == ""


def test_caller_who_is_sent_on_is_never_left_in_silence_without_an_owner():
    """He hears music or is in a queue, and somebody rings for him or is asked for, until two talk again."""
    sent = [move for move in every_move() if move.stepped and isinstance(move.event, ev.BlindAsked)]
    assert {move.stepped[0].stage for move in sent} >= {Stage.TALKING, Stage.WAITING}
    for move in every_move():
        if move.stepped and move.stepped[0].stage is Stage.PASSING:
            call, commands, _ = move.stepped
            # An event that changes nothing leaves the agent asked for who was; the floor's answer is still to come.
            unchanged = call == move.before
            asks = any(isinstance(one, cmd.ReserveAgent | cmd.SeizeTrunk) for one in commands)
            assert unchanged or call.ringing or asks or call.legs[call.transfer.leg].ended_at is None
            if move.before.stage is not Stage.PASSING and call.caller_leg.no not in move.before.aside:
                assert any(isinstance(one, cmd.StartMusic) and one.channel == call.channel for one in commands)
        if move.stepped and move.before.stage is Stage.PASSING and move.stepped[0].stage is not Stage.PASSING:
            stopped = any(isinstance(one, cmd.StopMusic) for one in move.stepped[1])
            # Whoever goes through the dialplan leaves the music behind.
            assert stopped or move.stepped[0].stage in (Stage.CLEARING, Stage.ENDED, Stage.STRANDED)


def test_place_on_a_trunk_is_given_back_once_by_each_leg_that_ends():
    for move in every_move():
        if move.stepped and not isinstance(move.event, ev.TrunkSeized):
            call, commands, _ = move.stepped
            was = {leg.no for leg in move.before.legs if leg.trunk and leg.ended_at is None}
            now = {leg.no for leg in call.legs if leg.trunk and leg.ended_at is None}
            given = Counter(one.trunk for one in commands if isinstance(one, cmd.FreeTrunk))
            assert given == Counter(call.legs[no].trunk for no in was - now), move


def test_nobody_outside_talks_to_a_caller_without_having_answered():
    for move in every_move():
        for leg in move.stepped[0].legs if move.stepped else ():
            assert leg.connected_at is None or leg.kind is not LegKind.OUTSIDE or leg.answered_at is not None
