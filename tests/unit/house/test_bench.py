"""What the benches compute from what was noted, and that both floors of `bench assign` decide alike."""

import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from pathlib import Path

import pytest

from seatline.house import bench_assign, bench_crowd, bench_load, bench_sipp
from seatline.house.bench import BENCHES, NoShortForm, NoSuchBench, bench
from seatline.house.bench_assign import BEGIN, STEP, Ours, Plain
from seatline.house.bench_ring import Round, match
from seatline.house.bench_sipp import Callers, Note, notes


def test_a_call_counts_if_it_rang_one_phone_and_its_caller_ended_it():
    callers = [
        Note("invited", 10.0, "13900000001"), Note("ended", 10.4, "13900000001"),
        Note("invited", 10.5, "13900000002"),  # never ended
        Note("invited", 11.0, "13900000003"), Note("ended", 11.4, "13900000003"),  # rang two phones
        Note("invited", 11.5, "13900000004"), Note("ended", 11.9, "13900000004"),  # rang none
    ]  # fmt: skip
    phones = [
        Note("rung", 10.003, "+8613900000001"), Note("rung", 10.51, "+8613900000002"),
        Note("rung", 11.01, "13900000003"), Note("rung", 11.02, "13900000003"),
    ]  # fmt: skip
    delays, rate = match(callers, phones)
    assert delays == [pytest.approx(3.0)]
    assert rate == pytest.approx(2.0)


def test_nothing_noted_is_nothing_measured():
    assert match([], []) == ([], 0.0)
    nothing = Round(wanted=5, delays_ms=(), rate=0.0, cpu_ms={})
    assert (nothing.failed, nothing.percentile(0.5)) == (5, 0.0)


def test_percentiles_are_those_of_the_calls():
    done = Round(wanted=100, delays_ms=tuple(float(n) for n in range(1, 101)), rate=20.0, cpu_ms={})
    assert (done.percentile(0.5), done.percentile(0.99), done.failed) == (51.0, 100.0, 0)


def test_agents_wait_is_from_free_to_the_next_ring_of_the_same_phone():
    told = [
        Note("rung", 1.0, "seat-001"), Note("rung", 1.0, "seat-002"),
        Note("free", 4.0, "seat-001"), Note("rung", 4.01, "seat-001"),
        Note("free", 4.0, "seat-002"),  # nobody waits for this one any more
        Note("free", 7.0, "seat-001"), Note("rung", 7.5, "seat-001"),
    ]  # fmt: skip
    assert bench_crowd.free_to_rung(told[::-1]) == [pytest.approx(10), pytest.approx(500)]


def test_lag_is_the_bound_below_which_all_but_one_in_a_hundred_lie():
    before, after = {0.01: 50.0, 0.1: 60.0, 0.25: 60.0}, {0.01: 140.0, 0.1: 159.0, 0.25: 160.0}
    assert bench_load.p99_of(before, after) == 0.1
    assert bench_load.p99_of(after, after) == 0.0
    assert bench_load.p99_of({}, {0.01: 0.0, float("inf"): 5.0}) == 10.0


def test_answer_is_measured_from_the_callers_invite():
    told = [Note("invited", 1.0, "139"), Note("answered", 1.02, "139"), Note("invited", 2.0, "138")]
    assert bench_load.answer_times(told) == [pytest.approx(20)]


def test_scenarios_are_well_formed_and_every_jump_has_its_label():
    calling = Callers(Path(), "", "", "1252", 5060, 300).scenario
    waiting = Callers(Path(), "", "", "[field1]", 5060, waits=True).scenario
    for text in (
        calling,
        waiting,
        bench_sipp.ANSWERING,
        bench_sipp.HANGING_UP.substitute(talk=3000),
        bench_sipp._REGISTERING,
    ):
        root = ElementTree.fromstring(text)
        jumps = {node.get("next") for node in root.iter() if node.get("next")}
        assert jumps <= {node.get("id") for node in root.iter("label")}


def test_lines_of_a_log_are_read_and_a_torn_last_one_is_not(tmp_path):
    log = tmp_path / "callers.notes"
    log.write_text("invited 2026-11-24\t08:55:54.02\t1795510554.02 139\nsomething else\nended 2026-11-24\t08:5")
    assert list(notes(log)) == [Note("invited", 1795510554.02, "139")]
    assert list(notes(tmp_path / "nothing")) == []


def test_callers_leave_their_scenario_where_sipp_runs(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(bench_sipp.subprocess, "run", lambda command, **more: asked.append((command, more)))
    callers = Callers(tmp_path, "ours", "127.0.0.10", "+862196968999", 5060, 300)
    assert callers.call(["139", "138"], rate=20, port=19000) == []
    command, more = asked[0]
    assert command[command.index("-m") + 1] == "2"
    assert more["timeout"] < 60
    assert (tmp_path / "ours.csv").read_text() == "SEQUENTIAL\n139\n138\n"
    assert "sip:+862196968999@" in (tmp_path / "ours.xml").read_text()


def test_both_floors_give_the_same_caller_to_the_same_agent():
    queues = [queue for queue in bench_assign._queues("longest_idle") if queue.weight == 0][:5]
    agents = [bench_assign._agent(number) for number in range(200)]
    floors = [kind(queues, agents) for kind in (Ours, Plain)]
    calls = [bench_assign.CallId(bench_assign.UUID(int=number + 7)) for number in range(40)]
    at = BEGIN
    for number, call in enumerate(calls):
        at += STEP
        for floor in floors:
            floor.enter(call, queues[number % len(queues)].id, at)
        offers = [floor.decide(at) for floor in floors]
        assert offers[0] == offers[1]
        if offers[0] is None:
            continue
        for floor in floors:
            floor.answered(*offers[0], at)
        if number % 3 == 0:
            for floor in floors:
                floor.free(offers[0][1], at + timedelta(milliseconds=1))


def test_decisions_are_timed_on_a_full_floor():
    assert bench_assign.run(Ours, 100, "rrmemory", 50) > 0


def test_an_unknown_bench_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(NoSuchBench, match=", ".join(BENCHES)):
        bench(None, "race", as_json=True)


def test_bench_without_a_short_form_says_so():
    with pytest.raises(NoShortForm, match="assign has no short form"):
        bench(None, "assign", as_json=True, short=True)
