"""The soak's plan of faults, and what it makes of the sizes of processes."""

from itertools import pairwise
from random import Random

import pytest

from seatline.house.faults import Fault, plan
from seatline.house.soak_figures import Growth, Size, growth


def a_fault(name: str, *, ends_switch: bool = False) -> Fault:
    return Fault(name, lambda: None, lambda: None, 2, 5, ends_switch)


KINDS = (a_fault("switch killed", ends_switch=True), a_fault("agi killed"), a_fault("database away"))


def test_the_same_chance_plans_the_same_faults_and_one_at_a_time():
    first, again = (plan(KINDS, 600, 20, 400, Random(4)) for _ in range(2))
    assert first == again
    assert all(one.at + one.lasts < later.at for one, later in pairwise(first))
    assert {one.fault.name for one in first} == {fault.name for fault in KINDS}
    assert first[-1].at < 600 - 20


def test_the_switch_is_left_alive_in_the_calm_end():
    planned = plan(KINDS, 900, 20, 500, Random(1))
    assert any(one.at >= 500 for one in planned)
    assert not any(one.fault.ends_switch for one in planned if one.at >= 500)
    assert all(one.at < 500 for one in plan(KINDS[:1], 900, 20, 500, Random(1))), "nothing is left to do then"


def sizes(program: str, pid: int, begun: int, seconds: int, a_second: float) -> list[Size]:
    return [Size(begun + at, program, pid, int(1000 + a_second * at), 10 + at // 300) for at in range(0, seconds, 2)]


def test_a_process_is_measured_from_when_it_was_warm_and_the_one_that_lived_longest():
    noted = sizes("switch", 1, 0, 300, 9.0) + sizes("switch", 2, 300, 600, 0.0) + sizes("agi", 3, 0, 100, 5.0)
    assert growth(noted) == {"switch": Growth(0.0, 1.0)}, "the AGI server lived too short to say"


def test_what_grows_is_seen():
    assert growth(sizes("witness", 1, 0, 1000, 1.0))["witness"].memory == pytest.approx(0.71, abs=0.03)
