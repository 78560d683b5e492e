"""What holds for every contract, proved on random ones: billing.md section 6."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from billing.rating.kinds import KINDS
from billing.rating.periods import Period
from billing.rating.values import Usage
from tests.unit.billing.rating.cases import APRIL, as_billed, component, lease, lines_of

CENT = Decimal("0.01")
AMOUNTS = st.decimals(0, 5000, places=4).map(str)
COUNTS = st.integers(0, 3000)
DAYS = st.integers(0, 29).map(lambda n: APRIL.starts_on + timedelta(days=n))
STARTS = st.integers(-5, 29).map(lambda n: APRIL.starts_on + timedelta(days=n))
USAGE = st.lists(st.builds(Usage, st.just("call_in"), DAYS, st.integers(1, 50).map(Decimal)), max_size=30)
LEASES = st.lists(st.tuples(st.integers(1, 40), STARTS, st.integers(1, 40)), max_size=6).map(
    lambda rows: [
        lease(seats, first, first + timedelta(days=length), name=str(n))
        for n, (seats, first, length) in enumerate(rows)
    ]
)
PARAMS = {
    "seat_month": st.fixed_dictionaries(
        {"price": AMOUNTS, "minimum_seats": st.integers(0, 30), "minimum_scope": st.sampled_from(["day", "period"])}
    ),
    "seat_hour": st.fixed_dictionaries({"price": AMOUNTS}),
    "bundle": st.fixed_dictionaries(
        {
            "fee": AMOUNTS,
            "included": COUNTS,
            "overage_price": AMOUNTS,
            "prorate_fee": st.booleans(),
            "prorate_included": st.booleans(),
        }
    ),
    "metered": st.one_of(
        st.fixed_dictionaries({"price": AMOUNTS, "minimum_count": COUNTS, "prorate_minimum": st.booleans()}),
        st.fixed_dictionaries({"price": AMOUNTS, "minimum_amount": AMOUNTS, "prorate_minimum": st.booleans()}),
    ),
    "recurring": st.fixed_dictionaries({"price": AMOUNTS, "count": st.integers(0, 9), "prorate": st.booleans()}),
}
COMPONENTS = st.sampled_from(sorted(PARAMS)).flatmap(
    lambda kind: st.builds(component, st.just(kind), PARAMS[kind], STARTS)
)


def test_every_kind_is_under_test():
    assert set(PARAMS) == set(KINDS)


def totals(lines):
    return {(line.component, line.part): line.total for line in lines}


@given(COMPONENTS, USAGE, LEASES, st.integers(1, 29))
def test_billing_in_two_steps_is_billing_at_once(priced, usage, leases, split):
    """Additivity: an interim document and the rest are together the whole, to the cent."""
    until = APRIL.starts_on + timedelta(days=split)
    early = lines_of(priced, usage=[u for u in usage if u.on < until], leases=leases, counted_to=until)
    billed = as_billed(early)
    late = lines_of(priced, usage=usage, leases=leases, billed=billed)
    at_once = lines_of(priced, usage=usage, leases=leases)
    in_all = {key: value.amount for key, value in as_billed(late, billed).items()}
    assert {key: amount for key, amount in in_all.items() if amount} == {
        key: amount for key, amount in totals(at_once).items() if amount
    }


@given(COMPONENTS, USAGE, LEASES, st.randoms(use_true_random=False))
def test_order_and_grouping_of_usage_make_no_difference(priced, usage, leases, chance):
    shuffled, turned = list(usage), list(leases)
    chance.shuffle(shuffled)
    chance.shuffle(turned)
    # Some records in two halves, as if they had been counted apart.
    parted = [Usage(u.meter, u.on, part) for u in shuffled for part in (u.quantity - 1, Decimal(1))]
    assert lines_of(priced, usage=parted, leases=turned) == lines_of(priced, usage=usage, leases=leases)


@given(COMPONENTS, USAGE, LEASES)
def test_a_record_and_the_one_that_takes_it_back_change_nothing(priced, usage, leases):
    wrong = [Usage("call_in", APRIL.starts_on, Decimal(1)), Usage("call_in", APRIL.starts_on, Decimal(-1))]
    assert lines_of(priced, usage=usage + wrong, leases=leases) == lines_of(priced, usage=usage, leases=leases)


@given(COMPONENTS, USAGE, LEASES)
def test_rating_again_what_is_billed_gives_nothing(priced, usage, leases):
    first = lines_of(priced, usage=usage, leases=leases)
    again = lines_of(priced, usage=usage, leases=leases, billed=as_billed(first))
    assert all(line.amount == 0 and line.quantity == 0 for line in again)
    assert [line.inputs_sha256 for line in again] == [line.inputs_sha256 for line in first]


@given(COMPONENTS, USAGE, LEASES)
def test_a_price_that_was_withdrawn_is_taken_back_to_nothing(priced, usage, leases):
    billed = as_billed(lines_of(priced, usage=usage, leases=leases))
    back = lines_of(billed=billed)
    assert all(value.amount == 0 and value.quantity == 0 for value in as_billed(back, billed).values())


@given(COMPONENTS, USAGE, LEASES)
def test_each_line_is_rounded_once_from_its_exact_amount(priced, usage, leases):
    for line in lines_of(priced, usage=usage, leases=leases):
        assert line.total == line.total.quantize(CENT)
        assert abs(Fraction(line.total) - line.exact) <= Fraction(1, 200)
        assert line.exact >= 0


@given(PARAMS["metered"], USAGE, STARTS)
def test_minimum_is_reached_and_never_overshot(params, usage, first):
    priced = component("metered", params, first)
    lines = lines_of(priced, usage=usage)
    if not lines:
        return
    total = sum(line.total for line in lines)
    served = APRIL.overlap(first, None)
    share = Fraction(served.days, 30) if params["prorate_minimum"] else Fraction(1)
    whole = (
        Fraction(params["minimum_count"]) * Fraction(params["price"])
        if "minimum_count" in params
        else Fraction(params["minimum_amount"])
    )
    assert abs(Fraction(max(total, 0)) - max(Fraction(lines[0].total), whole * share)) <= Fraction(1, 200)
    assert all(line.amount >= 0 for line in lines)


@given(LEASES)
def test_minimum_per_day_costs_at_least_as_much_as_per_period(leases):
    params = {"price": "3000.00", "minimum_seats": 10}
    by_day = sum(line.total for line in lines_of(component("seat_month", params), leases=leases))
    by_period = sum(
        line.total for line in lines_of(component("seat_month", params | {"minimum_scope": "period"}), leases=leases)
    )
    assert by_day >= by_period >= Decimal("30000.00")


@given(AMOUNTS, st.integers(1, 31), st.integers(1, 60))
def test_shares_of_a_contract_with_stubs_add_up(price, wanted, length):
    """Both stubs are shares of the whole periods around them; whole periods cost the whole price."""
    from billing.rating.periods import periods

    first = date(2026, 1, 20)
    after = first + timedelta(days=length)
    priced = component("recurring", {"price": price}, first, after)
    for period in periods(first, after, wanted):
        served = period.overlap(first, after)
        line = lines_of(priced, period=Period(period.starts_on, period.ends_on))[0]
        assert line.exact == Fraction(price) * Fraction(served.days, period.days)
