"""What the switch counts of its calls."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from telephony.switch.figures import CallFigures, heard
from tests.builders.calls import NINE, a_call_id
from tests.builders.telephony import an_answered_call


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_facts_of_a_call_are_counted_and_its_wait_is_measured():
    figures = CallFigures()
    names = ("seatline_calls_arrived_total", "seatline_calls_ended_total", "seatline_queue_wait_seconds_sum")
    labels = ({}, {"outcome": "answered"}, {"reason": "connected"})
    before = [value(name, **label) for name, label in zip(names, labels, strict=True)]
    figures.note(an_answered_call(a_call_id()))
    after = [value(name, **label) for name, label in zip(names, labels, strict=True)]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 10]


@pytest.mark.parametrize("late", [0, 40])
def test_lag_of_an_event_is_from_asterisks_clock_to_ours(late):
    before = value("seatline_switch_event_lag_seconds_sum")
    heard({"timestamp": "2026-11-24T09:00:00.000+0800"}, NINE + timedelta(milliseconds=late))
    assert value("seatline_switch_event_lag_seconds_sum") - before == pytest.approx(late / 1000)


@pytest.mark.parametrize("message", [{}, {"timestamp": 5}, {"timestamp": "nine"}])
def test_event_without_a_time_is_no_fault(message):
    before = value("seatline_switch_event_lag_seconds_count")
    heard(message, NINE)
    assert value("seatline_switch_event_lag_seconds_count") == before
