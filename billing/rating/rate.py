"""From terms and facts to charge lines.

Rules of this file: the order of steps is fixed and the same for every kind: the served days, the quantity, what is
included, the price, the minimum; then one rounding; then what was billed before is taken off. docs/pricing.md says it
in words.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.rating.kinds import kind_of
from billing.rating.money import round_money, round_to
from billing.rating.params import write
from billing.rating.periods import ONE_DAY, Period, day_starts_at
from billing.rating.trace import step
from billing.rating.values import Billed, BilledKey, ChargeLine, Component, Facts, Lease, Priced, Terms, Usage

_NOTHING = Billed(Decimal(0), Decimal(0))


def rate(
    terms: Terms,
    usage: Iterable[Usage],
    leases: Iterable[Lease],
    period: Period,
    already_billed: Mapping[BilledKey, Billed],
    *,
    counted_to: date | None = None,
) -> list[ChargeLine]:
    """The lines of one period: for each part of each component the total so far less what is already billed.

    `period` is a whole period; components serve the days on which they are in force. `counted_to` is the day after the
    last day that is counted so far; then fees stand in full and minimums not yet. None says that the period is over.
    Order and grouping of `usage` and `leases` make no difference. A part that was billed and is no longer due comes
    back as a line that takes it off.
    """
    by_day: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for one in usage:
        by_day[one.meter, one.on] += Fraction(one.quantity)
    held = tuple(sorted(leases, key=lambda one: (one.starts_at, one.lease)))
    left = dict(already_billed)
    lines: list[ChargeLine] = []
    for component in terms.components:
        served = period.overlap(component.starts_on, component.ends_on)
        if served is None:
            continue
        counted = served if counted_to is None else served.overlap(served.starts_on, counted_to)
        if counted is None:
            continue  # begins later in the running period
        facts = _facts(terms, component, period, counted, final=counted_to is None, by_day=by_day, held=held)
        digest = _digest(terms, component, facts, by_day)
        for priced in kind_of(component.kind).price(component.params, facts):
            billed = left.pop((component.id, priced.part), _NOTHING)
            lines.append(_line(component, facts, priced, billed, digest))
    lines += [_taken_back(key, billed, period) for key, billed in left.items() if billed.amount or billed.quantity]
    return lines


def _facts(
    terms: Terms,
    component: Component,
    period: Period,
    counted: Period,
    *,
    final: bool,
    by_day: Mapping[tuple[str, date], Fraction],
    held: tuple[Lease, ...],
) -> Facts:
    served = period.overlap(component.starts_on, component.ends_on)
    assert served is not None
    kind = kind_of(component.kind)
    quantities: dict[str, Fraction] = defaultdict(Fraction)
    for (meter, on), quantity in by_day.items():
        if served.starts_on <= on < served.ends_on and meter in kind.meters(component.params):
            quantities[meter] += quantity
    return Facts(
        currency=terms.currency,
        zone=terms.zone,
        period=period,
        served=served,
        counted=counted,
        final=final,
        usage=quantities,
        leases=held if kind.leases else (),
    )


def _line(component: Component, facts: Facts, priced: Priced, billed: Billed, digest: str) -> ChargeLine:
    total = round_money(priced.exact, facts.currency)
    quantity = round_to(priced.quantity, 6)
    amount = total - billed.amount
    steps = priced.steps
    if not facts.final and priced.evidence:
        steps += (step("so_far", last_day=(facts.counted.ends_on - ONE_DAY).isoformat()),)
    if billed != _NOTHING:
        steps += (step("billed_before", total=f"{total:f}", billed=f"{billed.amount:f}", amount=f"{amount:f}"),)
    return ChargeLine(
        component=component.id,
        part=priced.part,
        served=facts.served,
        quantity=quantity - billed.quantity,
        unit=priced.unit,
        unit_price=priced.unit_price,
        exact=priced.exact,
        total=total,
        billed_before=billed.amount,
        amount=amount,
        total_quantity=quantity,
        steps=steps,
        evidence=priced.evidence,
        inputs_sha256=digest,
    )


def _taken_back(key: BilledKey, billed: Billed, period: Period) -> ChargeLine:
    component, part = key
    told = step("nothing_due", billed=f"{billed.amount:f}", amount=f"{-billed.amount:f}")
    digest = hashlib.sha256(f"{component}:{part}:{billed.amount}".encode()).hexdigest()
    return ChargeLine(
        component=component,
        part=part,
        served=period,
        quantity=-billed.quantity,
        unit="amount",
        unit_price=Decimal(0),
        exact=Fraction(0),
        total=Decimal(0),
        billed_before=billed.amount,
        amount=-billed.amount,
        total_quantity=Decimal(0),
        steps=(told,),
        evidence=(),
        inputs_sha256=digest,
    )


def _digest(terms: Terms, component: Component, facts: Facts, by_day: Mapping[tuple[str, date], Fraction]) -> str:
    """SHA-256 of everything the kind can see, in one canonical form."""
    starts_at = day_starts_at(facts.served.starts_on, terms.zone)
    ends_at = day_starts_at(facts.served.ends_on, terms.zone)
    inputs = {
        "currency": terms.currency,
        "zone": terms.zone.key,
        "component": component.id,
        "kind": component.kind,
        "params": write(component.params),
        "period": [str(facts.period.starts_on), str(facts.period.ends_on)],
        "served": [str(facts.served.starts_on), str(facts.served.ends_on)],
        "final": facts.final,
        "counted": [str(facts.counted.starts_on), str(facts.counted.ends_on)],
        "usage": sorted(
            [meter, str(on), str(quantity)]
            for (meter, on), quantity in by_day.items()
            if quantity and meter in facts.usage and facts.served.starts_on <= on < facts.served.ends_on
        ),
        "leases": [
            [one.lease, one.seats, one.starts_at.isoformat(), one.ends_at.isoformat() if one.ends_at else None]
            for one in facts.leases
            if one.starts_at < ends_at and (one.ends_at is None or one.ends_at > starts_at)
        ],
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
