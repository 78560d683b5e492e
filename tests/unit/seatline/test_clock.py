"""The clock that never goes back, although the machine's can."""

from hypothesis import given, settings
from hypothesis import strategies as st

from seatline.clock import Steady, now, wall

SECOND = 1_000_000_000


class Machine:
    def __init__(self):
        self.wall, self.monotonic = 1_000 * SECOND, 0
        self.steady = Steady(lambda: self.wall, lambda: self.monotonic)

    def passes(self, nanoseconds):
        self.wall += nanoseconds
        self.monotonic += nanoseconds


def test_it_is_the_machines_clock_while_nobody_sets_that_back():
    machine = Machine()
    for _ in range(5):
        machine.passes(SECOND // 3)
        assert machine.steady() == machine.wall
    machine.wall += 3600 * SECOND
    assert machine.steady() == machine.wall
    assert abs((now() - wall()).total_seconds()) < 1


def test_clock_that_is_set_back_is_met_again_without_a_step():
    machine = Machine()
    before = machine.steady()
    machine.wall -= 60 * SECOND
    assert machine.steady() == before
    machine.passes(100 * SECOND)
    assert machine.steady() == before + 95 * SECOND
    machine.passes(1100 * SECOND)
    assert machine.steady() == machine.wall


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(-(10**14), 10**14)), max_size=8))
def test_it_never_goes_back_and_no_length_is_more_than_a_twentieth_too_short(moves):
    machine = Machine()
    told = machine.steady()
    for passed, step in moves:
        machine.passes(passed)
        machine.wall += step
        later = machine.steady()
        assert later >= machine.wall
        assert later - told >= passed * 19 // 20
        told = later
