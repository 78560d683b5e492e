"""Which trunk, which caller ID, and whether at all: the pure choices behind calls to outside."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from telephony.core.lines import RESTS, HeldNumber, Lines, OutsidePlan, TrunkPlan, allowed, caller_id, choose
from telephony.core.values import TenantId

MUSEUM, NEIGHBOUR = TenantId(UUID(int=1)), TenantId(UUID(int=2))
NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
A, B, C = TrunkPlan(name="a", priority=1, capacity=2), TrunkPlan(name="b", priority=2), TrunkPlan(name="c", priority=2)
OURS, OLD, THEIRS = "+862196968101", "+862196968102", "+862196968202"
OUTSIDE = {
    MUSEUM: OutsidePlan(
        numbers=(
            HeldNumber(number=OURS, starts_at=NINE - timedelta(days=1)),
            HeldNumber(number=OLD, starts_at=NINE - timedelta(days=9), ends_at=NINE),
        ),
        prefixes=frozenset({"+8613", "+8621"}),
    ),
    NEIGHBOUR: OutsidePlan(numbers=(HeldNumber(number=THEIRS, starts_at=NINE - timedelta(days=1)),)),
}  # fmt: skip


@pytest.mark.parametrize(
    ("busy", "down", "resting", "tried", "chosen"),
    [
        # The lowest priority number first.
        ({}, (), (), (), "a"),
        # It is full: the next; of equals the first by name.
        ({"a": 2}, (), (), (), "b"),
        ({"a": 1}, (), (), (), "a"),
        # The carrier does not answer.
        ({}, ("a",), (), (), "b"),
        # It has just failed another call: last, but not lost.
        ({}, (), ("a",), (), "b"),
        ({}, ("b", "c"), ("a",), (), "a"),
        # It has failed this very call.
        ({}, (), (), ("a", "b"), "c"),
        ({}, (), (), ("a", "b", "c"), None),
    ],
)
def test_trunk_for_the_next_call(busy, down, resting, tried, chosen):
    found = choose((C, B, A), busy=busy, down=down, resting=resting, tried=tried)
    assert (found and found.name) == chosen


@pytest.mark.parametrize(
    ("wanted", "dialled", "shown"),
    [
        ("", OURS, OURS),  # the number that the caller knows
        ("", "+861252", OURS),  # a shared number is nobody's own
        (OURS, "+861252", OURS),
        (THEIRS, OURS, None),  # a neighbour's
        (OLD, OURS, None),  # given back at nine
        ("+8613812345678", OURS, None),  # the caller's own, or anybody's
    ],
)
def test_number_that_is_shown_is_one_of_the_tenants_own_at_this_instant(wanted, dialled, shown):
    assert caller_id(OUTSIDE, MUSEUM, wanted, dialled, NINE) == shown


@pytest.mark.parametrize(
    ("tenant", "number", "may"),
    [
        (MUSEUM, "+8613812345678", True),
        (MUSEUM, "+862161234567", True),
        (MUSEUM, "+861012345678", False),
        (MUSEUM, "13812345678", False),  # not in full
        (MUSEUM, "+8613812345678;phone-context=x", False),
        (MUSEUM, "", False),
        (NEIGHBOUR, "+8613812345678", False),  # no rules at all
        (TenantId(UUID(int=3)), "+8613812345678", False),
    ],
)
def test_numbers_that_a_tenant_may_call(tenant, number, may):
    assert allowed(OUTSIDE, tenant, number) is may


def test_trunk_that_failed_is_first_choice_again_after_its_rest():
    lines = Lines((A, B))
    assert lines.seize((), NINE).name == "a"
    lines.free("a", NINE, failed=True)
    assert lines.seize((), NINE).name == "b"
    assert lines.seize((), NINE + RESTS).name == "a"
    assert lines.busy == {"a": 1, "b": 1}
