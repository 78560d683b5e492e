"""What a month would cost with other prices: the last period's usage rated with the terms in force and with new ones.

Rules of this file: it reads and writes nothing. Both sides are whole bills of the same period as if nothing had been
billed, so that they can be compared line by line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.contracts.models import Contract
from billing.contracts.services import Price
from billing.contracts.terms import cycle_of, needs_before, period_at, period_before, terms_in, zone_of
from billing.mediation.ahead import ReadAhead
from billing.mediation.services import newest_position
from billing.mediation.sums import held_by
from billing.rating.kinds import read_params
from billing.rating.periods import Period
from billing.rating.rate import rate
from billing.rating.values import ChargeLine, Component, Terms


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A line as it would stand on the bill, by the words of its price."""

    text: str
    text_zh: str
    line: ChargeLine


@dataclass(frozen=True, slots=True)
class Preview:
    """The bill of a period with the prices in force and with new ones; without tax."""

    period: Period
    currency: str
    now: tuple[PreviewLine, ...]
    then: tuple[PreviewLine, ...]

    @property
    def net_now(self) -> Decimal:
        """Sum with the prices in force."""
        return _net(self.now)

    @property
    def net_then(self) -> Decimal:
        """Sum with the new prices."""
        return _net(self.then)

    @property
    def difference(self) -> Decimal:
        """How much more the new prices come to."""
        return self.net_then - self.net_now


def preview(contract: Contract, prices: Sequence[Price], at: datetime) -> Preview:
    """Rate the last whole period before `at`, or the first one of a contract that is younger. Finance scope.

    Raises `NothingToBillYet` before the contract begins, and `BadInput` for a price that cannot be read.
    """
    current = period_at(contract, at)
    last = period_before(contract, current)
    period = last if last.ends_on > contract.starts_on else current
    in_force = terms_in(contract, period)
    new = tuple(
        Component(
            one.code,
            one.kind,
            read_params(one.kind, one.params),
            period_before(contract, period).starts_on,
            None,
            one.code,
        )
        for one in prices
    )
    words = {key: (row.invoice_text, row.invoice_text_zh) for key, row in in_force.components.items()}
    words |= {one.code: (one.text, one.text_zh) for one in prices}
    now = _lines(contract, in_force.terms, period)
    then = _lines(contract, Terms(contract.currency, zone_of(contract), new, cycle_of(contract)), period)
    return Preview(
        period,
        contract.currency,
        tuple(PreviewLine(*words[line.component], line) for line in now),
        tuple(PreviewLine(*words[line.component], line) for line in then),
    )


def _lines(contract: Contract, terms: Terms, period: Period) -> list[ChargeLine]:
    before = period_before(contract, period)
    days = Period(before.starts_on, period.ends_on) if needs_before(terms) else period
    read = ReadAhead(newest_position())
    usage = read.usage(contract.tenant_id, terms.components, days, zone_of(contract))
    held = held_by(contract.tenant_id, contract.pk, terms.components, period, zone_of(contract))
    return rate(terms, usage, held, period, {}, before=before)


def _net(lines: Sequence[PreviewLine]) -> Decimal:
    return sum((one.line.amount for one in lines), Decimal(0))
