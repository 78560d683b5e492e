"""The decision in a few slow lines: who gets whom, over frozen values.

Rules of this file: no index, no memory, nothing changed in place; it sorts everything each time, so that one can see
that it is right. `Floor` must give the same answer (tests/unit/telephony/core/test_floor_is_plain.py). The strategies
that draw by chance are not here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from telephony.core.acd.line import OVERDUE
from telephony.core.plan import QueuePlan
from telephony.core.values import AgentId, CallId, QueueId

_FAR = 10**6  # beyond every position


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An agent who serves a queue; times are Unix seconds."""

    agent: AgentId
    position: int
    penalty: int = 0
    grade: int = 0  #: the first of the queue's demands that the agent meets
    level: int = 0
    calls: int = 0
    last_call: float = 0.0
    ready_since: float | None = None  #: None: not ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A caller who can be offered now."""

    call: CallId
    entered: float
    priority: float = 0.0
    place: int = 0  #: where the caller's circle begins, under linear
    sticky: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A queue with all its agents and the callers who can be offered; `place` is where rrmemory goes on."""

    plan: QueuePlan
    seats: tuple[Seat, ...]
    callers: tuple[Caller, ...]
    place: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """This caller to these agents; the circle of the caller or of the queue goes on at `place`."""

    call: CallId
    plan: QueuePlan
    agents: tuple[AgentId, ...]
    place: int


def choose(rooms: Iterable[Room], now: float) -> Choice | None:
    """The caller who comes first of all who can be served, and who rings for him."""
    able = [
        (rank, room, caller)
        for room in rooms
        for caller in room.callers
        if _first_seat(room, caller, now) is not None
        for rank in [_rank(room.plan, caller, now)]
    ]
    if not able:
        return None
    # In one queue the order is that of priority and entry: being overdue counts between queues only.
    heads: dict[QueueId, tuple[tuple[float, ...], Room, Caller]] = {}
    for rank, room, caller in sorted(able, key=lambda one: one[0][2:]):
        heads.setdefault(room.plan.id, (rank, room, caller))
    _, room, caller = min(heads.values(), key=lambda one: one[0])
    return _ring(room, caller, now)


def _rank(plan: QueuePlan, caller: Caller, now: float) -> tuple[float, ...]:
    waited = now - caller.entered
    overdue = waited >= OVERDUE
    points = caller.priority + plan.ageing * waited / 60
    return (0 if overdue else 1, 0 if overdue else -plan.weight, -points, caller.entered)


def _first_seat(room: Room, caller: Caller, now: float) -> Seat | None:
    waited = now - caller.entered
    reached = max(
        (no for no, demand in enumerate(room.plan.demands) if no and waited >= demand.after.total_seconds()), default=0
    )
    ready = [seat for seat in room.seats if seat.ready_since is not None and seat.grade <= reached]
    return min(ready, key=lambda seat: _order(room, caller, seat), default=None)


def _order(room: Room, caller: Caller, seat: Seat) -> tuple[float, ...]:
    assert seat.ready_since is not None
    match room.plan.strategy:
        case "longest_idle":
            own: tuple[float, ...] = (seat.ready_since,)
        case "most_skilled":
            own = (-seat.level, seat.ready_since)
        case "leastrecent":
            own = (seat.last_call,)
        case "fewestcalls":
            own = (seat.calls,)
        case "ringall":
            own = ()
        case _:
            own = (_round(seat, _begin(room, caller)),)
    return (seat.grade, seat.penalty, *own, seat.position)


def _begin(room: Room, caller: Caller) -> int:
    return caller.place if room.plan.strategy == "linear" else room.place


def _round(seat: Seat, begin: int) -> int:
    """A position in the circle that begins at `begin`."""
    return seat.position + (_FAR if seat.position < begin else 0)


def _ring(room: Room, caller: Caller, now: float) -> Choice:
    first = _first_seat(room, caller, now)
    assert first is not None
    known = next((seat for seat in room.seats if seat.agent == caller.sticky and seat.ready_since is not None), None)
    first = known or first
    agents: tuple[AgentId, ...] = (first.agent,)
    if room.plan.strategy == "ringall" and known is None:
        alike = [
            seat for seat in room.seats
            if seat.ready_since is not None and (seat.grade, seat.penalty) == (first.grade, first.penalty)
        ]  # fmt: skip
        agents = tuple(seat.agent for seat in sorted(alike, key=lambda seat: seat.position))
    return Choice(caller.call, room.plan, agents, _next_place(room, caller, first))


def _next_place(room: Room, caller: Caller, rung: Seat) -> int:
    """app_queue's store_next_rr and store_next_lin: the best of those who come behind, ready or not."""
    begin = _begin(room, caller)
    if room.plan.strategy not in ("linear", "rrmemory", "rrordered"):
        return begin

    def metric(seat: Seat) -> tuple[int, int]:
        return seat.penalty, _round(seat, begin)

    behind = [seat for seat in room.seats if metric(seat) > metric(rung)]
    if behind:
        return min(behind, key=metric).position
    return 0 if any(seat.position > begin for seat in room.seats) else begin + 1
