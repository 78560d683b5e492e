"""Ageing, what a payment pays for first, and which reminder comes next: cases of a bookkeeper."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.receivables.rules import OpenItem, Step, ageing, bucket_of, next_reminder, oldest_first, state_of

DUE = date(2026, 11, 30)
STEPS = (Step(1, 3, "reminder"), Step(2, 14, "final"), Step(3, 30, "suspension"))


def an_item(number=1, open_=100, due=DUE, paid=0, credited=0, disputed=False):
    gross = Decimal(open_) + paid + credited
    return OpenItem(
        UUID(int=number),
        f"INV-{number}",
        due - timedelta(days=30),
        due,
        gross,
        Decimal(credited),
        Decimal(paid),
        disputed,
    )


@pytest.mark.parametrize(
    ("item", "on", "state"),
    [
        (an_item(), DUE, "open"),  # on the due day nobody is late
        (an_item(), DUE + timedelta(days=1), "overdue"),
        (an_item(paid=40), DUE, "part_paid"),
        (an_item(open_=0, paid=100), DUE + timedelta(days=99), "paid"),
        (an_item(open_=0, credited=100), DUE, "credited"),
        (an_item(open_=-20, paid=120), DUE, "paid"),  # paid, and then credited in part
    ],
)
def test_state_follows_from_money_and_the_day(item, on, state):
    assert state_of(item, on) == state


@pytest.mark.parametrize(
    ("days", "bucket"), [(-5, "not_due"), (0, "not_due"), (1, "to_30"), (30, "to_30"), (31, "to_60"), (91, "over_90")]
)
def test_bucket_of_the_ageing(days, bucket):
    assert bucket_of(DUE, DUE + timedelta(days=days)) == bucket


@given(st.lists(st.tuples(st.integers(-50, 500), st.integers(0, 200)), max_size=6), st.integers(0, 2000))
@settings(max_examples=50)
def test_ageing_and_allocation_lose_nothing(rows, amount):
    items = [an_item(n, open_, DUE - timedelta(days=days)) for n, (open_, days) in enumerate(rows)]
    assert sum(ageing(items, DUE).values()) == sum(item.open for item in items)
    parts = oldest_first(items, Decimal(amount))
    assert sum(part for _, part in parts) == min(amount, sum(item.open for item in items if item.open > 0))


def test_payment_pays_for_the_oldest_first_and_for_the_disputed_last():
    items = [
        an_item(1, 100, DUE),
        an_item(2, 50, DUE - timedelta(days=9), disputed=True),
        an_item(3, 70, DUE - timedelta(days=5)),
    ]
    assert [(one.int, int(part)) for one, part in oldest_first(items, Decimal(190))] == [(3, 70), (1, 100), (2, 20)]


@pytest.mark.parametrize(
    ("days", "taken", "step"),
    [
        (2, [], None),  # not yet
        (3, [], 1),
        (20, [], 1),  # late, but no step is skipped
        (20, [1], 2),
        (20, [1, 2], None),
        (30, [1, 2], 3),
        (90, [1, 2, 3], None),  # the last step is the last
    ],
)
def test_reminders_come_in_their_order(days, taken, step):
    item = an_item()
    due = next_reminder([item], STEPS, [(item.document, number) for number in taken], DUE + timedelta(days=days))
    assert (due.step.number if due else None) == step


def test_reminder_follows_the_oldest_invoice_and_asks_for_all_that_is_overdue():
    old, new = an_item(1, 100, DUE), an_item(2, 30, DUE + timedelta(days=10))
    due = next_reminder([new, old], STEPS, [], DUE + timedelta(days=12))
    assert (due.item.number, due.amount, due.days) == ("INV-1", 130, 12)
    # The old one is paid: the new one begins from its own first step.
    due = next_reminder([new], STEPS, [(old.document, 1), (old.document, 2)], DUE + timedelta(days=26))
    assert (due.step.number, due.item.number) == (1, "INV-2")


def test_disputed_invoice_is_not_reminded_of():
    assert next_reminder([an_item(disputed=True)], STEPS, [], DUE + timedelta(days=99)) is None
