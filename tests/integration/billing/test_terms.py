"""Prices over versions: what is repeated goes on, what changes begins anew."""

from datetime import date

import pytest

from billing.contracts.services import Price, approve_version, write_version
from billing.contracts.terms import terms_in
from billing.rating.periods import Period
from tenants.accounts.scope import finance_scope
from tests.builders.billing import MID_OCTOBER, PER_CALL, RENT, a_world

pytestmark = pytest.mark.django_db

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
MID = date(2026, 10, 16)
DEARER = Price("calls", "metered", {"price": "1.80"}, "Calls answered", "接通电话", "service")
#: The same in other words: a default that is written down.
SAME_CALLS = Price("calls", "metered", {"price": "1.50", "mode": "flat"}, "Calls answered", "接通电话", "service")
TEN_PERCENT = Price("friend", "discount", {"percent": "10"}, "Discount", "折扣", "service")


def spans(first, then):
    contract, one, two = a_world("lotus", first)
    with finance_scope():
        version = write_version(contract, MID, then, user=one, at=MID_OCTOBER)
        approve_version(version, two, MID_OCTOBER)
        terms = terms_in(contract, OCTOBER).terms
    return sorted((each.code, each.starts_on.day, each.ends_on and each.ends_on.day) for each in terms.components)


def test_price_that_a_new_version_repeats_goes_on():
    assert spans([PER_CALL, RENT], [SAME_CALLS, RENT]) == [("calls", 1, None), ("numbers", 1, None)]


def test_price_that_changes_begins_anew_and_the_others_go_on():
    assert spans([PER_CALL, RENT], [DEARER, RENT]) == [("calls", 1, 16), ("calls", 16, None), ("numbers", 1, None)]


def test_new_discount_lets_every_price_begin_anew():
    assert spans([PER_CALL], [PER_CALL, TEN_PERCENT]) == [("calls", 1, 16), ("calls", 16, None), ("friend", 16, None)]


def test_price_that_is_left_out_ends():
    assert spans([PER_CALL, RENT], [RENT]) == [("calls", 1, 16), ("numbers", 1, None)]
