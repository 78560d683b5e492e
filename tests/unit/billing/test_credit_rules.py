"""Credits in parts: never above a line, and all parts together are the invoice to the cent."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.invoices.credit_rules import CreditAboveLine, Line, NothingCredited, lines_to_credit, tax_to_credit
from billing.rating.tax import Taxable, taxes

CENT = Decimal("0.01")


def an_invoice(nets, rates, rounding):
    """Lines with their tax as an invoice has them, and its sums by code and rate."""
    taxed = taxes(
        [Taxable(net, f"t{rate}", Decimal(rate)) for net, rate in zip(nets, rates, strict=True)], "CNY", rounding
    )
    lines = [
        Line(position, net, tax, f"t{rate}", Decimal(rate))
        for position, (net, rate, tax) in enumerate(zip(nets, rates, taxed.per_line, strict=True), 1)
    ]
    return lines, {(one.code, one.rate_percent): (one.base, one.amount) for one in taxed.sums}


class Account:
    """An invoice and the notes against it, as `crediting` keeps them in tables."""

    def __init__(self, lines, sums, rounding):
        self.lines, self.sums, self.rounding = lines, sums, rounding
        self.tax = defaultdict(Decimal)
        self.gross = Decimal(0)

    def credit(self, wanted):
        credited = lines_to_credit(self.lines, wanted, "CNY")
        taxed = tax_to_credit(self.lines, credited, self.sums, self.tax, "CNY", self.rounding)
        by_position = {one.position: one for one in credited}
        self.lines = [
            Line(line.position, line.net, line.tax, line.code, line.rate_percent,
                 line.credited_net + by_position[line.position].net, line.credited_tax + by_position[line.position].tax)
            if line.position in by_position else line
            for line in self.lines
        ]  # fmt: skip
        for one in taxed:
            self.tax[one.code, one.rate_percent] += one.amount
        self.gross += sum(one.net for one in credited) + sum(one.amount for one in taxed)


amounts = st.decimals("-500", "500", places=2)


@settings(max_examples=60)
@given(st.data(), st.lists(amounts, min_size=1, max_size=5), st.sampled_from(["per_line", "per_rate"]))
def test_all_parts_together_are_the_invoice_with_its_tax(data, nets, rounding):
    rates = [data.draw(st.sampled_from([0, 6, 9, 19])) for _ in nets]
    lines, sums = an_invoice(nets, rates, rounding)
    account = Account(lines, sums, rounding)
    for _ in range(data.draw(st.integers(0, 3))):
        position = data.draw(st.integers(1, len(nets)))
        left = account.lines[position - 1].left
        part = (left * data.draw(st.integers(0, 100)) / 100).quantize(CENT)
        if part:
            account.credit({position: part})
    if any(line.left for line in account.lines):
        account.credit(None)
    assert account.gross == sum(nets) + sum(tax for _, tax in sums.values())
    assert dict(account.tax).items() <= {key: tax for key, (_, tax) in sums.items()}.items()
    assert all(line.credited_tax == line.tax for line in account.lines if line.net)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({1: Decimal("100.01")}, CreditAboveLine),  # a cent more than the line
        ({1: Decimal("-1")}, CreditAboveLine),  # a credit that would charge
        ({2: Decimal("1")}, CreditAboveLine),  # a line below nought is credited downwards
        ({}, NothingCredited),
        ({9: Decimal("1")}, NothingCredited),  # no such line
    ],
)
def test_credit_above_a_line_or_of_nothing_is_refused(wanted, error):
    lines, _ = an_invoice([Decimal(100), Decimal(-20)], [6, 6], "per_line")
    with pytest.raises(error):
        lines_to_credit(lines, wanted, "CNY")


def test_last_part_takes_the_cent_that_rounding_has_left():
    # 10.00 at 6 % per line is 0.60; three parts of 3.33 are 0.20 each, the last cent of net brings no tax of its own.
    lines, sums = an_invoice([Decimal("10.00")], [6], "per_line")
    account = Account(lines, sums, "per_line")
    for part in ("3.33", "3.33", "3.33", "0.01"):
        account.credit({1: Decimal(part)})
    assert (account.gross, account.tax["t6", Decimal(6)]) == (Decimal("10.60"), Decimal("0.60"))
