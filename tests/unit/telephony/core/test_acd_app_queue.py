"""The pools choose as app_queue's own arithmetic does: its metrics, written out here from apps/app_queue.c."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.core.acd.pools import Member, Positions, make_pool


class AppQueue:
    """calc_metric, find_best, store_next_rr and store_next_lin, line by line."""

    def __init__(self, strategy, penalties):
        self.strategy, self.penalties = strategy, penalties
        self.rrpos = self.linpos = 0
        self.calls = [0] * len(penalties)
        self.lastcall = [0] * len(penalties)

    def metrics(self, now):
        self.wrapped = self.linwrapped = False
        for pos, penalty in enumerate(self.penalties):
            match self.strategy:
                case "linear":
                    metric = 1000 + pos if pos < self.linpos else pos
                    self.linwrapped |= pos > self.linpos
                case "rrmemory" | "rrordered":
                    metric = 1000 + pos if pos < self.rrpos else pos
                    self.wrapped |= pos > self.rrpos
                case "fewestcalls":
                    metric = self.calls[pos]
                case "leastrecent":
                    metric = 1000000 - (now - self.lastcall[pos]) if self.lastcall[pos] else 0
            yield metric + penalty * 1000000

    def ring(self, free, now):
        outgoing = dict(enumerate(self.metrics(now)))
        rung = None
        while outgoing:
            best = min(outgoing, key=lambda pos: (outgoing[pos], pos))
            del outgoing[best]
            if best in free:
                rung = best
                break
        self.store(outgoing)
        return rung

    def store(self, outgoing):
        best = min(outgoing, key=lambda pos: (outgoing[pos], pos), default=None)
        if self.strategy in ("rrmemory", "rrordered"):
            self.rrpos = outgoing[best] % 1000 if best is not None else 0 if self.wrapped else self.rrpos + 1
        if self.strategy == "linear":
            self.linpos = outgoing[best] % 1000 if best is not None else 0 if self.linwrapped else self.linpos + 1


@pytest.mark.parametrize("strategy", ["linear", "rrmemory", "rrordered", "fewestcalls", "leastrecent"])
@given(data=st.data())
def test_each_ring_goes_where_app_queue_would_ring(strategy, data):
    penalties = data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=6))
    theirs = AppQueue(strategy, penalties)
    positions = Positions()
    pool = make_pool(strategy, positions, Random(1))
    members = [Member(pos, position=pos, penalty=penalty) for pos, penalty in enumerate(penalties)]
    for member in members:
        positions.add(member)
    start, now = 0, 1000
    for _ in range(data.draw(st.integers(1, 12))):
        now += 7
        free = data.draw(st.sets(st.sampled_from(range(len(penalties)))))
        for member in members:
            pool.remove(member)
            if member.position in free:
                pool.add(member)
        expected = theirs.ring(free, now) if free else None
        chosen = pool.first(0, start)
        assert (chosen.position if chosen else None) == expected
        if chosen is None:
            continue
        start = pool.rung(chosen, start)
        if data.draw(st.booleans()):  # the call was talked: both count it
            theirs.calls[expected] += 1
            theirs.lastcall[expected] = now
            chosen.calls += 1
            chosen.last_call = float(now)
            if strategy == "linear":  # the next caller begins at the first member
                theirs.linpos = start = 0


@pytest.mark.parametrize(("strategy", "share"), [("random", 0.5), ("wrandom", 0.75)])
def test_chance_falls_as_often_as_in_app_queue(strategy, share):
    # Two members, penalties 0 and 1. wrandom: P(even draw in [0,1) is below one in [0,2)) = 3/4; random, with equal
    # penalties, is fair.
    penalties = (0, 1) if strategy == "wrandom" else (0, 0)
    pool = make_pool(strategy, Positions(), Random(1252))
    for pos, penalty in enumerate(penalties):
        pool.add(Member(pos, position=pos, penalty=penalty))
    firsts = sum(pool.first(0, 0).position == 0 for _ in range(4000))
    assert abs(firsts / 4000 - share) < 0.03
