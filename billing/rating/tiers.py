"""Prices that change with the quantity: graduated, volume, package; and durations billed in increments.

Rules of this file: exact and pure. Graduated: each unit at the price of the tier in which it lies. Volume: all units at
the price of the tier that the quantity reaches. Package: whole blocks, a begun one counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil

from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.trace import Step, number, price, step


@dataclass(frozen=True, slots=True)
class Tier:
    """One row of a table of prices by quantity."""

    price: Decimal = field(metadata=meaning("price of each unit in this tier", "本档单价"))
    up_to: int | None = field(
        default=None,
        metadata=meaning("last unit of this tier; empty in the last row: all above", "本档最后一个单位；末档留空"),
    )
    fee: Decimal = field(
        default=Decimal(0), metadata=meaning("added once when the tier is reached", "进入本档时一次性加收")
    )


def check_tiers(tiers: Sequence[Tier], name: str) -> None:
    """Raises `ParamsUnreadable` unless the tiers rise and only the last one is open."""
    if not tiers:
        raise ParamsUnreadable(field=name, cause="must have at least one row")
    for n, (one, after) in enumerate(pairwise(tiers), start=1):
        if one.up_to is None:
            raise ParamsUnreadable(field=f"{name}[{n}].up_to", cause="is missing; only the last row is open")
        if after.up_to is not None and after.up_to <= one.up_to:
            raise ParamsUnreadable(field=f"{name}[{n + 1}].up_to", cause=f"must be greater than {one.up_to}")
    if tiers[-1].up_to is not None:
        raise ParamsUnreadable(
            field=f"{name}[{len(tiers)}].up_to", cause="must be empty: the last row holds for all above"
        )


def graduated(quantity: Fraction, tiers: Sequence[Tier]) -> Fraction:
    """What `quantity` units cost, each in its own tier."""
    return sum((within * Fraction(tier.price) + fee for tier, within, fee in _reached(quantity, tiers)), Fraction(0))


def graduated_steps(quantity: Fraction, tiers: Sequence[Tier], unit: str) -> list[Step]:
    """The same in words, a step a tier."""
    return [
        step("tier_with_fee", quantity=number(within), unit=unit, price=price(tier.price), fee=price(tier.fee))
        if fee
        else step("tier", quantity=number(within), unit=unit, price=price(tier.price))
        for tier, within, fee in _reached(quantity, tiers)
    ]


def _reached(quantity: Fraction, tiers: Sequence[Tier]) -> list[tuple[Tier, Fraction, Fraction]]:
    """The tiers that the quantity reaches, the units within, and the fee due."""
    below = 0
    found = []
    for tier in tiers:
        if quantity <= below:
            break
        top = quantity if tier.up_to is None else min(quantity, Fraction(tier.up_to))
        found.append((tier, top - below, Fraction(tier.fee)))
        below = tier.up_to if tier.up_to is not None else below
        if tier.up_to is None:
            break
    return found


def tier_of(quantity: Fraction, tiers: Sequence[Tier]) -> Tier:
    """The tier that a quantity reaches, for volume prices."""
    return next(tier for tier in tiers if tier.up_to is None or quantity <= tier.up_to)


def blocks(quantity: Fraction, size: int) -> int:
    """Begun blocks."""
    return max(ceil(quantity / size), 0)


def billed_seconds(seconds: int, first: int, increment: int) -> int:
    """The seconds that a call is billed: at least `first`, then in steps of `increment`; nothing for no length."""
    if seconds <= 0:
        return 0
    if seconds <= first:
        return first
    return first + ceil(Fraction(seconds - first, increment)) * increment
