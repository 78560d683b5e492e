"""What a type of case must be like, and which topics are hot."""

from datetime import timedelta

import pytest

from tenants.cases.rules import (
    DAYS,
    CaseTypeFaulty,
    at_least,
    due_at,
    read_definition,
    topics_of_day,
    written_definition,
)
from tests.builders.tenants import NINE
from tests.builders.work import COMPLAINT


def faults(**changes) -> str:
    with pytest.raises(CaseTypeFaulty) as refused:
        read_definition({**COMPLAINT, **changes})
    return str(refused.value.faults)


def test_type_is_read_and_written_as_it_was():
    type_ = read_definition(COMPLAINT)
    assert read_definition(written_definition(type_)) == type_
    assert type_.start.code == "new"
    assert [one.code for one in type_.next_of("done")] == ["at_work"]
    assert due_at(type_, NINE) == NINE + timedelta(days=2)
    assert due_at(read_definition({**COMPLAINT, "due_hours": 0}), NINE) is None


def test_state_that_is_never_reached_or_never_left_is_a_fault():
    states = [*COMPLAINT["states"], {"code": "lost", "label": "Lost"}]
    assert faults(states=states) == "“lost”: is never reached"
    into = [*COMPLAINT["moves"], {"from": "new", "to": "lost"}]
    assert faults(states=states, moves=into) == "“lost”: has no way to a state that closes the case"


def test_each_part_that_does_not_fit_is_named():
    assert "one that closes them" in faults(states=COMPLAINT["states"][:2])
    assert "state that there is not: gone" in faults(moves=[*COMPLAINT["moves"], {"from": "new", "to": "gone"}])
    assert "the same state" in faults(moves=[*COMPLAINT["moves"], {"from": "new", "to": "new"}])
    assert "two with this code" in faults(topics=[*COMPLAINT["topics"], COMPLAINT["topics"][0]])
    assert "whole number of hours" in faults(due_hours=-1)
    assert "not known: colour" in faults(colour="red")
    assert "cannot be used here" in faults(fields=[{"code": "hello", "kind": "say", "label": "Hello"}])
    with pytest.raises(CaseTypeFaulty, match="fields, states and moves"):
        read_definition([])


def test_case_in_a_state_that_is_gone_may_go_to_any():
    type_ = read_definition(COMPLAINT)
    assert str(type_.state("former")) == "former"
    assert len(type_.next_of("former")) == 3


@pytest.mark.parametrize(("count", "usual", "chance"), [
    (0, 1.0, 1.0),  # as many as none: always
    (1, 1.0, 1 - 0.36788),  # tables of Poisson's distribution, mean 1
    (4, 1.0, 0.01899),
    (10, 4.0, 0.00813),
])  # fmt: skip
def test_chance_of_so_many_is_poissons_tail(count, usual, chance):
    assert at_least(count, usual) == pytest.approx(chance, abs=5e-6)


@pytest.mark.parametrize(("count", "before", "hot"), [
    (2, 0, False),  # two are never a topic
    (3, 0, True),  # three of what never came
    (3, DAYS, False),  # three where one a day is usual: one day in twelve
    (5, DAYS, True),
    (9, 4 * DAYS, False),
    (10, 4 * DAYS, True),
])  # fmt: skip
def test_topic_is_hot_when_chance_would_not_bring_so_many(count, before, hot):
    (found,) = topics_of_day({("complaint", "price"): count}, {("complaint", "price"): before})
    assert found.hot is hot


def test_hot_topics_come_first_then_the_many():
    today = {("a", "many"): 30, ("a", "few"): 1, ("a", "new"): 4}
    found = topics_of_day(today, {("a", "many"): 30 * DAYS})
    assert [one.topic for one in found] == ["new", "many", "few"]
