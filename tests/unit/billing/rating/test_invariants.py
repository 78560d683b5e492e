"""What holds for every contract, proved on random ones: billing.md section 6."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from billing.rating.kinds import KINDS
from billing.rating.periods import Period
from billing.rating.values import Detail, Usage
from tests.unit.billing.rating.cases import APRIL, as_billed, component, lease, lines_of, midnight

CENT = Decimal("0.01")
AMOUNTS = st.decimals(0, 5000, places=4).map(str)
COUNTS = st.integers(0, 3000)
DAYS = st.integers(0, 29).map(lambda n: APRIL.starts_on + timedelta(days=n))
STARTS = st.integers(-5, 29).map(lambda n: APRIL.starts_on + timedelta(days=n))
SHIFTS = st.builds(
    lambda on, hour, seconds, source: Usage(
        "staff_shift",
        on,
        Decimal(1),
        Detail(seconds=seconds, starts_at=midnight(on) + timedelta(hours=hour), source=source),
    ),
    DAYS,
    st.integers(0, 23),
    st.integers(0, 40000),
    st.sampled_from("abc"),
)
USAGE = st.lists(
    st.one_of(
        st.builds(Usage, st.just("call_in"), DAYS, st.integers(1, 50).map(Decimal)),
        st.builds(
            Usage,
            st.sampled_from(["call_in", "outside_call"]),
            DAYS,
            st.integers(1, 9).map(Decimal),
            st.builds(Detail, seconds=st.integers(0, 700), to=st.sampled_from(["+8621", "+8613800", "+49"])),
        ),
        st.builds(
            Usage,
            st.just("order"),
            DAYS,
            st.integers(1, 5).map(Decimal),
            st.builds(Detail, value=st.decimals(0, 900, places=2)),
        ),
        st.builds(
            Usage, st.just("milestone"), DAYS, st.just(Decimal(1)), st.builds(Detail, label=st.sampled_from("xyz"))
        ),
        st.builds(Usage, st.just("recording_gb"), DAYS, st.decimals(0, 90, places=3)),
        SHIFTS,
    ),
    max_size=30,
)
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
    "number_month": st.fixed_dictionaries({"price": AMOUNTS, "free": st.integers(0, 5)}),
    "staff_hour": st.fixed_dictionaries(
        {
            "price": AMOUNTS,
            "step_minutes": st.sampled_from([0, 1, 15]),
            "shift_minimum_minutes": st.sampled_from([0, 120]),
            "bands": st.just([{"name": "night", "factor": "1.5", "begins": "22:00", "ends": "06:00"}]),
        }
    ),
    "staff_month": st.fixed_dictionaries({"price": AMOUNTS, "persons": st.integers(0, 9)}),
    "commission": st.fixed_dictionaries(
        {
            "base": st.sampled_from(["value", "count"]),
            "rates": st.just([{"pays": "3"}, {"from_percent": "10", "pays": "5"}]),
        }
    ),
    "milestone": st.fixed_dictionaries(
        {
            "price": st.decimals(0, 5000, places=2).map(str),
            "milestones": st.just([{"code": "x"}, {"code": "y", "weight": "2"}]),
        }
    ),
    "outside_minutes": st.fixed_dictionaries(
        {
            "rates": st.just(
                [
                    {"code": "cn", "prefix": "+86", "price": "0.2"},
                    {
                        "code": "mobile",
                        "prefix": "+8613",
                        "price": "0.3333",
                        "connection_fee": "0.05",
                        "step_seconds": 6,
                    },
                ]
            )
        }
    ),
    "storage": st.fixed_dictionaries({"price": AMOUNTS, "included_gb": st.sampled_from(["0", "7.5"])}),
    "one_off": st.fixed_dictionaries({"price": AMOUNTS, "on": st.lists(DAYS.map(str), min_size=1, max_size=3)}),
    "credit": st.fixed_dictionaries({"amount": AMOUNTS, "on": st.lists(DAYS.map(str), min_size=1, max_size=3)}),
}
#: Reckoned from other prices, so tried beside them.
OF_PRICES = {
    "discount": st.fixed_dictionaries({"percent": st.decimals(0, 100, places=2).map(str)}),
    "penalty": st.just({"within_seconds": 20, "rows": [{"below_percent": "90", "percent": "10"}]}),
    "commitment": st.one_of(
        st.fixed_dictionaries({"minimum_amount": AMOUNTS}), st.fixed_dictionaries({"maximum_amount": AMOUNTS})
    ),
}
COMPONENTS = st.sampled_from(sorted(PARAMS)).flatmap(
    lambda kind: st.builds(component, st.just(kind), PARAMS[kind], STARTS)
)


WITH_OTHERS = st.tuples(
    COMPONENTS,
    st.sampled_from(sorted(OF_PRICES)).flatmap(
        lambda kind: st.builds(component, st.just(kind), OF_PRICES[kind], STARTS, code=st.just("of"))
    ),
)


def test_every_kind_is_under_test():
    assert set(PARAMS) | set(OF_PRICES) == set(KINDS)


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
    parted = [Usage(u.meter, u.on, part, u.detail) for u in shuffled for part in (u.quantity - 1, Decimal(1))]
    assert lines_of(priced, usage=parted, leases=turned) == lines_of(priced, usage=usage, leases=leases)


@given(COMPONENTS, USAGE, LEASES)
def test_reading_usage_more_finely_than_asked_for_makes_no_difference(priced, usage, leases):
    finely = [Usage(u.meter, u.on, u.quantity, replace(u.detail, source=u.detail.source or "a")) for u in usage]
    if "source" in KINDS[priced.kind].details(priced.params):
        return
    assert lines_of(priced, usage=finely, leases=leases) == lines_of(priced, usage=usage, leases=leases)


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
        assert line.exact >= 0 or line.part in {"credit", "ceiling", "absence"}


@given(WITH_OTHERS, USAGE, LEASES, st.integers(1, 29), st.randoms(use_true_random=False))
def test_prices_of_prices_add_up_over_interim_invoices_in_any_order(both, usage, leases, split, chance):
    """Discounts, penalties and commitments follow the lines they rest on: two bills are one, whatever the order."""
    until = APRIL.starts_on + timedelta(days=split)
    early = lines_of(*both, usage=[u for u in usage if u.on < until], leases=leases, counted_to=until)
    billed = as_billed(early)
    turned = list(usage)
    chance.shuffle(turned)
    late = lines_of(*reversed(both), usage=turned, leases=leases, billed=billed)
    at_once = totals(lines_of(*both, usage=usage, leases=leases))
    in_all = {key: value.amount for key, value in as_billed(late, billed).items()}
    assert {key: amount for key, amount in in_all.items() if amount} == {
        key: amount for key, amount in at_once.items() if amount
    }


@given(COMPONENTS, AMOUNTS, AMOUNTS, USAGE, LEASES)
def test_total_lies_between_minimum_and_maximum(priced, one, other, usage, leases):
    lowest, highest = sorted((one, other), key=Decimal)
    least = component("commitment", {"minimum_amount": lowest, "maximum_amount": highest}, code="of")
    lines = lines_of(priced, least, usage=usage, leases=leases)
    total = sum(line.total for line in lines if line.part not in {"credit", "work"})
    assert Decimal(lowest) - CENT < total < Decimal(highest) + CENT
    running = lines_of(priced, least, usage=usage, leases=leases, counted_to=APRIL.ends_on)
    assert not any(line.part == "true_up" for line in running)
    assert all(line.amount >= 0 for line in lines if line.part == "true_up")


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
