"""From terms and facts to charge lines.

Rules of this file: the order of steps is fixed and the same for every contract: the served days, the quantity, what is
included, the price; then penalties, discounts, the maximum and the minimum, each from rounded lines; one rounding a
line; then what was billed before is taken off. docs/pricing.md says it in words.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.rating.kinds import kind_of
from billing.rating.kinds.kind import Kind, Stage
from billing.rating.money import round_money, round_to
from billing.rating.params import write
from billing.rating.periods import ONE_DAY, Cycle, Period, day_starts_at
from billing.rating.trace import step, unit_in
from billing.rating.values import (
    NO_DETAIL,
    Before,
    Billed,
    BilledKey,
    Cell,
    ChargeLine,
    Component,
    Detail,
    Facts,
    Lease,
    Other,
    Priced,
    Terms,
    Usage,
)

_NOTHING = Billed(Decimal(0), Decimal(0))


def rate(
    terms: Terms,
    usage: Iterable[Usage],
    leases: Iterable[Lease],
    period: Period,
    already_billed: Mapping[BilledKey, Billed],
    *,
    counted_to: date | None = None,
    before: Period | None = None,
) -> list[ChargeLine]:
    """The lines of one period: for each part of each component the total so far less what is already billed.

    `period` is a whole period; components serve the days on which they are in force. `counted_to` is the day after the
    last day that is counted so far; then fees stand in full and minimums not yet. None says that the period is over.
    `before` is the whole period before, if `usage` holds its facts too: what is carried over comes from there. Order
    and grouping of `usage` and `leases` make no difference. A part that was billed and is no longer due comes back as a
    line that takes it off.
    """
    cells = _gathered(usage)
    held = tuple(sorted(leases, key=lambda one: (one.starts_at, one.lease, one.seats)))
    priced: dict[str, tuple[Facts, list[Priced]]] = {}
    weights = terms.cycle.weights(period)
    spans = {one.id: span for one in terms.components if (span := period.overlap(one.starts_on, one.ends_on))}
    for stage in Stage:
        for component in terms.components:
            kind = kind_of(component.kind)
            if kind.stage is not stage or component.id not in spans:
                continue
            served = spans[component.id]
            counted = served if counted_to is None else served.overlap(served.starts_on, counted_to)
            if counted is None:
                continue  # begins later in the running period
            facts = Facts(
                currency=terms.currency,
                zone=terms.zone,
                period=period,
                served=served,
                counted=counted,
                final=counted_to is None,
                cells=_of(cells, kind, component, served),
                leases=tuple(one for one in held if one.what == kind.holds),
                others=tuple(_others(terms.components, priced, stage, served)),
                before=_before(cells, kind, component, before, terms.cycle),
                weights=weights,
            )
            priced[component.id] = facts, kind.price(component.params, facts)
    left = dict(already_billed)
    lines: list[ChargeLine] = []
    for component in terms.components:
        if component.id in priced:
            facts, parts = priced[component.id]
            digest = _digest(component, facts)
            lines += [
                _line(component, facts, one, left.pop((component.id, one.part), _NOTHING), digest, terms.cycle)
                for one in parts
            ]
    lines += [_taken_back(key, billed, period) for key, billed in left.items() if billed.amount or billed.quantity]
    return lines


def _gathered(usage: Iterable[Usage | Cell]) -> tuple[Cell, ...]:
    """Equal facts together, in one order; what adds up to nothing has not happened."""
    sums: dict[tuple[str, date, Detail], Fraction] = defaultdict(Fraction)
    for one in usage:
        sums[one.meter, one.on, one.detail] += Fraction(one.quantity)
    found = [Cell(meter, on, detail, quantity) for (meter, on, detail), quantity in sums.items() if quantity]
    return tuple(sorted(found, key=lambda cell: (cell.on, cell.meter, cell.detail.as_text())))


def _of(cells: Sequence[Cell], kind: Kind, component: Component, days: Period) -> tuple[Cell, ...]:
    """The kind's usage on some days with the details it asks for and no others, however finely it was read."""
    meters, details = kind.meters(component.params), kind.details(component.params)
    return _gathered(
        Cell(
            cell.meter,
            cell.on,
            Detail(**{name: getattr(cell.detail, name) for name in details}) if details else NO_DETAIL,
            cell.quantity,
        )
        for cell in cells
        if cell.meter in meters and days.starts_on <= cell.on < days.ends_on
    )


def _before(
    cells: Sequence[Cell], kind: Kind, component: Component, before: Period | None, cycle: Cycle
) -> Before | None:
    served = (
        before.overlap(component.starts_on, component.ends_on) if before and kind.looks_back(component.params) else None
    )
    if before is None or served is None:
        return None
    weights = cycle.weights(before)
    return Before(Fraction(weights.days(served), weights.days(before)), _of(cells, kind, component, served))


def _others(
    components: Iterable[Component], priced: Mapping[str, tuple[Facts, list[Priced]]], stage: Stage, served: Period
) -> Iterable[Other]:
    """The lines of earlier stages that share days with `served`, rounded as they stand on the document."""
    if stage is Stage.PRICE:
        return
    for component in components:
        facts, parts = priced.get(component.id, (None, []))
        earlier = kind_of(component.kind).stage
        if facts is None or earlier >= stage or facts.served.overlap(served.starts_on, served.ends_on) is None:
            continue
        for one in parts:
            yield Other(component.code, one.part, earlier, facts.rounded(one.exact))


def _line(component: Component, facts: Facts, priced: Priced, billed: Billed, digest: str, cycle: Cycle) -> ChargeLine:
    total = round_money(priced.exact, facts.currency)
    quantity = round_to(priced.quantity, 6)
    amount = total - billed.amount
    steps = priced.steps
    if facts.weights.odd and priced.unit.endswith("month"):
        steps = (step("thirty_days"), *steps)
    if not facts.final and priced.evidence:
        steps += (step("so_far", last_day=(facts.counted.ends_on - ONE_DAY).isoformat()),)
    if billed != _NOTHING:
        steps += (step("billed_before", total=f"{total:f}", billed=f"{billed.amount:f}", amount=f"{amount:f}"),)
    return ChargeLine(
        component=component.id,
        part=priced.part,
        served=facts.served,
        quantity=quantity - billed.quantity,
        unit=unit_in(priced.unit, cycle),
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


def _digest(component: Component, facts: Facts) -> str:
    """SHA-256 of everything the kind can see, in one canonical form."""
    starts_at = day_starts_at(facts.served.starts_on, facts.zone)
    ends_at = day_starts_at(facts.served.ends_on, facts.zone)
    inputs = {
        "currency": facts.currency,
        "zone": facts.zone.key,
        "component": component.id,
        "kind": component.kind,
        "params": write(component.params),
        "period": [str(facts.period.starts_on), str(facts.period.ends_on)],
        "served": [str(facts.served.starts_on), str(facts.served.ends_on)],
        "final": facts.final,
        "counted": [str(facts.counted.starts_on), str(facts.counted.ends_on)],
        "usage": [_cell(one) for one in facts.cells],
        "leases": [
            [
                one.lease,
                one.seats,
                one.starts_at.isoformat(),
                one.ends_at.isoformat() if one.ends_at else None,
                one.weekly,
            ]
            for one in facts.leases
            if one.starts_at < ends_at and (one.ends_at is None or one.ends_at > starts_at)
        ],
        "others": [[one.code, one.part, str(one.amount)] for one in facts.others],
        "before": [str(facts.before.share), [_cell(one) for one in facts.before.cells]] if facts.before else None,
    }
    if facts.weights.odd:
        inputs["weights"] = {str(day): weight for day, weight in sorted(facts.weights.odd.items())}
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _cell(cell: Cell) -> list[str]:
    return [cell.meter, str(cell.on), *cell.detail.as_text(), str(cell.quantity)]
