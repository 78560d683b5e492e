"""A project at a price in parts, each billed in the period in which it is accepted.

The price is spread over the milestones by weight so that they add up exactly, to the cent; each part keeps its amount
whatever the order of acceptance. An acceptance is a fact on the meter `milestone` with the milestone's code.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from billing.rating.kinds.kind import Kind
from billing.rating.money import spread
from billing.rating.params import ParamsUnreadable, meaning
from billing.rating.trace import price, step
from billing.rating.values import Facts, Priced

_LONGEST_CODE = 16


@dataclass(frozen=True, slots=True)
class Part:
    """One milestone."""

    code: str = field(metadata=meaning("short name, which the acceptance names", "里程碑代码（验收时引用）"))
    weight: Decimal = field(
        default=Decimal(1), metadata=meaning("its part of the price against the others", "占总价的权重")
    )

    def __post_init__(self) -> None:
        if not 0 < len(self.code) <= _LONGEST_CODE:
            raise ParamsUnreadable(field="code", cause=f"must have 1 to {_LONGEST_CODE} letters")
        if not self.weight:
            raise ParamsUnreadable(field="weight", cause="must be more than 0")


@dataclass(frozen=True, slots=True)
class Milestone:
    """Parameters of `milestone`."""

    price: Decimal = field(metadata=meaning("price of the whole project", "项目总价"))
    milestones: tuple[Part, ...] = field(
        metadata=meaning("the parts in order; one part: all at once", "各里程碑；一项为一次性")
    )

    def __post_init__(self) -> None:
        if not self.milestones:
            raise ParamsUnreadable(field="milestones", cause="must have at least one row")
        codes = [part.code for part in self.milestones]
        for n, code in enumerate(codes):
            if code in codes[:n]:
                raise ParamsUnreadable(field=f"milestones[{n + 1}].code", cause="stands in another row already")


def _lines(params: Milestone, facts: Facts) -> list[Priced]:
    shares = spread(params.price, [part.weight for part in params.milestones], facts.currency)
    accepted: dict[str, str] = {}
    for cell in facts.cells:
        if cell.quantity > 0:
            accepted.setdefault(cell.detail.label, cell.on.isoformat())
    return [
        Priced(
            part.code,
            Fraction(1),
            "milestone",
            share,
            Fraction(share),
            (
                step(
                    "milestone", milestone=part.code, place=n, of=len(shares), total=price(params.price),
                    amount=f"{share:f}", accepted_on=accepted[part.code],
                ),
            ),
        )
        for n, (part, share) in enumerate(zip(params.milestones, shares, strict=True), start=1)
        if part.code in accepted
    ]  # fmt: skip


KIND = Kind("milestone", Milestone, _lines, lambda params: ("milestone",), details=lambda params: frozenset({"label"}))
