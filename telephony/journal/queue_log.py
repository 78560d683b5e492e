"""Rows of queue_log in Asterisk's own vocabulary, for the report tools that read it.

Rules of this file: pure. Events and data are those of Asterisk 22 (apps/app_queue.c): times in whole seconds, of rings
in milliseconds. A caller who is not let into a queue leaves no row, as with Asterisk; what became of him is in `Call`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from telephony.core import facts as fact
from telephony.core.values import EndedBy, Outcome, talk_bridge

ALL_QUEUES = "NONE"  # the queue's name in rows that are about all queues
BUSY = 17  # Q.850
REFUSALS = (Outcome.NO_AGENT.value, Outcome.QUEUE_FULL.value)


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `data` fills data1 to data5."""

    time: datetime
    callid: str
    queuename: str
    agent: str
    event: str
    data: tuple[str, ...] = ()


@dataclass(slots=True)
class _Stay:
    """A caller's stay in one queue."""

    entered: fact.QueueEntered
    left: fact.QueueLeft | None = None


@dataclass(slots=True)
class _Ring:
    """A phone that was rung."""

    offered: fact.AgentOffered
    connected: fact.AgentConnected | None = None


def call_rows(facts: Iterable[fact.Fact], agents: Mapping[UUID, str]) -> list[Row]:
    """The rows of one call, in order; `agents` are the names of agents as report tools shall see them."""
    told = sorted({one.seq: one for one in facts}.values(), key=lambda one: one.seq)
    arrived = next((one for one in told if isinstance(one, fact.CallArrived)), None)
    callid = (arrived.channel if arrived else "") or (str(told[0].call) if told else "")
    caller = arrived.caller if arrived else ""
    return [
        Row(at, callid, queue, agents.get(agent, str(agent)) if agent else ALL_QUEUES, event, data)
        for at, queue, agent, event, data in _tell(told, caller)
    ]


def parts_of(facts: Iterable[fact.Fact]) -> dict[UUID, list[fact.Fact]]:
    """The facts of a call by the tenant whom they are about; those before any tenant are told to each.

    A call is of two tenants where the directory's agent passed it on to a merchant: neither reads the other's part.
    """
    known = list(facts)
    tenants = dict.fromkeys(one.tenant for one in known if one.tenant is not None)
    return {tenant: [one for one in known if one.tenant in (None, tenant)] for tenant in tenants}


_Told = tuple[datetime, str, UUID | None, str, tuple[str, ...]]


def _tell(told: list[fact.Fact], caller: str) -> Iterator[_Told]:
    stay: _Stay | None = None
    rings: dict[int, _Ring] = {}
    ended_by = next((one.ended_by for one in told if isinstance(one, fact.CallEnded)), EndedBy.SYSTEM)
    talk: _Ring | None = None
    for one in told:
        match one:
            case fact.QueueEntered():
                if not _refused(told, one):
                    stay = _Stay(one)
                    yield one.at, one.queue_code, None, "ENTERQUEUE", ("", caller, str(one.position))
            case fact.AgentOffered():
                rings[one.leg] = _Ring(one)
            case fact.AgentMissed() if stay and one.leg in rings:
                yield _ring_over(stay, rings.pop(one.leg), one, "RINGNOANSWER")
            case fact.QueueLeft() if stay and not stay.left:
                stay.left = one
                yield from _left(stay, one)
            case fact.AgentConnected() if stay and stay.left and one.leg in rings and talk is None:
                talk = rings[one.leg]
                talk.connected = one
                ring = one.at - talk.offered.at
                data = (_seconds(one.at - stay.entered.at), talk.offered.channel, _seconds(ring))
                yield one.at, stay.entered.queue_code, one.agent, "CONNECT", data
            case fact.LegEnded() if stay and one.leg in rings and rings[one.leg] is not talk:
                ring_over = rings.pop(one.leg)
                if stay.left is None or stay.left.reason != "connected":
                    yield _ring_over(stay, ring_over, one, "RINGCANCELED")
        if talk and talk.connected and stay and (over := _talk_over(told, one, talk.offered.leg, ended_by)):
            event, how = over
            connected = talk.connected
            times: tuple[str, ...] = (
                *how, _seconds(connected.at - stay.entered.at), _seconds(one.at - connected.at),
                str(stay.entered.position),
            )  # fmt: skip
            yield one.at, stay.entered.queue_code, connected.agent, event, times
            talk, stay = None, None
    yield from _out_call(told)


def _out_call(told: list[fact.Fact]) -> Iterator[_Told]:
    """A call that went out to a customer, in the words that QueueUpdate() takes of one: status, talk, what it was."""
    begun = next((one for one in told if isinstance(one, fact.CallbackBegun | fact.DialBegun)), None)
    ended = next((one for one in told if isinstance(one, fact.CallEnded)), None)
    took = next((one for one in told if isinstance(one, fact.AgentTook)), None)
    if begun is None or ended is None or took is None:
        return
    talked = next((one for one in told if isinstance(one, fact.AgentConnected)), None)
    refused = [one for one in told if isinstance(one, fact.OutsideFailed)]
    if talked is not None:
        status = "ANSWER"
    elif ended.outcome is not Outcome.NOT_REACHED:
        status = "CHANUNAVAIL"
    elif ended.ended_by is EndedBy.AGENT:
        status = "CANCEL"
    else:
        status = "BUSY" if refused and refused[-1].cause == BUSY else "NOANSWER"
    length = _seconds(ended.at - talked.at) if talked is not None else "0"
    what = "callback" if isinstance(begun, fact.CallbackBegun) else "dialled"
    yield ended.at, begun.queue_code, took.agent, "OUTCALL", (status, length, what)


def _talk_over(
    told: list[fact.Fact], one: fact.Fact, agent: int, ended_by: EndedBy
) -> tuple[str, tuple[str, ...]] | None:  # fmt: skip
    """The event with which the talk of queue and agent is over, and what stands before its times; None: it goes on.

    A three-way talk is none of queue_log's, as with Asterisk: what ends it there ends the call.
    """
    match one:
        case fact.TransferBegun(leg=leg) if leg == agent:
            return "BLINDTRANSFER", (one.target, one.to or "agent")
        case fact.TransferCompleted(leg=leg) if leg == agent:
            return "ATTENDEDTRANSFER", ("BRIDGE", talk_bridge(one.call))
        case fact.LegEnded(leg=leg) if leg in (0, agent) and not _sends(told, one):
            # Of three who talked the caller may have left first, and the call gone on.
            left = one.leg == 0 and any(isinstance(other, fact.TalkJoined) for other in told)
            return "COMPLETECALLER" if left or ended_by is EndedBy.CALLER else "COMPLETEAGENT", ()
    return None


def _sends(told: list[fact.Fact], ended: fact.LegEnded) -> bool:
    """Whether an agent's leg ended because he brought the caller to a third: the next fact of that instant says so."""
    begun = fact.TransferBegun | fact.TransferCompleted
    return any(isinstance(one, begun) and one.leg == ended.leg and one.seq == ended.seq + 1 for one in told)


def _refused(told: list[fact.Fact], entered: fact.QueueEntered) -> bool:
    left = next((one for one in told if isinstance(one, fact.QueueLeft) and one.seq > entered.seq), None)
    return left is not None and left.at == entered.at and left.reason in REFUSALS


def _left(stay: _Stay, left: fact.QueueLeft) -> Iterator[_Told]:
    queue, wait = stay.entered.queue_code, _seconds(left.at - stay.entered.at)
    places = (str(left.position), str(stay.entered.position))
    match left.reason:
        case "abandoned":
            yield left.at, queue, None, "ABANDON", (*places, wait)
        case "exit_with_key":
            yield left.at, queue, None, "EXITWITHKEY", (left.key, *places, wait)
        case Outcome.QUEUE_TIMEOUT.value:
            yield left.at, queue, None, "EXITWITHTIMEOUT", (*places, wait)
        case Outcome.NO_AGENT.value:
            yield left.at, queue, None, "EXITEMPTY", (*places, wait)


def _ring_over(stay: _Stay, ring: _Ring, over: fact.AgentMissed | fact.LegEnded, event: str) -> _Told:
    length = round((over.at - ring.offered.at) / timedelta(milliseconds=1))
    return over.at, stay.entered.queue_code, ring.offered.agent, event, (str(length),)


def _seconds(length: timedelta) -> str:
    return str(max(int(length.total_seconds()), 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An agent came into a state of presence: logged_out, paused, or one of those in which he takes calls."""

    at: datetime
    session: UUID
    agent: str
    state: str
    reason: str = ""


def agent_rows(changes: Iterable[Change], queues: Mapping[str, Iterable[str]]) -> Iterator[Row]:
    """The rows of agents who come, pause and go; `queues` are the codes of the queues that each agent serves.

    A change of the pause's reason ends one pause and begins another, as with log_unpause_on_reason_change.
    """
    last: dict[UUID, Change] = {}
    for one in sorted(changes, key=lambda change: change.at):
        before = last.get(one.session)
        last[one.session] = one
        mine = list(queues.get(one.agent, ()))
        paused, was_paused = one.state == "paused", before is not None and before.state == "paused"
        if before is None:
            for queue in mine:
                yield Row(one.at, "MANAGER", queue, one.agent, "ADDMEMBER", ("PAUSED" if paused else "",))
        if was_paused and before is not None and (not paused or before.reason != one.reason):
            yield from _for_all(one.at, mine, one.agent, "UNPAUSE", before.reason)
        if paused and not (was_paused and before is not None and before.reason == one.reason):
            yield from _for_all(one.at, mine, one.agent, "PAUSE", one.reason)
        if one.state == "logged_out" and before is not None:
            for queue in mine:
                yield Row(one.at, "MANAGER", queue, one.agent, "REMOVEMEMBER", ("",))


def _for_all(at: datetime, queues: Iterable[str], agent: str, event: str, reason: str) -> Iterator[Row]:
    yield Row(at, ALL_QUEUES, ALL_QUEUES, agent, f"{event}ALL", (reason,))
    for queue in queues:
        yield Row(at, ALL_QUEUES, queue, agent, event, (reason,))
