"""Which card of a drawing stands in which column, and in which order from the top.

Rules of this file: pure. Columns are the longest ways from the start, so that ways lead to the right; a way that leads
back is left out of that. A way over several columns passes each of them at a waypoint, which takes part in the order:
so it runs between cards and not over them. The order is found by the usual sweeps: each card goes where the middle of
its neighbours is, and the order with the fewest crossings wins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 12
Way = tuple[str, str]
Waypoint = tuple[str, str, int]  # way, and the column that it passes
Spot = str | Waypoint


@dataclass(frozen=True, slots=True)
class Columns:
    """Cards and waypoints, column by column from the top; and the ways that lead back."""

    columns: tuple[tuple[Spot, ...], ...]
    back: frozenset[Way]


def arrange(names: Sequence[str], leads: Mapping[str, Sequence[str]], start: str) -> Columns:
    """The columns for nodes `names`, each of which leads to the targets in `leads`."""
    known = set(names)
    ahead = {name: [to for to in dict.fromkeys(leads.get(name, ())) if to in known] for name in names}
    order, back = _walk([start, *names] if start in known else list(names), ahead)
    column = _columns(order, ahead, back)
    spots: list[list[Spot]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for name in order:
        spots[column[name]].append(name)
    links: list[tuple[Spot, Spot]] = []
    for name in order:
        for to in ahead[name]:
            if (name, to) not in back:
                passed: list[Spot] = [(name, to, at) for at in range(column[name] + 1, column[to])]
                for at, point in enumerate(passed, column[name] + 1):
                    spots[at].append(point)
                links += pairwise([name, *passed, to])
    return Columns(tuple(tuple(one) for one in _untangled(spots, links)), frozenset(back))


def _walk(roots: Sequence[str], ahead: Mapping[str, Sequence[str]]) -> tuple[list[str], set[Way]]:
    """Nodes in the order of a walk that follows each way to its end first; and the ways that close a circle."""
    order, back = list[str](), set[Way]()
    done, on_path = set[str](), dict[str, None]()
    for root in roots:
        if root in done:
            continue
        order.append(root)
        done.add(root)
        on_path[root] = None
        stack = [(root, iter(ahead[root]))]
        while stack:
            here, ways = stack[-1]
            to = next(ways, None)
            if to is None:
                stack.pop()
                del on_path[here]
            elif to in on_path:
                back.add((here, to))
            elif to not in done:
                order.append(to)
                done.add(to)
                on_path[to] = None
                stack.append((to, iter(ahead[to])))
    return order, back


def _columns(order: Sequence[str], ahead: Mapping[str, Sequence[str]], back: set[Way]) -> dict[str, int]:
    column = dict.fromkeys(order, 0)
    for _ in order:  # at most so many rounds: without the ways back there is no circle
        moved = False
        for name in order:
            for to in ahead[name]:
                if (name, to) not in back and column[to] <= column[name]:
                    column[to] = column[name] + 1
                    moved = True
        if not moved:
            break
    return column


def _untangled(spots: list[list[Spot]], links: Sequence[tuple[Spot, Spot]]) -> list[list[Spot]]:
    before, after = dict[Spot, list[Spot]](), dict[Spot, list[Spot]]()
    for one, other in links:
        after.setdefault(one, []).append(other)
        before.setdefault(other, []).append(one)
    best, fewest = spots, _crossings(spots, after)
    now = spots
    for sweep in range(SWEEPS):
        if not fewest:
            break
        near, columns = (before, range(len(now))) if sweep % 2 == 0 else (after, range(len(now) - 1, -1, -1))
        now = [list(column) for column in now]
        for at in columns:
            place = {spot: no for column in now for no, spot in enumerate(column)}
            middles = {spot: _middle(spot, near, place) for spot in now[at]}
            now[at].sort(key=middles.__getitem__)
        crossings = _crossings(now, after)
        if crossings < fewest:
            best, fewest = now, crossings
    return best


def _middle(spot: Spot, near: Mapping[Spot, Sequence[Spot]], place: Mapping[Spot, int]) -> float:
    neighbours = near.get(spot)
    return sum(place[one] for one in neighbours) / len(neighbours) if neighbours else place[spot]


def _crossings(spots: Sequence[Sequence[Spot]], after: Mapping[Spot, Sequence[Spot]]) -> int:
    total = 0
    for column in spots:
        place = {spot: no for following in spots for no, spot in enumerate(following)}
        ends = [place[to] for spot in column for to in sorted(after.get(spot, ()), key=place.__getitem__)]
        total += sum(one > other for no, one in enumerate(ends) for other in ends[no + 1 :])
    return total
