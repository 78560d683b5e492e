"""The caller waits, and an agent's phone rings until the two are connected."""

from telephony.core import commands as cmd
from telephony.core import dialling, in_callback, promising, recording
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.acd.estimate import place_in_words
from telephony.core.call import Stage, Turn
from telephony.core.ending import appeared_too_late, clear, end_leg, leave, words
from telephony.core.flow import Say, ToQueue
from telephony.core.in_flow import go
from telephony.core.lines import TRUNK_FAULTS
from telephony.core.values import EndedBy, Leg, LegKind, Outcome, agent_channel, outside_number, talk_bridge

ANSWERED_ELSEWHERE = 26  # Q.850: the phone shows no missed call


def ring_agent(turn: Turn, event: ev.AgentReserved) -> None:
    """The floor has an agent for this caller: make the leg to the agent's phone."""
    call = turn.call
    assert call.queue is not None and call.tenant is not None
    no = len(call.legs)
    channel = agent_channel(call.id, no)
    leg = Leg(
        no=no, kind=LegKind.AGENT, channel=channel, started_at=event.at, agent=event.agent, endpoint=event.endpoint
    )
    turn.become(legs=(*call.legs, leg))
    turn.note(fact.AgentOffered, leg=no, agent=event.agent, endpoint=event.endpoint, channel=channel)
    tenant = call.plan.tenants[call.tenant]
    turn.to(Stage.RINGING)
    if number := outside_number(event.endpoint):
        turn.order(cmd.SeizeTrunk, number=number)  # in_remote.py goes on
        return
    turn.order(
        cmd.CreateLeg,
        channel=channel, endpoint=event.endpoint, originator=call.channel, caller=call.caller,
        caller_name=tenant.name, tenant=tenant.code,
        variables={"CALLREF": str(call.id), "TENANT": tenant.code, "STAGE": "agent"},
    )  # fmt: skip


def announced(turn: Turn, event: ev.PromptEnded) -> None:
    """The queue's announcement is over: music until an agent answers."""
    assert turn.call.queue is not None
    if event.playback == turn.call.playback:
        turn.become(playback=None)
        turn.order(cmd.StartMusic, channel=turn.call.channel, music=turn.call.queue.music)


def silence(turn: Turn) -> None:
    """End the announcement or the music, whichever plays."""
    if turn.call.playback:
        turn.hush()
    else:
        turn.order(cmd.StopMusic, channel=turn.call.channel)


def dial_leg(turn: Turn, event: ev.LegReady) -> None:
    """The leg's channel exists: ring the phone; that of an earlier agent is ended."""
    assert turn.call.queue is not None
    leg = turn.call.leg_of(event.channel)
    if leg not in turn.call.ringing:
        appeared_too_late(turn, event)
        return
    turn.order(cmd.DialLeg, channel=event.channel, ring=turn.call.queue.ring)


def connect(turn: Turn, event: ev.LegAnswered) -> None:
    """The agent has answered: bridge, record, and tell the floor."""
    leg = turn.call.leg_of(event.channel)
    queue = turn.call.queue
    assert queue is not None
    if leg is None or leg.agent is None or leg not in turn.call.ringing:
        appeared_too_late(turn, event)
        return
    turn.change_leg(leg, answered_at=event.at)
    for other in turn.call.ringing:
        turn.order(cmd.HangUp, channel=other.channel, cause=ANSWERED_ELSEWHERE)
    if turn.call.channel is None:
        in_callback.call_customer(turn, leg)
        return
    stop_clocks(turn)
    turn.become(outcome=Outcome.ANSWERED)
    turn.note(fact.QueueLeft, reason="connected")
    turn.note(fact.AgentConnected, leg=leg.no, agent=leg.agent)
    turn.order(cmd.LeaveQueue)
    turn.order(cmd.AgentTalks, agent=leg.agent)
    silence(turn)
    # Asterisk plays this when the agent puts the caller on hold at the phone.
    turn.order(cmd.Mark, channel=turn.call.channel, variables={"CHANNEL(musicclass)": queue.music})
    turn.order(cmd.Connect, bridge=talk_bridge(turn.call.id), channels=(turn.call.channel, leg.channel))
    if queue.record:
        recording.begin(turn)
    turn.to(Stage.TALKING)


def channel_ended_while_ringing(turn: Turn, event: ev.ChannelEnded) -> None:
    """Either the phone was not answered and the caller waits on, or the caller has given up."""
    leg = turn.call.leg_of(event.channel)
    if leg is None or leg.ended_at is not None:
        return
    if leg.kind is LegKind.CALLER:
        give_up(turn, event, leg)
        return
    assert leg.agent is not None
    turn.change_leg(leg, ended_at=event.at)
    if leg.trunk:
        turn.order(cmd.FreeTrunk, trunk=leg.trunk, failed=event.cause in TRUNK_FAULTS)
    turn.note(fact.AgentMissed, leg=leg.no, agent=leg.agent, cause=event.cause)
    turn.order(cmd.AgentFree, agent=leg.agent, how="missed")
    if turn.call.ringing:
        return
    if dialling.asked_for(turn.call):
        dialling.not_taken(turn)
        return
    turn.to(Stage.WAITING)
    queue, since = turn.call.queue, turn.call.entered_at
    assert queue is not None and since is not None
    if turn.call.channel is not None and event.at - since >= queue.max_wait:
        # The time ran out while the phone rang; it was allowed to ring to its end.
        stop_waiting(turn, Outcome.QUEUE_TIMEOUT)


def give_up_waiting(turn: Turn, event: ev.ChannelEnded) -> None:
    """The caller hung up in the queue."""
    leg = turn.call.leg_of(event.channel)
    if leg is not None and leg.kind is LegKind.CALLER:
        give_up(turn, event, leg)


def give_up(turn: Turn, event: ev.ChannelEnded, caller: Leg) -> None:
    """The caller is gone: leave the queue, and stop the phone that may be ringing."""
    turn.become(outcome=Outcome.ABANDONED, ended_by=EndedBy.CALLER)
    turn.note(fact.QueueLeft, reason="abandoned")
    assert turn.call.queue is not None
    promising.missed(turn, turn.call.queue)
    turn.order(cmd.LeaveQueue)
    end_leg(turn, caller, event.cause)
    for ringing in turn.call.ringing:
        turn.order(cmd.HangUp, channel=ringing.channel)
    clear(turn)


def time_passed(turn: Turn, event: ev.TimerFired) -> None:
    """The queue's longest wait is over, or it is time to say how long it will be."""
    match event.timer:
        case "max_wait":
            stop_waiting(turn, Outcome.QUEUE_TIMEOUT)
        case "announce":
            turn.order(cmd.AskPlace)


def time_passed_while_ringing(turn: Turn, event: ev.TimerFired) -> None:
    """Nothing is announced to a caller who will be answered at any moment."""
    if event.timer == "announce":
        announce_later(turn)


def announce_later(turn: Turn) -> None:
    """The next announcement comes when the queue's interval is over."""
    assert turn.call.queue is not None
    turn.set_timer("announce", turn.call.queue.announce_every)


def tell_place(turn: Turn, event: ev.PlaceTold) -> None:
    """Say the place, the wait and the next of the tenant's messages; music goes on behind them."""
    call, queue = turn.call, turn.call.queue
    assert queue is not None
    announce_later(turn)
    if call.playback:
        return  # what was begun is said to its end
    say = place_in_words(queue, event.position, event.wait)
    if queue.messages:
        say += (Say(queue.messages[call.told % len(queue.messages)]),)
    media = words(turn, say)
    if not media:
        return
    turn.become(told=call.told + 1)
    shown = event.wait if queue.say_wait else None
    turn.note(fact.WaitForeseen, position=event.position, seconds=-1.0 if shown is None else shown.total_seconds())
    turn.order(cmd.StopMusic, channel=call.channel)
    turn.speak(media)


def choose_instead(turn: Turn, event: ev.KeyPressed) -> None:
    """The caller takes what the node offers by this key rather than to wait on; phones that ring are stopped."""
    if turn.call.channel is None:
        return  # a phone that rang for a callback and is gone; nobody else is on the line
    node = turn.here
    assert isinstance(node, ToQueue)
    chosen = node.keys.get(event.key)
    if chosen is None:
        return
    for ringing in turn.call.ringing:
        turn.order(cmd.HangUp, channel=ringing.channel)
        end_leg(turn, ringing, 0)
    stop_clocks(turn)
    turn.become(left=Outcome.LEFT_QUEUE)
    turn.note(fact.QueueLeft, reason="exit_with_key", key=event.key)
    turn.order(cmd.LeaveQueue)
    silence(turn)
    go(turn, chosen)


def stop_clocks(turn: Turn) -> None:
    """The caller waits no longer: none of the queue's times matters any more."""
    turn.drop_timer("max_wait")
    turn.drop_timer("announce")


def refused(turn: Turn, event: ev.QueueRefused) -> None:
    """The floor does not let the caller wait."""
    stop_waiting(turn, Outcome(event.reason))


def stop_waiting(turn: Turn, outcome: Outcome) -> None:
    """Leave the queue without an agent: go where the flow says, or say why and hang up."""
    stop_clocks(turn)
    turn.become(left=outcome)
    turn.note(fact.QueueLeft, reason=outcome.value)
    turn.order(cmd.LeaveQueue)
    silence(turn)
    node = turn.here
    assert isinstance(node, ToQueue)
    elsewhere = node.otherwise.get(outcome)
    if elsewhere is None:
        leave(turn, outcome)
    else:
        go(turn, elsewhere)
