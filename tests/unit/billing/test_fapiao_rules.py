"""What goes onto a fapiao: no negative row, discounts beside what they reduce, nothing lost."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.exports.fapiao_rules import FapiaoNegative, FapiaoTooLong, Row, rows_of

SIX, NINE = Decimal(6), Decimal(9)


def a_row(net, rate=SIX, code="3040802"):
    net = Decimal(net)
    return Row("服务", code, "次", None, None, net, rate, (net * rate / 100).quantize(Decimal("0.01")))


def test_line_that_takes_off_becomes_the_discount_of_the_largest_row():
    rows = rows_of([a_row("100.00"), a_row("500.00"), a_row("-120.00")], red=False)
    assert [(str(row.net), str(row.discount), str(row.discount_tax)) for row in rows] == [
        ("100.00", "0", "0"),
        ("500.00", "-120.00", "-7.20"),
    ]


def test_discount_spreads_over_rows_of_the_same_code_and_rate_only():
    rows = rows_of([a_row("100.00"), a_row("50.00"), a_row("900.00", NINE), a_row("-130.00")], red=False)
    assert [str(row.discount) for row in rows] == ["-100.00", "-30.00", "0"]


def test_more_off_than_there_is_cannot_be_printed():
    with pytest.raises(FapiaoNegative, match="6 %"):
        rows_of([a_row("100.00"), a_row("900.00", NINE), a_row("-100.01")], red=False)


def test_row_of_nothing_is_left_out_and_a_red_one_keeps_its_signs():
    assert rows_of([a_row("0.00"), a_row("1.00")], red=False) == [a_row("1.00")]
    assert [row.net for row in rows_of([a_row("-1.00"), a_row("0.00")], red=True)] == [-1]


def test_platform_takes_two_thousand_rows():
    assert len(rows_of([a_row("1.00")] * 2000, red=False)) == 2000
    with pytest.raises(FapiaoTooLong, match="2000"):
        rows_of([a_row("1.00")] * 2001, red=False)


@settings(max_examples=40)
@given(st.lists(st.decimals("-200", "500", places=2), max_size=8))
def test_rows_come_to_what_the_lines_come_to(nets):
    lines = [a_row(net) for net in nets]
    try:
        rows = rows_of(lines, red=False)
    except FapiaoNegative:
        assert sum(nets) < 0
        return
    assert sum(row.net + row.discount for row in rows) == sum(nets)
    assert all(row.net > 0 >= row.discount >= -row.net for row in rows)
