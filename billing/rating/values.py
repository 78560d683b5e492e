"""What rating takes and gives: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from billing.rating.money import round_money
from billing.rating.periods import Period
from billing.rating.trace import Step


@dataclass(frozen=True, slots=True)
class Usage:
    """A quantity on a meter on one local day: one record or the sum of many, it makes no difference."""

    meter: str
    on: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Lease:
    """Seats held without a break from `starts_at` until `ends_at` (None: still held); each leased window is one."""

    lease: str
    seats: int
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Component:
    """A price in force on `[starts_on, ends_on)`; `params` is the kind's own dataclass."""

    id: str
    kind: str
    params: object
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The prices of a contract with its currency and zone, in the order of the document."""

    currency: str
    zone: ZoneInfo
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Billed:
    """What stands on earlier documents for one part of a component and one period."""

    quantity: Decimal
    amount: Decimal


#: Component id and part.
BilledKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a kind is given: the days it serves in a period, how far they are counted, and what happened on them."""

    currency: str
    zone: ZoneInfo
    period: Period  # the whole period: its days are the denominator of every share
    served: Period  # the part in which the component is in force
    counted: Period  # the part of `served` that is counted so far
    final: bool  # whether the period is over; only then a minimum is settled
    usage: Mapping[str, Fraction]  # meter -> quantity on the served days
    leases: tuple[Lease, ...]

    @property
    def share(self) -> Fraction:
        """The served part of the whole period."""
        return Fraction(self.served.days, self.period.days)

    def rounded(self, exact: Fraction) -> Decimal:
        """An exact amount as it will stand on the line."""
        return round_money(exact, self.currency)

    def shown(self, exact: Fraction) -> str:
        """The same as text for a step."""
        return f"{self.rounded(exact):f}"

    def quantity(self, meters: tuple[str, ...]) -> Fraction:
        """The sum over several meters."""
        return sum((self.usage.get(meter, Fraction(0)) for meter in meters), Fraction(0))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Seats behind a line: on a day, or in a leased window (`hours` set)."""

    on: date
    seats: int
    billed: int
    lease: str = ""
    hours: str = ""

    def as_json(self) -> dict[str, object]:
        """For storing beside the charge."""
        stored: dict[str, object] = {"on": self.on.isoformat(), "seats": self.seats, "billed": self.billed}
        if self.hours:
            stored |= {"lease": self.lease, "hours": self.hours}
        return stored


@dataclass(frozen=True, slots=True)
class Priced:
    """What a kind gives for one part: the total so far, exact, with its steps."""

    part: str
    quantity: Fraction
    unit: str
    unit_price: Decimal
    exact: Fraction
    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A priced line: the total so far, rounded once, less what was billed before."""

    component: str
    part: str
    served: Period
    quantity: Decimal
    unit: str
    unit_price: Decimal
    exact: Fraction
    total: Decimal
    billed_before: Decimal
    amount: Decimal
    total_quantity: Decimal
    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...]
    inputs_sha256: str
