"""The ready agents of one queue, kept so that the next one is found at once; one kind of pool for each way to choose.

The names and the order are those of Asterisk's app_queue (apps/app_queue.c, `calc_metric`, `store_next_rr`,
`store_next_lin`); `longest_idle` and `most_skilled` are ours. A lower penalty always comes first, except under
wrandom, where it is only a weight. Ties go to the lower position, so the same input gives the same answer.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from telephony.core.values import AgentId


@dataclass(slots=True)
class Member:
    """An agent's place in one queue. Counts and times are this queue's own, as app_queue keeps them."""

    agent: AgentId
    position: int  #: order of joining the queue; linear and the round robins go by it
    penalty: int = 0
    grade: int = 0  #: the first of the queue's demands that the agent meets; see `Line`
    level: int = 0  #: least level among the skills that the queue asks for
    calls: int = 0  #: calls completed for this queue
    last_call: float = 0.0  #: Unix seconds when the last of them ended; 0: never
    ready_since: float = 0.0  #: Unix seconds
    place: int = 0  #: the pool's own note, 0: not in it. Kept here, since looking up an agent's id is not for nothing


class Pool(Protocol):
    """The ready members of a queue."""

    def add(self, member: Member) -> None:
        """The member is ready from now on."""

    def remove(self, member: Member) -> None:
        """The member is not ready any more; nothing happens if he was not."""

    def first(self, grade: int, start: int) -> Member | None:
        """Whom to ring for a caller who accepts members up to `grade`; `start` is the caller's place under linear."""

    def rung(self, member: Member, start: int) -> int:
        """The member was rung: move on. Gives the caller's next place under linear."""

    def __len__(self) -> int: ...


Rank = tuple[float, ...]


class RankedPool:
    """Lowest rank first; ranks do not change while a member is ready. Removal is lazy: entries count by ticket, which
    is the member's place."""

    def __init__(self, rank: Callable[[Member], Rank]) -> None:
        self._rank = rank
        self._heap: list[tuple[Rank, int, int, Member]] = []
        self._count = 0
        self._next = 0

    def add(self, member: Member) -> None:
        """The member is ready from now on."""
        self._next += 1
        self._count += not member.place
        member.place = self._next
        heapq.heappush(self._heap, (self._rank(member), member.position, self._next, member))

    def remove(self, member: Member) -> None:
        """Forget the member's ticket; the heap drops the entry when it comes to the top, or when most are stale."""
        if not member.place:
            return
        member.place = 0
        self._count -= 1
        if len(self._heap) > 64 and len(self._heap) > 4 * self._count:
            self._heap = [entry for entry in self._heap if entry[3].place == entry[2]]
            heapq.heapify(self._heap)

    def first(self, grade: int, start: int) -> Member | None:
        """The top of the heap, if the caller accepts its grade: grades rank before all else."""
        while self._heap:
            _, _, ticket, member = self._heap[0]
            if member.place == ticket:
                return member if member.grade <= grade else None
            heapq.heappop(self._heap)
        return None

    def rung(self, member: Member, start: int) -> int:
        """Nothing to remember."""
        return start

    def __len__(self) -> int:
        return self._count


class RoundPool:
    """Positions in a circle that begins at `start`: linear (each caller begins at the first) and the round robins."""

    def __init__(self, positions: Positions, *, memory: bool) -> None:
        self._all = positions  # of all members, also those who are not ready: app_queue's next place counts them
        self._ready: dict[tuple[int, int], list[int]] = {}  # (grade, penalty): sorted positions
        self._members: dict[int, Member] = {}
        self._memory = memory
        self._place = 0  # app_queue's rrpos

    def add(self, member: Member) -> None:
        """The member is ready from now on."""
        if member.position not in self._members:
            self._members[member.position] = member
            insort(self._ready.setdefault((member.grade, member.penalty), []), member.position)

    def remove(self, member: Member) -> None:
        """The member is not ready any more."""
        if self._members.pop(member.position, None) is not None:
            ready = self._ready[member.grade, member.penalty]
            del ready[bisect_left(ready, member.position)]
            if not ready:
                del self._ready[member.grade, member.penalty]

    def first(self, grade: int, start: int) -> Member | None:
        """The next ready one in the circle, of the lowest grade and penalty."""
        if not self._ready:
            return None
        key = min(self._ready)
        if key[0] > grade:
            return None
        ready = self._ready[key]
        place = bisect_left(ready, self._place if self._memory else start)
        return self._members[ready[place] if place < len(ready) else ready[0]]

    def rung(self, member: Member, start: int) -> int:
        """The circle begins behind the member who was rung. With none behind, app_queue counts on or starts over."""
        place = self._place if self._memory else start
        after = self._all.behind(member, place)
        if after is None:
            after = 0 if self._all.beyond(place) else place + 1
        if self._memory:
            self._place = after
            return start
        return after

    def __len__(self) -> int:
        return len(self._members)


class Positions:
    """The positions of all members of a queue, ready or not, by penalty."""

    def __init__(self) -> None:
        self._by_penalty: dict[int, list[int]] = {}
        self._sorted: list[int] = []

    def add(self, member: Member) -> None:
        """The member has joined the queue."""
        insort(self._by_penalty.setdefault(member.penalty, []), member.position)
        insort(self._sorted, member.position)

    def remove(self, member: Member) -> None:
        """The member has left the queue."""
        same = self._by_penalty[member.penalty]
        del same[bisect_left(same, member.position)]
        del self._sorted[bisect_left(self._sorted, member.position)]
        if not same:
            del self._by_penalty[member.penalty]

    def behind(self, member: Member, place: int) -> int | None:
        """Who comes after this member in app_queue's order of metrics: the circle from `place`, penalty by penalty."""
        same = self._by_penalty[member.penalty]
        index = bisect_left(same, member.position)
        following = same[index + 1] if index + 1 < len(same) else same[0]
        # The circle ends where it began: going past `place` a second time means that nobody is left in it.
        begin = bisect_left(same, place)
        last = same[begin - 1] if begin else same[-1]
        if member.position not in (last, following):
            return following
        higher = min((penalty for penalty in self._by_penalty if penalty > member.penalty), default=None)
        if higher is None:
            return None
        others = self._by_penalty[higher]
        begin = bisect_left(others, place)
        return others[begin] if begin < len(others) else others[0]

    def beyond(self, place: int) -> bool:
        """Whether anybody's position is above this place."""
        return bool(self._sorted) and self._sorted[-1] > place


class ChancePool:
    """random: each ready member of the lowest penalty alike; wrandom: a draw in which a penalty lengthens the odds.

    app_queue draws a number for every member. Here one draw a penalty does: the least of n even draws is distributed
    as 1 - (1 - u)^(1/n), and within a penalty all members are alike.
    """

    def __init__(self, chance: Random, *, weighted: bool) -> None:
        self._chance = chance
        self._weighted = weighted
        self._alike: dict[tuple[int, int], list[Member]] = {}  # (grade, penalty): members
        self._count = 0

    def add(self, member: Member) -> None:
        """The member is ready from now on; places count from 1 among those alike."""
        if not member.place:
            alike = self._alike.setdefault((member.grade, member.penalty), [])
            alike.append(member)
            member.place = len(alike)
            self._count += 1

    def remove(self, member: Member) -> None:
        """The last of those alike takes the place of the one who goes."""
        if not member.place:
            return
        alike = self._alike[member.grade, member.penalty]
        last = alike.pop()
        if last is not member:
            alike[member.place - 1] = last
            last.place = member.place
        member.place = 0
        self._count -= 1
        if not alike:
            del self._alike[member.grade, member.penalty]

    def first(self, grade: int, start: int) -> Member | None:
        """Draw one."""
        able = [key for key in self._alike if key[0] <= grade]
        if not able:
            return None
        chosen = min(able, key=self._draw) if self._weighted else min(able)
        return self._chance.choice(self._alike[chosen])

    def _draw(self, key: tuple[int, int]) -> float:
        least = 1 - (1 - self._chance.random()) ** (1 / len(self._alike[key]))
        return float(least * (1 + key[1]))

    def rung(self, member: Member, start: int) -> int:
        """Nothing to remember."""
        return start

    def __len__(self) -> int:
        return self._count


RANKS: dict[str, Callable[[Member], Rank]] = {
    "longest_idle": lambda m: (m.grade, m.penalty, m.ready_since),
    "most_skilled": lambda m: (m.grade, m.penalty, -m.level, m.ready_since),
    "leastrecent": lambda m: (m.grade, m.penalty, m.last_call),
    "fewestcalls": lambda m: (m.grade, m.penalty, m.calls),
    "ringall": lambda m: (m.grade, m.penalty),
}
STRATEGIES = (*RANKS, "linear", "rrmemory", "rrordered", "random", "wrandom")


def make_pool(strategy: str, positions: Positions, chance: Random) -> Pool:
    """The pool for a strategy's name; raises KeyError for an unknown one."""
    match strategy:
        case "linear":
            return RoundPool(positions, memory=False)
        case "rrmemory" | "rrordered":
            return RoundPool(positions, memory=True)
        case "random" | "wrandom":
            return ChancePool(chance, weighted=strategy == "wrandom")
        case _:
            return RankedPool(RANKS[strategy])
